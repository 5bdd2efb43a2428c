"""`axium link`: upstream connections that the daemon keeps open."""

import os
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import Refused, ask
from axium.cli.options import LINK, PATH, Json, group, one_of
from axium.links.definition import PROFILES, STYLES
from axium.thin.answers import code_of

app = group("Connections to servers that stay open, shared by every call.")

PING_SECS = 15.0
"""How long the daemon may take to answer; the server has ten of these."""

SOURCES = "`file:PATH`, `env:NAME`, `cmd:ARGV` or `keyring:SERVICE/USER`"

Name = Annotated[str, typer.Argument(metavar="NAME", click_type=LINK, help="Its name.")]
MaybeName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", click_type=LINK, help="One link alone.")
]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="How you will call it.")]
Uri = Annotated[
    str,
    typer.Argument(metavar="[URI]", help="`wss://HOST/PATH`; without: TrueNAS on this machine."),
]
Auth = Annotated[
    str,
    typer.Option(
        "--auth",
        metavar="STYLE",
        click_type=one_of(*STYLES),
        help="How to log in; `header NAME`, `first-call METHOD PARAMS`.",
    ),
]
User = Annotated[str | None, typer.Option("--user", metavar="U", help="Who logs in.")]
Secret = Annotated[
    str | None, typer.Option("--secret", metavar="SRC", help=f"Where the secret is: {SOURCES}.")
]
Profile = Annotated[
    str,
    typer.Option("--profile", click_type=one_of(*PROFILES), help="The kind of server."),
]
Ca = Annotated[
    str | None,
    typer.Option("--ca", metavar="FILE", click_type=PATH, help="Certificates that are accepted."),
]
Insecure = Annotated[bool, typer.Option("--insecure", help="Accept any certificate.")]
Idle = Annotated[
    int, typer.Option("--idle", metavar="S", min=0, help="Close after so many seconds; 0: never.")
]
Alias = Annotated[bool, typer.Option("--alias", help="Serve existing clients of this server too.")]
Plaintext = Annotated[
    bool, typer.Option("--allow-plaintext", help="Send the secret over `ws://` to another machine.")
]


@app.command()
def add(
    name: NewName,
    uri: Uri = "",
    *,
    auth: Auth = "none",
    user: User = None,
    secret: Secret = None,
    profile: Profile = "",
    ca: Ca = None,
    insecure: Insecure = False,
    idle: Idle = 600,
    alias: Alias = False,
    allow_plaintext: Plaintext = False,
) -> None:
    """Write one more link into links.yaml; it is connected when somebody calls."""
    ask(
        "link_add",
        name=name,
        uri=uri,
        auth=auth,
        user=user,
        secret=_absolute_secret(secret),
        profile=profile,
        ca=None if ca is None else os.path.abspath(ca),
        insecure=insecure,
        idle=idle,
        alias=alias,
        allow_plaintext=allow_plaintext,
    )
    show.confirm(f"`{name}` is there: `axium call {name} METHOD`")


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show which links there are."""
    links = ask("link_list")["links"]
    if json:
        show.document(links)
        return
    show.table([(link["name"], _where(link)) for link in links])


@app.command()
def status(name: MaybeName = None, *, json: Json = False) -> None:
    """Show how the links are."""
    found = ask("link_status", name=name)
    if json:
        show.document({"pid": found["pid"], "links": found["links"]})
        return
    if name is None:
        show.table([(link["name"], _summary(link)) for link in found["links"]])
        return
    (link,) = found["links"]
    show.table([(field, show.scalar(value)) for field, value in link.items() if value is not None])


@app.command()
def remove(name: Name) -> None:
    """Take a link out of links.yaml and close its connection."""
    ask("link_remove", name=name)
    show.confirm(f"`{name}` is gone")


@app.command()
def ping(name: Name, *, json: Json = False) -> None:
    """Measure a round trip to a link's server."""
    reply = _pinged(name)
    if json:
        show.document(reply["result"])
    else:
        show.line(f"{reply['result']['ms']:.1f} ms")


def _pinged(name: str) -> dict[str, Any]:
    try:
        return ask("link_ping", timeout=PING_SECS, id=1, link=name)
    except Refused as refused:
        refused.code = code_of(refused.reply)
        raise


def _absolute_secret(secret: str | None) -> str | None:
    """Where a secret is, for who runs in another directory."""
    source, colon, path = (secret or "").partition(":")
    if source != "file" or not colon or not path or path.startswith("~"):
        return secret
    return f"file:{os.path.abspath(path)}"


def _where(link: dict[str, Any]) -> str:
    login = link["auth"] + (f" {link['user']}" if link["user"] else "")
    marks = [login, *(["insecure"] if link["insecure"] else [])]
    marks += [f"alias {link['alias']}"] if link["alias"] else []
    return f"{link['uri'] or 'this machine'}  ({', '.join(marks)})"


def _summary(link: dict[str, Any]) -> str:
    counts = {
        "calls": link["calls"],
        "in flight": link["in_flight"],
        "waiting": link["queued"],
        "jobs": link["jobs"],
        "subscriptions": link["subscriptions"],
    }
    parts = [f"{number} {what}" for what, number in counts.items() if number or what == "calls"]
    parts += ["insecure"] if link["insecure"] else []
    why = f": {link['why']}" if link["why"] and link["state"] != "up" else ""
    return f"{link['state']}{why}  ({', '.join(parts)})"
