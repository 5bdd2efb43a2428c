"""`axium config`: what the user's files and the plugins' own say, as it is in force."""

import os
import sys
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.cli.editor import edit as open_editor
from axium.cli.editor import prepared
from axium.cli.options import SPOKE, Json, group
from axium.config.defaults import READ
from axium.config.edit_plugin_config import beginning
from axium.config.load import load as load_files
from axium.config.plugin_config import (
    OVERRIDES,
    File,
    Files,
    Plugin,
    files_of,
    find_plugin,
    overridden,
    override_of,
    plugins,
    read_part,
)
from axium.core import _config
from axium.core.bootstrap import ensure_axium_config
from axium.model.core_config import CORE_KEYS, core_value
from axium.model.names import plugin_fault
from axium.model.plugin_config import MissingKey, value_at
from axium.model.secrets import REDACTED, is_secret, redacted
from axium.model.suggest import did_you_mean
from axium.thin.paths import environ, home_of

app = group("See and change what configures axium and its spokes.")

Name = Annotated[str, typer.Argument(metavar="SPOKE", click_type=SPOKE, help="A spoke.")]
OptionalName = Annotated[
    str | None,
    typer.Argument(metavar="[SPOKE]", click_type=SPOKE, help="A spoke; default: axium itself."),
]
Key = Annotated[
    str | None, typer.Option("--key", metavar="A.B", help="Show the value at this path alone.")
]
Redact = Annotated[bool, typer.Option("--redact", help="Show no secrets: keys such as password.")]

STAYS = "what was good stays in force; `axium config edit {name}` opens it"


@app.command()
def path(spoke: OptionalName = None, *, json: Json = False) -> None:
    """Show which files are read; those that are not there are told as `missing`."""
    files = _core_files() if spoke is None else _files(_plugin(spoke))._asdict()
    found = {name: (file.path, os.path.exists(file.path)) for name, file in files.items()}
    if json:
        show.document({name: {"path": path, "exists": is_} for name, (path, is_) in found.items()})
        return
    rows = [(name, path if is_ else f"{path}  (missing)") for name, (path, is_) in found.items()]
    show.table([(name, show.escaped(path)) for name, path in rows])


@app.command("show")
def show_(
    spoke: OptionalName = None, *, key: Key = None, redact: Redact = False, json: Json = False
) -> None:
    """Show the configuration that is in force here, as YAML; a spoke's for this environment."""
    config = _core() if spoke is None else _of(spoke)
    value = _shown(config.content, key, redact=redact)
    if json:
        show.document(value)
    else:
        show.lines(_yaml(value))
    _tell(config, spoke)


@app.command()
def edit(spoke: Name) -> None:
    """Edit what you set for a spoke, with $EDITOR; faults are told afterwards."""
    ensure_axium_config()
    root = home_of(environ()).root
    override = override_of(root, spoke)
    plugin = _plugin(spoke, known=overridden(root))
    with prepared(override.path, beginning(spoke, _files(plugin).base)):
        open_editor(os.path.realpath(override.path))
    _forget(spoke)
    _refuse_faults(override, spoke)
    if os.path.isdir(plugin.directory):
        _tell(_of(spoke), spoke)
    show.confirm(f"what you set for `{spoke}` is in force")


def _core_files() -> dict[str, File]:
    root = home_of(environ()).root
    names = (*READ, "links.yaml", OVERRIDES)
    return {"home": File(root, ""), **{name: File(f"{root}/{name}", name) for name in names}}


def _plugin(name: str, known: list[str] | None = None) -> Plugin:
    """The plugin of this name, or one that only has an override, of those `known`. Failure."""
    root = home_of(environ()).root
    if found := find_plugin(root, name):
        return found
    if name in (known or []) and not plugin_fault(name):
        return Plugin(name, "spokes", f"{root}/spokes/{name}")
    hint = did_you_mean(name, [plugin.name for plugin in plugins(root)])
    raise show.Failure(
        f"no spoke `{name}`", hint or "`axium spoke list` shows those that there are"
    )


def _files(plugin: Plugin) -> Files:
    return files_of(home_of(environ()).root, plugin)


def _of(name: str) -> _config.Config:
    """A plugin's configuration. Failure."""
    plugin = _plugin(name)
    try:
        return _config.load(name)
    except FileNotFoundError:
        base = _files(plugin).base.path
        raise show.Failure(f"`{name}` has no configuration", f"there is no {base}") from None
    except ValueError as error:
        raise show.Failure(str(error)) from None


def _core() -> _config.Config:
    """The core's configuration, from the daemon, which knows what was good last."""
    try:
        parts = {key: ask("get_config", autostart=False, key=key)["value"] for key in CORE_KEYS}
        return _config.Config(parts, [], [])
    except NotRunning:
        loaded = load_files(home_of(environ()).root, None)
    problems = [str(fault) for fault in loaded.faults if fault.severity == "error"]
    parts = {key: core_value(loaded.configuration, key) for key in CORE_KEYS}
    return _config.Config(parts, problems, [])


def _shown(config: dict[str, Any], key: str | None, *, redact: bool) -> Any:
    """What is asked for. Failure where it is not there."""
    try:
        value = config if key is None else value_at(config, key)
    except MissingKey as missing:
        raise show.Failure(str(missing), missing.hint) from None
    if not redact:
        return value
    hides = key is not None and any(is_secret(part) for part in key.split("."))
    return REDACTED if hides else redacted(value)


def _yaml(value: Any) -> str:
    """A text as it is, the rest as YAML."""
    if isinstance(value, str):
        return value + "\n"
    if not isinstance(value, dict | list):
        return show.scalar(value) + "\n"
    import yaml  # 10 ms, and only where there is more than one value

    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)


def _tell(config: _config.Config, spoke: str | None) -> None:
    """Tell what is wrong with the files. Failure where it is more than a warning."""
    sys.stdout.flush()  # where both streams go to one place, the data comes first
    for warning in config.warnings:
        show.notice(warning, "")
    for problem in config.problems[:-1]:
        show.failure(problem)
    if config.problems:
        hint = "`axium doctor` says more" if spoke is None else STAYS.format(name=spoke)
        raise show.Failure(config.problems[-1], hint)


def _refuse_faults(override: File, spoke: str) -> None:
    """Failure where what was edited has an error."""
    try:
        _part, faults = read_part(override)
    except FileNotFoundError:
        return
    errors = [fault for fault in faults if fault.severity == "error"]
    for fault in errors[:-1]:
        show.failure(str(fault), fault.hint)
    if errors:
        hint = "\n".join(filter(None, [errors[-1].hint, STAYS.format(name=spoke)]))
        raise show.Failure(str(errors[-1]), hint)


def _forget(spoke: str) -> None:
    """Have a daemon that runs read it before it answers about it again."""
    try:
        ask("forget_config", autostart=False, spoke=spoke)
    except NotRunning:
        return
