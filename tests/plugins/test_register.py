"""`register` is called in each of the forms that plugins write, and what it asked for is told."""

from __future__ import annotations

import sys

import pytest
import typer

from axium.core.spokes import get_event_bus
from axium.plugins.faults import Unloadable
from axium.plugins.plugin import Plugin
from axium.plugins.register import commands_of
from axium.plugins.report import fault_of, registered
from axium.wire.channel import Fault, Report, Segment
from tests.plugins.conftest import Written
from tests.support import Scratch


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("app", ["Typer"]),
        ("app, events", ["Typer", "EventBus"]),
        ("events, app", ["EventBus", "Typer"]),
        ("app, events, env", ["Typer", "EventBus", "module"]),
        ("*, app, events", ["Typer", "EventBus"]),
        ("*, events", ["EventBus"]),
        ("app, *, events", ["Typer", "EventBus"]),
        ("a, b", ["Typer", "EventBus"]),
        ("app, event_bus=None", ["Typer", "EventBus"]),
        ("app, events=None, verbose=False", ["Typer", "EventBus", "bool"]),
        ("app, b=None", ["Typer", "EventBus"]),
        ("app, events, /", ["Typer", "EventBus"]),
        ("*args", ["tuple"]),
        ("app, *rest", ["Typer", "tuple"]),
        ("app, events, **rest", ["Typer", "EventBus", "dict"]),
        ("api", ["Api"]),
        ("app, api", ["Typer", "Api"]),
        ("", []),
    ],
)
def test_a_plugin_is_called_as_it_is_written(written: Written, form: str, given: list[str]) -> None:
    code = f"""
    def register({form}):
        raise LookupError([type(value).__name__ for value in locals().values()])
    """
    with pytest.raises(LookupError) as called:
        registered(written(code))
    assert called.value.args[0] == given


def test_what_a_plugin_registers_is_reported(written: Written) -> None:
    code = """
    import typer
    from enum import Enum
    from pathlib import Path
    from axium.core.hud import register_hud_provider, register_hud_segment
    from axium.core.hud_segments import HudSegment

    class Level(Enum):
        low = "low"
        high = "high"

    class Creds(HudSegment):
        name = "creds"
        priority = 110
        cached = True

    def where(): return "here"

    def register(app, events):
        @app.command()
        def whoami(name: str, file: Path = Path("x"), level: Level = Level.low):
            '''Say who.

            At length.
            '''
        @app.command(hidden=True)
        def secret(): pass
        group = typer.Typer(help="Tell.")
        @group.command("info")
        def info(rest: list[str] = typer.Argument(None)): "Tell\\tof\\nall."
        app.add_typer(group, name="aws")
        events.on("env_change", lambda new: None)
        events.on("daemon_ready", lambda: None)
        register_hud_segment(Creds())
        register_hud_segment(HudSegment("quick", priority=20, refresh=5))
        register_hud_provider(where)
    """
    assert registered(written(code)) == (
        Report(
            commands=[
                "whoami\tspoke:aws\tSay who.\ttext --file=path --level={low,high} -h --help",
                "aws info\tspoke:aws\tTell of all.\ttext* -h --help",
            ],
            events=["daemon_ready", "env_change"],
            segments=[
                Segment(name="quick", priority=20, refresh=5),
                Segment(name="where", is_verbatim=True),
                Segment(name="creds", priority=110, cached=True),
            ],
        ),
        [],
    )


def test_a_plugin_without_listeners_and_segments_needs_no_host(written: Written) -> None:
    report, _ = registered(written("def register(app):\n    app.command('x')(lambda: None)"))
    assert (report.stays, report.commands) == (False, ["x\tspoke:aws\t\t-h --help"])


def test_commands_of_the_api_stand_under_the_plugins_name(written: Written) -> None:
    code = """
    def register(api):
        @api.command("whoami", help="Say who.")
        def first(): pass
        @api.command
        def second(): pass
        @api.command()
        def third(): pass
    """
    report, _ = registered(written(code, "my-spoke"))
    assert [line.split("\t")[0] for line in report.commands] == [
        "my-spoke whoami",
        "my-spoke second",
        "my-spoke third",
    ]


