"""Every key of qawl.yaml has an effect that a command shows, or is refused with its place."""

import json
import random
from dataclasses import dataclass

import pytest
import yaml

from conftest import ROOT
from corpora import judge_tasks
from keys import Bench, walk
from loop import Loop
from qawl.core.settings import Settings

PATHS = list(dict.fromkeys(walk(Settings)))

SCHEME = """layer: toy
labels:
  - {name: PER, finds: person}
  - {name: SAYS, unit: clause}
"""
OTHER = "layer: other\nlabels: [X]\n"
NAME = "Dana Reed"


def _texts():
    """Twelve articles that share no five words but one name; those of one source have a line in common."""
    draw = random.Random(3)
    words = [
        "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(4, 9)))
        for _ in range(900)
    ]
    for number in range(12):
        body = " ".join(draw.sample(words, 40))
        yield {
            "text": f"{NAME} {body}",
            "source": ("north", "south")[number % 2],
            "published": f"2024-01-{number + 1:02d}",
            "redistribute": True,
            "license": "CC-BY-4.0",
        }


def _marks(who, text):
    """All mark the name; the third also takes the word after it for what is said."""
    found = [(0, len(NAME), "PER")]
    if who == 3:
        end = text.index(" ", len(NAME) + 1)
        found.append((len(NAME) + 1, end - 1, "SAYS"))  # in the middle of a word
    return [
        {
            "id": f"{who}.{start}",
            "type": "labels",
            "from_name": "toy",
            "to_name": "text",
            "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
        }
        for start, end, label in found
    ]


SETTINGS = "annotators: [a1, a2, a3]"
CHROME = "Sign up for our morning letter"
MORE = [
    {
        "text": f"Plain words {'abcdef'[at] * 9} that are longer than the line below them.\n{CHROME}\nShare this article\nEnd {at}.",
        "source": "east",
    }
    for at in range(5)
] + [{"text": "A longer story of another day, without any of it.", "source": "east"}]


def _judged(loop):
    """One task of the judge, decided."""
    task, *_ = judge_tasks(loop.folder, "toy")
    annotation = {"id": 900, "completed_by": 9, "result": _marks(1, task["data"]["text"])}
    return [{"id": 900, **task, "annotations": [annotation]}]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """The corpus: three annotators, a judge who decided, suggestions, one release, more to ingest."""
    home = tmp_path_factory.mktemp("settings")
    loop = Loop(home / "corpus", {"toy": SCHEME}, list(_texts()), SETTINGS)
    (loop.folder / "label_config" / "other.yaml").write_text(OTHER, "utf-8")
    loop.annotate("toy", _marks, annotators=3)
    loop.run("suggest")
    loop.run("adjudicate")
    (home / "judged.json").write_text(json.dumps(_judged(loop)), "utf-8")
    loop.run("pull", "--from", str(home / "judged.json"), "--judge")
    loop.run("agreement")
    loop.run("adjudicate")
    with (loop.folder / "qawl.yaml").open("a", encoding="utf-8") as settings:
        settings.write("dispensations: [{check: mid-word, reason: for the first release}]\n")
    loop.run("release", "0.1.0")
    more = "".join(json.dumps(each) + "\n" for each in MORE)
    (loop.folder / "corpus" / "sources" / "more.jsonl").write_text(more, "utf-8")
    made = Bench(loop.folder, home / "scratch", "qawl.yaml")
    del made.plain["dispensations"]
    return made


@dataclass(frozen=True)
class Differs:
    """Two ways to set a key; what the commands print or write is not the same."""

    commands: tuple
    one: dict
    other: dict
    globs: tuple = ()
    drop: tuple = ()


RELEASE = (("agreement",), ("adjudicate",), ("release", "0.1.0", "--draft"))
DOCUMENTS = tuple(f"exports/releases/0.1.0/*.{end}" for end in ("md", "cff", "json"))


def released(one, other):
    return Differs(RELEASE, one, other, DOCUMENTS, ("exports/releases",))


def ingested(one, other):
    return Differs((("ingest", "corpus/sources"),), one, other, ("corpus/articles.jsonl",))


