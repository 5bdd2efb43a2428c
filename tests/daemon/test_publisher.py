"""The publisher: what shells read is whole, true, and gone when nobody can be reading it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from axium.config.load import load
from axium.config.state_file import read_state
from axium.daemon.services.publisher import KEPT_SECS, Publisher
from axium.daemon.services.saving import Saving
from axium.daemon.services.snapshot import Snapshot
from axium.model.panes import Server
from axium.model.state import State
from axium.thin.paths import Home
from axium.thin.words import unframe
from tests.daemon.serving import ENVS, FILES, PREFIXES

SERVER = Server("/tmp/tmux-1000/default", 77, "4242@boot")
OTHER = Server("/tmp/odd name,1", 78, "4343@boot")
PANE = "p/tmp/tmux-1000/default,77,4242/%1"


class Published:
    """A config home of its own, a publisher for it, and what a shell would find there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = Home(str(root))
        self.run = root / "run"
        self.now = 1000.0
        self.write(**{name.partition(".")[0]: text for name, text in FILES.items()})
        self.state = State(active_env="root")
        self.restart()

    def restart(self) -> None:
        """Another daemon's publisher, which knows of nothing."""
        self.publisher = Publisher(
            self.home, user_home="/home/eve", clock=lambda: self.now, now=lambda: "now"
        )
        self.saving = Saving(self.home.state, self.publisher)

    def write(self, **files: str) -> None:
        """Write files of the config home and read all of them."""
        for name, text in files.items():
            (self.root / f"{name}.yaml").write_text(text)
        loaded = load(str(self.root), None)
        assert loaded.faults == ()
        self.configuration = loaded.configuration

    def snapshot(self) -> Snapshot:
        return Snapshot(self.state, self.configuration)

    def publish(self) -> None:
        self.publisher.publish(self.snapshot())

    def become(self, state: State) -> None:
        """Make this the state, as a change does."""
        self.state = state
        self.publish()

    def words(self, path: str) -> list[str]:
        """The words of a published file."""
        return unframe((self.run / path).read_bytes())

    def table(self, pointer: str, command: str) -> list[str]:
        """The table of a command where a pointer leads."""
        return self.words(f"t/{self.words(pointer)[1]}/{command}")

    def files(self) -> dict[str, bytes]:
        """Everything that is published, by its path."""
        return {
            str(path.relative_to(self.run)): path.read_bytes()
            for path in sorted(self.run.rglob("*"))
            if path.is_file()
        }

    def stamps(self) -> set[str]:
        """The directories of tables that there are."""
        return {path.name for path in (self.run / "t").iterdir()}


@pytest.fixture
def there(tmp_path: Path) -> Published:
    published = Published(tmp_path)
    published.publish()
    return published


def in_pane(state: State, env: str = "prod", pane: str = "%1") -> State:
    """The state with an override on the default server."""
    return state.with_server("default", SERVER).with_pane(pane, env)


def test_a_pointer_is_environment_stamp_colour_and_the_stamp_of_the_commands(
    there: Published,
) -> None:
    there.become(there.state.with_active("dev"))
    name, stamp, color, commands = there.words("global")
    assert (name, color) == ("dev", "38;2;0;255;0")
    assert there.words("commands") == [commands, "aws", "kubectl", "vault"]
    assert {path.name for path in (there.run / "t" / stamp).iterdir() if path.name[0] != "."} == {
        "aws",
        "kubectl",
        "vault",
    }


def test_tables_are_what_the_resolver_says_or_ask(there: Published) -> None:
    there.become(there.state.with_active("dev"))
    assert [there.table("global", name) for name in ("aws", "kubectl", "vault")] == [
        [
            "go",
            "prefixes.yaml:2:14",
            *("<wrapx", "<exec", "<dev", "<--", "<aws"),
            "-AWS_ACCESS_KEY_ID",
        ],
        ["go", "prefixes.yaml:5:14", "<kubectl", "<--context", "<eu-west-1"],
        ["ask", "prefixes.yaml:8:14", "$VAULT_USER"],
    ]


def test_a_hole_that_can_not_be_filled_is_for_axium_run_to_tell(there: Published) -> None:
    assert there.table("global", "kubectl")[0] == "ask"


