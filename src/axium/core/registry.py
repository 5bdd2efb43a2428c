"""The commands that there are: those of the catalogue, and those registered in this process."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from axium.thin.catalogue import catalogue
from axium.thin.paths import environ, home_of
from axium.thin.usage import used

SORTS = ("alpha", "grouped", "usage")
"""By name; by group as in `axium help`; the most used first."""

CORE = "core"


class CommandMetadata(NamedTuple):
    """One command: its whole name, help in one line, and whose it is.

    `source` is `core`, `spoke:NAME` or `gear:NAME`.
    """

    name: str
    help: str
    source: str
    summary: str = ""
    description: str = ""
    group: str | None = None
    callback: Callable[..., Any] | None = None

    @property
    def category(self) -> str:
        """`core`, `spoke:NAME` or `gear:NAME`."""
        return self.source

    def to_dict(self) -> dict[str, Any]:
        """Everything but the callback."""
        fields = self._asdict()
        del fields["callback"]
        return {**fields, "category": self.category}


_known: dict[str, CommandMetadata] | None = None


def register_command(
    name: str,
    help: str,  # noqa: A002 (published)
    source: str,
    summary: str = "",
    description: str = "",
    group: str | None = None,
    callback: Callable[..., Any] | None = None,
) -> None:
    """Add a command, in this process; the first one of a name from another source stays."""
    source = source if source == CORE or ":" in source else f"spoke:{source}"
    known = _commands()
    if name in known and known[name].source != source:
        import logging  # 9 ms, and only where something failed

        log = logging.getLogger(__name__)
        log.warning("the command `%s` is left out: `%s` has it already", name, known[name].source)
        return
    known[name] = CommandMetadata(name, help, source, summary or help, description, group, callback)


def get_all_commands(sort_by: str = "alpha") -> list[CommandMetadata]:
    """Every command; `sort_by` is one of `SORTS`. ValueError for another."""
    found = list(_commands().values())
    if sort_by == "alpha":
        return sorted(found, key=lambda command: command.name)
    if sort_by == "grouped":
        order = {group: place for place, group in enumerate(dict.fromkeys(map(_group, found)))}
        return sorted(found, key=lambda command: order[_group(command)])
    if sort_by == "usage":
        counts = used(home_of(environ()), environ())
        return sorted(found, key=lambda command: (-counts.get(command.name, 0), command.name))
    raise ValueError(f"can't sort by `{sort_by}`: one of {', '.join(SORTS)}")


def get_commands_by_source(source: str) -> list[CommandMetadata]:
    """The commands of one source: `core`, `spoke:NAME`, or a plugin's name."""
    return [
        one for one in get_all_commands() if source in (one.source, one.source.partition(":")[2])
    ]


def list_all_commands() -> list[str]:
    """Every command by its whole name, sorted."""
    return [command.name for command in get_all_commands()]


def clear_registry() -> None:
    """Forget every command; only what is registered afterwards is known to this process."""
    global _known  # noqa: PLW0603 (a process has one registry)
    _known = {}


def introspect_typer_app(app: Any, source: str = CORE, prefix: str = "") -> None:
    """Register every command of a Typer app; `prefix` stands before their names."""
    # Typer takes 50 ms: whoever has an app has it loaded.
    from typer._click.core import Context
    from typer.core import TyperGroup
    from typer.main import get_command

    from axium.core.commands import WHOLE, walk

    root = get_command(app)
    context = Context(root, info_name="axium")
    found = walk(context, root) if isinstance(root, TyperGroup) else [(root.name or "", root)]
    for name, command in found:
        register_command(
            f"{prefix} {name}".strip(),
            " ".join(command.get_short_help_str(limit=WHOLE).split()),
            source,
            description=(command.help or "").strip(),
            group=name.split(" ")[0] if " " in name else None,
            callback=command.callback,
        )


def _commands() -> dict[str, CommandMetadata]:
    global _known  # noqa: PLW0603 (a process has one registry)
    if _known is None:
        _known = {one.name: one for one in _catalogued()}
    return _known


def _catalogued() -> Iterator[CommandMetadata]:
    for command in catalogue(home_of(environ())):
        source = command.section if ":" in command.section else CORE
        said = command.help
        yield CommandMetadata(command.name, said, source, said, said, command.section)


def _group(command: CommandMetadata) -> str:
    return command.group or command.source