def tasks(one, other, annotator="a1"):
    command = ("tasks", "--layer", "toy", "--annotator", annotator)
    return Differs((command,), {"overlap": {"toy": 1}, **one}, {"overlap": {"toy": 1}, **other})


def validated(one, other):
    return Differs((("validate",),), {"dispensations": [one]}, {"dispensations": [other]})


def gold(one, other):
    return Differs((("adjudicate",),), one, other, ("exports/gold/toy.jsonl",))


PASSED = {"check": "mid-word", "reason": "it is so in the source"}
EFFECTS = {
    "language": ingested({"language": "en"}, {"language": "ar"}),
    "layers": Differs(
        (("scheme",),), {"layers": ["toy"]}, {"layers": ["toy", "other"]}, ("label_config/*.xml",)
    ),
    "annotators.name": tasks({}, {"annotators": ["a1", "a2", {"name": "zoe"}]}, "zoe"),
    "annotators.person": released(
        {"annotators": [{"name": "a1", "person": True}, "a2", "a3"]},
        {"annotators": [{"name": "a1", "person": False}, "a2", "a3"]},
    ),
    "annotators.share": tasks(
        {"annotators": [{"name": "a1", "share": 1}, "a2", "a3"]},
        {"annotators": [{"name": "a1", "share": 9}, "a2", "a3"]},
    ),
    "annotators.away": tasks(
        {"annotators": [{"name": "a1", "away": False}, "a2", "a3"]},
        {"annotators": [{"name": "a1", "away": True}, "a2", "a3"]},
    ),
    "overlap": tasks({"overlap": {"toy": 1}}, {"overlap": {"toy": 3}}),
    "training": tasks({}, {"training": "ALL"}),
    "seed": tasks({"seed": 0}, {"seed": 1}),
    "label_studio.url": Differs(
        (("status",),),
        {"label_studio": {"url": "http://127.0.0.1:9"}},
        {"label_studio": {"url": "http://127.0.0.1:11"}},
    ),
    "adjudication.rule": gold(
        {"adjudication": {"rule": "unanimous"}}, {"adjudication": {"rule": "majority"}}
    ),
    "adjudication.trusted": gold({}, {"adjudication": {"trusted": "a3"}}),
    "adjudication.person": released(
        {"adjudication": {"person": True}}, {"adjudication": {"person": False}}
    ),
    "dispensations.check": validated(PASSED, {**PASSED, "check": "final-stop"}),
    "dispensations.reason": validated(PASSED, {**PASSED, "reason": "another"}),
    "dispensations.articles": validated(PASSED, {**PASSED, "articles": "FIRST"}),
    "dispensations.until": validated({**PASSED, "until": "9.0.0"}, {**PASSED, "until": "0.1.0"}),
    "release.splits": released(
        {"release": {"splits": {"train": 1.0}}},
        {"release": {"splits": {"train": 0.5, "dev": 0.5}}},
    ),
    "release.locked_test": released({}, {"release": {"locked_test": "FIRST"}}),
    "release.split_from": released({}, {"release": {"split_from": {"test": "2024-01-06"}}}),
    "ingest.chrome": ingested({}, {"ingest": {"chrome": ["End \\d."]}}),
    "ingest.default_chrome": ingested({}, {"ingest": {"default_chrome": False}}),
    "ingest.recurring_articles": ingested(
        {"ingest": {"recurring_articles": 5}}, {"ingest": {"recurring_articles": 0}}
    ),
    "ingest.recurring_share": ingested(
        {"ingest": {"recurring_share": 0.5}}, {"ingest": {"recurring_share": 0.9}}
    ),
    "suggestions.without": tasks(
        {"suggestions": {"without": 0}, "overlap": {"toy": 3}},
        {"suggestions": {"without": 1}, "overlap": {"toy": 3}},
    ),
    "sample.seed": tasks({"sample": {"others": 2}}, {"sample": {"others": 2, "seed": 5}}),
    "sample.sources": tasks({}, {"sample": {"sources": {"north": 1}}}),
    "sample.others": tasks({}, {"sample": {"others": 1}}),
}

