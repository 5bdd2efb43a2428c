"""What a command wants to be told before it can run: its fields, and the words they make."""

from axium.cli.palette.words import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.thin.catalogue import Command

TITLES = {
    "env": "environment",
    "wrapped": "wrapped command",
    "wrappable": "program",
    "rest": "program and arguments",
    "key": "property",
    "options": "more options",
}
"""What a field is called where the name of its kind does not say it."""

CLOSED = ("env", "pane", "wrapped", "command")
"""Kinds of which there are only those that the list has; so have choices, `{bash,zsh,fish}`."""


class Field:
    """One thing to be told: an argument, or an option that must be there."""

    def __init__(self, kind: str, *, option: str = "", needed: bool = True, many: bool = False):
        self.kind = kind
        self.option = option
        self.needed = needed
        self.many = many
        self.value = ""

    @property
    def title(self) -> str:
        """What it is called."""
        if self.option:
            return self.option.lstrip("-")
        return "choice" if self.is_choice else TITLES.get(self.kind, self.kind)

    @property
    def is_choice(self) -> bool:
        """Whether its few words stand in its kind."""
        return self.kind.startswith("{")

    @property
    def is_closed(self) -> bool:
        """Whether there are only those values that the list has."""
        return self.is_choice or self.kind in CLOSED

    @property
    def takes_many(self) -> bool:
        """Whether its value is taken apart into words."""
        return self.many or self.kind in ("rest", "options", "command")

    def words(self) -> list[str]:
        """The words that it adds to the command. ValueError where a quote is not closed."""
        if not self.value.strip():
            return []
        if self.option:
            return [f"{self.option}={self.value}"]
        return split(self.value) if self.takes_many else [self.value]


def fields_of(command: "Command", *, options: bool) -> list[Field]:
    """What `command` can be told; with `options` at last any of its options."""
    found = [field for word in command.words if (field := _field(word))]
    return found + [Field("options", needed=False)] * options


def _field(word: str) -> Field | None:
    needed = word.endswith("!")
    word = word.removesuffix("!")
    if len(word) > 1 and word.startswith("-"):
        option, _, kind = word.partition("=")
        return Field(kind, option=option) if needed else None
    many = word.endswith("*")
    needed = needed or not (many or word.endswith("?"))
    return Field(word.rstrip("*?"), needed=needed, many=many)


def titles(about: list[str], name: str) -> list[str]:
    """What a command's usage, `Usage: axium NAME [OPTIONS] FIRST [SECOND]`, calls its arguments."""
    usage = " ".join(about[: about.index("")] if "" in about else [])
    words = usage.removeprefix(f"Usage: axium {name}").replace("...", "").split()
    return [word.strip("[]{}").lower() for word in words if word != "[OPTIONS]"]


class Form:
    """A command and its fields, of which one is being filled in."""

    def __init__(self, command: "Command", *, options: bool = False) -> None:
        self.command = command
        self.fields = fields_of(command, options=options)
        self.at = 0

    @property
    def field(self) -> Field:
        """The one that is being filled in."""
        return self.fields[self.at]

    def next(self) -> bool:
        """Go on to the next field; whether there was one."""
        is_left_out = not (self.field.value.strip() or self.field.option)
        for at in range(self.at + 1, len(self.fields)):
            # What follows an argument that was left out would be taken for it.
            if not is_left_out or self.fields[at].needed or self.fields[at].kind == "options":
                self.at = at
                return True
            self.fields[at].value = ""
        return False

    def back(self) -> bool:
        """Return to the field before; whether there was one."""
        self.at -= 1
        return self.at >= 0

    def words(self) -> list[str]:
        """The command as it would run now. ValueError where a quote is not closed."""
        options, arguments, is_dashed = [], [], False
        for field in self.fields:
            words = field.words()
            if field.option or field.kind == "options":
                options += words
                continue
            arguments += words
            # What follows the first word of `rest` is that program's own.
            own = words[:1] if field.kind == "rest" else words
            is_dashed = is_dashed or any([word[:1] == "-" and word != "-" for word in own])
        return [*self.command.name.split(), *options, *["--"] * is_dashed, *arguments]

    def missing(self) -> list[int]:
        """The fields that must still be filled in, by their places, options first."""
        found = [
            at for at, field in enumerate(self.fields) if field.needed and not field.value.strip()
        ]
        return sorted(found, key=lambda at: not self.fields[at].option)

    def title(self, at: int, told: list[str]) -> str:
        """What a field is called; `told` is what the command itself calls its arguments."""
        field = self.fields[at]
        number = len([other for other in self.fields[:at] if not other.option])
        is_told = field.kind == "text" and not field.option and number < len(told)
        return told[number] if is_told else field.title
