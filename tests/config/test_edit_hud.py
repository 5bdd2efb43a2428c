"""Choosing a theme changes its words in hud.yaml, and no other byte."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.config.defaults import shipped_text
from axium.config.document import EditRefused, plain
from axium.config.edit_hud import set_theme
from axium.config.findings import Findings
from axium.config.hud import parse
from axium.config.nodes import parse as parse_yaml
from axium.model.hud import HudConfig, ThemeChoice

NEW = "theme:\n    enabled: true\n    name: soft\n"


def chosen(home: Path, text: str, **how: bool) -> str:
    path = home / "hud.yaml"
    path.write_bytes(text.encode())
    edit = set_theme(str(path), "soft", **how)
    assert (edit.path, edit.before) == (str(path), text)
    assert how or path.read_bytes().decode() == edit.after
    return edit.after


def refused(path: Path) -> tuple[str, str | None]:
    before = path.read_bytes()
    with pytest.raises(EditRefused) as caught:
        set_theme(str(path), "soft")
    assert path.read_bytes() == before
    return caught.value.message, caught.value.hint


def said(text: str) -> Any:
    root = parse_yaml(text, "hud.yaml", Findings())
    assert root is not None
    return plain(root) or {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "style:\n  theme: # look\n    name: 'dim' # n\n    enabled: false # e\n# end",
            "style:\n  theme: # look\n    name: soft # n\n    enabled: true # e\n# end",
        ),
        (
            "style: {theme: {name: dim, enabled: FALSE}, color: red}",
            "style: {theme: {name: soft, enabled: true}, color: red}",
        ),
        (
            "style:\r\n  theme:\r\n    enabled: true\r\nlayout: [env]\r\n",
            "style:\r\n  theme:\r\n    enabled: true\r\n    name: soft\r\nlayout: [env]\r\n",
        ),
        (
            "style:\n    theme:\n        name: dim",
            "style:\n    theme:\n        name: soft\n        enabled: true\n",
        ),
        ("style:\n  color: red # c\n\n# end\n", f"style:\n  color: red # c\n  {NEW}\n# end\n"),
        ("style: # look\nlayout: [env]\n", f"style: # look\n  {NEW}layout: [env]\n"),
        ("style: ~\n", f"style:\n  {NEW}"),
        ("style:\n  theme:\n  color: red\n", f"style:\n  {NEW}  color: red\n"),
        ("style:\n  theme: {}\n", "style:\n  theme: {enabled: true, name: soft}\n"),
        ("layout: [env] # l\n# end\n", f"layout: [env] # l\nstyle:\n  {NEW}# end\n"),
        (
            "layout:\n- env\n- uptime\n# end",
            f"layout:\n- env\n- uptime\nstyle:\n  {NEW}# end",
        ),
        (
            "{layout: [env], # l\n} # end",
            "{layout: [env], style: {theme: {enabled: true, name: soft}}, # l\n} # end",
        ),
        ("{}", "{style: {theme: {enabled: true, name: soft}}}"),
        (
            "{style: , layout: [env]}",
            "{style: {theme: {enabled: true, name: soft}} , layout: [env]}",
        ),
        ("", f"style:\n  {NEW}"),
        ("# only this", f"# only this\nstyle:\n  {NEW}"),
        ("---\n", f"---\nstyle:\n  {NEW}"),
        ("\ufefflayout: [env] # ä😀\n", f"\ufefflayout: [env] # ä😀\nstyle:\n  {NEW}"),
        (
            'style:\n  wrapper: &w {left: "<", right: ">"}\n  color: "#FFF"\n',
            f'style:\n  wrapper: &w {{left: "<", right: ">"}}\n  color: "#FFF"\n  {NEW}',
        ),
        (
            "base: &b {theme: {name: dim}}\nstyle:\n  <<: *b\n",
            f"base: &b {{theme: {{name: dim}}}}\nstyle:\n  <<: *b\n  {NEW}",
        ),
    ],
)
def test_a_theme_is_chosen_where_it_stands_or_would_stand(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert chosen(tmp_path, text) == expected


def test_the_shipped_file_changes_in_two_words(tmp_path: Path) -> None:
    shipped = shipped_text("hud.yaml")
    expected = shipped.replace("enabled: false", "enabled: true").replace("classic", "soft")
    assert chosen(tmp_path, shipped) == expected


def test_choosing_it_again_changes_nothing(tmp_path: Path) -> None:
    text = chosen(tmp_path, shipped_text("hud.yaml"))
    before = (tmp_path / "hud.yaml").stat()
    assert set_theme(str(tmp_path / "hud.yaml"), "soft").after == text
    assert (tmp_path / "hud.yaml").stat().st_ino == before.st_ino


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    made = chosen(tmp_path, "layout: [env]\n", dry_run=True)
    assert (made, (tmp_path / "hud.yaml").read_text()) == (
        f"layout: [env]\nstyle:\n  {NEW}",
        "layout: [env]\n",
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "layout: env\n",
            "hud.yaml:1:9: `layout` must be a list, found `env`",
            "mend it first, then try again",
        ),
        (
            "style: [\n",
            "hud.yaml:2:1: did not find expected node content, while parsing a flow node",
            "mend it first, then try again",
        ),
        (
            "layout: [env]\n...\n---\nlayout: [env]\n",
            "hud.yaml:3:1: a second document begins here, and one file is one document",
            "mend it first, then try again",
        ),
        *[
            (
                text,
                "hud.yaml can't be edited without changing more",
                "edit hud.yaml by hand",
            )
            for text in (
                "other: &t {name: dim}\nstyle: {theme: *t}\n",
                "style:\n  theme:\n    name: >-\n      dim\n",
                "style:\n  theme:\t# libyaml alone takes a tab here\n    name: dim\n",
                "---\n...\n",
            )
        ],
    ],
)
def test_what_can_not_be_done_leaves_the_file_as_it_is(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    path = tmp_path / "hud.yaml"
    path.write_text(text)
    assert refused(path) == (message, hint)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(EditRefused, match=r"there is no hud\.yaml"):
        set_theme(str(tmp_path / "hud.yaml"), "soft")
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "hud.yaml"
    path.write_text("layout: [env]\n")
    path.chmod(0o444)
    assert refused(path) == ("hud.yaml is read-only", f"it is {path}")


def test_mode_and_symlink_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.yaml", tmp_path / "hud.yaml"
    real.write_text("layout: [env]\n")
    real.chmod(0o640)
    link.symlink_to("dotfiles.yaml")
    set_theme(str(link), "soft")
    assert (os.readlink(link), real.stat().st_mode & 0o777, real.read_text()) == (
        "dotfiles.yaml",
        0o640,
        f"layout: [env]\nstyle:\n  {NEW}",
    )


PIECES = re.compile(r"true|false|'teal'|\"mono\"|dim|soft|~|(?=\})|(?<=\n)")
COMMENT = st.sampled_from(["", " # c", "  # theme: x", " # ä: {"])
THEME = st.one_of(
    st.just("theme:{c}\n"),
    st.sampled_from(["dim", "'teal'", '"mono"', "soft"]).map(
        lambda n: f"theme: {{name: {n}}}{{c}}\n"
    ),
    st.sampled_from(["true", "false"]).map(lambda b: f"theme:{{c}}\n    enabled: {b}{{c}}\n"),
    st.just("theme:{c}\n    # in\n    name: dim{c}\n\n    enabled: false{c}\n"),
)
STYLE = st.one_of(
    st.sampled_from(
        ["color: red{c}\n", "padding: 2{c}\n", "wrapper: {left: '[', right: ']'}{c}\n"]
    ),
    THEME,
    st.just("# comment\n"),
)
TOP = st.one_of(
    st.sampled_from(["layout: [env, uptime]{c}\n", "hide:{c}\n- a\n- b\n", "\n", "# alone\n"]),
    st.lists(STYLE, max_size=5).map(lambda s: "style:{c}\n" + "".join(f"  {line}" for line in s)),
    st.sampled_from(["style: {color: red}{c}\n", "style: ~{c}\n", "style: {}{c}\n"]),
)


@given(st.lists(TOP, max_size=5), COMMENT, st.sampled_from(["\n", "\r\n"]), st.sampled_from([0, 1]))
def test_whatever_the_file_looks_like_only_the_theme_changes(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], comment: str, end: str, ends: int
) -> None:
    text = "".join(parts).replace("{c}", comment).replace("\n", end)
    text = text if ends else text.removesuffix(end)
    findings = Findings()
    before = parse(text, findings)
    if findings.has_errors:  # a key that came twice
        return
    made = chosen(tmp_path_factory.mktemp("home"), text)

    after = said(text)
    after["style"] = (after.get("style") or {}) | {"theme": {"enabled": True, "name": "soft"}}
    assert said(made) == after
    assert parse(made, Findings()) == HudConfig(
        before.layout,
        before.hide,
        before.color,
        before.padding,
        before.left,
        before.right,
        ThemeChoice(True, "soft"),
    )
    assert is_kept(text, made)


def is_kept(text: str, made: str) -> bool:
    """Whether all that was there is there still, in order, but for values, `~` and `{}`."""
    place = 0
    for piece in [part.rstrip(" ") for part in PIECES.split(text)]:
        place = made.index(piece, place) + len(piece)
    return True
