"""The user's own options, traps and habits neither matter to the hook in zsh nor change by it."""

from __future__ import annotations

import pytest

from tests.shell.scene import Scene

PRELUDES = [
    "setopt err_exit no_unset",
    "setopt err_return",
    "setopt pipe_fail",
    "setopt ksh_arrays",
    "setopt ksh_arrays sh_word_split glob_subst",
    "setopt sh_word_split",
    "setopt glob_subst",
    "setopt no_glob",
    "setopt all_export",
    "setopt extended_glob",
    "setopt null_glob",
    "setopt csh_null_glob",
    "setopt no_nomatch",
    "setopt ksh_glob sh_glob",
    "setopt no_clobber no_append_create",
    "setopt no_multios",
    "setopt rc_expand_param",
    "setopt magic_equal_subst",
    "setopt glob_assign",
    "setopt brace_ccl",
    "setopt ignore_braces ignore_close_braces",
    "setopt no_short_loops csh_junkie_loops csh_junkie_quotes",
    "setopt rc_quotes",
    "setopt no_bad_pattern",
    "setopt warn_create_global",
    "setopt warn_create_global warn_nested_var",
    "setopt typeset_silent",
    "setopt no_global_export",
    "setopt posix_aliases posix_argzero posix_identifiers posix_strings",
    "setopt posix_builtins",
    "setopt auto_cd auto_name_dirs cdable_vars chase_links; cd /",
    "setopt no_function_argzero",
    "setopt prompt_subst prompt_bang",
    "setopt no_prompt_percent",
    "setopt no_hash_cmds hash_executables_only",
    "setopt path_dirs",
    "setopt no_multibyte",
    "setopt no_case_match no_case_glob",
    "setopt bsd_echo c_bases octal_zeroes",
    "setopt no_equals",
    "setopt no_rcs local_options local_traps",
    "setopt debug_before_cmd; trap ': x' DEBUG ZERR",
    "trap ': x' DEBUG; TRAPZERR() { : }",
    "setopt interactive_comments no_bang_hist",
    "setopt print_exit_value",
    "emulate sh",
    "emulate ksh",
    "emulate csh",
    "emulate -R sh; unsetopt prompt_cr prompt_sp",
    "IFS=",
    "IFS=',=<[/-_axium012'",
    "unset IFS",
    "FUNCNEST=20",
    "LC_ALL=C",
    "export LC_ALL=C LANG=C",
    "LC_ALL=C.UTF-8",
    "set -- one 'two three'",
    "disable local typeset functions 2>/dev/null; enable local typeset",
    "zmodload zsh/files zsh/stat zsh/mapfile",
    "autoload -Uz compinit; compinit -D -u",
    "exec 2>/dev/null; set -x",
]


@pytest.mark.parametrize("prelude", PRELUDES)
def test_the_users_options_do_not_matter(zsh: Scene, prelude: str) -> None:
    hostile = "a[$(touch $CANARY)]`touch $CANARY` * {x,y} \\n %s ~ =ls '\""
    zsh.prod("<aws", f"<{hostile}", ">--end", f"=AWS_PROFILE={hostile}", "-AWS_SECRET")

    typed = zsh.type(prelude, "aws s3 '' '*'", env={"AWS_SECRET": "key", "CANARY": str(zsh.canary)})

    call = zsh.call()
    words = hostile.encode()
    if call.argv[0] == b"python":  # where zsh itself can't be trusted to do it
        assert (call.argv, typed.stderr) == (zsh.asked("aws", "s3", "", "*"), "")
        assert "emulate" in prelude or "all_export" in prelude or "builtins" in prelude
    else:
        assert (call.argv, typed.stderr) == ([b"aws", words, b"s3", b"", b"*", b"--end"], "")
        assert call.env[b"AWS_PROFILE"] == words
        assert b"AWS_SECRET" not in call.env
    assert not [name for name in call.env if name.startswith(b"_axium")]
    assert not zsh.canary.exists()


@pytest.mark.parametrize("prelude", PRELUDES)
def test_the_hook_is_sourced_under_any_options_and_leaves_them(zsh: Scene, prelude: str) -> None:
    zsh.prod()
    state = (
        "typeset -p IFS 2>/dev/null; for _axium_o in ${(ko)options}; do"
        " echo $_axium_o $options[$_axium_o]; done; trap; printf '[%s]' \"$@\""
    )
    (zsh.scratch.user / "state").write_text(f"emulate -L zsh\n{state}\n")
    show = ". $HOME/state"
    zsh.rc.write_text(f'{zsh.shell.quiet}{prelude}\n() {{ {show}\n}} "$@"\n')
    around = zsh.shell.environ(zsh)
    before = zsh.scratch.run("zsh", "-d", "-i", env=around)

    zsh.rc.write_text(
        f"{zsh.shell.quiet}{prelude}\n{zsh.shell.source(zsh)}\naws s3 >/dev/null\n"
        f'() {{ {show}\n}} "$@"\n'
    )
    after = zsh.scratch.run("zsh", "-d", "-i", env=around)

    assert after.stdout == before.stdout
    assert zsh.calls() in (["aws"], ["python"])


def test_only_names_of_ours_are_added_to_the_shell(zsh: Scene) -> None:
    zsh.prod()
    zsh.rc.write_text(zsh.shell.quiet)
    names = "print -l ${(ok)parameters} ${(ok)functions} ${(ok)aliases}"

    before = zsh.type("aws", names).stdout.split()
    after = zsh.type(zsh.shell.source(zsh), "aws", names).stdout.split()

    added = set(after) - set(before)
    assert sorted(
        name for name in added if not name.startswith(("_axium_", "axium_", "AXIUM_"))
    ) == ["_axium", "aws", "ax", "axium", "precmd_functions", "preexec_functions"]


