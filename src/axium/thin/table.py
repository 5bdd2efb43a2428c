"""A table of published words as what it says: argv, variables, and what else to ask."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Table:
    """`go` as it stands, or `ask` the daemon. ValueError for words that are neither."""

    def __init__(self, words: list[str]) -> None:
        if len(words) < 2 or words[0] not in ("go", "ask"):
            raise ValueError("not a table")
        self.asks = words[0] == "ask"
        self.where = words[1]
        self._tagged: dict[str, list[str]] = {tag: [] for tag in "<>=-?@$*"}
        for word in words[2:]:
            if word[:1] not in self._tagged:
                raise ValueError(f"an unknown tag in {word!r}")
            self._tagged[word[:1]].append(word[1:])
        if not self.asks and not self._tagged["<"]:
            raise ValueError("a table without a program")

    @property
    def plain(self) -> bool:
        """Whether the plain command may run when the program is missing."""
        return "plain" in self._tagged["?"]

    @property
    def env(self) -> str:
        """The environment, where the daemon itself answered; empty for none."""
        return "".join(self._tagged["*"])

    @property
    def wanted(self) -> list[str]:
        """The variables of this process that the daemon wants to be told."""
        return self._tagged["$"]

    def asks_about(self, args: list[str]) -> bool:
        """Whether only the daemon can say what these arguments run."""
        return self.asks or args[:1] in [[word] for word in self._tagged["@"]]

    def argv(self, args: list[str]) -> list[str]:
        """The whole command line."""
        return [*self._tagged["<"], *args, *self._tagged[">"]]

    def environ(self, around: "Mapping[str, str]") -> dict[str, str]:
        """The variables of the child."""
        child = dict(around)
        for name in self._tagged["-"]:
            child.pop(name, None)
        for assignment in self._tagged["="]:
            name, _, value = assignment.partition("=")
            child[name] = value
        return child
