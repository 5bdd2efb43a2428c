"""`axium perms`: what each spoke may do, who said so, and saying otherwise."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.cli.editor import edit as open_editor
from axium.cli.options import SPOKE, Json, group
from axium.cli.rights import NOTHING, is_strict, labels_of, lines_of, rights_of
from axium.config import permissions as overrides
from axium.config.atomic import replace_file
from axium.config.edit_permissions import line_of, with_entry
from axium.config.manifests import Found, discover, find
from axium.config.source import Unreadable, read_text
from axium.model.marks import Fault
from axium.model.permissions import Field, Permissions, Some, without_effect
from axium.model.suggest import did_you_mean
from axium.thin.paths import environ, home_of

app = group("See and change what spokes may do.")

Name = Annotated[str, typer.Argument(metavar="NAME", click_type=SPOKE, help="A spoke.")]


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show what each spoke may do; `!` marks what amounts to running anything as you."""
    said, found = _overrides(), discover(home_of(environ()).root, "spokes")
    if json:
        show.document({"spokes": [_told(each, said) for each in found], "strict": is_strict()})
    else:
        show.table([row for each in found for row in _summary(each, said)])
    _tell(fault for each in found for fault in each.faults)


@app.command("show")
def show_(name: Name, *, json: Json = False) -> None:
    """Show what a spoke may do, by its manifest (base) or by permissions.yaml (override)."""
    said, found = _overrides(), _spoke(name)
    if json:
        show.document(_told(found, said) | {"strict": is_strict()})
    elif found.manifest is not None:
        show.line(f"{found.name} {found.manifest.version}")
        for line in lines_of(found.manifest, said):
            show.line(line)
    _tell_idle(found, said)
    _tell(found.faults)


@app.command("edit")
def edit_(name: Name) -> None:
    """Edit what permissions.yaml says of a spoke, with $EDITOR; faults are told afterwards."""
    from axium.core.bootstrap import ensure_axium_config

    ensure_axium_config()
    root = home_of(environ()).root
    found = _spoke(name, known=overrides.read(root)[0])
    file = _File(os.path.realpath(os.path.join(root, overrides.NAME)))
    with file.prepared(name, _asked(found)) as text:
        open_editor(file.path, line_of(text, name))
    said, faults = overrides.read(root)
    _tell(faults, "what it said before stays in force; `axium perms edit` opens it again")
    _tell_idle(found, said)
    _reload()
    show.confirm(f"what `{name}` may do is in force")


class _File:
    """permissions.yaml, where `path` leads to."""

    def __init__(self, path: str) -> None:
        self.path = path

    @contextmanager
    def prepared(self, name: str, asked: Permissions) -> Iterator[str]:
        """Its text with an entry for a spoke, which goes again where nothing was made of it."""
        before = self._text()
        text = with_entry(before or "", name, asked)
        is_ours = text != before and (before is None or os.access(self.path, os.W_OK))
        if is_ours:
            self._write(text)
        try:
            yield text
        finally:
            if is_ours and self._text() == text:
                self._restore(before)

    def _text(self) -> str | None:
        """What it says; None where there is none. Failure where it can't be read."""
        try:
            return read_text(self.path, overrides.NAME)
        except FileNotFoundError:
            return None
        except Unreadable as error:
            raise show.Failure(str(error), f"it is {self.path}") from None

    def _write(self, text: str) -> None:
        mode = stat.S_IMODE(os.stat(self.path).st_mode) if os.path.exists(self.path) else 0o600
        replace_file(self.path, text.encode(), durable=True, mode=mode)

    def _restore(self, before: str | None) -> None:
        if before is None:
            os.unlink(self.path)
        else:
            self._write(before)


def _reload() -> None:
    """Have a daemon that runs take it in before the next command."""
    try:
        ask("reload", autostart=False)
    except NotRunning:
        return


def _overrides() -> dict[str, Permissions]:
    """What permissions.yaml says. Failure where it has an error: the daemon knows what holds."""
    said, faults = overrides.read(home_of(environ()).root)
    _tell(faults, "what it said before stays in force until it is mended")
    if said and is_strict():
        show.notice(f"{overrides.NAME} is ignored", "AXIUM_PERMS_STRICT=1 says so")
    return said


def _spoke(name: str, known: Mapping[str, Permissions] | None = None) -> Found:
    """The spoke of this name, or one that only permissions.yaml, as `known`, has."""
    root = home_of(environ()).root
    spokes = {found.name: found for found in discover(root, "spokes")}
    if name in spokes:
        return spokes[name]
    if name in (known or {}):
        return Found(name, "", None, ())
    hint = did_you_mean(name, spokes) or "`axium perms list` shows those that there are"
    if find(root, "gears", name) is not None:
        hint = f"it is a gear: `axium gear perms-show {name}`"
    raise show.Failure(f"no spoke `{name}`", hint)


def _asked(found: Found) -> Permissions:
    return Permissions() if found.manifest is None else found.manifest.permissions


def _told(found: Found, said: Mapping[str, Permissions]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": found.name, "faults": [str(each) for each in found.faults]}
    if found.manifest is None:
        return told | {"permissions": None}
    rights = rights_of(found.manifest, said)
    return told | {
        "version": found.manifest.version,
        "permissions": rights.values(),
        "sources": rights.sources,
        "origins": rights.origins,
        "refused": rights.refused,
        "labels": [label._asdict() for label in labels_of(found.manifest, rights)],
    }


def _summary(found: Found, said: Mapping[str, Permissions]) -> Iterator[tuple[str, str]]:
    """A spoke's name and its grants; below it what they amount to."""
    if found.manifest is None:
        yield found.name, "its manifest has a fault"
        return
    rights = rights_of(found.manifest, said)
    granted = [_granted(field, value) for field, value in rights.values().items() if value]
    yield found.name, "; ".join(granted) or NOTHING
    for label in labels_of(found.manifest, rights):
        yield "", f"! {label.grant}: {label.why}"


def _granted(field: Field, value: Some) -> str:
    return field if isinstance(value, bool) else f"{field}: {', '.join(value)}"


def _tell_idle(found: Found, said: Mapping[str, Permissions]) -> None:
    """Warn of what the user takes away from a spoke that never had it."""
    if found.manifest is None or is_strict():
        return
    for field, entry in without_effect(_asked(found), said.get(found.name, Permissions())):
        hint = f"the manifest of `{found.name}` does not ask for it by this name"
        show.notice(f"`{entry}` of `{field}` takes nothing away", hint)


def _tell(faults: Iterable[Fault], hint: str | None = None) -> None:
    """Tell what is wrong. Failure where it is more than a warning."""
    errors = []
    for fault in faults:
        if fault.severity == "warning":
            show.notice(str(fault), fault.hint or "")
        else:
            errors.append(fault)
    for fault in errors[:-1]:
        show.failure(str(fault), fault.hint)
    if errors:
        last = errors[-1]
        raise show.Failure(str(last), "\n".join(filter(None, [last.hint, hint])) or None)
