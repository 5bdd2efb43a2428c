"""The palette as keys change it: what is looked for, filled in, switched to; nothing is drawn."""

from axium.cli.palette.form import Form, titles
from axium.cli.palette.menu import MOVES, PAGES, Menu, Offer
from axium.cli.palette.words import quoted
from axium.thin.catalogue import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from axium.cli.palette.form import Field
    from axium.cli.palette.keys import Key
    from axium.cli.palette.matching import Finder
    from axium.cli.palette.menu import Free, Item

    Effect: TypeAlias = "Run | Switch | Close | Suspend"

CLOSING = ("escape", "C-g")


class Run:
    """Run `axium` with these words, of which the first ones are the command's `name`."""

    def __init__(self, form: Form) -> None:
        self.words = form.words()
        self.name = form.command.name


class Switch:
    """Have another environment here; None to follow the one of everywhere again."""

    def __init__(self, env: str | None) -> None:
        self.env = env


class Close:
    """Leave, and run nothing."""


class Suspend:
    """Stop until the shell goes on with us."""


AT_ONCE: "dict[Key, Callable[[], Effect]]" = {"C-c": Close, "C-z": Suspend}
"""Keys that do the same wherever one is."""


class Palette:
    """What is on the screen; `press` is the only way to change it.

    `offers` says what a field's text may mean, `envs` which environments there are, `about` the
    whole help of a command as far as it was loaded.
    """

    def __init__(
        self,
        finder: "Finder",
        *,
        offers: "Callable[[Field, str], Sequence[Item]]",
        envs: "Callable[[str], Sequence[Item]]",
        about: "Callable[[str], list[str]]",
    ) -> None:
        self.finder = finder
        self.offers = offers
        self.envs = envs
        self.about = about
        self.search = Menu(finder.find)
        self.form: Form | None = None
        self.field_menu: Menu | None = None
        self.env_menu: Menu | None = None
        self.reading: int | None = None
        self.page = 1
        self.message = self.note = ""

    @property
    def menu(self) -> Menu:
        """The one that has the keys."""
        return self.env_menu or self.field_menu or self.search

    @property
    def mode(self) -> str:
        """Which keys do what: `search`, `form`, `envs`, `help`."""
        if self.reading is not None:
            return "help"
        return "envs" if self.env_menu else "form" if self.form else "search"

    @property
    def command(self) -> Command | None:
        """The one that is chosen, or filled in."""
        chosen = self.search.chosen
        return self.form.command if self.form else chosen if isinstance(chosen, Command) else None

    @property
    def filled(self) -> Form | None:
        """What Enter goes on with, filled in as far as it is."""
        return self.form or (Form(self.command) if self.command else None)

    @property
    def titles(self) -> list[str]:
        """How the command itself calls its arguments, once that was loaded."""
        return titles(self.about(self.command.name), self.command.name) if self.command else []

    def press(self, key: "Key") -> "Effect | None":
        """Do what a key asks for; what is to be done outside of here."""
        self.message = self.note = ""
        self.menu.page = self.page
        if key in AT_ONCE:
            return AT_ONCE[key]()
        if self.reading is not None:
            self._read(key)
            return None
        if key in CLOSING:
            return self._leave()
        if self._turn(key):
            return None
        if self.env_menu:
            return self._choose_env(key, self.env_menu)
        if self.form and self.field_menu:
            return self._fill_in(key, self.form, self.field_menu)
        return self._look_for(key)

    def _turn(self, key: "Key") -> bool:
        """Turn to the environments and back, or to the help; whether the key does that."""
        if key == "C-e":
            self.env_menu = None if self.env_menu else Menu(self.envs)
        elif key in ("help", "C-o") and self.mode != "envs":
            self.reading = 0 if self.command else None
        else:
            return False
        return True

    def _leave(self) -> Close | None:
        if self.env_menu:
            self.env_menu = None
        elif self.form:
            self._close_form()
        else:
            return Close()
        return None

    def _read(self, key: "Key") -> None:
        """Move in the help, or leave it."""
        steps = MOVES.get(key, 0) or PAGES.get(key, 0) * self.page
        if not steps:
            self.reading = None
            return
        last = len(self.about(self.command.name)) - self.page if self.command else 0
        self.reading = max(0, min((self.reading or 0) + steps, last))

    def _choose_env(self, key: "Key", menu: Menu) -> Switch | None:
        if key != "enter":
            menu.press(key)
            return None
        chosen = menu.chosen
        if not isinstance(chosen, Offer):
            self.message = "no environment has this name"
            return None
        self.env_menu = None
        return Switch(chosen.value)

    def _look_for(self, key: "Key") -> Run | None:
        command = self.command
        if key not in ("enter", "tab"):
            self.search.press(key)
            return None
        if command is None:
            return None
        form = Form(command, options=key == "tab")
        if not form.fields:
            return Run(form)
        self.form = form
        self._open_field()
        return None

    def _open_field(self) -> None:
        form = self.form
        if form is None:
            return
        field = form.field
        free: Free = "always"
        if field.is_closed and not field.many:
            free = "never" if field.needed and not field.value else "while empty"
        self.field_menu = Menu(lambda text: self.offers(field, text), free=free, text=field.value)
        self._show_taken()

    def _close_form(self) -> None:
        self.form = self.field_menu = None

    def _fill_in(self, key: "Key", form: Form, menu: Menu) -> Run | None:
        if key == "enter":
            return self._accept(form)
        if key == "tab":
            self._complete(form.field, menu)
        elif key == "backtab" or (key == "backspace" and not menu.line.text):
            self._go_back(form, menu)
        else:
            menu.press(key)
        self._show_taken()
        return None

    def _show_taken(self) -> None:
        """Have the form hold what Enter would take, so that what is shown is what runs."""
        if self.form and self.field_menu:
            field, menu = self.form.field, self.field_menu
            text, chosen = menu.line.text, menu.chosen
            field.value = completed(field, text, chosen.name).strip() if chosen else text

    def _complete(self, field: "Field", menu: Menu) -> None:
        """Put what is chosen, else the first of the list, into the line."""
        offer = menu.chosen or (menu.found[0] if menu.found else None)
        if offer is not None:
            menu.line.replace(completed(field, menu.line.text, offer.name))
            menu.renew()

    def _go_back(self, form: Form, menu: Menu) -> None:
        form.field.value = menu.line.text
        if form.back():
            self._open_field()
        else:
            self._close_form()

    def _accept(self, form: Form) -> Run | None:
        field = form.field
        if field.needed and not field.value.strip():
            self.message = f"{field.title} is needed"
            return None
        try:
            field.words()
        except ValueError:
            self.message = "a quote is not closed"
            return None
        if form.next():
            self._open_field()
            return None
        return Run(form)


def completed(field: "Field", text: str, value: str) -> str:
    """The line with what was chosen in the place of its last word, or of all of it."""
    if field.kind == "command" or not field.takes_many:
        return value
    return text[: len(text) - len(text.rpartition(" ")[2])] + quoted(value) + " "
