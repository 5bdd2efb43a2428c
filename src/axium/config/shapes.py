"""The shape of each file that a user writes; reading, messages and JSON Schemas follow from it.

A docstring and a `Meta` description end up in the schema, where an editor shows
them.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from axium.model.themes import ThemeName

Unset = Annotated[
    list[str], Meta(description="Variables that the command does not inherit from the shell.")
]
Properties = Annotated[
    dict[str, Any] | None,
    Meta(
        description="Any properties; a rule takes one with `${env.key}`.",
        extra_json_schema={
            "properties": {
                "prefix": {"description": "Words that the shipped rules put before a command."},
                "aws_profile": {"description": "Shown by the HUD segment `aws`."},
                "color": {"description": "`#RRGGBB` or the name of a colour of the terminal."},
                "unset": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Variables that no wrapped command inherits here.",
                },
            }
        },
    ),
]


class EnvsFile(Struct):
    """`envs.yaml`: the environments by name."""

    envs: dict[str, Properties]


class StrategyEntry(Struct):
    """What a strategy needs: `args`, `env` or `command`."""

    args: list[str] | None = None
    env: dict[str, str] | None = None
    command: str | None = None


class RuleEntry(Struct):
    """One rule for one command: a `prefix`, a `wrapper`, or a `strategy` with its `config`."""

    command: Annotated[str, Meta(description="The name that is typed.")]
    prefix: Annotated[str | None, Meta(description="Words that stand before the command.")] = None
    wrapper: Annotated[str | None, Meta(description="Words that stand instead of it.")] = None
    strategy: Literal["wrapper", "args_prepend", "args_append", "env_vars"] | None = None
    config: StrategyEntry | None = None
    unset: Unset = []
    fallback: Annotated[
        Literal["plain"] | None,
        Meta(description="`plain`: without the prefix's program the plain command runs."),
    ] = None


class PrefixesFile(Struct):
    """`prefixes.yaml`: the rules for wrapped commands."""

    prefixes: list[RuleEntry]


class WrapperEntry(Struct):
    """What stands around each segment: `left` and `right`, or `prefix` and `suffix`."""

    left: str | None = None
    right: str | None = None
    prefix: str | None = None
    suffix: str | None = None


class ThemeEntry(Struct):
    """The look of the HUD and of the environment's name in a prompt."""

    enabled: Annotated[
        bool, Meta(description="`false` is `classic`, and leaves prompts as they are.")
    ] = False
    name: Annotated[ThemeName, Meta(description="`axium hud theme list` shows all of them.")] = (
        "classic"
    )


class StyleEntry(Struct):
    """How the HUD looks."""

    color: Annotated[
        str,
        Meta(description="`#RRGGBB` or the name of a colour; the theme `classic` is made of it."),
    ] = "#00B7C7"
    padding: Annotated[
        int,
        Meta(ge=0, le=8, description="Blanks on each side of a segment; there is at least one."),
    ] = 1
    wrapper: WrapperEntry | None = None
    theme: ThemeEntry = field(default_factory=ThemeEntry)


class HudFile(Struct):
    """`hud.yaml`: what the HUD shows, and how."""

    layout: Annotated[
        list[str],
        Meta(
            description="Segments in order: `env`, `uptime`, `session`, `pane`, `aws`, `env.KEY`;"
            " those of plugins follow by themselves."
        ),
    ] = field(default_factory=lambda: ["env", "uptime"])
    hide: Annotated[list[str], Meta(description="Segments that are never shown.")] = []
    style: StyleEntry = field(default_factory=StyleEntry)


class PermissionsEntry(Struct):
    """What a plugin may do. In permissions.yaml a list adds, and an entry `!x` takes `x` away."""

    exec: Annotated[
        bool | list[str] | None,
        Meta(description="Start programs: `true` for any, or a list of their names."),
    ] = None
    notify: Annotated[bool | None, Meta(description="Send notifications.")] = None
    net: Annotated[
        bool | list[str] | None,
        Meta(
            description="Use the network: `true` for all of it, or a list of `HOST:PORT` and"
            " `listen:127.0.0.1:PORT`."
        ),
    ] = None
    ipc: Annotated[
        list[str] | None,
        Meta(description="Actions of the daemon, such as `tmux_split_run` and `read_file`."),
    ] = None
    env: Annotated[
        list[str] | None, Meta(description="Variables of the user's that a gear gets.")
    ] = None
    unix: Annotated[
        list[str] | None,
        Meta(description="Sockets that a gear may connect to: `ssh-agent`."),
    ] = None
    fs_read: Annotated[
        list[str] | None,
        Meta(description="Files that it may read: patterns with `*`, `?`, `**`, `{a,b}`, `~`."),
    ] = None
    fs_write: Annotated[
        list[str] | None, Meta(description="Files that it may write: patterns, as in `fs_read`.")
    ] = None


