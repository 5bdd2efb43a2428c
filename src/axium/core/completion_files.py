"""The small files by which shells find our completion by themselves, without the hook."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from axium.config.atomic import replace_file
from axium.config.own_files import read_text
from axium.core.bootstrap import quote_fish
from axium.thin.paths import Home, user_home

MARK = "Made by `axium completions install`"
"""What tells our files from everybody else's."""

COMPLETIONS = {
    "bash": "bash/complete.bash",
    "zsh": "zsh/complete.zsh",
    "fish": "fish/complete.fish",
}
"""Where in the config home the completion itself is."""

TEXTS = {
    "bash": f"# {MARK}.\nif [[ -r {{file}} ]]; then source {{file}}; fi\n",
    # zsh runs the file as the function `_axium`, which the sourced file then defines anew.
    "zsh": f'#compdef axium ax\n# {MARK}.\n[[ -r {{file}} ]] && source {{file}} && _axium "$@"\n',
    "fish": f"# {MARK}.\nif test -r {{file}}\n    source {{file}}\nend\n",
}


class Foreign(Exception):
    """A file that we did not make stands where ours would."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"`{path}` is not of our making, and stays as it is")
        self.hint = "move it away, or go without: the hook brings the completion along"


def wanted(shell: str, home: Home, environ: Mapping[str, str]) -> dict[Path, str]:
    """What `shell` needs: path -> text."""
    quote = quote_fish if shell == "fish" else shlex.quote
    text = TEXTS[shell].format(file=quote(f"{home.root}/{COMPLETIONS[shell]}"))
    return dict.fromkeys(_places(shell, environ), text)


def missing(files: Mapping[Path, str]) -> dict[Path, str]:
    """Those of `files` that are not there as they should be. Foreign."""
    found = {path: _content(path) for path in files}
    for path, content in found.items():
        if content is not None and MARK not in content:
            raise Foreign(path)
    return {path: text for path, text in files.items() if found[path] != text}


def write(files: Mapping[Path, str]) -> None:
    """Write each of them, and make its directory. OSError."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(str(path), text.encode("utf-8", "surrogateescape"), durable=False, mode=0o644)


def _places(shell: str, environ: Mapping[str, str]) -> list[Path]:
    """Both names of the program are looked up by it, except by zsh, which reads `#compdef`."""
    data = _base("XDG_DATA_HOME", ".local/share", environ)
    if shell == "bash":
        own = environ.get("BASH_COMPLETION_USER_DIR", "")
        directory = Path(own) if own.startswith("/") else data / "bash-completion"
        return [directory / "completions" / name for name in ("axium", "ax")]
    if shell == "zsh":
        return [data / "zsh" / "site-functions" / "_axium"]
    config = _base("XDG_CONFIG_HOME", ".config", environ)
    return [config / "fish" / "completions" / f"{name}.fish" for name in ("axium", "ax")]


def _base(variable: str, default: str, environ: Mapping[str, str]) -> Path:
    chosen = environ.get(variable, "")
    # The base directory specification wants a relative path to be ignored.
    return Path(chosen) if chosen.startswith("/") else Path(user_home(environ), default)


def _content(path: Path) -> str | None:
    """Of what is at `path`, also where it can't be read; None where nothing is."""
    if not os.path.lexists(path):
        return None
    try:
        return "" if path.is_symlink() else read_text(path)
    except OSError:
        return ""
