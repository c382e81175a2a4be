"""`qawl validate` looks at exports/gold: what is stored there may be of other articles or of another scheme."""

import json
import shutil

import pytest

import corpora
from conftest import TOY
from loop import Loop

TEXTS = {
    "1": "Sami of Acme met Layla.",
    "2": "عاد سامي من دمشق أمس.",
    "3": "यह क़लम सामी की है।",
}
MARKED = {"1": ("PER", "Sami"), "2": ("PER", "سامي"), "3": ("ORG", "सामी")}


@pytest.fixture
def corpus(tmp_path):
    """Three articles of two annotators who agree, with gold."""
    current = corpora.scheme("ner", ["PER", "ORG", "LOC"])
    folder = corpora.corpus(tmp_path / "corpus", current, TEXTS, ["a1", "a2"])
    done = {}
    for name, (label, surface) in MARKED.items():
        start = TEXTS[name].index(surface)
        done[name] = corpora.work([corpora.mark("m", label, start, start + len(surface))])
    corpora.pull(folder, "ner", TEXTS, {"a1": done, "a2": done})
    corpora.qawl(folder, "adjudicate")
    return folder


def gold(folder):
    """What `qawl validate` says of gold: (severity, check, message, article)."""
    _, said = corpora.main(folder, "validate", "--json")
    found = json.loads(next(each for each in said.splitlines() if each.startswith("{")))["findings"]
    return [
        (each["severity"], each["check"], each["message"], each["article_id"])
        for each in found
        if each["check"].startswith("gold")
    ]


def stored(folder, change):
    """Changes the stored records."""
    path = folder / "exports/gold/ner.jsonl"
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    change(records)
    path.write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")


def test_gold_that_fits_is_no_finding(corpus):
    assert gold(corpus) == []
    assert gold(corpus) == []


def test_a_name_that_the_scheme_lost_is_said_once(corpus):
    """A lead renames a label in the annotations' scheme, and forgets `qawl adjudicate`."""
    path = corpus / "label_config/ner.yaml"
    path.write_text(path.read_text("utf-8").replace("PER", "PERS"), "utf-8")
    for _ in range(2):
        ((severity, check, message, _),) = gold(corpus)
        assert (severity, check) == ("warning", "gold-stale")
        assert "gold: 'PER' is not one of PERS, ORG, LOC; the same in 1 more" in message
        assert message.endswith("run `qawl adjudicate`")


def test_what_one_alone_still_says_is_found_there_and_not_in_gold(corpus):
    """`adjudicate` takes it over as it is: `validate` advised to run it, for ever."""
    path = corpus / "qawl.yaml"
    path.write_text(f"{path.read_text('utf-8')}adjudication: {{trusted: a1}}\n", "utf-8")
    assert corpora.main(corpus, "adjudicate")[0] == 0
    path = corpus / "label_config/ner.yaml"
    path.write_text(path.read_text("utf-8").replace("PER", "PERS"), "utf-8")
    assert "label-unknown" in corpora.main(corpus, "validate")[1]
    assert gold(corpus) == []
    stored(corpus, lambda records: records[0]["spans"][0].update(label="EARLIER"))
    ((severity, check, message, _),) = gold(corpus)
    assert (severity, check) == ("warning", "gold-stale")
    assert "'EARLIER' is not one of" in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda each: each.update(text_sha256="0" * 64), "another text of the article"),
        (lambda each: each["spans"][0].update(start=1), "other words than the text has there"),
        (lambda each: each["spans"][0].update(end=10**9), "other words than the text has there"),
        (lambda each: each["spans"][0].update(start=-3), "other words than the text has there"),
        (lambda each: each["spans"][0]["attributes"].update(x="y"), "has no attribute x"),
    ],
)
def test_what_does_not_fit_is_named_and_adjudicate_makes_it_anew(corpus, change, said):
    stored(corpus, lambda records: change(records[1]))
    ((severity, check, message, article),) = gold(corpus)
    assert (severity, check) == ("warning", "gold-stale")
    assert said in message
    assert article
    assert corpora.main(corpus, "adjudicate")[0] == 0
    assert gold(corpus) == []


