"""The overlap plan: deterministic, balanced, stable, with shares and a training set."""

from hypothesis import given
from hypothesis import strategies as st

from qawl.studio.assignment import plan

names = st.integers(1, 6).map(lambda count: [f"a{n}" for n in range(count)])
articles = st.integers(0, 40).map(lambda count: [f"{n:012x}" for n in range(count)])


@given(articles, names, st.integers(1, 3), st.integers(0, 3))
def test_every_article_has_its_annotators_and_loads_are_balanced(ids, who, overlap, seed):
    found = plan(ids, who, overlap, seed=seed)
    assert found == plan(list(reversed(ids)), who, overlap, seed=seed)
    wanted = min(overlap, len(who))
    for identity in ids:
        assert sum(identity in each for each in found.values()) == wanted
    loads = [len(each) for each in found.values()]
    assert max(loads) - min(loads) <= 1


@given(articles, names, st.integers(1, 2), st.integers(1, 20))
def test_nothing_moves_when_articles_or_annotators_are_added(ids, who, overlap, more):
    before = plan(ids, who, overlap)
    added = [*ids, *(f"{n:012d}x" for n in range(more))]
    after = plan(added, [*who, "new"], overlap, there=before)
    for name, mine in before.items():
        assert mine <= after[name]


def test_shares_weigh_and_a_training_set_goes_to_all():
    ids = [f"{n:012x}" for n in range(60)]
    found = plan(ids, ["a1", "a2"], 1, shares={"a1": 2.0, "a2": 1.0}, training=ids[:3])
    assert set(ids[:3]) <= found["a1"] & found["a2"]
    assert abs(len(found["a1"]) - 2 * len(found["a2"])) <= 3
