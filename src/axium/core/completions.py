"""The commands for completion: `HOME/catalogue` for shells, `completions.json` for programs."""

import json
import re
import time
from collections.abc import Sequence

from axium.config.atomic import replace_file
from axium.thin.catalogue import catalogue, is_current, shipped
from axium.thin.completions import matching
from axium.thin.paths import Home, environ, home_of
from axium.thin.published import read
from axium.thin.words import frame

_OF_PLUGIN = re.compile(r"[^\t]*\t(spoke|gear):")


def generate_completion_cache() -> bool:
    """Write both files for the commands that there are now; whether that could be done."""
    try:
        write(home_of(environ()))
    except OSError:
        return False
    return True


def load_completion_cache() -> list[str]:
    """Every command by its whole name, sorted; those of the core where nothing was written."""
    return sorted([command.name for command in catalogue(home_of(environ()))])


def get_completions(prefix: str) -> list[str]:
    """The commands that begin with `prefix`, whatever its case."""
    return matching(load_completion_cache(), prefix)


def keep_current(home: Home) -> None:
    """Write both files unless they are of this version already. OSError."""
    if not is_current(home):
        write(home)


def written_for_plugins(home: Home) -> list[str]:
    """The records of plugins in the catalogue as it is; none where it can't be read."""
    try:
        return [record for record in read(home.catalogue) or () if _OF_PLUGIN.match(record)]
    except ValueError:
        return []


def write(home: Home, of_plugins: Sequence[str] | None = None) -> None:
    """Write both files; without `of_plugins` the records of plugins stay as they are. OSError."""
    records = [*shipped(), *(written_for_plugins(home) if of_plugins is None else of_plugins)]
    names = sorted([record.partition("\t")[0] for record in records])
    made = {
        "commands": names,
        "generated_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "command_count": len(names),
    }
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    replace_file(home.completions, text.encode(), durable=False)
    replace_file(home.catalogue, frame(records), durable=False)
