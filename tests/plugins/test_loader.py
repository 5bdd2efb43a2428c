"""A plugin's own files are found however it names them, and nobody else's are hidden."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from axium.plugins.faults import Unloadable
from axium.plugins.loader import load
from axium.plugins.plugin import Plugin
from tests.plugins.conftest import Written

SAY = "def register(app): return {}\n"


def result(plugin: Plugin) -> Any:
    """What the entrypoint returns."""
    return load(plugin.kind, plugin.name, plugin.directory, plugin.entrypoint)(None)


@pytest.mark.parametrize("name", ["aws", "my-spoke", "1st.x", "a_b", "json", "typer", "x.y.z"])
@pytest.mark.parametrize("entrypoint", ["main:register", "{name}.main:register"])
def test_a_directory_of_any_name_is_a_package(written: Written, name: str, entrypoint: str) -> None:
    code = "from . import helper\n" + SAY.format("helper.X")
    files = {"main.py": code, "helper.py": "X = 7"}
    assert result(written(files, name, entrypoint.format(name=name))) == 7


@pytest.mark.parametrize(
    "statement",
    [
        "import helper as found",
        "from . import helper as found",
        "from aws import helper as found",
        "import aws.helper as found",
        "import aws; import aws.helper; found = aws.helper",
        "import importlib; found = importlib.import_module('helper')",
        "import importlib; found = importlib.import_module('.helper', __package__)",
    ],
)
def test_however_it_is_named_a_file_of_the_plugin_is_one_module(
    written: Written, statement: str
) -> None:
    code = f"{statement}\nfrom .helper import here\n" + SAY.format("found.here is here")
    assert result(written({"main.py": code, "helper.py": "here = object()"})) is True


def test_a_package_inside_is_found_by_each_of_its_names(written: Written) -> None:
    files = {
        "main.py": "import lib.deep.one as a\nfrom .lib.deep import one as b\n"
        "from lib.deep.one import X\nfrom aws.lib import deep\n"
        + SAY.format("(a is b is deep.one, X)"),
        "lib/__init__.py": "from . import deep",
        "lib/deep/__init__.py": "",
        "lib/deep/one.py": "from ..two import Y\nX = Y + 1",
        "lib/two.py": "Y = 1",
    }
    assert result(written(files)) == (True, 2)


def test_a_package_without_init_is_one_too(written: Written) -> None:
    files = {"main.py": "from lib import one\n" + SAY.format("one.X"), "lib/one.py": "X = 1"}
    assert result(written(files)) == 1


def test_a_plugin_with_an_init_of_its_own_has_it_run_first(written: Written) -> None:
    files = {"__init__.py": "X = 1", "main.py": "import aws\n" + SAY.format("aws.X")}
    assert result(written(files)) == 1


def test_modules_that_import_one_another_are_loaded(written: Written) -> None:
    files = {
        "main.py": "import one\n" + SAY.format("one.two.one.X"),
        "one.py": "import two\nX = 5",
        "two.py": "import one",
    }
    assert result(written(files)) == 5


def test_the_standard_library_and_what_axium_needs_are_never_hidden(written: Written) -> None:
    files = {
        "main.py": "import json, typer, msgspec, axium\nfrom . import json as own\n"
        + SAY.format("(json, typer, own.X)"),
        "json.py": "X = 1",
        "typer.py": "raise RuntimeError",
        "msgspec/__init__.py": "raise RuntimeError",
        "axium.py": "raise RuntimeError",
    }
    assert result(written(files)) == (json, typer, 1)


def test_a_file_of_the_plugin_comes_before_what_else_is_installed(written: Written) -> None:
    files = {"main.py": "import grimp\n" + SAY.format("grimp.X"), "grimp.py": "X=1"}
    plugin = written(files)
    sys.modules.pop("grimp", None)
    assert result(plugin) == 1


def test_no_plugin_imports_another(written: Written) -> None:
    written({"main.py": SAY.format("1"), "helper.py": "X = 1"}, "other")
    plugin = written("import other\n" + SAY.format("1"))
    with pytest.raises(ModuleNotFoundError):
        result(plugin)


def test_a_plugin_under_another_name_finds_itself_by_the_name_in_its_entrypoint(
    written: Written,
) -> None:
    code = "from aws import helper\nimport other.helper\n" + SAY.format("helper is other.helper")
    files = {"main.py": code, "helper.py": ""}
    assert result(written(files, "other", "aws.main:register")) is True


def test_a_plugin_with_the_name_of_a_standard_module_leaves_that_alone(written: Written) -> None:
    code = "import xml.sax.saxutils as s, wsgiref.util\nfrom . import util\n" + SAY.format(
        "(s.escape('<'), wsgiref.util.__name__, util.X)"
    )
    files = {"main.py": code, "util.py": "X = 1", "sax.py": "raise RuntimeError"}
    plugin = written(files, "wsgiref", "wsgiref.main:register")
    assert result(plugin) == ("&lt;", "wsgiref.util", 1)


def test_a_directory_without_modules_hides_nothing(written: Written) -> None:
    files = {"main.py": "import grimp\n" + SAY.format("grimp.__file__ is None")}
    plugin = written({**files, "grimp/one.json": "{}"})
    assert result(plugin) is False


def test_a_plugin_that_is_loaded_later_finds_its_own_helper(written: Written) -> None:
    code = "import helper\n" + SAY.format("helper.X")
    first = written({"main.py": code, "helper.py": "X = 'first'"}, "one")
    second = written({"main.py": code, "helper.py": "X = 'second'"}, "two")
    assert (result(first), result(second)) == ("first", "second")


def test_a_quick_edit_of_the_same_length_is_seen(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    plugin = written(SAY.format(1))
    assert result(plugin) == 1
    main = tmp_path / "aws" / "main.py"
    status = main.stat()
    main.write_text(SAY.format(2))
    os.utime(main, ns=(status.st_atime_ns, status.st_mtime_ns + 2_000_000))
    for name in [name for name in sys.modules if name.startswith("spoke_aws")]:
        del sys.modules[name]
    assert result(plugin) == 2


@pytest.mark.parametrize(("kind", "left"), [("spoke", ["__pycache__"]), ("gear", [])])
def test_bytecode_is_kept_for_spokes_alone(
    written: Written, monkeypatch: pytest.MonkeyPatch, kind: str, left: list[str]
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    plugin = written({"main.py": "import helper\n" + SAY.format(1), "helper.py": ""}, kind=kind)
    result(plugin)
    assert [path.name for path in Path(plugin.directory).glob("_*")] == left


FAULTS = {
    "main": ("{dir}: `main` is no entrypoint, such as `main:register`"),
    "mian:register": "{dir}/mian.py: there is no such file, which the entrypoint `mian:register` "
    "names; did you mean `main`?",
    "main:regisetr": "{dir}/main.py: there is no `regisetr` in it; did you mean `register`?",
    "main:other": "{dir}/main.py: there is no `other` in it; write `def other(app, events):`",
    "main:VALUE": "{dir}/main.py: `VALUE` is int, not a function",
}


@pytest.mark.parametrize("entrypoint", FAULTS)
def test_an_entrypoint_that_leads_nowhere_says_what_to_do(
    written: Written, entrypoint: str
) -> None:
    plugin = written("VALUE = 3\n" + SAY.format(1), entrypoint=entrypoint)
    with pytest.raises(Unloadable) as caught:
        result(plugin)
    assert str(caught.value) == FAULTS[entrypoint].format(dir=plugin.directory)
