"""How a test talks with an interactive fish."""

from __future__ import annotations

from tests.shell.scene import Bash, Scene
from tests.support import Scratch

QUIET = """\
set fish_greeting
function drawn # the prompt, as fish itself says that it is drawn
    set --local code $status
    emit fish_prompt
    return $code
end
"""


class Fish(Bash):
    """It reads all of its lines before it runs one, and draws no prompt but in a terminal."""

    hook = "fish/init.fish"
    rc = ".config/fish/config.fish"
    quiet = QUIET
    status = "$status"
    names = "$AXIUM_WRAPPED_COMMANDS"
    count_names = "count $AXIUM_WRAPPED_COMMANDS"

    def make_ready(self, scratch: Scratch) -> None:
        # Where this is missing, fish reads all manual pages in the background.
        (scratch.user / ".local/share/fish/generated_completions").mkdir(parents=True)

    def argv(self, scene: Scene) -> list[str]:
        return ["fish", "--interactive"]

    def environ(self, scene: Scene) -> dict[str, str]:
        return {"FISH_UNIT_TESTS_RUNNING": "1"}  # it prints nothing around a prompt then

    def script(self, lines: tuple[str, ...]) -> str:
        return "".join(f"drawn\n{line}\n" for line in lines)

    def told(self, stderr: str) -> str:
        return stderr.strip()
