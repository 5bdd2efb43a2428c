"""`axium hud theme`: which looks there are, and choosing one."""

import sys
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.cli.options import DryRun, Json, group, one_of
from axium.model.themes import THEMES, Looks, Style, ThemeName
from axium.thin.hud import colors
from axium.thin.paths import environ, home_of

app = group("See and choose the look of the HUD.")

Name = Annotated[
    str, typer.Argument(metavar="NAME", click_type=one_of(*THEMES), help="A theme of the list.")
]
OptionalName = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME", click_type=one_of(*THEMES), help="Default: the one that is in force."
    ),
]


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show the themes, on a terminal with a sample of each; `*` marks the one in force."""
    if not json and not sys.stdout.isatty():
        for name in THEMES:
            show.line(name)
        return
    config = _config()
    shown: ThemeName = config.theme.shown
    if json:
        rows = [
            {"name": name, "about": theme.about, "active": name == shown}
            for name, theme in THEMES.items()
        ]
        show.document({"themes": rows, "enabled": config.theme.enabled})
        return
    for name, theme in THEMES.items():
        mark = "*" if name == shown else " "
        show.exactly(f"{mark} {name:<9} {_sample(config, name)}  {theme.about}\n")


@app.command("show")
def show_(name: OptionalName = None, *, json: Json = False) -> None:
    """Show the colours of one theme, part by part."""
    from axium.model.themes import looks

    config = _config()
    chosen = config.theme.shown if name is None else _known(name)
    made = looks(chosen, config.color)
    about = THEMES[chosen].about
    if json:
        styles = {part: style._asdict() for part, style in _parts(made).items()}
        active = chosen == config.theme.shown
        show.document({"name": chosen, "about": about, "active": active, "styles": styles})
        return
    show.line(f"{chosen}: {about}")
    show.table([(f"  {part}", _described(style)) for part, style in _parts(made).items()])
    if sys.stdout.isatty():
        show.exactly(f"  {_sample(config, chosen)}\n")


@app.command("set")
def set_(name: Name, *, dry_run: DryRun = False) -> None:
    """Choose a theme in hud.yaml; nothing else in that file is touched."""
    # Only here: the editor and its YAML cost 30 ms.
    from axium.config.document import EditRefused
    from axium.config.edit_hud import set_theme
    from axium.core.bootstrap import ensure_axium_config

    chosen = _known(name)
    if not dry_run:
        ensure_axium_config()
    try:
        edit = set_theme(home_of(environ()).hud, chosen, dry_run=dry_run)
    except EditRefused as refused:
        raise show.Failure(refused.message, refused.hint) from None
    if dry_run:
        _show_difference(edit.path, edit.before, edit.after)
        return
    try:
        reply = ask("reload", autostart=False)
    except NotRunning:
        reply = {"problems": [], "warnings": []}  # nobody shows a HUD
    show.faults(reply)
    show.confirm(f"`{chosen}` is the theme of the HUD")


def _known(name: str) -> ThemeName:
    for theme in THEMES:
        if theme == name:
            return theme
    from axium.model.suggest import did_you_mean

    hint = did_you_mean(name, THEMES) or "one of " + ", ".join(THEMES)
    raise show.Failure(f"no theme `{name}`", hint)


def _config() -> Any:
    """The HUD's configuration in force, or without a daemon the one that the file has."""
    import msgspec  # 20 ms, that completion need not pay

    from axium.cli.files import configuration
    from axium.model.hud import HudConfig

    try:
        return msgspec.convert(ask("get_config", autostart=False, key="hud")["value"], HudConfig)
    except NotRunning:
        return configuration().hud


def _sample(config: Any, name: ThemeName) -> str:
    import msgspec

    from axium.model.environments import Environment
    from axium.model.hud import HudContext, ThemeChoice, render_hud
    from axium.model.marks import Mark
    from axium.model.painting import Format

    around = environ()
    sample = msgspec.structs.replace(
        config, layout=("env", "uptime"), hide=(), theme=ThemeChoice(True, name)
    )
    context = HudContext(Environment("prod", Mark("envs.yaml", 1, 1)), uptime_secs=8100, faults=1)
    form: Format = "plain" if around.get("TERM") == "dumb" else "ansi"
    return render_hud(sample, context, format=form, colors=colors(around))


def _parts(made: Looks) -> dict[str, Style]:
    return {"label": made.label, "text": made.text, "env": made.env, "fault": made.fault}


def _described(style: Style) -> str:
    pair = f"{style.color} on {style.ground}" if style.color else "the terminal's own"
    return ", ".join([pair, *style.attributes])


def _show_difference(path: str, before: str, after: str) -> None:
    from difflib import unified_diff

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in unified_diff(old, new, path, path):
        show.line(line.removesuffix("\n"))
