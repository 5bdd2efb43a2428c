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
