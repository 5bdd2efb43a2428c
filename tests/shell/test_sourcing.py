"""The hook itself: sourced twice, by scripts, by old shells, over an older one, with spokes."""

from __future__ import annotations

import pytest

from axium.thin.wrapper import FUNCTION
from tests.shell.scene import Scene
from tests.shell.shells import rows

FUNCTIONS_OF_BASH = "compgen -A function | grep -v -e axium -e ^ax$"
FUNCTIONS_OF_ZSH = "print -l ${(ok)functions} | grep -v ax"
FUNCTIONS_OF_FISH = "for n in aws gcloud tofu; functions -q $n; and echo $n; end"


@rows(
    "names, added",
    bash=[
        (
            "compgen -A variable; compgen -A function; compgen -A alias",
            ["PROMPT_COMMAND", "aws", "ax", "axium"],
        )
    ],
    zsh=[
        (
            "print -l ${(ok)parameters} ${(ok)functions} ${(ok)aliases}",
            ["_axium", "aws", "ax", "axium", "precmd_functions", "preexec_functions"],
        )
    ],
    fish=[
        (
            "set --names; functions --all --names | string split ,; abbr --list",
            ["aws", "ax", "axium"],
        )
    ],
)
def test_only_names_of_ours_are_added_to_the_shell(
    scene: Scene, names: str, added: list[str]
) -> None:
    scene.prod()
    scene.rc.write_text(scene.shell.quiet)
    source = scene.shell.source(scene)

    before = scene.type("aws", "echo names:", names).stdout.partition("names:\n")[2]
    after = scene.type(source, "aws", "echo names:", names).stdout.partition("names:\n")[2]

    ours = ("_axium_", "__axium_", "axium_", "AXIUM_")
    found = set(after.split()) - set(before.split())
    assert sorted(name for name in found if not name.startswith(ours)) == added


SHOWN_BY_BASH = (
    "(declare -p; declare -f; alias; shopt -p; set -o) | grep -v -e '^declare -. BASH' -e ^BASH"
    " -e '_=' -e LINENO -e SECONDS -e RANDOM -e EPOCH -e _axium_words"
)
SHOWN_BY_ZSH = (
    "(typeset -p; typeset -f; alias; setopt) | grep -vE 'LINENO|RANDOM|SECONDS|EPOCH|HISTCMD"
    "|TTYIDLE|ERRNO|_axium_typed|_axium_words|history'"
)
SHOWN_BY_FISH = (
    "begin; for f in aws ax (functions --all --names | string split , | string match '*axium*');"
    " functions $f; end;"
    " set --show | string match -v -r 'status|history|__axium_(words|names|held)|pid|CMD_DUR';"
    " abbr; complete axium; complete ax; end"
)


@rows(
    "show, again",
    bash=[(SHOWN_BY_BASH, 'eval "$(cat {hook})"')],
    zsh=[(SHOWN_BY_ZSH, 'eval "$(<{hook})"')],
    fish=[(SHOWN_BY_FISH, "cat {hook} | source")],
)
def test_sourcing_twice_changes_nothing(scene: Scene, show: str, again: str) -> None:
    scene.prod()
    hook = scene.home / scene.shell.hook

    typed = scene.type(
        f"{show} >~/1", scene.shell.source(scene), again.format(hook=hook), f"{show} >~/2"
    )

    assert typed.stderr == ""
    first, second = ((scene.scratch.user / name).read_text() for name in "12")
    assert "aws" in first
    assert second.splitlines() == first.splitlines()


OWN = "! `tofu` is a function of your own: axium does not wrap it"
ALREADY = "! `tofu` is a function already: axium does not wrap it"


@pytest.mark.parametrize("is_lost", [False, True])
@rows(
    "mine, lose, functions, told",
    bash=[("tofu() { :; }", "unset AXIUM_WRAPPED_COMMANDS", FUNCTIONS_OF_BASH, OWN)],
    zsh=[("tofu() { :; }", "unset AXIUM_WRAPPED_COMMANDS", FUNCTIONS_OF_ZSH, OWN)],
    fish=[("function tofu; end", "set -e AXIUM_WRAPPED_COMMANDS", FUNCTIONS_OF_FISH, ALREADY)],
)
def test_a_newer_hook_takes_the_wrappers_of_an_older_one_over(
    scene: Scene, mine: str, lose: str, functions: str, told: str, *, is_lost: bool
) -> None:
    scene.prod()
    scene.commands("aws", "gcloud")
    hook = scene.home / scene.shell.hook
    upgrade = f"sed -i -E 's/(_axium_version[= ]).*/\\19/' {hook}"
    scene.publish("names", "c2", "aws", "tofu")
    scene.publish("pointer", "prod", "s1", "", "c2")
    publish = f"cd {scene.published}; mv names commands; mv pointer global"

    typed = scene.type(
        mine,
        f"{upgrade}; {lose if is_lost else 'true'}",
        f"{publish}; source {hook}",
        f"echo {scene.shell.names}",
        "aws s3",
        f"axium_clear_wrappers; {functions}",
    )

    left = ["gcloud", "tofu"] if is_lost else ["tofu"]  # nothing tells that `gcloud` was one
    assert (typed.stdout.splitlines(), typed.stderr) == (["aws", *left], told)
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@pytest.mark.parametrize("lost", ["", "unset AXIUM_WRAPPED_COMMANDS"])
def test_the_functions_of_wrapper_refresh_become_those_of_the_hook(scene: Scene, lost: str) -> None:
    scene.prod()
    scene.rc.write_text(scene.shell.quiet)
    names = ("aws", "gcloud")
    functions = "\n".join([FUNCTION.format(name=name) for name in names])

    typed = scene.type(
        f"{functions}\nAXIUM_WRAPPED_COMMANDS='{' '.join(names)}'",
        lost,
        scene.shell.source(scene),
        "aws s3",
        f"echo {scene.shell.names}",
        "compgen -A function gcloud",
    )

    left = ["gcloud"] if lost else []  # nothing tells that `gcloud` was one
    assert (typed.stdout.splitlines(), typed.stderr) == (["aws", *left], "")
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@pytest.mark.parametrize(
    ("script", "hook"),
    [
        (("bash", "-c"), "bash/init.sh"),
        (("sh", "-c"), "bash/init.sh"),
        (("zsh", "-f", "-c"), "zsh/init.zsh"),
        (("zsh", "-f", "-c"), "bash/init.sh"),
        (("fish", "-c"), "fish/init.fish"),
    ],
)
def test_a_script_that_sources_the_hook_is_left_alone(
    scene: Scene, script: tuple[str, ...], hook: str
) -> None:
    scene.prod()

    done = scene.scratch.run(*script, f". {scene.home}/{hook}; aws s3")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert scene.call().argv == [b"aws", b"s3"]


