"""An edit changes one thing of a file, and no other byte."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.config import prefixes
from axium.config.defaults import shipped_text
from axium.config.document import Document, EditRefused, alone
from axium.config.edit import add_wrapper, remove_rules
from axium.config.findings import Findings
from axium.config.nodes import Mapping, Scalar, parse
from axium.config.splice import written

Edit = Callable[[str], None]


def edited(home: Path, text: str, edit: Edit) -> str:
    path = home / "prefixes.yaml"
    path.write_bytes(text.encode())
    edit(str(path))
    return path.read_bytes().decode()


def refused(home: Path, text: str, edit: Edit) -> tuple[str, str | None]:
    path = home / "prefixes.yaml"
    path.write_bytes(text.encode())
    with pytest.raises(EditRefused) as caught:
        edit(str(path))
    assert path.read_bytes().decode() == text
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "prefixes:\n  - command: x # c\n    prefix: y\n\n# end\n",
            (
                "prefixes:\n  - command: x # c\n    prefix: y\n"
                "  - command: a\n    wrapper: w a\n\n# end\n"
            ),
        ),
        (
            "prefixes:\r\n- command: x\r\n  prefix: |\r\n    y\r\n",
            (
                "prefixes:\r\n- command: x\r\n  prefix: |\r\n    y\r\n"
                "- command: a\r\n  wrapper: w a\r\n"
            ),
        ),
        (
            "prefixes:\n- {command: x, prefix: y}",
            "prefixes:\n- {command: x, prefix: y}\n- command: a\n  wrapper: w a\n",
        ),
        ("prefixes: [] # none\n", "prefixes: # none\n  - command: a\n    wrapper: w a\n"),
        ("prefixes:\n# none\n", "prefixes:\n  - command: a\n    wrapper: w a\n# none\n"),
        ("prefixes: ~", "prefixes:\n  - command: a\n    wrapper: w a\n"),
        ("{prefixes: []}", "{prefixes: [{command: a, wrapper: w a}]}"),
        (
            "prefixes: [{command: x, prefix: y} ] # z",
            "prefixes: [{command: x, prefix: y} , {command: a, wrapper: w a}] # z",
        ),
        (
            "\ufeffprefixes:\n- command: x\n  prefix: &p ä😀\n",
            "\ufeffprefixes:\n- command: x\n  prefix: &p ä😀\n- command: a\n  wrapper: w a\n",
        ),
    ],
)
def test_a_wrapper_is_added_after_the_other_rules(tmp_path: Path, text: str, expected: str) -> None:
    found = edited(tmp_path, text, lambda path: add_wrapper(path, "a", "w a"))
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "# top\nprefixes:\n  # of a\n  - command: a # c\n    wrapper: 'w\n      a' # d\n\n"
                "  # of b\n  - command: b\n    prefix: y\n"
            ),
            "# top\nprefixes:\n  # of a\n\n  # of b\n  - command: b\n    prefix: y\n",
        ),
        (
            "prefixes:\n-\n  command: b\n  prefix: x\n-\n\n  command: a\n  prefix: y",
            "prefixes:\n-\n  command: b\n  prefix: x\n",
        ),
        (
            (
                "prefixes:\n- {command: a, prefix: y}\n- {command: b, prefix: z}\n"
                "- {command: a, strategy: args_append, config: {args: [-]}}\n"
            ),
            "prefixes:\n- {command: b, prefix: z}\n",
        ),
        ("prefixes: # c\n- {command: a, prefix: y}\n# d\n", "prefixes: [] # c\n# d\n"),
        (
            "prefixes: [{command: a, prefix: y}, {command: b, prefix: z}]",
            "prefixes: [{command: b, prefix: z}]",
        ),
        (
            (
                "prefixes: [{command: b, prefix: z}, {command: a, prefix: y},"
                " {command: a, strategy: args_append, config: {args: [-]}} ]"
            ),
            "prefixes: [{command: b, prefix: z} ]",
        ),
        ("prefixes: [ {command: a, prefix: y} ]", "prefixes: [  ]"),
    ],
)
def test_all_rules_of_a_command_are_removed_with_their_lines(
    tmp_path: Path, text: str, expected: str
) -> None:
    found = edited(tmp_path, text, lambda path: remove_rules(path, "a"))
    assert found == expected


@pytest.mark.parametrize(
    ("text", "edit", "message", "hint"),
    [
        (
            "prefixes:\n- {command: a, prefix: x}\n",
            lambda path: add_wrapper(path, "a", "w"),
            "`a` has a rule already, at prefixes.yaml:2:3",
            "take it away first: `axium wrapper remove a`",
        ),
        (
            "prefixes: []\n",
            lambda path: add_wrapper(path, "cd", "w"),
            "prefixes.yaml:2:14: `cd` can't be wrapped: it is part of the shell",
            None,
        ),
        (
            "prefixes: []\n",
            lambda path: add_wrapper(path, "a", "w 'x"),
            "prefixes.yaml:3:14: `w 'x` can't be cut into words: a quote `'` is never closed",
            None,
        ),
        (
            "prefixes: [\n",
            lambda path: add_wrapper(path, "a", "w"),
            "prefixes.yaml:2:1: did not find expected node content, while parsing a flow node",
            "mend it first, then try again",
        ),
        (
            "prefixes:\n- {command: kubectl, prefix: x}\n",
            lambda path: remove_rules(path, "kubctl"),
            "`kubctl` has no rule in prefixes.yaml",
            "did you mean `kubectl`?",
        ),
        (
            "prefixes:\n- {command: a, prefix: &p x}\n- {command: b, prefix: *p}\n",
            lambda path: remove_rules(path, "a"),
            "prefixes.yaml can't be edited without changing more",
            "edit prefixes.yaml by hand",
        ),
        (
            "base: &b\n  prefixes:\n  - {command: x, prefix: y}\n<<: *b\n",
            lambda path: add_wrapper(path, "a", "w"),
            "prefixes.yaml can't be edited without changing more",
            "edit prefixes.yaml by hand",
        ),
    ],
)
def test_what_can_not_be_done_leaves_the_file_as_it_is(
    tmp_path: Path, text: str, edit: Edit, message: str, hint: str | None
) -> None:
    assert refused(tmp_path, text, edit) == (message, hint)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "prefixes.yaml"
    with pytest.raises(EditRefused, match=r"there is no prefixes\.yaml"):
        add_wrapper(str(path), "a", "b")
    assert not path.exists()


def test_mode_and_symlink_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.yaml", tmp_path / "prefixes.yaml"
    real.write_text("prefixes: []\n")
    real.chmod(0o640)
    link.symlink_to("dotfiles.yaml")
    add_wrapper(str(link), "a", "b")
    assert (os.readlink(link), real.stat().st_mode & 0o777, real.read_text()) == (
        "dotfiles.yaml",
        0o640,
        "prefixes:\n  - command: a\n    wrapper: b\n",
    )


def test_adding_and_removing_again_gives_the_shipped_file_back(tmp_path: Path) -> None:
    def there_and_back(path: str) -> None:
        add_wrapper(path, "kubectl", "wrapx ${env.name} -- kubectl")
        remove_rules(path, "kubectl")

    shipped = shipped_text("prefixes.yaml")
    assert edited(tmp_path, shipped, there_and_back) == shipped


def test_edits_at_the_same_time_are_all_made(tmp_path: Path) -> None:
    path = tmp_path / "prefixes.yaml"
    path.write_text("prefixes: []\n")
    names = [f"tool{number}" for number in range(8)]
    script = "import sys; from axium.config.edit import add_wrapper; add_wrapper(*sys.argv[1:])"
    adding = [Popen([sys.executable, "-c", script, str(path), name, "w"]) for name in names]

    assert [process.wait(30) for process in adding] == [0] * len(names)
    assert [name for name in names if f"command: {name}\n" not in path.read_text()] == []
    assert list(tmp_path.iterdir()) == [path]


def test_an_edit_that_does_not_end_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "prefixes.yaml")
    with alone(path), pytest.raises(EditRefused) as caught, alone(path, patience=0.01):
        pass

    told = f"another `axium` is editing {path}"
    assert (caught.value.message, caught.value.hint) == (told, "end it, then try again")


def test_what_an_editor_saved_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "prefixes.yaml"
    path.write_text("prefixes: []\n")
    read = Document(str(path), "prefixes.yaml", prefixes.parse)
    path.write_text("prefixes: []\n# saved meanwhile\n")

    with pytest.raises(EditRefused, match=r"prefixes\.yaml was changed by another meanwhile"):
        read.write("prefixes: []  \n", lambda data: None)
    assert path.read_text() == "prefixes: []\n# saved meanwhile\n"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_written_is_read_back_as_it_was(value: str) -> None:
    for text in (f"a: {written(value)}\n", f"{{a: {written(value)}, b: {written(value)}}}"):
        findings = Findings()
        root = parse(text, "prefixes.yaml", findings)
        assert findings.faults == ()
        assert isinstance(root, Mapping)
        found = root.pairs[0][1]
        assert isinstance(found, Scalar)
        assert found.value == value
