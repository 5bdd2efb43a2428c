"""A user's override before somebody edits it: what the plugin's own file says, as comments."""

from axium.config.findings import Findings
from axium.config.plugin_config import File, parse
from axium.config.source import Unreadable, read_text

HEAD = """\
# What you set for `{name}` stands here and is laid over {shown}: mappings are merged,
# anything else replaces what is there. `axium config show {name}` shows the outcome.
"""


def beginning(name: str, base: File) -> str:
    """The text that an override of `name` begins with; it says as yet nothing."""
    head = HEAD.format(name=name, shown=base.shown)
    try:
        lines = read_text(base.path, base.shown).splitlines()
    except (FileNotFoundError, Unreadable):
        return head
    # Not of the lines that only editors count: to YAML, too, U+2028 ends a comment.
    text = head + "".join([f"# {line}".rstrip() + "\n" for line in ["", *lines]])
    findings = Findings()
    return text if parse(text, "", findings).content == {} and not findings.faults else head
