"""How a playbook runs: what the configuration says for this environment, and a profile over it."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
CLOSE = ("never", "ok", "always")


class Mistake(Exception):
    """What the user can mend; `hint` says how, `code` is what the command ends with."""

    def __init__(self, text: str, hint: str = "", *, code: int = 1) -> None:
        super().__init__(text)
        self.hint = hint
        self.code = code


class Settings(NamedTuple):
    """As ansible.yaml has it; `keep` in seconds."""

    inventory: tuple[str, ...] = ()
    vars: Mapping[str, Any] = {}
    limit: str = ""
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    options: tuple[str, ...] = ()
    height: int = 40
    close: str = "never"
    keep: int = 600
    programs: str = ""


def settings_of(config: Mapping[str, Any], profile: str | None) -> Settings:
    """What a configuration says, with a profile over it, or the one that it names. Mistake."""
    chosen = profile if profile is not None else _text(config.get("profile") or "", "profile")
    profiles = profiles_of(config)
    over = _profile(chosen, profiles) if chosen else {}
    said = {key: value for key, value in config.items() if key not in ("profile", "profiles")}
    plain = Settings(**dict(_read(said, "")))
    named = dict(_read(over, f"profiles.{chosen}."))
    if "vars" in named:
        named["vars"] = {**plain.vars, **named["vars"]}
    return plain._replace(**named)


def profiles_of(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The profiles, each as it is written. Mistake."""
    found = _mapping(config.get("profiles") or {}, "profiles")
    return {name: _mapping(said or {}, f"profiles.{name}") for name, said in found.items()}


def _profile(name: str, profiles: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if name not in profiles:
        known = ", ".join([f"`{one}`" for one in profiles]) or "none"
        raise Mistake(f"there is no profile `{name}`", f"there are: {known}")
    return profiles[name]


def _read(said: Mapping[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for key, value in said.items():
        reader = _READERS.get(key)
        if reader is None:
            near = difflib.get_close_matches(key, _READERS, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(_READERS)}"
            raise Mistake(f"overrides/ansible.yaml: nothing is called `{place}{key}`", hint)
        yield key, reader(value, f"{place}{key}")


def _wrong(name: str, wanted: str, found: object) -> Mistake:
    return Mistake(f"overrides/ansible.yaml: `{name}` must be {wanted}, found {found!r}")


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _wrong(name, "text", value)
    return value


def _texts(value: object, name: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, list) or not all([isinstance(one, str) for one in value]):
        raise _wrong(name, "text or a list of texts", value)
    return tuple(value)


def _mapping(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name, "a mapping", value)
    return value


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "true or false", value)
    return value


def _percent(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 99:
        raise _wrong(name, "a number from 1 to 99", value)
    return value


def _closing(value: object, name: str) -> str:
    if value not in CLOSE:
        raise _wrong(name, " or ".join([f"`{one}`" for one in CLOSE]), value)
    return str(value)


def _seconds(value: object, name: str) -> int:
    text = str(value).strip()
    number, unit = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, 1)
    if not number.isdecimal():
        raise _wrong(name, "a length of time such as `90`, `10m` or `2h`", value)
    return int(number) * unit


_READERS: Mapping[str, Callable[[object, str], Any]] = {
    "inventory": _texts,
    "vars": _mapping,
    "limit": _text,
    "tags": _texts,
    "skip_tags": _texts,
    "check": _flag,
    "diff": _flag,
    "options": _texts,
    "height": _percent,
    "close": _closing,
    "keep": _seconds,
    "programs": _text,
}
