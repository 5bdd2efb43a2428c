"""Grants that hand over secrets, or the use of them, and the words that label them."""

import re
from collections.abc import Iterator

from axium.model.grants import Label
from axium.model.permissions import Effective

SECRETS = (
    ".ssh/id_ed25519", ".ssh/id_rsa", ".gnupg/private-keys-v1.d/a.key", ".aws/credentials",
    ".aws/sso/cache/a.json", ".azure/msal_token_cache.json", ".config/gcloud/credentials.db",
    ".kube/config", ".docker/config.json", ".config/gh/hosts.yml", ".git-credentials", ".netrc",
    ".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".vault-token", ".password-store/a.gpg",
    ".local/share/keyrings/login.keyring", ".mozilla/firefox/a/logins.json",
    ".config/google-chrome/Default/Login Data", ".bash_history", ".zsh_history",
)  # fmt: skip
"""Files under the home directory that have keys and passwords; `a` stands for any name."""

_SECRET_VARIABLE = re.compile(
    "TOKEN|SECRET|PASSW|CREDENTIAL|AUTH|KEY|COOKIE|SESSION", re.IGNORECASE
)

_PLACES = ("_FILE", "_PATH", "_DIR", "_SOCK")
"""How the names of variables end that lead to something, and have nothing themselves."""

_ACTIONS = {
    "tmux_capture_pane": "reads what any pane shows, passwords and tokens among it",
    "get_env_data": "reads every property in envs.yaml, secrets among them",
    "list_envs": "reads every property in envs.yaml, secrets among them",
    "apply_prefixes": "reads what your rules take from envs.yaml, secrets among it",
    "explain": "reads what your rules take from envs.yaml, secrets among it",
    "notify_drain": "takes notifications of others away before you see them",
    "notify_clear": "takes notifications of others away before you see them",
    "clear_pane_env": "decides in which environment a pane's commands run",
    "previous_env": "decides in which environment every command runs",
}

_SHOWN = 3
"""Names of files in one label."""


def exposures(rights: Effective, *, home: str) -> list[Label]:
    """The grants by which a gear learns, or uses, what is only its user's."""
    return list(_exposures(rights, home))


def _exposures(rights: Effective, home: str) -> Iterator[Label]:
    sends = ", and can send them away" if rights.net else ""
    read = [name for name in SECRETS if _reads(rights, home, name)]
    if read:
        more = f" and {len(read) - _SHOWN} more" if len(read) > _SHOWN else ""
        names = ", ".join([f"~/{name}" for name in read[:_SHOWN]])
        yield Label("fs_read", f"reads keys and passwords ({names}{more}){sends}")
    secret = [name for name in rights.env if _is_secret(name)]
    if secret:
        yield Label("env", f"gets {', '.join(secret)}: by the name a secret{sends}")
    if rights.exec is True:
        yield Label("exec", f"can leave programs in your terminal that read what you type{sends}")
    if rights.unix:
        yield Label("unix: ssh-agent", "signs in as you wherever your ssh keys are let in")
    yield from [Label(f"ipc: {each}", _ACTIONS[each]) for each in rights.ipc if each in _ACTIONS]


def _is_secret(variable: str) -> bool:
    return bool(_SECRET_VARIABLE.search(variable)) and not variable.endswith(_PLACES)


def _reads(rights: Effective, home: str, name: str) -> bool:
    return rights.allows("fs_read", f"{home.rstrip('/')}/{name}", home=home)