def test_no_environment_and_one_that_is_gone_are_published_as_such(there: Published) -> None:
    there.become(there.state.with_active(None))
    none = there.words("global")[0]
    there.become(there.state.with_active("gone"))
    gone = [there.table("global", command)[0] for command in ("aws", "kubectl", "vault")]
    assert (none, there.words("global")[0], gone) == ("", "gone", ["ask"] * 3)


def test_a_pane_has_a_pointer_only_while_it_has_an_override(there: Published) -> None:
    there.become(in_pane(there.state))
    own = there.words(PANE)[0]
    there.become(there.state.without_pane("%1"))
    assert (own, (there.run / PANE).exists(), there.words("global")[0]) == ("prod", False, "root")


def test_a_pane_of_a_server_that_is_not_known_has_no_pointer(there: Published) -> None:
    there.become(there.state.with_pane("%1", "prod"))
    assert not (there.run / "p").exists()


def test_a_global_change_leaves_the_pointers_of_panes_alone(there: Published) -> None:
    there.become(in_pane(there.state))
    before = os.stat(there.run / PANE)
    there.become(there.state.with_active("dev"))
    assert os.stat(there.run / PANE).st_ctime_ns == before.st_ctime_ns
    assert (there.words("global")[0], there.words(PANE)[0]) == ("dev", "prod")


def test_panes_of_a_server_that_was_restarted_are_gone_with_their_directory(
    there: Published,
) -> None:
    there.become(in_pane(there.state))
    again = Server(SERVER.socket, SERVER.pid, "5555@boot")
    there.become(there.state.with_server("default", again).with_pane("%2", "dev"))
    assert not (there.run / PANE).parent.exists()
    assert there.words("p/tmp/tmux-1000/default,77,5555/%2")[0] == "dev"


def test_a_server_at_any_path_has_its_panes(there: Published) -> None:
    there.become(there.state.with_server("odd", OTHER).with_pane("odd:%3", "dev"))
    there.restart()
    there.publish()
    assert there.words("p/tmp/odd name,1,78,4343/%3")[0] == "dev"


def test_a_doubled_slash_in_a_servers_path_does_not_cost_its_panes_their_pointers(
    there: Published,
) -> None:
    doubled = Server("//tmp//tmux", 79, "1@boot")
    there.become(there.state.with_server("tmux", doubled).with_pane("tmux:%1", "prod"))
    there.restart()
    there.publish()
    assert there.words("p//tmp//tmux,79,1/%1")[0] == "prod"


def test_a_stamp_is_the_same_exactly_when_a_pane_would_do_the_same(there: Published) -> None:
    stamps = {}
    for case, envs in {
        "before": ENVS,
        "another environment": ENVS.replace("exec prod", "run prod"),
        "a property no rule takes": ENVS.replace(
            "prefix: wrapx exec dev", "x: 1\n    prefix: wrapx exec dev"
        ),
        "the colour": ENVS.replace("#00FF00", "#0000FF"),
        "the prefix": ENVS.replace("exec dev", "run dev"),
    }.items():
        there.write(envs=envs)
        there.become(there.state.with_active("dev"))
        stamps[case] = there.words("global")[1]
    same = [case for case, stamp in stamps.items() if stamp == stamps["before"]]
    assert same == ["before", "another environment", "a property no rule takes", "the colour"]


def test_the_cache_for_shells_that_start_lists_the_wrapped_commands(there: Published) -> None:
    assert json.loads((there.root / "state_cache.json").read_text()) == {
        "prefixed_commands": ["aws", "kubectl", "vault"],
        "last_updated": "now",
    }


def test_the_names_of_the_environments_are_there_for_completion(there: Published) -> None:
    before = there.words("envs")
    there.write(envs="envs: {zeta: {}, 'a b': {}, root: {}}\n")
    there.publish()
    assert (before, there.words("envs")) == (["root", "dev", "prod"], ["zeta", "a b", "root"])


