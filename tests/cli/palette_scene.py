"""A palette of a few commands, without a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from axium.cli.palette.form import Field
from axium.cli.palette.keys import Text
from axium.cli.palette.matching import Finder
from axium.cli.palette.menu import Offer
from axium.cli.palette.state import Palette, Run, Switch
from axium.thin.catalogue import Command

if TYPE_CHECKING:
    from axium.cli.palette.state import Effect

RECORDS = (
    "doctor\tcore\tLook whether all is well.\t--fix --json -h --help",
    "env set\tenvironments\tMake an environment active.\tenv --pane=pane --global -h --help",
    "env get\tenvironments\tPrint the active one.\tkey? --json -h --help",
    "notify send\tcore\tSend a notification.\t-t=text --title=text! --body=text -h --help",
    "wrapper add\tenvironments\tWrap a command.\twrappable text -h --help",
    "run\tcore\tRun a command as the rules say.\trest -h --help",
    "init\tcore\tPrint a hook.\t{bash,zsh,fish} -h --help",
    "help\tcore\tShow help.\tcommand* --json -h --help",
    "aws whoami\tspoke:aws\tSay who you are.\ttext? text? -h --help",
)
OFFERS = {
    "env": ("dev", "staging", "prod"),
    "command": ("env set", "env get"),
    "wrappable": ("aws", "kubectl"),
    "{bash,zsh,fish}": ("bash", "zsh", "fish"),
}


def offers(field: Field, text: str) -> Sequence[Offer]:
    """What `axium.cli.palette.offers` would say."""
    found = Finder([Offer(name) for name in OFFERS.get(field.kind, ())], {}).find(text)
    return [item for item in found if isinstance(item, Offer)]


def envs(text: str) -> Sequence[Offer]:
    """Two environments, and none."""
    known = [Offer("dev", value="dev"), Offer("prod", value="prod"), Offer("follow")]
    return [offer for offer in known if offer.name.startswith(text)]


def make_palette(
    records: Sequence[str] = RECORDS, about: Mapping[str, list[str]] | None = None
) -> Palette:
    """The palette as it opens."""
    known = about or {}
    return Palette(
        Finder([Command(record) for record in records], {}),
        offers=offers,
        envs=envs,
        about=lambda name: known.get(name, []),
    )


def press(palette: Palette, *keys: str) -> Effect | None:
    """Press keys by their names, type what begins with a colon; what the last one led to."""
    effect = None
    for key in keys:
        effect = palette.press(Text(key[1:]) if key.startswith(":") else key)
    return effect


def ran(palette: Palette, *keys: str) -> list[str]:
    """The words of the command that these keys run."""
    effect = press(palette, *keys)
    assert isinstance(effect, Run), palette.message
    return effect.words


def switched(palette: Palette, *keys: str) -> str | None:
    """The environment that these keys switch to."""
    effect = press(palette, *keys)
    assert isinstance(effect, Switch), palette.message
    return effect.env
