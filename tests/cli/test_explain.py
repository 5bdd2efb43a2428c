"""`axium explain` against a real daemon: what would run, and the words it is told in."""

from __future__ import annotations

import json

from tests.cli.saying import said
from tests.support import Scratch


def test_what_a_command_would_run_is_explained(home: Scratch) -> None:
    assert said(home, "env", "set", "dev") == (0, "", "")
    code, data, talk = said(home, "explain", "--", "terraform", "plan", "-out=x y")
    assert (code, talk) == (0, "")
    lines = data.splitlines()
    assert lines[0] == "environment  dev (global)"
    assert lines[1].startswith("rule         prefixes.yaml:")
    assert lines[2] == "runs         wrapx exec dev -- terraform plan '-out=x y'"
    assert any("envs.yaml:4:13" in line for line in lines[4:])
    document = json.loads(said(home, "explain", "--json", "terraform")[1])
    assert document["argv"] == ["wrapx", "exec", "dev", "--", "terraform"]


FORMS = """\
prefixes:
  - {command: a, prefix: x}
  - {command: b, wrapper: x}
  - {command: c, strategy: wrapper, config: {command: x}}
  - {command: d, strategy: args_prepend, config: {args: [x]}}
  - {command: e, strategy: args_append, config: {args: [x]}}
  - {command: f, strategy: env_vars, config: {env: {A: x}}}
"""


def test_rules_are_explained_in_the_words_of_the_file(home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text(FORMS)
    assert said(home, "daemon", "reload") == (0, "", "")
    told = [said(home, "explain", command)[1].splitlines()[1].split() for command in "abcdef"]
    assert [row[2] for row in told] == [
        "prefix",
        "wrapper",
        "wrapper",
        "args_prepend",
        "args_append",
        "env_vars",
    ]


def test_every_further_line_of_a_refused_command_is_a_hint(home: Scratch) -> None:
    assert said(home, "env", "set", "prod") == (0, "", "")
    (home.home / "envs.yaml").write_text("envs: {root: {}, prods: {}}\n")
    assert said(home, "daemon", "reload") == (0, "", "")
    assert said(home, "run", "aws") == (
        1,
        "",
        (
            "✗ Unknown environment: prod\n  Did you mean: prods\n"
            "  `axium env set NAME` takes another one\n"
        ),
    )


def test_a_variable_of_this_process_is_told_to_explain(home: Scratch) -> None:
    (home.home / "prefixes.yaml").write_text(
        "prefixes:\n  - {command: aws, prefix: 'wrapx $REGION'}\n"
    )
    assert said(home, "daemon", "reload") == (0, "", "")
    assert "runs         wrapx eu aws" in said(home, "explain", "aws", REGION="eu")[1]


def test_a_command_is_explained_where_the_directory_was_removed(home: Scratch) -> None:
    script = "mkdir gone && cd gone && rmdir ../gone && axium explain aws"
    done = home.run("bash", "-c", script)
    assert done.returncode == 0
    assert "runs         aws" in done.stdout
