"""Which names a few typed letters mean, the best first."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from axium.cli.palette.menu import Item

EXACT, PREFIX, WORD, STARTS, INSIDE, SCATTERED, ABOUT = 1000, 900, 800, 700, 600, 500, 10
"""What a term is worth: the whole name, its beginning, that of a word, the beginnings of several
words, letters in a row, letters in their order, and letters in the help or the section.
Letters that are not in a row begin at a word: `es` is `env set`, but not `use it`."""

JUMP, APART = 20, 50
"""What is taken off for each gap between letters, and where the terms do not follow one another."""


class Candidate:
    """What can be found; `order` is its place while nothing is typed.

    A blank stands before its name, so that every word of it begins after one.
    """

    def __init__(self, item: "Item", order: int) -> None:
        self.item = item
        self.order = order
        self.name = f" {lowered(item.name)}"
        self.about = lowered(f"{item.section} {item.help}")


class Finder:
    """Finds names again and again, as somebody types.

    A query that goes on from one before looks only among those that one has found.
    """

    def __init__(self, items: "Iterable[Item]", used: "Mapping[str, int]") -> None:
        # `sorted` keeps the given order among those that are used as often.
        by_use = sorted(items, key=lambda item: -used.get(item.name, 0))
        self._all = [Candidate(item, order) for order, item in enumerate(by_use)]
        self._found: list[tuple[str, list[Candidate]]] = [("", self._all)]

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self._all)

    def find(self, query: str) -> "list[Item]":
        """Those that `query` means, the best first; all of them where it is blank."""
        wanted = " ".join(lowered(query).split())
        while not wanted.startswith(self._found[-1][0]):
            self._found.pop()
        if wanted != self._found[-1][0]:
            self._found.append((wanted, ranked(wanted, self._found[-1][1])))
        return [candidate.item for candidate in self._found[-1][1]]


def ranked(wanted: str, among: list[Candidate]) -> list[Candidate]:
    """Those of `among` that `wanted` means, the best first."""
    terms = wanted.split()
    size = max([candidate.order for candidate in among], default=0) + 1
    scored = {}
    for candidate in among:
        score = worth(wanted, terms, candidate.name, candidate.about)
        if score:
            # One number for both, because numbers sort five times as fast as pairs.
            scored[candidate.order - score * size] = candidate
    return [scored[key] for key in sorted(scored)]


def worth(wanted: str, terms: list[str], name: str, about: str) -> int:
    """How well a name is meant; 0 for not at all. Everything is lower case."""
    whole = in_a_row(wanted, name)
    if whole or len(terms) == 1:
        return whole or scattered(wanted, name) or (ABOUT if wanted in about else 0)
    least = EXACT
    for term in terms:
        score = in_a_row(term, name) or scattered(term, name)
        least = min(least, score or (ABOUT if term in about else 0))
    return max(least - APART, 1) if least else 0


def in_a_row(term: str, name: str) -> int:
    """The worth of letters that stand in `name` as they were typed; 0 where they do not."""
    at = name.find(f" {term}")
    if at > 0:
        return WORD
    if at == 0:
        return EXACT if len(term) + 1 == len(name) else PREFIX
    return INSIDE if term in name else 0


def scattered(term: str, name: str) -> int:
    """The worth of letters that stand in `name` in their order; 0 where they do not."""
    found = places(term, name)
    if not found:
        return 0
    best, gaps, before = STARTS, 0, -2
    for at in found:
        if at != before + 1:
            gaps += 1
            if name[at - 1] != " ":
                best = SCATTERED
        before = at
    return max(best - JUMP * gaps, ABOUT + 1)


def places(term: str, name: str) -> list[int]:
    """Where the letters of `term` stand in `name`, the first at the beginning of a word.

    After a gap the beginning of a word is looked for first. Empty where they do not stand there.
    """
    at = name.find(f" {term[0]}") + 1
    if not at:
        return []
    found = [at]
    for letter in term[1:]:
        if not name.startswith(letter, at + 1):
            at = name.find(f" {letter}", at)
            if at < 0:
                return _nearest(term, name, found[0])
        at += 1
        found.append(at)
    return found


def _nearest(term: str, name: str, at: int) -> list[int]:
    found = [at]
    for letter in term[1:]:
        at = name.find(letter, at + 1)
        if at < 0:
            return []
        found.append(at)
    return found


def marked(query: str, name: str) -> set[int]:
    """The letters of `name` that `query` means, by their places."""
    wanted, padded = " ".join(lowered(query).split()), f" {lowered(name)}"
    terms = [wanted] if wanted in padded else wanted.split()
    return {at - 1 for term in terms for at in _marks(term, padded)}


def _marks(term: str, name: str) -> "Iterable[int]":
    """Where a term stands: at the beginning of words before anywhere else."""
    if term in name:
        at = name.find(f" {term}") + 1 or name.find(term)
        return range(at, at + len(term))
    return places(term, name)


def lowered(text: str) -> str:
    """`text` in lower case, letter by letter, so that places in it are places in `text`."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join([letter if len(letter.lower()) > 1 else letter.lower() for letter in text])