class OverrideFile(PermissionsEntry):
    """`overrides/permissions/GEAR.yaml`: what one gear may do beside or instead of its manifest."""

    sandbox: Annotated[
        Literal["permissive", "enforced"] | None,
        Meta(
            description="`permissive`: start it also where this machine can't hold it to that, or"
            " not to all of it. `enforced`, as without it: don't."
        ),
    ] = None


class WrapperRule(Struct):
    """A command that a plugin wraps, and the words that stand instead of it."""

    command: Annotated[str, Meta(description="The name that is typed.")]
    wrapper: Annotated[str, Meta(description="Words that stand instead of it.")]


class SpokeFile(Struct):
    """`spoke.yaml`: what a spoke says of itself."""

    name: Annotated[str, Meta(description="The name of its directory.")]
    version: Annotated[str, Meta(description="Its version, such as `1.4.0`.")] = "0.0.0"
    description: Annotated[str, Meta(description="What it is for, in one line.")] = ""
    entrypoint: Annotated[
        str, Meta(description="`MODULE:FUNCTION`, which is called when it is loaded.")
    ] = "main:register"
    author: Annotated[str, Meta(description="Who wrote it.")] = ""
    permissions: Annotated[
        PermissionsEntry | None, Meta(description="What it may do; left out: nothing.")
    ] = None
    prefixes: Annotated[list[WrapperRule], Meta(description="Commands that it wraps.")] = []


class GearFile(SpokeFile):
    """`gear.yaml`: what a gear says of itself."""

    requires: Annotated[
        str | None, Meta(description="The versions of axium that it works with: `>=0.1,<1`.")
    ] = None


class RegistryEntry(Struct):
    """A plugin that can be installed by its name."""

    source: Annotated[
        str, Meta(description="A directory, seen from the index; or the URL of a git repository.")
    ]
    description: Annotated[str, Meta(description="What it is for, in one line.")] = ""


class RegistryFile(Struct):
    """`registry.yaml`: what `axium spoke install NAME` and `axium gear install NAME` find."""

    spokes: dict[str, RegistryEntry] = {}
    gears: dict[str, RegistryEntry] = {}


class LinkEntry(Struct):
    """One upstream connection. It says where its secret is, never what it is."""

    uri: Annotated[
        str, Meta(description="`wss://HOST/PATH`; without one, the TrueNAS of this machine.")
    ] = ""
    profile: Annotated[
        Literal["jsonrpc", "truenas", "aria2", "ethereum"] | None,
        Meta(description="The kind of server; default: what follows from the rest."),
    ] = None
    auth: Annotated[
        str,
        Meta(
            description="How to log in: `none`, `truenas-password`, `truenas-key`,"
            " `truenas-scram`, `bearer`, `header NAME`, `basic`, `aria2-token`,"
            " `first-call METHOD PARAMS`."
        ),
    ] = "none"
    user: str | None = None
    secret: Annotated[
        str | None,
        Meta(
            description="Where the secret is: `file:PATH`, `env:NAME`, `cmd:ARGV`,"
            " `keyring:SERVICE/USER`."
        ),
    ] = None
    ca: Annotated[
        str | None, Meta(description="A file of certificates that are accepted, and no others.")
    ] = None
    insecure: Annotated[bool, Meta(description="`true`: any certificate is accepted.")] = False
    idle: Annotated[
        int,
        Meta(ge=0, le=31_536_000, description="Seconds without a request; 0: never closed."),
    ] = 600
    alias: Annotated[
        bool, Meta(description="Also listen where clients of a connection daemon look for one.")
    ] = False
    allow_plaintext: Annotated[
        bool, Meta(description="Send the secret over `ws://` to another machine.")
    ] = False


class LinksFile(Struct):
    """`links.yaml`: the links by name."""

    links: dict[str, LinkEntry | None] = {}
