"""What Python and the programs of the system have to read, whatever a gear may do."""

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

_LIBRARIES = ("/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")
"""Libraries, programs and their data: nothing of the user's."""

_SETTINGS = (
    "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/locale.alias", "/etc/terminfo",
    "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/mime.types", "/etc/os-release",
    "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ssl/cert.pem", "/etc/pki/tls",
    "/etc/pki/ca-trust/extracted", "/etc/ca-certificates", "/etc/crypto-policies",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/loadavg", "/proc/uptime", "/proc/stat",
    "/proc/version", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu",
)  # fmt: skip

_NETWORK = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
    "/etc/protocols", "/etc/networks", "/run/systemd/resolve",
)  # fmt: skip

_PROGRAMS = (
    "/bin", "/sbin", "/etc/alternatives", "/etc/ld.so.preload", "/etc/ld.so.conf",
    "/etc/ld.so.conf.d", "/etc/locale.conf", "/etc/inputrc", "/etc/magic", "/etc/debian_version",
    "/proc/filesystems", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/ngroups_max",
    "/proc/sys/kernel/cap_last_cap", "/proc/sys/kernel/random/uuid",
)  # fmt: skip

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")


class Needs(NamedTuple):
    """Paths, of which many a system does not have some."""

    reads: tuple[str, ...]
    devices: tuple[str, ...]


def needs(*, programs: bool, net: bool) -> Needs:
    """What this interpreter needs, wherever it is, and the programs that a gear may start."""
    reads = _LIBRARIES + tuple(_interpreter(programs=programs)) + _SETTINGS
    return Needs(reads + _PROGRAMS * programs + _NETWORK * net, _DEVICES)


def _interpreter(*, programs: bool) -> Iterator[str]:
    """Standard library, what is installed beside us, our own package; under the home or not."""
    parts = ("lib", "lib64", "bin", "pyvenv.cfg") if programs else ("lib", "lib64")
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
        if prefix not in ("/", "/usr"):
            yield from [f"{prefix}/{part}" for part in parts]
    yield _package()


def _package() -> str:
    return os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
