"""An ssh that knows whom the user's knows, and has keys by the agent alone."""

import os
import shlex
import shutil
from collections.abc import Callable, Iterator

Read = Callable[[str], str]
"""The text of a file of the user's; empty where there is none."""

KNOWN = ("/etc/ssh/ssh_known_hosts", "~/.ssh/known_hosts")
CONFIG = "~/.ssh/config"

# An unknown host could only be noted here, and be forgotten; of agents this one is in reach.
FIRST = """\
StrictHostKeyChecking yes
UserKnownHostsFile "{directory}/known_hosts"
GlobalKnownHostsFile /dev/null
IdentityAgent SSH_AUTH_SOCK
"""

# A shared connection needs a socket of its own, which no gear can make.
ALWAYS = "-o ControlMaster=no -o ControlPath=none"


def prepare(directory: str, read: Read) -> str:
    """Make ssh, sftp and scp anew; the directory that they are in, for the PATH. OSError."""
    programs = f"{directory}/bin"
    os.makedirs(programs, mode=0o700, exist_ok=True)
    write(f"{directory}/known_hosts", "".join([_ended(read(path)) for path in KNOWN]))
    first = FIRST.format(directory=directory)
    write(f"{directory}/config", first + "\n".join(_config(directory, read)))
    own = f"{programs}/ssh"
    words = {"ssh": f"-F {shlex.quote(directory)}/config {ALWAYS}"}
    for name in ("ssh", "sftp", "scp"):
        real = shutil.which(name, path=_without(programs))
        if real is not None:
            given = words.get(name, f"-S {shlex.quote(own)}")
            write(f"{programs}/{name}", f'#!/bin/sh\nexec {real} {given} "$@"\n', mode=0o700)
    return programs


def _config(directory: str, read: Read) -> Iterator[str]:
    """The user's, in which a key's file is that of the public key, all that the agent needs."""
    for line in read(CONFIG).splitlines():
        words = line.replace("=", " ", 1).split(None, 1)
        if len(words) < 2 or words[0].lower() != "identityfile":
            yield line
            continue
        path = words[1].strip().strip('"').removesuffix(".pub")
        public = read(f"{path}.pub")
        if public:
            copy = f"{directory}/{os.path.basename(path)}.pub"
            write(copy, public)
            yield f'  IdentityFile "{copy}"'


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _without(directory: str) -> str:
    """The PATH, without us."""
    return os.pathsep.join([p for p in os.get_exec_path() if p != directory])


def write(path: str, text: str, mode: int = 0o600) -> None:
    """Whole or not at all: another playbook may begin at the same time."""
    beside = f"{path}.{os.getpid()}"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(fd, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(beside, path)
