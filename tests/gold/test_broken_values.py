"""Values of an article that together, or on their own, break a rule of the scheme: gold has none of them."""

import pytest

import corpora
from corpora import corpus, pull, qawl, work
from qawl.scheme import points

TEXT = "Nobody counts boats at dawn."
TONE = corpora.scheme(
    "tone",
    [],
    [
        corpora.choice("tone", "calm", "angry", "furious"),
        corpora.choice("why", "insult", "threat", when={"tone": ["angry", "furious"]}),
        corpora.choice("about", "sea", "land", "sky", kind="choices"),
        {"name": "notes", "title": {"en": "notes"}, "kind": "texts"},
        {"name": "day", "title": {"en": "day"}, "kind": "text"},
    ],
)


def wanting(name):
    """The same scheme, which wants to be told an attribute."""
    attributes = [
        {**each, "required": True} if each["name"] == name else each for each in TONE["attributes"]
    ]
    return {**TONE, "attributes": attributes}


def adjudicated(tmp_path, rule="unanimous", current=TONE, **done):
    folder = corpus(tmp_path / "tones", current, {"t": TEXT}, done)
    with (folder / "qawl.yaml").open("a") as settings:
        settings.write(f"overlap: {{tone: {len(done)}}}\nadjudication: {{rule: {rule}}}\n")
    pull(folder, "tone", {"t": TEXT}, {who: {"t": each} for who, each in done.items()})
    return folder, corpora.gold(folder, "tone")


def test_a_value_whose_condition_nobody_carried_is_left_to_the_judge(tmp_path):
    """Two say why, but of different tones; what is left of a majority would not validate."""
    folder, gold = adjudicated(
        tmp_path,
        "majority",
        a1=work(tone="angry", why="insult", about=["sea"]),
        a2=work(tone="furious", why="insult", about=["sea"]),
        a3=work(tone="calm", about=["sea"]),
    )
    assert gold["attributes"] == {"about": ["sea"]}
    assert not gold["complete"]
    assert {each["name"] for each in gold["open"]} == {"attributes", "tone"}
    qawl(folder, "release", "0.1.0", "--draft")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({"tone": "calm", "why": "insult"}, {"tone": "calm"}),
        ({"tone": "loud", "about": ["sea"]}, {"about": ["sea"]}),
        ({"about": ["sea", "ice"], "tone": "calm"}, {"tone": "calm"}),
    ],
)
def test_what_all_agree_on_and_no_scheme_allows_is_not_gold(tmp_path, said, left):
    """As an export of an older config brings it; and `adjudicate` has the last word on it, once."""
    folder, gold = adjudicated(tmp_path, a1=work(**said), a2=work(**said))
    assert gold["attributes"] == left
    assert not gold["complete"]
    assert "gold-stale" not in corpora.main(folder, "validate")[1]


def test_a_value_that_no_scheme_allows_is_not_gold_though_one_is_required(tmp_path):
    """It was kept, since without it a value is missing; and `validate` advised to adjudicate for ever."""
    said = work(tone="loud", about=["sea"])
    folder, gold = adjudicated(tmp_path, current=wanting("tone"), a1=said, a2=said)
    assert gold["attributes"] == {"about": ["sea"]}
    assert not gold["complete"]
    assert "gold-stale" not in corpora.main(folder, "validate")[1]


def test_what_all_agree_on_is_gold_though_a_value_that_it_asks_for_is_open(tmp_path):
    """Both say angry, and differ on why: the tone was taken out with the reason."""
    _, gold = adjudicated(
        tmp_path,
        current=wanting("why"),
        a1=work(tone="angry", why="insult"),
        a2=work(tone="angry", why="threat"),
    )
    assert gold["attributes"] == {"tone": "angry"}
    assert [each["name"] for each in gold["open"]] == ["why"]


def test_a_required_value_on_which_people_differ_is_asked_once(tmp_path):
    """The judge was asked for it, and told beside that a value is missing."""
    folder, gold = adjudicated(
        tmp_path, current=wanting("tone"), a1=work(tone="calm"), a2=work(tone="angry")
    )
    assert [each["name"] for each in gold["open"]] == ["tone"]
    assert not gold["complete"]
    (task,) = corpora.judge_tasks(folder, "tone")
    assert (len(task["data"][points.FIELD]), "1" in task["data"]["disagreements"]) == (1, True)


def test_a_required_value_that_nobody_gave_is_asked(tmp_path):
    said = work(about=["sea"])
    _, gold = adjudicated(tmp_path, current=wanting("tone"), a1=said, a2=said)
    assert [each["name"] for each in gold["open"]] == ["attributes"]


@pytest.mark.parametrize("turned", [False, True])
def test_typed_lists_in_another_order_are_one_form_whoever_typed_first(tmp_path, turned):
    first, second = (work(notes=["boats", "dawn"]), work(notes=["dawn", "boats"]))
    done = {"a1": second, "a2": first} if turned else {"a1": first, "a2": second}
    _, gold = adjudicated(tmp_path, **done)
    assert gold["attributes"] == {"notes": ["boats", "dawn"]}


def test_the_form_that_most_gave_counts(tmp_path):
    first, second = (work(notes=["boats", "dawn"]), work(notes=["dawn", "boats"]))
    _, gold = adjudicated(tmp_path, a1=first, a2=second, a3=second)
    assert gold["attributes"] == {"notes": ["dawn", "boats"]}
