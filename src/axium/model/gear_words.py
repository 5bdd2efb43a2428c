"""What a gear may do, in plain words: for whoever is asked, and for whoever looks later."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from axium.model.confining import Places, policy_of
from axium.model.permissions import Effective, Field

Holder = Literal["kernel", "daemon"]
"""Who sees to it that it is this and no more."""

TITLES: dict[Field, str] = {
    "fs_read": "reads",
    "fs_write": "writes",
    "exec": "starts",
    "net": "network",
    "unix": "sockets",
    "env": "variables",
    "notify": "notifies",
    "ipc": "asks axium",
}
"""Of each field, in the order in which people are told."""

_ACTIONS = {
    "apply_prefixes": "what a command becomes",
    "clear_pane_env": "to take a pane's environment away",
    "daemon_status": "how the daemon is",
    "emit_event": "to tell plugins of its events",
    "exec_unconfined": "to start programs that nothing holds",
    "explain": "what a command would run",
    "forget_config": "to read its configuration again",
    "get_env_data": "for all that envs.yaml says of an environment",
    "get_hud": "for the HUD's text",
    "get_hud_segments": "which segments the HUD has",
    "hold_env": "to publish an environment for shells",
    "hud_update": "to show a value in the HUD",
    "link_list": "which links there are",
    "link_status": "how the links are",
    "list_envs": "for all that envs.yaml says",
    "list_gears": "which gears there are",
    "list_jobs": "which jobs of its own run",
    "list_prefixed_commands": "which commands are wrapped",
    "list_spokes": "which spokes there are",
    "notify": "to send notifications",
    "notify_clear": "to delete notifications",
    "notify_drain": "for notifications, which are gone then",
    "notify_list": "for the notifications that wait",
    "previous_env": "to return to the environment before",
    "read_file": "to read the files above",
    "register_prefix": "to wrap commands, those below alone",
    "set_env": "to change the environment of everything",
    "set_pane_env": "to change a pane's environment",
    "show_job": "how a job of its own is",
    "stats": "for figures of the daemon",
    "stop_job": "to end jobs of its own",
    "subscribe": "for all events",
    "tmux_attach": "to show the HUD in a tmux server",
    "tmux_capture_pane": "what any pane shows",
    "tmux_detach": "to take the HUD off a tmux server",
    "tmux_send_keys": "to type into any pane",
    "tmux_split_run": "to run things in a pane, held to all of this",
    "tmux_split_unconfined": "to run commands in a pane that nothing holds",
    "unregister_prefixes": "to have the commands below wrapped no more",
    "write_file": "to write the files above",
}


class Grant(NamedTuple):
    """One thing that a gear may do.

    `entry` is as the files have it, empty for `true`; `words` what that means; `why` says of
    what the daemon holds why the kernel does not.
    """

    field: Field
    entry: str
    words: str
    holder: Holder
    why: str = ""


def grants(
    rights: Effective, places: Places, *, directory: str, programs: Mapping[str, str]
) -> list[Grant]:
    """Everything that it may do, in the order of `TITLES`.

    `programs` are the words of `exec` that are there, with what they lead to.
    """
    found: list[Grant] = []
    found += _files(rights, places, directory, "fs_read")
    found += _files(rights, places, directory, "fs_write")
    found += _programs(rights, programs)
    found += _network(rights)
    found += [Grant("unix", entry, "use of your ssh keys", "kernel") for entry in rights.unix]
    found += [Grant("env", entry, "its value", "daemon") for entry in rights.env]
    if rights.notify:
        found.append(Grant("notify", "", "sends notifications", "daemon"))
    found += [Grant("ipc", entry, _action(entry), "daemon") for entry in rights.ipc]
    return found


def has_words(action: str) -> bool:
    """Whether people can be told what an entry of `ipc` means."""
    return action in _ACTIONS or action.startswith("call:")


def _files(
    rights: Effective, places: Places, directory: str, field: Literal["fs_read", "fs_write"]
) -> Iterator[Grant]:
    """Each pattern, with who holds it: the two fields are looked at apart, for one may differ."""
    other = "fs_write" if field == "fs_read" else "fs_read"
    alone = msgspec.structs.replace(rights, **{other: ()})
    here = f"{places.home.rstrip('/')}/..."  # some directory that is nobody's
    _policy, brokered = policy_of(alone, places, directory=directory, scratch=(), here=here)
    why = dict(brokered)
    action = "read_file" if field == "fs_read" else "write_file"
    does = f"axium {'reads' if field == 'fs_read' else 'writes'} it when asked"
    words = does if action in rights.ipc else f"not before it has `ipc: [{action}]` too"
    for pattern in getattr(rights, field):
        if pattern in why:
            yield Grant(field, pattern, words, "daemon", why[pattern])
        else:
            yield Grant(field, pattern, _whole(pattern), "kernel")
    for pattern in rights.refused.get(field, ()):
        yield Grant(field, f"!{pattern}", "not this, you said", "daemon")


def _whole(pattern: str) -> str:
    if pattern.startswith("./"):
        return "all in the current directory"
    return "all that is in it"


def _programs(rights: Effective, programs: Mapping[str, str]) -> Iterator[Grant]:
    if rights.exec is True:
        yield Grant("exec", "", "any program, which is held to all of this too", "kernel")
    for word in rights.programs:
        path = programs.get(word)
        words = f"{path}, held to all of this too" if path else "it is not there"
        yield Grant("exec", word, words, "daemon")


def _network(rights: Effective) -> Iterator[Grant]:
    if rights.net is True:
        yield Grant("net", "", "any host and port, this machine's too; listens nowhere", "kernel")
    for place in rights.net if isinstance(rights.net, tuple) else ():
        listens = place.startswith("listen:")
        yield Grant("net", place, "axium listens for it" if listens else "axium connects", "daemon")


def _action(entry: str) -> str:
    if entry.startswith("call:"):
        return f"for anything that the link {entry.removeprefix('call:')} offers"
    return _ACTIONS.get(entry, "for what this axium does not know")
