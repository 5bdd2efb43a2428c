"""What this machine enforces, as a program: `python -I -S -E .../sandbox/__main__.py`, in JSON.

A process of its own, because it is tried in a child, which no process with threads may fork.
"""

import json
import sys

if "axium" not in sys.modules:  # started by its path
    sys.path.insert(0, __file__.rpartition("/axium/")[0])

from axium.plugins.sandbox.confinement import probe, probe_agent


def main() -> None:
    """Print `{"programs": {"level", "why"}, "plain": {...}, "agent": {...}}`.

    Of gears with `exec`, without, and of those that may ask the user's ssh-agent.
    """
    programs, plain = probe(programs=True), probe(programs=False)
    found = {"programs": programs, "plain": plain, "agent": probe_agent(programs)}
    print(json.dumps({name: tier._asdict() for name, tier in found.items()}))


if __name__ == "__main__":
    main()