@pytest.mark.parametrize("prelude", ["", "emulate sh", "setopt ksh_arrays sh_word_split no_unset"])
def test_the_hook_of_bash_leads_zsh_to_its_own(zsh: Scene, prelude: str) -> None:
    zsh.prod()
    zsh.rc.write_text(f"{zsh.shell.quiet}{prelude}\n. {zsh.home}/bash/init.sh\n")

    typed = zsh.type("emulate zsh; aws s3; echo $AXIUM_ENV $options[shwordsplit]")

    assert (typed.stdout, typed.stderr) == ("prod off\n", "")
    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@rows(
    "versions, lie, functions, needed",
    bash=[
        (["3.2.57(1)-release", "4.3.48(1)-release"], "BASH_VERSION", "declare -F", "bash 4.4"),
    ],
    zsh=[
        (["4.3.17", "5.0", "5.0.8"], "ZSH_VERSION", "print -n ${(k)functions}", "5.1"),
    ],
    fish=[
        # Its variable `version` is readonly: the hook is told.
        (["2.7.1", "3.0.0", "3.5.1"], "said", "functions -q axium; and echo there", "3.6"),
    ],
)
def test_an_old_shell_is_told_and_left_alone(
    scene: Scene, versions: list[str], lie: str, functions: str, needed: str
) -> None:
    scene.prod()
    hook = scene.home / scene.shell.hook
    text = hook.read_text()
    for version in versions:
        hook.write_text(text.replace("$version", version))
        scene.start_file(f"export {lie}='{version}'")

        typed = scene.type("aws s3", functions)

        assert typed.stdout == ""
        assert typed.stderr == (
            f"✗ {hook.parent.name} {version} is too old for axium\n"
            f"  {needed} or newer wraps commands; this shell is left as it was"
        )
        assert scene.call().argv == [b"aws", b"s3"]


@pytest.mark.parametrize("version", ["3.6.0", "3.7.1", "4.0.2", "4.1.0-beta", "10.1"])
def test_newer_ones_of_fish_are_served(fish: Scene, version: str) -> None:
    fish.prod()
    hook = (fish.home / "fish/init.fish").read_text().replace("$version", version)
    fish.rc.write_text(fish.shell.quiet + hook)

    fish.type("aws s3")

    assert fish.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@rows(
    "load",
    bash=[('eval "$(cat {hook})"',)],
    zsh=[('eval "$(cat {hook})"',)],
    fish=[("cat {hook} | source",)],
)
def test_eval_of_the_hook_goes_on_with_the_start_file(scene: Scene, load: str) -> None:
    scene.prod()
    load = load.format(hook=scene.home / scene.shell.hook)
    scene.rc.write_text(f"{scene.shell.quiet}{load}\necho after\n")

    typed = scene.type("aws s3")

    assert (typed.stdout, typed.stderr) == ("after\n", "")
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@rows(
    "file, text",
    bash=[("init.sh", "{0}_variable=1; declare -g {0}_2=2\n")],
    zsh=[("init.sh", "{0}_variable=1; typeset {0}_2=2\n")],
    fish=[("init.fish", "set -g {0}_variable 1; set -g {0}_2 2\n")],
)
def test_spokes_are_sourced_and_gears_never(scene: Scene, file: str, text: str) -> None:
    scene.commands("aws")
    for kind in ("spokes", "gears"):
        directory = scene.home / kind / "a b"
        directory.mkdir(parents=True)
        (directory / "init.sh").write_text("exit 1\n")  # of other shells
        (directory / file).write_text(text.format(kind))

    typed = scene.type('echo "$spokes_variable $spokes_2 $gears_variable"')

    assert typed.stdout == "1 2 \n"


FAILING = ["return 3\n", "false\n", "no-such-command\n", "if then ((\n"]


@rows(
    "before, after, file, last",
    bash=[("set -e", "set +e", "init.sh", "sourced=yes\n")],
    zsh=[("", "", "init.sh", "sourced=yes\n")],
    fish=[("", "", "init.fish", "set -g sourced yes\n")],
)
def test_a_spoke_that_fails_leaves_the_rest_of_the_start(
    scene: Scene, before: str, after: str, file: str, last: str
) -> None:
    scene.prod()
    scene.start_file(before, after=after)
    for number, text in enumerate((*FAILING, last)):
        directory = scene.home / f"spokes/{number}"
        directory.mkdir(parents=True)
        (directory / file).write_text(text)

    typed = scene.type("echo $sourced", "aws s3")

    assert typed.stdout.splitlines() == ["yes"]
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
