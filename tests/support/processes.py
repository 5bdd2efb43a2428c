"""Which processes belong to a scratch home: told by their environment, never by their name."""

from __future__ import annotations

from pathlib import Path


def alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def with_variable(name: str, value: str) -> dict[int, str]:
    """The processes that were started with `name=value`: pid -> command line."""
    wanted = f"{name}={value}".encode()
    return {
        int(entry.name): _command_line(entry)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and wanted in _environ(entry)
    }


def _environ(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:  # it ended meanwhile, or is another user's
        return []


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "(ended)"