def test_a_prefix_that_no_daemon_takes_is_false(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AXIUM_SOCKET", "/nowhere/daemon.sock")
    code = "def register(api):\n    raise LookupError(api.register_prefix('ls', 'exa'))"
    with pytest.raises(LookupError, match="False"):
        registered(written(code))


def test_a_command_of_the_cores_name_is_refused_and_the_others_stay(written: Written) -> None:
    code = """
    import typer
    def register(app):
        app.command("mine")(lambda: None)
        app.command("env")(lambda: None)
        app.command("two words")(lambda: None)
        app.add_typer(typer.Typer(), name="help")
    """
    report, faults = registered(written(code))
    assert ([line.split("\t")[0] for line in report.commands], faults) == (
        ["mine"],
        [
            Fault(
                what="command `env`",
                error="`env` is a command of axium itself: give it another name",
            ),
            Fault(
                what="command 'two words'",
                error="a command is one word, and begins with no dash",
            ),
            Fault(
                what="command `help`",
                error="`help` is a command of axium itself: give it another name",
            ),
        ],
    )


def test_events_are_emitted_in_the_plugins_name(written: Written) -> None:
    registered(written("def register(app): pass", "mine"))
    assert get_event_bus().owner == "mine"


def test_a_command_line_gets_a_group_that_runs(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "def register(app):\n    @app.command()\n    def hi(name: str): print('hi', name)"
    group = commands_of(written(code))
    group.main(args=["hi", "you"], prog_name="axium", standalone_mode=False)
    assert capsys.readouterr().out == "hi you\n"


MISFITS = {
    "async def register(app): pass": "{main}:1: `register` is async: write `def`, not `async def`",
    "async def other(app): pass\ndef register(app): return other(app)": "{main}:2: `register` is "
    "async: write `def`, not `async def`",
    "def register(app, events, *, more): pass": "{main}:1: `register` wants `more`: write "
    "`def register(app, events):`",
    "def register(*, stuff): pass": "{main}:1: `register` wants `stuff`: write "
    "`def register(app, events):`",
}


@pytest.mark.parametrize("code", MISFITS)
def test_a_register_that_can_not_be_called_says_what_to_write(written: Written, code: str) -> None:
    plugin = written(code)
    with pytest.raises(Unloadable) as caught:
        registered(plugin)
    assert str(caught.value) == MISFITS[code].format(main=f"{plugin.directory}/main.py")


RAISED = [
    ("def register(app):\n    1 / 0", "{main}:2: ZeroDivisionError: division by zero"),
    ("import sys\nsys.exit(3)", "{main}:2: SystemExit: 3"),
    ("raise KeyboardInterrupt", "{main}:1: KeyboardInterrupt"),
    (
        "import json\njson.loads('x')",
        "{main}:2: JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    ),
    ("x = (", "{main}:1: SyntaxError: '(' was never closed"),
    ("x = 1\n  y = 1", "{main}:2: IndentationError: unexpected indent"),
    ("import broken", "{dir}/broken.py:1: SyntaxError: invalid syntax"),
    ("import raising", "{dir}/raising.py:2: OSError: here"),
    ("raise ValueError('a\\nb\\t' + 'c')", "{main}:1: ValueError: a b c"),
    (
        "import hepler",
        "{main}:1: ModuleNotFoundError: No module named 'hepler'; did you mean `helper`?",
    ),
    ("import nowhere_at_all", "{main}:1: ModuleNotFoundError: No module named 'nowhere_at_all'"),
    (
        "class Evil(Exception):\n    def __str__(self): raise RuntimeError\nraise Evil",
        "{main}:3: Evil: (its text can't be had)",
    ),
    ("def f(): f()\nf()", "{main}:1: RecursionError: maximum recursion depth exceeded"),
    (
        "def register(app):\n    app.command()(f)\ndef f(x: 'Nowhere'): pass",
        "NameError: name 'Nowhere' is not defined",
    ),
]


@pytest.mark.parametrize(("code", "told"), RAISED)
def test_what_a_plugin_raises_is_told_with_file_and_line(
    written: Written, code: str, told: str
) -> None:
    others = {"helper.py": "", "broken.py": "this is not", "raising.py": "\nraise OSError('here')"}
    plugin = written({"main.py": code, **others})
    assert _fault(plugin).error == told.format(
        main=f"{plugin.directory}/main.py", dir=plugin.directory
    )


def test_a_trace_begins_in_the_plugins_own_files(written: Written) -> None:
    plugin = written("def register(app):\n    raise ValueError('no')")
    assert _fault(plugin).trace == (
        "Traceback (most recent call last):\n"
        f'  File "{plugin.directory}/main.py", line 2, in register\n'
        "    raise ValueError('no')\n"
        "ValueError: no\n"
    )


def _fault(plugin: Plugin) -> Fault:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 (whatever it is)
        registered(plugin)
    return fault_of("register", caught.value, plugin.directory)


def test_the_application_is_a_real_typer(written: Written) -> None:
    code = "def register(app):\n    raise LookupError(app)"
    with pytest.raises(LookupError) as called:
        registered(written(code))
    assert isinstance(called.value.args[0], typer.Typer)


def test_a_command_line_loads_a_plugin_without_what_only_a_host_needs(scratch: Scratch) -> None:
    code = "import sys; from axium.plugins import register; print(*sys.modules)"
    loaded = set(scratch.run(sys.executable, "-c", code, check=True).stdout.split())
    assert loaded & {"msgspec", "logging", "yaml", "asyncio", "ctypes", "tempfile"} == set()
