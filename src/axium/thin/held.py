"""`axium env exec NAME [--] COMMAND [ARGS...]`: one command in another environment, by exec."""

from axium.thin import say
from axium.thin.paths import environ, home_of, place_of
from axium.thin.published import held
from axium.thin.run import run, started


def main(args: list[str]) -> int | None:
    name, typed = args[:1], without_dashes(args[1:])
    if not typed or name[0].startswith("-") or not name[0].strip():
        return None
    return run_in(name[0], typed, environ())


def without_dashes(words: list[str]) -> list[str]:
    """The command after an optional `--`."""
    return words[1:] if words[:1] == ["--"] else words


def run_in(env: str, typed: list[str], around: dict[str, str]) -> int | None:
    """Become the command as it is in `env`; as `run`.

    A pointer to the environment is there for whatever the command starts.
    """
    if around.get("AXIUM_OFF") != "1" and not _is_published(env, around):
        from axium.thin.plan import Refused

        try:
            if not _hold(env, around):
                return None
        except Refused as refused:
            say.error(refused.message, refused.hint)
            return refused.code
    return run(typed, holding(env, around))


def holding(env: str, around: dict[str, str]) -> dict[str, str]:
    """The variables of a child whose own children, too, are held to `env`."""
    child = {
        **around,
        "AXIUM_ENV": env,
        "AXIUM_SHELL_ENV": env,
        "AXIUM_SHELL_PLACE": place_of(around),
    }
    if around.get("AXIUM_ENV", "") != env:
        # We are below a command of another environment: that one is not the tool calling itself.
        child.pop("AXIUM_WRAPPED", None)
    return child


def _is_published(env: str, around: dict[str, str]) -> bool:
    try:
        return held(home_of(around), env) is not None
    except ValueError:
        return False


def _hold(env: str, around: dict[str, str]) -> bool:
    """Have the daemon publish it; False where none can be had. Refused."""
    from axium.thin.client import UNREACHABLE

    try:
        return _asked(env, around)
    except UNREACHABLE:
        return started(around) and _asked(env, around)


def _asked(env: str, around: dict[str, str]) -> bool:
    # json costs 6 ms, once for each environment.
    from axium.thin.plan import TIMEOUT, Refused
    from axium.thin.query import query, refusal

    try:
        reply = query({"cmd": "hold_env", "env": env}, around, TIMEOUT)
    except TimeoutError:
        raise Refused("the daemon did not answer in time", "see `axium daemon logs`") from None
    except UnicodeEncodeError:
        raise Refused("the environment's name is not UTF-8", "type it again", 1) from None
    except ValueError:
        raise Refused("the daemon gave no answer", "it may be of another version") from None
    if not reply.get("ok"):
        raise Refused(*refusal(reply), 2 if reply.get("code") == "failed" else 1)
    return True
