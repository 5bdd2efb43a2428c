"""A decision survives the way through a published table."""

from hypothesis import given
from hypothesis import strategies as st

from axium.model.marks import Mark
from axium.model.resolver import Decision, Part
from axium.model.table import table_words
from axium.thin.words import frame, unframe
from tests.model.making import decide, environment, prefix

TEXT = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
PARTS = st.lists(TEXT, max_size=5).map(lambda words: tuple(Part(w, None, "") for w in words))
NAMED = st.dictionaries(NAME, TEXT, max_size=4).map(
    lambda found: tuple((name, Part(value, None, "")) for name, value in found.items())
)
DECISIONS = st.builds(
    Decision,
    command=NAME,
    env=st.none(),
    verdict=st.sampled_from(["go", "ask"]),
    before=PARTS,
    after=PARTS,
    set=NAMED,
    unset=st.lists(NAME, max_size=3).map(lambda ns: tuple((n, Part(n, None, "")) for n in ns)),
    fallback=st.sampled_from([None, "plain"]),
    where=st.sampled_from([None, Mark("prefixes.yaml", 3, 5), Mark("register_prefix by x")]),
    needs=st.lists(NAME, max_size=3).map(tuple),
)


def test_a_table_is_verdict_place_and_tagged_words() -> None:
    env = environment(prefix="A=1 wrapx 'x y'")
    assert table_words(decide(prefix("${env.prefix}"), env=env)) == [
        "go",
        "prefixes.yaml:3:13",
        "<wrapx",
        "<x y",
        "<aws",
        "=A=1",
    ]


def test_what_is_asked_for_is_listed() -> None:
    assert table_words(decide(prefix("$A $B"))) == ["ask", "prefixes.yaml:3:13", "$A", "$B"]


@given(DECISIONS)
def test_every_part_comes_back_from_a_frame_in_its_order(decision: Decision) -> None:
    verdict, where, *tagged = unframe(frame(table_words(decision)))
    values: dict[str, list[str]] = {tag: [] for tag in "<>=-?$"}
    for word in tagged:
        values[word[0]].append(word[1:])
    assert (verdict, where, values) == (
        decision.verdict,
        str(decision.where or ""),
        {
            "<": [part.word for part in decision.before],
            ">": [part.word for part in decision.after],
            "=": [f"{name}={part.word}" for name, part in decision.set],
            "-": [name for name, _ in decision.unset],
            "?": [decision.fallback] if decision.fallback else [],
            "$": list(decision.needs),
        },
    )