def test_sourcing_twice_changes_nothing(zsh: Scene) -> None:
    zsh.prod()
    again = zsh.shell.source(zsh)
    skipped = "LINENO|RANDOM|SECONDS|EPOCH|HISTCMD|TTYIDLE|ERRNO|_axium_typed|_axium_words|history"
    show = f"(typeset -p; typeset -f; alias; setopt) | grep -vE '{skipped}'"

    typed = zsh.type(
        f"{show} >$HOME/1", again, f'eval "$(<{zsh.home}/zsh/init.zsh)"', f"{show} >$HOME/2"
    )

    assert typed.stderr == ""
    first, second = ((zsh.scratch.user / name).read_text() for name in "12")
    assert second.splitlines() == first.splitlines()


@pytest.mark.parametrize("lost", ["", "unset AXIUM_WRAPPED_COMMANDS"])
def test_a_newer_hook_takes_the_wrappers_of_an_older_one_over(zsh: Scene, lost: str) -> None:
    zsh.prod()
    zsh.commands("aws", "gcloud")
    hook = f"{zsh.home}/zsh/init.zsh"
    upgrade = f"sed -i 's/^_axium_version=.*/_axium_version=9/' {hook}"
    zsh.publish("names", "c2", "aws", "tofu")
    zsh.publish("pointer", "prod", "s1", "", "c2")
    publish = f"cd {zsh.published}; mv names commands; mv pointer global"

    typed = zsh.type(
        "tofu() { :; }",
        f"{upgrade}; {lost}",
        f"{publish}; source {hook}",
        'echo "${AXIUM_WRAPPED_COMMANDS[*]}"',
        "aws s3",
        "axium_clear_wrappers; print -l ${(ok)functions} | grep -v ax",
    )

    left = ["gcloud", "tofu"] if lost else ["tofu"]  # nothing tells that `gcloud` was one
    assert typed.stdout.splitlines() == ["aws", *left]
    assert typed.stderr == "! `tofu` is a function of your own: axium does not wrap it"
    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@pytest.mark.parametrize("hook", ["zsh/init.zsh", "bash/init.sh"])
def test_a_script_that_sources_the_hook_is_left_alone(zsh: Scene, hook: str) -> None:
    zsh.prod()

    done = zsh.scratch.run("zsh", "-f", "-c", f". {zsh.home}/{hook}; aws s3")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert zsh.call().argv == [b"aws", b"s3"]


@pytest.mark.parametrize("prelude", ["", "emulate sh", "setopt ksh_arrays sh_word_split no_unset"])
def test_the_hook_of_bash_leads_zsh_to_its_own(zsh: Scene, prelude: str) -> None:
    zsh.prod()
    zsh.rc.write_text(f"{zsh.shell.quiet}{prelude}\n. {zsh.home}/bash/init.sh\n")

    typed = zsh.type("emulate zsh; aws s3; echo $AXIUM_ENV $options[shwordsplit]")

    assert (typed.stdout, typed.stderr) == ("prod off\n", "")
    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_an_old_zsh_is_told_and_left_alone(zsh: Scene) -> None:
    zsh.prod()
    for version in ("4.3.17", "5.0", "5.0.8"):
        hook = (zsh.home / "zsh/init.zsh").read_text().replace("$ZSH_VERSION", version)
        zsh.rc.write_text(zsh.shell.quiet + hook)

        typed = zsh.type("aws s3; print -n ${(k)functions}")

        assert typed.stdout == ""
        assert typed.stderr == (
            f"✗ zsh {version} is too old for axium\n"
            "  5.1 or newer wraps commands; this shell is left as it was"
        )
        assert zsh.call().argv == [b"aws", b"s3"]


def test_eval_of_the_hook_goes_on_with_the_start_file(zsh: Scene) -> None:
    zsh.prod()
    zsh.rc.write_text(f'{zsh.shell.quiet}eval "$(cat {zsh.home}/zsh/init.zsh)"\necho after\n')

    typed = zsh.type("aws s3")

    assert typed.stdout == "after\n"
    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_spokes_are_sourced_and_gears_never(zsh: Scene) -> None:
    zsh.commands("aws")
    for kind in ("spokes", "gears"):
        (zsh.home / kind / "a b").mkdir(parents=True)
        (zsh.home / kind / "a b/init.sh").write_text(f"{kind}_variable=1; typeset {kind}_2=2\n")

    typed = zsh.type(
        zsh.shell.source(zsh), "echo ${spokes_variable-} ${spokes_2-} ${gears_variable-}"
    )

    assert typed.stdout == "1 2\n"


FAILING = {"1": "return 3\n", "2": "false\n", "3": "no-such-command\n", "4": "if then ((\n"}


def test_a_spoke_that_fails_leaves_the_rest_of_the_start(zsh: Scene) -> None:
    zsh.prod()
    for name, text in (FAILING | {"5": "sourced=yes\n"}).items():
        (zsh.home / "spokes" / name).mkdir(parents=True)
        (zsh.home / "spokes" / name / "init.sh").write_text(text)

    typed = zsh.type(zsh.shell.source(zsh), "echo $sourced", "aws s3")

    assert typed.stdout.splitlines() == ["yes"]
    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