CARD = [path.rpartition(".")[2] for path in PATHS if path.startswith("release.card.")]
MARKERS = {
    **{f"release.card.{name}": f"The marker of {name}." for name in CARD},
    "name": "marker-of-name",
    "annotators.how": "the marker of how they worked",
    "adjudication.how": "the marker of how the judge worked",
    "release.repo": "marker/of-repo",
    "release.title": "The marker of title",
    "release.doi": "10.1234/marker",
    "release.license": "cc-by-sa-4.0",
    "release.hub.annotations_creators": "crowdsourced",
    "release.hub.language_creators": "machine-generated",
    "release.hub.multilinguality": "translation",
    "release.hub.source_datasets": "marker/source",
    "release.hub.task_categories": "summarization",
    "release.hub.task_ids": "marker-task",
    "release.hub.tags": "the marker of tags",
    "release.authors.name": "Marker Group",
    "release.authors.family": "Markersson",
    "release.authors.given": "Markus",
    "release.authors.orcid": "0000-0002-1825-0097",
    "release.authors.affiliation": "University of Markers",
}
"""Texts that a release's documents hold, each under its key."""


def _marked(plain):
    """The settings that hold every marker."""
    said = {key: MARKERS[f"release.card.{key}"] for key in CARD}
    said["languages"] = {"en": said["languages"]}
    said["glossary"] = {"term": said["glossary"]}
    person = {
        key: MARKERS[f"release.authors.{key}"]
        for key in ("family", "given", "orcid", "affiliation")
    }
    release = {key: MARKERS[f"release.{key}"] for key in ("repo", "title", "doi", "license")}
    return {
        **plain,
        "name": MARKERS["name"],
        "annotators": [
            {"name": "a1", "person": False, "how": MARKERS["annotators.how"]},
            "a2",
            "a3",
        ],
        "adjudication": {"person": False, "how": MARKERS["adjudication.how"]},
        "release": {
            **release,
            "authors": [{"name": MARKERS["release.authors.name"]}, person],
            "card": said,
            "hub": {
                key.rpartition(".")[2]: [value]
                for key, value in MARKERS.items()
                if key.startswith("release.hub.")
            },
        },
    }


