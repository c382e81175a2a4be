"""Hundreds of people who mark one article, as in a shared task or a course: figures stay in bounds of time
and size, and say what was compared. Alphas are of all with all, as their definitions have them."""

import json
import random

import pytest

import corpora
import definitions

TEXTS = {"1": "Sami met Layla in Oslo and left for Acme at noon.", "2": "Nobody came."}
LABELS = ["PER", "ORG"]


def spans(seed):
    """Spans that don't overlap within a label."""
    rnd = random.Random(seed)
    cuts = sorted(rnd.sample(range(len(TEXTS["1"])), 4))
    return [(rnd.choice(LABELS), cuts[0], cuts[1]), (rnd.choice(LABELS), cuts[2], cuts[3])]


def export(people, texts=("1",)):
    return [
        {
            "id": number,
            "project": 1,
            "data": {"text": TEXTS[name], "layer": "ner"},
            "annotations": [
                {
                    "id": 1000 * number + user,
                    "unique_id": f"00000000-0000-4000-8000-{number:04}{user:08}",
                    "completed_by": user,
                    "created_at": "2026-01-02T03:04:05Z",
                    "updated_at": "2026-01-02T03:04:05Z",
                    "lead_time": 60 + user % 7,
                    "result": [
                        {
                            "id": f"r{n}", "from_name": "ner", "to_name": "text", "type": "labels",
                            "value": {"start": start, "end": end, "labels": [label]},
                        }
                        for n, (label, start, end) in enumerate(spans(user))
                        if name == "1"
                    ],
                }
                for user in people[name]
            ],
        }
        for number, name in enumerate(texts, start=1)
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return corpora.corpus(tmp_path / "corpus", corpora.scheme("ner", LABELS), TEXTS, ["a1", "a2"])


def agreement(folder, tasks):
    path = folder.parent / "export.json"
    path.write_text(json.dumps(tasks), "utf-8")
    corpora.qawl(folder, "pull", "--from", path)
    return corpora.agreement(folder, "ner")


@pytest.mark.parametrize("people", [20, 70])
def test_alpha_is_of_all_with_all_however_many_they_are(folder, people):
    users = range(1, people + 1)
    found = agreement(folder, export({"1": users}))
    marked = [[{(label, start, end) for label, start, end in spans(user)} for user in users]]
    lengths = [len(TEXTS["1"])]
    for name, want in {
        "alpha": definitions.character_alpha(lengths, marked),
        "alpha_u": definitions.unitizing_alpha(lengths, marked, set(LABELS)),
    }.items():
        assert found[name]["value"] == pytest.approx(want, abs=2e-6)
        for label in LABELS:
            told = found["labels"][label][name]["value"]
            one = (
                definitions.character_alpha(lengths, marked, label)
                if name == "alpha"
                else definitions.unitizing_alpha(lengths, marked, {label})
            )
            assert told == pytest.approx(one, abs=2e-6)


def test_of_many_people_each_is_compared_with_as_many_and_it_is_said(folder):
    people = 100  # 4,950 pairs
    found = agreement(folder, export({"1": range(1, people + 1)}))
    assert found["pairs"] == {}
    assert found["warnings"][0] == (
        "100 annotators did one article: for F1 and kappa each is compared with 40 others there, for "
        "alpha with all"
    )
    assert "the figures of single pairs are left out" in found["warnings"][1]
    compared = people * 40 // 2
    assert found["exact_f1"]["n"] == compared * 4
    rest = found["against_rest"]
    assert len(rest) == people
    assert {each["exact_f1"]["n"] for each in rest.values()} == {40 * 4}
    marked = {f"a{user}": set(spans(user)) for user in range(1, people + 1)}
    names = sorted(marked)
    same = sum(
        len(marked[one] & marked[names[(at + step) % people]])
        for at, one in enumerate(names)
        for step in range(1, 21)
    )
    assert found["exact_f1"]["value"] == pytest.approx(same / (2 * compared), abs=2e-6)


def test_many_people_who_share_few_articles_are_compared_where_they_do(folder):
    """A crowd: every two who did an article, and no others."""
    found = agreement(folder, export({"1": range(1, 31), "2": range(31, 61)}, texts=("1", "2")))
    assert len(found["pairs"]) == 2 * (30 * 29 // 2)
    assert found["exact_f1"]["n"] == 30 * 29 // 2 * 4
    assert not any("compared with" in each for each in found["warnings"])


def test_an_outlier_among_many_is_found_by_counts(folder):
    tasks = export({"1": range(1, 41)})
    for annotation in tasks[0]["annotations"]:
        for region in annotation["result"]:
            odd = annotation["completed_by"] == 7
            region["value"] |= {"start": 0, "end": 3 if odd else 4, "labels": ["PER"]}
        del annotation["result"][1:]
    agreement(folder, tasks)
    code, said = corpora.main(folder, "validate", "--check", "annotator-outlier", "--json")
    found = json.loads(said)["findings"]
    assert [(each["annotator"], each["message"]) for each in found] == [
        ("a7", "F1 with the others is 0.00, theirs is 1.00")
    ]
    assert code == 0


def test_an_article_with_thousands_of_spans_is_compared(tmp_path):
    """Pairs of all spans of an article had taken gigabytes."""
    text = " ".join(f"w{number}" for number in range(6000))
    places, at = [], 0
    for word in text.split(" "):
        places.append((at, at + len(word)))
        at += len(word) + 1
    folder = corpora.corpus(
        tmp_path / "corpus", corpora.scheme("ner", LABELS), {"1": text}, ["a1", "a2"]
    )
    done = {
        f"a{user}": {
            "1": corpora.work(
                [
                    corpora.mark(f"s{n}", "PER", start, end + user - 1)
                    for n, (start, end) in enumerate(places[: 5000 - user])
                ]
            )
        }
        for user in (1, 2)
    }
    corpora.pull(folder, "ner", {"1": text}, done)
    found = corpora.agreement(folder, "ner")
    assert found["overlap_f1"]["n"] == 4999 + 4998
    assert found["alpha_u"]["value"] > 0.9
