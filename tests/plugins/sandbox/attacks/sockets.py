"""Reaching the network, and the sockets of this machine."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
from pathlib import Path

from axium.plugins.sandbox.libc import buffer, call
from axium.plugins.sandbox.numbers import NUMBERS

from .table import World, attack

CHANNEL, HANDED, LISTENING = 3, 7, 8
LOOPBACK, LOOPBACK6 = "127.0.0.1", "::1"


def channel(at: World) -> object:
    """A connected pair, as the daemon hands it over, of which the other end stays open."""
    ours, theirs = socket.socketpair()
    os.dup2(ours.detach(), CHANNEL)
    theirs.detach()
    return None


def handed_connected(at: World) -> object:
    """What `net_connect` is answered with."""
    os.dup2(socket.create_connection((LOOPBACK, at.port)).detach(), HANDED)
    return None


def handed_connected6(at: World) -> object:
    os.dup2(socket.create_connection((LOOPBACK6, at.port6)).detach(), HANDED)
    return None


def handed_listening(at: World) -> object:
    """What `net_listen` is answered with."""
    os.dup2(socket.create_server((LOOPBACK, 0)).detach(), HANDED)
    return None


def _handed() -> socket.socket:
    return socket.socket(fileno=HANDED)


def _disconnect(handed: socket.socket) -> None:
    """AF_UNSPEC as the address."""
    call(NUMBERS["connect"], handed.fileno(), buffer(bytes(16)), 16)


@attack(unless="net", before=handed_connected)
def connects_elsewhere_what_it_was_handed(at: World) -> object:
    with _handed() as handed:
        _disconnect(handed)
        handed.connect((LOOPBACK, at.port))
        return "connected"


@attack(unless="net", before=handed_listening)
def sends_elsewhere_by_what_listened(at: World) -> object:
    with _handed() as handed:
        handed.shutdown(socket.SHUT_RDWR)
        return handed.sendmsg([b"x"], [], socket.MSG_FASTOPEN, (LOOPBACK, at.port))


@attack(unless="net", before=handed_listening)
def connects_what_listened(at: World) -> object:
    with _handed() as handed:
        handed.shutdown(socket.SHUT_RDWR)
        handed.connect((LOOPBACK, at.port))
        return "connected"


@attack(before=handed_connected)
def listens_with_what_was_connected(at: World) -> object:
    with _handed() as handed:
        _disconnect(handed)
        handed.listen()
        return handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


@attack(before=handed_connected)
def binds_what_was_connected(at: World) -> object:
    with _handed() as handed:
        _disconnect(handed)
        handed.bind((LOOPBACK, 0))
        return handed.getsockname()


@attack(before=handed_listening)
def listens_elsewhere_with_what_listened(at: World) -> object:
    with _handed() as handed:
        handed.shutdown(socket.SHUT_RDWR)
        handed.listen()
        return handed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)


@attack(unless="net", before=handed_connected6)
def has_its_packets_go_by_another_machine(at: World) -> object:
    with _handed() as handed:
        way = b"\0\2\4\0\0\0\0\0" + socket.inet_pton(socket.AF_INET6, LOOPBACK6)
        handed.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RTHDR, way)
        return handed.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_RTHDR, 100)


@attack(unless="net", before=handed_connected)
def has_its_packets_go_by_another_device(at: World) -> object:
    with _handed() as handed:
        handed.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        return handed.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)


@attack(unless="net")
def connects(at: World) -> object:
    return socket.create_connection((LOOPBACK, at.port), 2)


@attack(unless="net")
def connects_by_ipv6(at: World) -> object:
    return socket.create_connection((LOOPBACK6, at.port6), 2)


@attack(unless="net")
def sends_a_datagram(at: World) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        return sending.sendto(b"x", (LOOPBACK, at.udp_port))


@attack(unless="net")
def sends_while_it_connects(at: World) -> object:
    with socket.socket() as sending:
        return sending.sendto(b"x", socket.MSG_FASTOPEN, (LOOPBACK, at.port))


@attack()
def connects_by_several_paths(at: World) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as connection:
        connection.connect((LOOPBACK, at.port))
        return "connected"


@attack()
def listens(at: World) -> object:
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        listening.listen()
        return listening.getsockname()


@attack()
def listens_anywhere(at: World) -> object:
    with socket.socket() as listening:
        listening.listen()
        return listening.getsockname()


@attack()
def receives_datagrams(at: World) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving:
        receiving.bind((LOOPBACK, 0))
        return receiving.getsockname()


def _opened(*kind: int) -> object:
    with socket.socket(*kind) as one:
        return one.fileno()


@attack(control="root")
def opens_a_raw_socket(at: World) -> object:
    return _opened(socket.AF_INET, socket.SOCK_RAW, 1)


@attack(control="root")
def opens_a_packet_socket(at: World) -> object:
    return _opened(socket.AF_PACKET, socket.SOCK_RAW, 0)


@attack(control="nobody")
def opens_a_socket_for_pings(at: World) -> object:
    return _opened(socket.AF_INET, socket.SOCK_DGRAM, 1)


@attack()
def opens_a_netlink_socket(at: World) -> object:
    return _opened(socket.AF_NETLINK, socket.SOCK_RAW, 0)


@attack()
def opens_a_vsock(at: World) -> object:
    return _opened(40, socket.SOCK_STREAM, 0)


@attack()
def opens_the_kernels_cryptography(at: World) -> object:
    return _opened(38, socket.SOCK_SEQPACKET, 0)


@attack()
def opens_a_sctp_socket(at: World) -> object:
    return _opened(socket.AF_INET, socket.SOCK_STREAM, 132)


@attack()
def opens_a_lighter_datagram_socket(at: World) -> object:
    return _opened(socket.AF_INET, socket.SOCK_DGRAM, 136)


@attack()
def opens_a_bluetooth_socket(at: World) -> object:
    return _opened(31, socket.SOCK_RAW, 1)


@attack()
def opens_a_can_socket(at: World) -> object:
    return _opened(29, socket.SOCK_RAW, 1)


@attack(control="root")
def opens_a_socket_for_keys(at: World) -> object:
    return _opened(15, socket.SOCK_RAW, 2)


def _connected(path: str) -> object:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        return "connected"


@attack()
def connects_to_a_server_of_this_machine(at: World) -> object:
    return _connected(at.stream)


@attack()
def connects_by_a_link_of_its_own(at: World) -> object:
    os.symlink(os.path.dirname(at.stream), f"{at.writable}/away")
    return _connected(f"{at.writable}/away/{os.path.basename(at.stream)}")


@attack()
def connects_by_a_hard_link(at: World) -> object:
    os.link(at.stream, f"{at.writable}/hard")
    return _connected(f"{at.writable}/hard")


@attack()
def connects_by_the_root_of_its_process(at: World) -> object:
    return _connected(f"/proc/self/root{at.stream}")


@attack()
def connects_by_the_root_of_another_process(at: World) -> object:
    return _connected(f"/proc/{at.victim}/root{at.stream}")


@attack()
def connects_from_where_the_server_is(at: World) -> object:
    os.chdir(os.path.dirname(at.stream))
    return _connected(os.path.basename(at.stream))


@attack()
def connects_to_the_agent(at: World) -> object:
    return _connected(at.agent)


@attack()
def talks_to_tmux_as_a_client_does(at: World) -> object:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(at.tmux)
        # MSG_IDENTIFY_FLAGS of a protocol that there is not: a server says which one it has.
        connection.sendall(struct.pack("=IHHII", 100, 16, 0, 99, 0))
        return connection.recv(100)


@attack()
def has_tmux_run_a_shell(at: World) -> object:
    words = ["/usr/bin/tmux", "-S", at.tmux, "run-shell", f"echo run >{at.outside}/run"]
    subprocess.run(words, check=True, capture_output=True)
    return Path(at.outside, "run").read_text()


@attack()
def connects_with_more_bits(at: World) -> object:
    held = call(NUMBERS["socket"], 1 << 32 | socket.AF_UNIX, 1 << 40 | socket.SOCK_STREAM, 0)
    with socket.socket(fileno=held) as connection:
        connection.connect(at.stream)
        return "connected"


@attack()
def connects_to_an_abstract_name(at: World) -> object:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("\0" + at.abstract)
        return "connected"


@attack()
def sends_to_a_path(at: World) -> object:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        return sending.sendto(b"x", at.datagrams)


@attack()
def sends_to_a_path_from_a_pair(at: World) -> object:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        return ours.sendto(b"x", at.datagrams)


@attack()
def makes_a_pair_of_packets(at: World) -> object:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        return "made"


@attack(control="nobody", before=channel)
def connects_its_channel_again(at: World) -> object:
    with socket.socket(fileno=CHANNEL) as channel:
        channel.shutdown(socket.SHUT_RDWR)
        channel.connect(at.stream)
        return "connected"


@attack(control="nobody")
def connects_a_pair_again(at: World) -> object:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        ours.connect(at.stream)
        return "connected"


@attack()
def listens_for_others_at_a_path(at: World) -> object:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{at.writable}/socket")
        listening.listen()
        return "listening"
