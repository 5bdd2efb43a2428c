"""Who you are at AWS, and where; every other word goes to the wrapped aws."""

import json
import os
import shutil
import subprocess
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer._click.core import Command, Context

from axium.core import api
from axium.core.cli import HelpfulGroup

FACTS = (("account", "Account"), ("arn", "Arn"), ("user", "UserId"))
"""What is shown of the caller's identity, and how aws calls it."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Tool(HelpfulGroup):
    """Our own words; any other is for the tool, as the rules of this pane have it."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """The command that the words name; does not return where it is none of ours."""
        if self.get_command(ctx, args[0]) is None:
            become_tool(args)
        return super().resolve_command(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        cls=Tool,
        help="Who you are at AWS, and where; every other word goes to the wrapped aws.",
        context_settings={"ignore_unknown_options": True},
        rich_markup_mode=None,
    )
    group.command()(whoami)
    group.command()(info)
    app.add_typer(group, name="aws")


def whoami(*, json: Json = False) -> None:
    """Show the account and the identity that aws uses here."""
    show(identity(), as_json=json)


def info(*, json: Json = False) -> None:
    """Show what aws uses here: environment, profile, region and identity."""
    env = api.get_active_env()
    data = (api.get_env_data(env) or {}) if env else {}
    facts = {
        "environment": env or "",
        "profile": str(data.get("aws_profile") or os.environ.get("AWS_PROFILE") or "default"),
        "region": str(data.get("region") or asked("configure", "get", "region", may_fail=True)),
    }
    show(facts | identity(), as_json=json)


def identity() -> dict[str, str]:
    """The caller's identity, by the wrapped tool."""
    said = asked("sts", "get-caller-identity", "--output", "json")
    try:
        found: dict[str, Any] = json.loads(said)
        return {name: str(found[key]) for name, key in FACTS}
    except (ValueError, TypeError, KeyError):
        fail(f"`aws sts get-caller-identity` printed what can't be understood: {said[:200]!r}", 2)


def show(facts: dict[str, str], *, as_json: bool) -> None:
    """Print facts, in two columns or as a document."""
    if as_json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:<{width}}  {value}".rstrip())


def asked(*words: str, may_fail: bool = False) -> str:
    """What the wrapped tool prints; what it says to stderr is seen. Its exit code where it fails.

    With `may_fail` it is an empty text then.
    """
    talk = subprocess.DEVNULL if may_fail else None
    done = subprocess.run(
        [*axium(), "run", "aws", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=talk,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode and not may_fail:
        raise typer.Exit(done.returncode if done.returncode > 0 else 128 - done.returncode)
    return "" if done.returncode else done.stdout.strip()


def become_tool(args: list[str]) -> NoReturn:
    """Have the wrapped tool in this process's place."""
    command = [*axium(), "run", "--", "aws", *args]
    sys.stdout.flush()
    os.execv(command[0], command)


def axium() -> list[str]:
    """How axium is started."""
    found = shutil.which("axium")
    return [found] if found else [sys.executable, "-m", "axium"]


def fail(text: str, code: int) -> NoReturn:
    """End with an error."""
    print(f"✗ {text}", file=sys.stderr)
    raise typer.Exit(code)