def test_gold_of_an_article_that_is_gone(corpus):
    path = corpus / "corpus/articles.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    ((severity, check, message, _),) = gold(corpus)
    assert (severity, check) == ("error", "gold-orphan")
    assert "its article is not in the corpus: bring the articles back" in message
    assert "adjudicate" not in message


@pytest.mark.parametrize("gone", [(0,), (1,), (2,), (0, 2)])
def test_an_article_that_everybody_did_and_has_no_gold_is_named(corpus, gone):
    def drop(records):
        records[:] = [each for at, each in enumerate(records) if at not in gone]

    stored(corpus, drop)
    ((severity, check, message, article),) = gold(corpus)
    assert (severity, check) == ("warning", "gold-missing")
    assert ("the same in 1 more" in message) == (len(gone) == 2)
    assert message.endswith("run `qawl adjudicate`")
    lines = (corpus / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    assert article == sorted(json.loads(each)["id"] for each in lines)[gone[0]]
    for each in {article} if len(gone) == 1 else ():
        corpora.qawl(corpus, "withdraw", each, "--reason", "the publisher asked for it")
        assert gold(corpus) == []
        (corpus / "corpus/withdrawn.jsonl").unlink()
    assert corpora.main(corpus, "adjudicate")[0] == 0
    assert gold(corpus) == []


def test_gold_is_not_missed_where_there_is_none_or_where_annotators_are_still_to_come(corpus):
    path = corpus / "exports/gold/ner.jsonl"
    before = path.read_bytes()
    path.unlink()
    assert gold(corpus) == []
    path.write_bytes(b"".join(before.splitlines(keepends=True)[1:]))
    assert len(gold(corpus)) == 1
    settings = corpus / "qawl.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("a2", "a2, a3"), "utf-8")
    assert "a3" in settings.read_text("utf-8")
    assert gold(corpus) == []


def test_each_annotation_of_a_lost_article_is_counted_once(corpus):
    path = corpus / "corpus/articles.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for left in (2, 1, 0):
        path.write_bytes(b"".join(lines[:left]))
        _, said = corpora.main(corpus, "validate", "--json")
        assert json.loads(said)["summary"]["checks"]["article-unknown"] == 2 * (3 - left)


@pytest.mark.parametrize(
    "change",
    [
        lambda records: records.reverse(),
        lambda records: records.append(records[-1]),
        lambda records: records[0].update(layer="other"),
        lambda records: records[0].pop("text_sha256"),
        lambda records: records.insert(1, 5),
    ],
)
def test_gold_that_cannot_be_read_is_an_error_and_all_else_is_said(corpus, change):
    stored(corpus, change)
    ((severity, check, message, _),) = gold(corpus)
    assert (severity, check) == ("error", "gold-unreadable")
    assert "ner.jsonl, line" in message
    assert corpora.main(corpus, "validate")[0] == 1


def test_gold_is_no_reason_to_look_at_the_annotations_again(corpus):
    """Findings of annotations are kept while gold changes: adjudicate would throw them away each time."""
    gold(corpus)
    kept = corpus / ".qawl/derived/findings"
    before = {each: each.stat().st_mtime_ns for each in kept.rglob("*.kept")}
    assert before
    stored(corpus, lambda records: records[0].update(text_sha256="0" * 64))
    assert len(gold(corpus)) == 1
    assert {each: each.stat().st_mtime_ns for each in kept.rglob("*.kept")} == before


def refused(folder):
    """What `qawl adjudicate` says where it refuses; gold on disk stays."""
    path = folder / "exports/gold/ner.jsonl"
    before = path.read_bytes()
    code, said = corpora.main(folder, "adjudicate")
    assert (code, path.read_bytes()) == (1, before)
    return " ".join(said.split())


@pytest.mark.parametrize("left", [0, 1, 2])
def test_gold_of_articles_that_are_gone_is_not_emptied(corpus, left):
    """A checkout that lost articles, and with them exports/annotations, which `qawl pull --rebuild` makes
    anew: nothing on disk but gold tells that there was more."""
    path = corpus / "corpus/articles.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:left]), "utf-8")
    (corpus / "exports/annotations/ner.jsonl").unlink()
    corpora.main(corpus, "pull", "--rebuild")
    assert "gold" in refused(corpus) or not left
    path.write_text("".join(lines), "utf-8")
    corpora.qawl(corpus, "pull", "--rebuild")
    corpora.qawl(corpus, "adjudicate")
    assert gold(corpus) == []


def test_gold_without_a_journal_is_not_emptied(corpus):
    """exports/ was not committed but for gold."""
    shutil.rmtree(corpus / "exports/journal")
    shutil.rmtree(corpus / "exports/annotations")
    assert "bring exports/journal back" in refused(corpus)


def test_gold_of_a_withdrawn_article_goes(corpus):
    """Its text may have to be removed for good."""
    path = corpus / "corpus/articles.jsonl"
    gone = json.loads(path.read_text("utf-8").splitlines()[0])["id"]
    corpora.qawl(corpus, "withdraw", gone, "--reason", "the publisher asked for it")
    corpora.qawl(corpus, "adjudicate")
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    ((_, check, message, _),) = gold(corpus)
    assert (check, message.endswith("run `qawl adjudicate`")) == ("gold-stale", True)
    (corpus / "exports/annotations/ner.jsonl").unlink()
    corpora.main(corpus, "pull", "--rebuild")
    code, said = corpora.main(corpus, "adjudicate")
    assert code == 0, said


def gold_line(folder):
    """What `qawl doctor` says of gold."""
    _, said = corpora.main(folder, "doctor", "--dry-run")
    return next(line for line in said.splitlines() if line[4:].startswith("gold"))


def test_gold_that_was_edited_by_hand_is_named_by_doctor(corpus):
    """Nothing said so where it fits the text and the scheme: a release decides anew, `export` and
    `qawl.Corpus` believe it. New work that waits for `adjudicate` is no edit."""
    assert gold_line(corpus) == "ok  gold: as decided"
    stored(corpus, lambda records: records[1]["spans"][0].update(label="LOC"))
    assert gold(corpus) == []
    said = gold_line(corpus)
    assert said.startswith("BAD gold: edited, or decided by other rules: ner ")
    assert "run `qawl adjudicate`" in said
    corpora.qawl(corpus, "adjudicate")
    assert gold_line(corpus) == "ok  gold: as decided"
    start = TEXTS["1"].index("Layla")
    more = corpora.work([corpora.mark("n", "PER", start, start + 5)])
    corpora.pull(corpus, "ner", TEXTS, {"a3": {"1": more}})
    assert gold_line(corpus) == "ok  gold: as decided"


@pytest.mark.parametrize(
    "damage", [lambda lines: [*lines[:-1], lines[-1][:-30]], lambda lines: [*lines, lines[0]]]
)
def test_doctor_gives_one_advice_for_gold_that_is_damaged(corpus, damage):
    """It advised `qawl adjudicate` behind an error that says to remove the file first: that alone fails.
    What stands out of order behind the last article was not read."""
    path = corpus / "exports/gold/ner.jsonl"
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    said = gold_line(corpus)
    assert said.startswith("BAD gold: ")
    assert said.endswith("remove the file, and run `qawl adjudicate`")
    path.unlink()
    corpora.qawl(corpus, "adjudicate")
    assert gold_line(corpus) == "ok  gold: as decided"


def test_a_folder_where_earlier_versions_had_a_file_stops_nothing(tmp_path):
    """`adjudicate` removed that file of each layer, and stopped at a folder after the first layer."""
    schemes = {each: TOY.replace("toy", each) for each in ("one", "two")}
    loop = Loop(tmp_path / "c", schemes, ["Ana met Bo."])
    (loop.folder / "exports/gold/one.tasks.jsonl").mkdir(parents=True)
    loop.annotate("one", lambda *_: [], annotators=2)
    loop.annotate("two", lambda *_: [], annotators=2)
    old = loop.folder / "exports/gold/two.tasks.jsonl"
    old.write_text("", "utf-8")
    loop.run("adjudicate")
    assert (len(loop.records("one", "gold")), len(loop.records("two", "gold"))) == (1, 1)
    assert not old.exists()
