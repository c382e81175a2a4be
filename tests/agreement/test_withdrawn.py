"""An article that is withdrawn is in no figure: those in the card are of what the release holds."""

import json

import corpora
from corpora import corpus, mark, pull, qawl, work

TEXTS = {
    "one": "Sami met Layla in Oslo.",
    "two": "Layla left Oslo for Acme.",
    "three": "Nobody came.",
}
SCHEME = corpora.scheme("thing", ["A"])
DONE = {
    "a1": {
        "one": work([mark("m", "A", 0, 4)]),
        "two": work([mark("m", "A", 0, 5)]),
        "three": work(),
    },
    "a2": {
        "one": work([mark("m", "A", 0, 4)]),
        "two": work([mark("m", "A", 6, 10)]),
        "three": work([mark("m", "A", 0, 6)]),
    },
}


def made(folder, names):
    """A corpus of these articles, with everybody's work on them."""
    texts = {name: TEXTS[name] for name in names}
    corpus(folder, SCHEME, texts, DONE)
    done = {who: {name: of[name] for name in names} for who, of in DONE.items()}
    pull(folder, "thing", texts, done)
    return folder


def test_agreement_is_of_the_articles_that_the_next_release_has(tmp_path):
    """Also where figures were stored before the article was withdrawn."""
    folder = made(tmp_path / "all", TEXTS)
    assert corpora.agreement(folder, "thing")["articles_compared"] == 3
    articles = map(json.loads, (folder / "corpus/articles.jsonl").read_text().splitlines())
    (gone,) = (each["id"] for each in articles if each["source_id"] == "two")
    qawl(folder, "withdraw", gone, "--reason", "its source asked for it")
    rest = made(tmp_path / "rest", ["one", "three"])
    figures, others = (corpora.agreement(each, "thing") for each in (folder, rest))
    assert figures == others
    qawl(folder, "release", "0.1.0", "--draft")
    card = (folder / "exports/releases/0.1.0/README.md").read_text("utf-8")
    said = figures["exact_f1"]
    assert f"| exact_f1 | {said['value']:.3f} |".replace("0.", ".") in card.replace("0.", ".")


def test_status_counts_what_is_planned_and_done_alike(tmp_path):
    """Without a server: two are planned for the next release, so no more than two are done of it."""
    folder = made(tmp_path / "all", TEXTS)
    articles = map(json.loads, (folder / "corpus/articles.jsonl").read_text().splitlines())
    qawl(folder, "withdraw", next(articles)["id"], "--reason", "its source asked for it")
    said = corpora.main(folder, "status")[1]
    rows = [line.split() for line in said.splitlines() if line.split()[:1] == ["thing"]]
    assert [row[2:4] for row in rows] == [["2", "2"], ["2", "2"]]