def test_nobody_else_can_read_what_is_published(there: Published) -> None:
    umask = os.umask(0o077)  # as the daemon has it
    try:
        there.become(in_pane(there.state))
    finally:
        os.umask(umask)
    modes = {path.stat().st_mode & 0o077 for path in (there.run / "p").rglob("*")}
    modes |= {path.stat().st_mode & 0o077 for path in there.run.rglob("*") if path.is_file()}
    assert modes == {0}


def test_replaced_tables_are_kept_for_a_minute_and_then_taken_away(there: Published) -> None:
    former = there.words("global")[1]
    there.write(prefixes=PREFIXES.replace("prefix: ${env.prefix}", "prefix: run"))
    there.publish()
    kept = []
    for later in (0, KEPT_SECS - 1, KEPT_SECS):
        there.now = 1000.0 + later
        there.publisher.sweep()
        kept.append(former in there.stamps())
    assert (kept, there.stamps()) == ([True, True, False], {there.words("global")[1]})


def test_tables_that_came_back_in_time_stay(there: Published) -> None:
    former = there.words("global")[1]
    there.write(prefixes="prefixes: []\n")
    there.publish()
    there.now += KEPT_SECS - 1
    there.write(prefixes=PREFIXES)
    there.publish()
    there.now += KEPT_SECS
    there.publisher.sweep()
    assert (there.words("global")[1], former in there.stamps()) == (former, True)


def test_a_start_takes_away_what_a_killed_daemon_left(there: Published) -> None:
    there.become(in_pane(there.state))
    former = there.words("global")[1]
    (there.run / PANE).with_name("%1.99.new").write_bytes(b"half")
    there.restart()
    there.write(prefixes="prefixes: []\n")
    there.become(State(active_env="dev"))
    assert not (there.run / PANE).parent.exists()
    assert (former in there.stamps(), there.publisher.has_retired) == (True, True)
    there.now += KEPT_SECS
    there.publisher.sweep()
    assert there.stamps() == {there.words("global")[1]}


def test_a_start_mends_what_was_damaged(there: Published) -> None:
    before = there.files()
    stamp = there.words("global")[1]
    (there.run / "t" / stamp / "aws").write_bytes(b"axium1\0go")
    (there.run / "global").unlink()
    there.restart()
    there.publish()
    assert there.files() == before


def test_a_change_that_can_not_be_published_is_taken_back_on_disk_and_for_shells(
    there: Published,
) -> None:
    there.saving.begin(None, there.snapshot())
    before, state, old = there.files(), there.state, there.snapshot()
    (there.run / "p").write_text("in the way")
    new = Snapshot(in_pane(there.state.with_active("dev")), there.configuration)
    with pytest.raises(NotADirectoryError):
        there.saving(old, new)
    (there.run / "p").unlink()
    assert (there.files(), read_state(there.home.state)) == (before, state)
    there.saving(old, new)
    assert (there.words("global")[0], there.words(PANE)[0]) == ("dev", "prod")


def test_a_state_that_can_not_be_written_is_not_published(there: Published) -> None:
    there.saving.begin(None, there.snapshot())
    before, old = there.files(), there.snapshot()
    os.unlink(there.home.state)
    os.mkdir(there.home.state)
    with pytest.raises(IsADirectoryError):
        there.saving(old, Snapshot(there.state.with_active("dev"), there.configuration))
    assert there.files() == before


def test_a_reader_never_meets_a_pointer_without_its_whole_tables(there: Published) -> None:
    seen: list[str] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            name, stamp, _color, _commands = there.words("global")
            assert there.words(f"t/{stamp}/aws")[0] in {"go", "ask"}
            seen.append(name)

    faults: list[BaseException] = []
    reader = threading.Thread(target=lambda: _kept(read, faults))
    reader.start()
    for n in range(300):
        if n % 10 == 0:
            there.write(prefixes=PREFIXES.replace("prefix: ${env.prefix}", f"prefix: run-{n}"))
        there.become(there.state.with_active(("root", "dev", "prod")[n % 3]))
    ended.set()
    reader.join(5)
    assert (faults, len(seen) > 10) == ([], True)


def _kept(work: Callable[[], None], faults: list[BaseException]) -> None:
    try:
        work()
    except (AssertionError, OSError, ValueError) as fault:
        faults.append(fault)