def _named(value, ids):
    """The ids of articles in the place of the words for them."""
    if isinstance(value, dict):
        return {key: _named(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [_named(each, ids) for each in value]
    return {"ALL": ids, "FIRST": ids[:1]}.get(value, value) if isinstance(value, str) else value


HOLDERS = {path.rpartition(".")[0] for path in PATHS}
"""Keys that hold other keys: what they say is what these say."""


ELSEWHERE = {
    "order": "studio/test_plan.py",
    "label_studio.adopted": "setup/test_foreign_projects.py",
    "label_studio.pool.slices": "studio/test_pool.py",
    "suggestions.precision": "suggest/test_suggesters.py",
    "suggestions.suggesters.use": "suggest/test_suggesters.py",
    "suggestions.suggesters.layers": "suggest/test_suggesters.py",
    "suggestions.suggesters.options": "suggest/test_suggesters.py",
}
"""Keys whose effect is seen on a server or in a suggester, and the test that sees it."""


def test_every_key_has_an_entry():
    known = {*EFFECTS, *MARKERS, *ELSEWHERE}
    missing = [each for each in PATHS if each not in {*known, *HOLDERS}]
    assert not missing, f"say here what shows the effect of {missing}"
    assert known <= {*PATHS}


@pytest.mark.parametrize("path", ELSEWHERE)
def test_the_effect_of_a_key_is_shown_elsewhere(path):
    said = (ROOT / "tests" / ELSEWHERE[path]).read_text("utf-8")
    assert path.rpartition(".")[2] in said


@pytest.mark.parametrize("path", EFFECTS)
def test_a_key_has_an_effect(path, bench, monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    effect = EFFECTS[path]
    lines = (bench.base / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    one, other = (
        bench.seen({**bench.plain, **_named(each, ids)}, effect.commands, effect.globs, effect.drop)
        for each in (effect.one, effect.other)
    )
    assert one != other


@pytest.mark.parametrize("path", MARKERS)
def test_what_the_lead_says_stands_in_the_release(path, bench):
    shown = bench.seen(_marked(bench.plain), RELEASE, DOCUMENTS, ("exports/releases",))
    assert MARKERS[path] in shown


@pytest.mark.parametrize("path", PATHS)
def test_a_value_of_a_wrong_type_is_refused_with_its_place(path, bench):
    """No key takes a list of numbers in lists; what is said names the file and the key."""
    stated = _put(bench.plain, path, [[1.5]])
    said = bench.seen(stated, (("scheme", "--check"),))
    assert "qawl.yaml" in said
    assert path.split(".")[0] in said


@pytest.mark.parametrize("holder", ["", *sorted(HOLDERS - {""})])
def test_a_key_that_is_not_known_is_refused_with_its_place(holder, bench):
    said = bench.seen(
        _put(bench.plain, f"{holder}.unheard".strip("."), 1), (("scheme", "--check"),)
    )
    assert "qawl.yaml" in said
    assert "unheard" in said
    assert holder.split(".")[0] in said


def _put(plain, path, value):
    """These settings with a value at a path; what is a list of mappings gets one mapping."""
    first, *rest = path.split(".")
    if not rest:
        return {**plain, first: value}
    inner = _put({"name": "x"} if first in ("annotators", "authors") else {}, ".".join(rest), value)
    listed = ("annotators", "authors", "dispensations", "suggesters")
    inside = [inner] if first in listed else inner
    return {**plain, first: inside}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("overlap: {nobody: 1}", "overlap.nobody"),
        ("adjudication: {trusted: nobody}", "'nobody'"),
        ("dispensations: [{check: mid-wrd, reason: x}]", "mid-word?"),
        ("dispensations: [{check: rule, reason: ' '}]", "reason"),
        ("dispensations: [{check: source-changed, reason: x}]", "source-changed is not found by"),
        ("dispensations: [{check: rule, reason: x, articles: [0]}]", "dispensations"),
        # the last article taken out of a list let the findings of all articles pass
        ("dispensations: [{check: rule, reason: x, articles: []}]", "articles names none"),
        ("dispensations: [{check: rule, reason: x, articles: }]", "articles: it takes a list"),
        ("dispensations: [{check: rule, reason: x, articles: ['000000000000']}]", "000000000000"),
        ("dispensations: [{check: rule, reason: x, until: soon}]", "'soon'"),
        ("training: ['000000000000']", "training: 000000000000"),
        ("release: {locked_test: ['000000000000']}", "locked_test: 000000000000"),
        ("release: {split_from: {nowhere: 2024-01-01}}", "'nowhere'"),
        ("release: {hub: {annotations_creators: [us]}}", "'us' is none of crowdsourced, expert"),
        ("release: {hub: {task_categories: [token]}}", "'token' is none of any-to-any"),
        ("release: {hub: {task_ids: [Named Entities]}}", "'Named Entities' is no name"),
        ("release: {hub: {source_datasets: ['a b']}}", "'a b' is no name"),
        (
            "release: {card: {languages: {fr: x}}}",
            "languages: fr: no article is in that language (there are en)",
        ),
        ("release: {card: {languages: {EN: x}}}", "languages: EN: no article"),
        (
            "release: {card: {languages: {English: x}}}",
            "languages: 'English' is not a language tag",
        ),
        ("release: {card: {languages: {en_US: x}}}", "languages: 'en_US' is not a language tag"),
        ("release: {hub: {size: [big]}}", "size"),
        ("release: {split_from: {test: soon}}", "'soon'"),
        ("sample: {sources: {nowhere: 1}}", "sample.sources: nowhere"),
        ("layers: [toy, nowhere]", "nowhere.yaml"),
    ],
)
def test_a_name_that_there_is_not_is_refused(line, said, bench):
    """The same in every command that could take it for one: here `validate`, and `release` of splits."""
    stated = {**bench.plain, **yaml.safe_load(line.replace("2024-01-01", "'2024-01-01'"))}
    shown = bench.seen(stated, (("validate",), ("release", "0.2.0", "--draft")))
    assert said in shown
    assert "qawl.yaml" in shown or "label_config" in shown


OUTSIDE = {
    "overlap: {toy: 0}": "overlap.toy is 0",
    "overlap: {toy: 4}": "overlap.toy is 4, more than there are annotators (a1, a2, a3): set it to 3 or",
    "{annotators: [a1], overlap: {toy: 2}}": "overlap.toy is 2, more than there are annotators (a1): set it to 1 or",
    "overlap: {toy: 10000000000000000000000}": "overlap.toy is 1000",
    "annotators: [{name: a1, share: 0}, a2, a3]": "share of a1 is 0",
    "annotators: [{name: a1, share: -1}, a2, a3]": "share of a1 is -1",
    "annotators: [{name: a1, share: .inf}, a2, a3]": "share of a1 is inf",
    "annotators: [{name: a1, share: .nan}, a2, a3]": "share of a1 is nan",
    "ingest: {recurring_share: 3}": "ingest.recurring_share",
    "ingest: {recurring_share: -0.1}": "ingest.recurring_share",
    "ingest: {recurring_share: .nan}": "ingest.recurring_share",
    "ingest: {recurring_articles: -5}": "ingest.recurring_articles",
    "ingest: {recurring_articles: 1}": "a line of one article does not recur",
    "ingest: {recurring_articles: 10000000000000000000000}": "ingest.recurring_articles",
    "suggestions: {without: 20}": "suggestions.without",
    "suggestions: {without: .nan}": "suggestions.without",
    "suggestions: {precision: 1.5}": "suggestions.precision",
    "sample: {others: -1}": "sample.others",
    "sample: {sources: {north: -1}}": "sample.sources",
    "label_studio: {pool: {slices: 0}}": "label_studio.pool.slices",
    "label_studio: {pool: {slices: 101}}": "label_studio.pool.slices",
    "label_studio: {adopted: {toy: 0}}": "label_studio.adopted",
    "label_studio: {adopted: {toy: -7}}": "label_studio.adopted",
    "label_studio: {url: 'http://host:70000'}": "label_studio.url",
    "release: {splits: {train: 80, test: 20}}": "train is 80.0, not between 0 and 1",
    "release: {splits: {train: 0.8, test: 0.1}}": "release.splits must add up to 1",
    "release: {splits: {train: .nan}}": "train is nan",
    "release: {split_from: {test: 2024}}": "if it is a text, put it in quotes",
    "language: no": "if it is a text, put it in quotes",
    "annotators: [1]": "if it is a text, put it in quotes",
    "release: {split_from: {test: 2024-13}}": "'2024-13': give a day",
    "release: {split_from: {test: '2024-02-30'}}": "'2024-02-30': give a day",
    "release: {split_from: {test: '0000'}}": "'0000': give a day",
    "release: {split_from: {test: ٢٠٢٤}}": "give a day",
    "release: {split_from: {test: '2024', validation: 2024-01}}": "begin on one day",
    "release: {authors: [{name: x, orcid: ٠٠٠٠-0002-1825-0097}]}": "is not an ORCID",
}
"""Numbers and days that could have no effect, or one that nobody wants; what is said of each."""

INSIDE = [
    "overlap: {toy: 3}",
    "overlap: {toy: 1}",
    "annotators: [{name: a1, share: 0.001}, {name: a2, share: 100}, a3]",
    "{annotators: [{name: a1, away: true}, a2, a3], overlap: {toy: 3}}",
    "ingest: {recurring_share: 0, recurring_articles: 2}",
    "ingest: {recurring_share: 1, recurring_articles: 0}",
    "suggestions: {without: 1, precision: 0}",
    "sample: {others: 0, sources: {north: 5}, seed: -3}",
    "seed: -12345678901234567890",
    "release: {splits: {train: 1.0, test: 0.0}}",
    "release: {split_from: {validation: 2023-06, test: '2024', train: '2000-02-29'}}",
]


@pytest.mark.parametrize("line", OUTSIDE)
def test_a_number_outside_its_range_is_refused_in_one_line(line, bench):
    shown = bench.seen({**bench.plain, **yaml.safe_load(line)}, (("validate",),))
    assert OUTSIDE[line] in shown
    assert "qawl.yaml: " in shown
    assert len(shown.strip().splitlines()) == 1


@pytest.mark.parametrize("line", INSIDE)
def test_a_number_at_the_end_of_its_range_is_taken(line, bench):
    shown = bench.seen({**bench.plain, **yaml.safe_load(line)}, (("validate",),))
    assert "qawl.yaml" not in shown
