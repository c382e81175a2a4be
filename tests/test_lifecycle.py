"""Releases over time: diff, restore, withdrawal; gold by rule and by a judge."""

import json
import shutil

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import strategies
from conftest import ROOT
from corpora import annotate, write_articles
from qawl import cli
from qawl.agreement.disagreements import BETWEEN
from qawl.annotations.verdicts import basis
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core import project, versions
from qawl.core.errors import InputError, ReleaseError
from qawl.core.records import JUDGE, Annotation, Relation, Span, as_annotation
from qawl.core.settings import Adjudication
from qawl.gold import judge
from qawl.gold.decide import Verdict, decide
from qawl.gold.judge_tasks import judge_tasks
from qawl.release import build, restore
from qawl.release.versions import diff, diff_words, manifest
from qawl.scheme import scheme
from qawl.suggest.tasks import served
from qawl.validation import validate
from strategies import article

QUOTES = scheme.load_file(ROOT / "label_config" / "quote.yaml")
TEXT = "قال الوزير «نعم للعمل» ثم مضى"


def voice(who, *, speaker="أحمد", content="«نعم للعمل»", drawn=True, source=True):
    """One annotator's reading of the sentence."""
    places = {"CUE": "قال", "SOURCE": "الوزير", "CONTENT": content}
    spans = []
    for label, surface in places.items():
        if label == "SOURCE" and not source:
            continue
        start = TEXT.index(surface)
        given_ = (
            {
                "quote_type": "direct" if surface[0] == "«" else "indirect",
                "source_status": "named" if source else "none",
                "speaker": speaker,
            }
            if label == "CONTENT"
            else {}
        )
        spans.append(Span(f"{who}{label}", label, start, start + len(surface), surface, given_))
    relations = [Relation(label="has_cue", from_=f"{who}CONTENT", to=f"{who}CUE")]
    if drawn and source:
        relations.append(Relation(label="has_source", from_=f"{who}CONTENT", to=f"{who}SOURCE"))
    frozen = article(TEXT)
    return Annotation(
        article_id=frozen.id,
        layer="quote",
        annotator=who,
        text_sha256=frozen.text_sha256,
        scheme_version="0.1",
        spans=tuple(spans),
        relations=tuple(relations),
    )


def decided(*voices, rule="unanimous", trusted=None, verdict=None):
    return decide(voices, article(TEXT), QUOTES, Adjudication(rule, trusted), verdict)


def test_unanimity_is_complete_gold_with_its_chain():
    gold = decided(voice("a1"), voice("a2"))
    assert (gold.decided_by, gold.complete, gold.open) == ("unanimous", True, ())
    assert [span.label for span in gold.spans] == ["CUE", "SOURCE", "CONTENT"]
    assert {span.support for span in gold.spans} == {("a1", "a2")}
    assert set(gold.decided_from) == {"a1", "a2"}
    assert [each.label for each in gold.relations] == ["has_cue", "has_source"]


def test_one_annotator_is_single():
    assert decided(voice("a1")).decided_by == "single"


def test_what_differs_is_open_and_gold_is_incomplete():
    gold = decided(voice("a1"), voice("a2", speaker="ليلى"))
    assert not gold.complete
    (opened,) = gold.open
    assert (opened.kind, opened.name, opened.readings) == (
        "attribute",
        "speaker",
        {"a1": "أحمد", "a2": "ليلى"},
    )
    assert "speaker" not in gold.spans[2].attributes


def test_majority_settles_what_most_say():
    gold = decided(voice("a1"), voice("a2"), voice("a3", speaker="ليلى"), rule="majority")
    assert gold.complete
    assert gold.decided_by == "majority"
    assert gold.spans[2].attributes["speaker"] == "أحمد"


def test_a_trusted_annotator_decides():
    gold = decided(voice("a1"), voice("a2", speaker="ليلى"), trusted="a2")
    assert gold.spans[2].attributes["speaker"] == "ليلى"
    assert gold.decided_by == "single"


def test_a_relation_whose_end_lost_is_not_kept_silently():
    gold = decided(voice("a1"), voice("a2", source=False))
    labels = {span.label for span in gold.spans}
    assert "SOURCE" not in labels
    assert not [each for each in gold.relations if each.label == "has_source"]
    assert {each.kind for each in gold.open} >= {"span", "relation"}


def test_gold_always_validates():
    for other in (
        voice("a2", drawn=False),
        voice("a2", content="نعم للعمل"),
        voice("a2", source=False),
    ):
        gold = decided(voice("a1"), other)
        found = validate.check_annotation(as_annotation(gold), article(TEXT), QUOTES)
        assert not [each for each in found if each.severity == "error"]


def test_what_all_agree_on_but_breaks_a_rule_goes_to_the_judge():
    """Both forgot the arrow to the source: the content can't be gold, and is not lost in silence."""
    gold = decided(voice("a1", drawn=False), voice("a2", drawn=False))
    assert "CONTENT" not in {span.label for span in gold.spans}
    assert not gold.complete
    (opened,) = gold.open
    assert (opened.kind, opened.readings) == ("span", {"a1": "CONTENT", "a2": "CONTENT"})


def test_the_majoritys_arrows_that_break_a_rule_together_go_to_the_judge():
    """Two of three draw each of two cues: one content can't have both."""
    second = Span("cue2", "CUE", TEXT.index("ثم"), TEXT.index("ثم") + 2, "ثم")
    voices = []
    for who, drawn in (("a1", ["cue"]), ("a2", ["cue", "cue2"]), ("a3", ["cue2"])):
        one = voice(who)
        spans = (*one.spans, second)
        kept = tuple(each for each in one.relations if each.label != "has_cue")
        content = next(each.id for each in one.spans if each.label == "CONTENT")
        first = next(each.id for each in one.spans if each.label == "CUE")
        arrows = tuple(
            Relation(label="has_cue", from_=content, to=first if name == "cue" else "cue2")
            for name in drawn
        )
        voices.append(msgspec.structs.replace(one, spans=spans, relations=kept + arrows))
    gold = decided(*voices, rule="majority")
    assert "CONTENT" not in {span.label for span in gold.spans}
    assert "CONTENT" in {each.label for each in gold.open}
    assert not gold.complete


def test_a_verdict_counts_until_the_annotations_change():
    voices = [voice("a1"), voice("a2", speaker="ليلى")]
    answer = msgspec.structs.replace(voice("a1", speaker="سامي"), annotator=JUDGE)
    verdict = Verdict(answer, basis(voices))
    gold = decided(*voices, verdict=verdict)
    assert (gold.decided_by, gold.complete) == ("adjudicator", True)
    assert gold.spans[2].attributes["speaker"] == "سامي"
    assert gold.spans[0].support == ("a1", "a2")
    later = decided(voices[0], voice("a2", speaker="منى"), verdict=verdict)
    assert later.decided_by == "unanimous"
    assert not later.complete


def test_skipping_is_no_voice():
    skipped = msgspec.structs.replace(voice("a2"), status="skipped", spans=(), relations=())
    assert decided(voice("a1"), skipped).complete
    assert decided(skipped).status == "skipped"


@given(st.data())
def test_any_two_annotations_have_gold_that_validates(data):
    text = data.draw(strategies.texts)
    voices = [
        msgspec.structs.replace(
            data.draw(strategies.annotations(QUOTES, text)), annotator=who, status="submitted"
        )
        for who in ("a1", "a2")
    ]
    gold = decide(voices, article(text), QUOTES)
    found = validate.check_annotation(as_annotation(gold), article(text), QUOTES)
    assert not [each for each in found if each.severity == "error" and each.span]
    assert gold.complete == (not gold.open)
    kept = {(span.label, span.start, span.end) for span in gold.spans}
    marked = {(span.label, span.start, span.end) for each in voices for span in each.spans}
    assert kept <= marked
    for label, start, end in marked - kept:
        assert any(
            each.start <= start and end <= each.end and label in each.label.split(BETWEEN)
            for each in gold.open
            if each.kind == "span"
        )


@pytest.fixture
def disputed(make_corpus):
    """A corpus in which two annotators differ on one article."""
    made = make_corpus(TEXT, settings="layers: [quote]\nannotators: [a1, a2]", redistribute=True)
    annotate(made, "quote", [voice("a1"), voice("a2", speaker="ليلى")])
    return made


def test_adjudicate_writes_gold_and_the_judges_tasks_and_again_changes_nothing(
    disputed, monkeypatch
):
    monkeypatch.chdir(disputed.root)
    run = CliRunner().invoke
    assert "1 changed; 1 waits for a judge" in run(cli.group, ["adjudicate"]).output
    before = disputed.gold_file("quote").read_bytes()
    assert "0 changed" in run(cli.group, ["adjudicate"]).output
    assert disputed.gold_file("quote").read_bytes() == before
    (task,) = judge_tasks(disputed, "quote")
    assert [each.model_version for each in task.predictions] == ["agreed", "A", "B"]
    (point,) = task.data["qawl_points"]
    assert "القائل" in point["about"] or "speaker" in point["about"]
    assert "a1" not in str([point, task.data["disagreements"]])


def test_the_judges_letters_are_nobodys_and_mean_the_same_in_list_and_suggestion(make_corpus):
    """Over several articles A is not always the same annotator; a reading stands at its side's letter."""
    names = ("a1", "a2", "a3")
    texts = [f"{TEXT} {number}" for number in range(6)]
    made = make_corpus(*texts, settings="layers: [quote]\nannotators: [a1, a2, a3]")
    records = []
    for frozen in article_store.articles(made):
        for who in names:
            # a1 sees no source, so only two of the three give the content a speaker to differ on.
            one = voice(
                who, speaker=f"speaker of {who}", content="نعم" if who == "a1" else "«نعم للعمل»"
            )
            records.append(
                msgspec.structs.replace(one, article_id=frozen.id, text_sha256=frozen.text_sha256)
            )
    records.sort(key=lambda each: (each.article_id, each.annotator))
    annotate(made, "quote", records)
    judge.adjudicate(made)
    firsts = set()
    for task in judge_tasks(made, "quote"):
        said = {}
        for each in task.predictions[1:]:
            (name,) = {
                text
                for result in each.result
                if result.get("from_name", "").startswith("speaker")
                for text in result["value"]["text"]
            }
            said[each.model_version] = name
        assert set(said) == {"A", "B", "C"}
        firsts.add(said["A"])
        (point,) = [
            shown
            for each in task.data["qawl_points"]
            if "speaker of" in str(shown := {one["value"] for one in each["choices"]})
        ]
        for letter, name in said.items():
            assert (f"{letter}: {name}" in point) == (name != "speaker of a1")
    assert len(firsts) > 1


def test_an_incomplete_article_says_so_in_the_release(disputed):
    folder = build.build(disputed, "0.1.0", notes=[]).folder
    (row,) = pq.read_table(folder / "articles" / "train.parquet").to_pylist()
    assert row["quote_complete"] is False


def test_diff_says_what_changed_and_which_version_it_calls_for(disputed):
    write_articles(
        disputed, [*article_store.articles(disputed), article("مقال", redistribute=True)]
    )
    one = build.build(disputed, "0.1.0", notes=[]).folder
    annotate(disputed, "quote", [voice("a1"), voice("a2")])
    two = build.build(disputed, "0.2.0", notes=[]).folder
    found = diff.difference(one, two)
    assert {(each.label, each.kind) for each in found.changes} == {
        ("CONTENT", "re-attributed"),
        ("", "completed"),
        ("", "annotation edited"),
    }
    assert (found.level, found.version) == ("major", "0.2.0")
    same = diff.difference(two, two)
    assert (same.changes, same.level, same.version) == ((), "none", None)
    write_articles(
        disputed, [*article_store.articles(disputed), article("مقال جديد", redistribute=True)]
    )
    three = build.build(disputed, "0.3.0", notes=[]).folder
    assert diff.difference(two, three).level == "minor"
    assert "| articles |  | added | 1 |" in diff_words.markdown(diff.difference(two, three))


def test_every_kind_of_change_is_named(disputed):
    """What annotators can change, one at a time, on the same article."""
    replace = msgspec.structs.replace

    def released(version, *voices):
        annotate(disputed, "quote", voices)
        shutil.rmtree(disputed.releases / version, ignore_errors=True)
        return build.build(disputed, version, notes=["trial"]).folder

    def changed(one, **by_label):
        spans = (
            replace(each, **by_label[each.label]) if each.label in by_label else each
            for each in one.spans
        )
        return replace(one, spans=tuple(spans))

    first = voice("a1")
    cue, source, content = first.spans
    turned = Relation(label="has_source", from_=content.id, to=source.id, direction="bi")
    cases = {
        ("CONTENT", "re-attributed", "major"): voice("a1", speaker="ليلى"),
        ("CUE", "relabelled", "major"): changed(first, CUE={"label": "ADDRESSEE"}),
        ("CUE", "re-bounded", "major"): changed(first, CUE={"end": cue.end - 1, "text": "قا"}),
        ("has_source", "re-linked", "major"): replace(
            first, relations=(first.relations[0], turned)
        ),
        ("SOURCE", "removed", "major"): voice("a1", source=False),
    }
    old = released("0.1.0", first)
    for (label, kind, level), after in cases.items():
        found = diff.difference(old, released("0.2.0", after))
        assert (label, kind) in {(each.label, each.kind) for each in found.changes}
        assert found.level == level
        assert diff.difference(old, released("0.2.0", first)).changes == ()
    back = diff.difference(released("0.2.0", voice("a1", source=False)), old)
    assert ("SOURCE", "added") in {(each.label, each.kind) for each in back.changes}
    assert "re-linked" not in {each.kind for each in back.changes}
    second = diff.difference(old, released("0.2.0", first, replace(first, annotator="a2")))
    assert [(each.kind, each.count) for each in second.changes] == [
        ("annotation added", 1),
        ("completed", 1),
    ]
    assert second.level == "minor"
    (only,) = article_store.articles(disputed)
    write_articles(disputed, [replace(only, title="عنوان")])
    found = diff.difference(old, released("0.2.0", first))
    assert [(each.label, each.kind) for each in found.changes] == [("title", "edited")]
    write_articles(disputed, [replace(only, redistribute=False)])
    found = diff.difference(old, released("0.2.0", first))
    assert [each.kind for each in found.changes] == ["withheld"]
    assert (found.level, diff.difference(disputed.releases / "0.2.0", old).level) == (
        "major",
        "minor",
    )


@pytest.mark.parametrize(
    ("version", "level", "expected"),
    [
        ("0.3.1", "major", "0.4.0"),
        ("1.3.1", "major", "2.0.0"),
        ("1.3.1", "minor", "1.4.0"),
        ("1.3.1", "patch", "1.3.2"),
        ("1.3.1", "none", None),
    ],
)
def test_version_numbers_follow_the_level(version, level, expected):
    assert versions.bumped(version, level) == expected


def test_a_withdrawn_article_leaves_the_release_and_the_tasks(disputed):
    one = build.build(disputed, "0.1.0", notes=[]).folder
    identity = article(TEXT).id
    assert withdrawal.withdraw(disputed, identity, "the source asked") is None
    assert withdrawal.withdraw(disputed, identity, "again") == "the source asked"
    assert withdrawal.withdraw(disputed, identity, "the source asked") == "again"
    assert list(served(disputed, "quote")) == []
    write_articles(
        disputed, [*article_store.articles(disputed), article("مقال آخر", redistribute=True)]
    )
    two = build.build(disputed, "0.2.0", notes=[]).folder
    assert manifest.load(two).articles.withdrawn == {identity: "the source asked"}
    assert diff.difference(one, two).level == "major"
    with pytest.raises(InputError, match="not an article"):
        withdrawal.withdraw(disputed, "0" * 12, "x")


def test_restore_puts_text_back_by_hash_alone(recorded, tmp_path):
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    secret = next(each for each in article_store.articles(recorded) if not each.redistribute)
    copy = tmp_path / "mine.txt"
    copy.write_text(secret.text.replace("\n", "\r\n") + "\r\nإعلان\r\n", "utf-8", newline="")
    outcome = restore.restore_release(folder, [copy], tmp_path / "full")
    assert outcome.restored == [secret.id]
    for config in ("articles", "entities", "quotes", "claims", "annotations"):
        for row in pq.read_table(tmp_path / "full" / config / "train.parquet").to_pylist():
            if row.get("article_id", row.get("id")) != secret.id:
                continue
            assert "None" not in str(
                [each["text"] for each in row.get("spans", row.get("entity_spans", []))]
            )
            if "start" in row:
                assert row["text"] == secret.text[row["start"] : row["end"]]
    copy.write_text(secret.text.replace("قال", "قيل", 1), "utf-8")
    wrong = restore.restore_release(folder, [copy], tmp_path / "wrong")
    assert wrong.missing == [secret.id]
    with pytest.raises(ReleaseError, match="not empty"):
        restore.restore_release(folder, [copy], tmp_path / "full")


def test_restored_tables_load(recorded, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    folder = build.build(recorded, "0.1.0", notes=[]).folder
    restore.restore_release(folder, [recorded.corpus / "sources"], tmp_path / "full")
    loaded = datasets.load_dataset(
        str(tmp_path / "full"), "articles", cache_dir=str(tmp_path / "cache")
    )
    assert not any(row["withheld"] for row in loaded["train"])


@pytest.mark.parametrize(
    ("old", "new", "version"),
    [
        ("name: trial", "name: other", "0.1.1"),
        ("a2]", "{name: a2, how: by hand}]", "0.1.1"),
        ("a2]", "a2]\nrelease: {card: {contact: desk@example.org}}", "0.1.1"),
        ("a2]", "a2]\nrelease: {splits: {train: 0.7, validation: 0.2, test: 0.1}}", "0.1.1"),
        ("a2]", "{name: a2, away: true}]", None),
        ("a2]", "a2]\noverlap: {quote: 1}", None),
    ],
)
def test_what_is_said_of_a_dataset_is_a_patch_and_what_is_not_said_is_none(
    disputed, old, new, version
):
    build.build(disputed, "0.1.0", notes=[])
    settings = disputed.root / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8").replace(old, new), "utf-8")
    changed = project.load(disputed.root)
    if version is None:
        with pytest.raises(ReleaseError, match="nothing to release"):
            build.bumped(changed)
    else:
        assert build.bumped(changed) == version


def test_a_version_must_say_as_much_as_the_change(disputed, monkeypatch):
    monkeypatch.chdir(disputed.root)
    run = CliRunner().invoke
    write_articles(
        disputed, [*article_store.articles(disputed), article("مقال", redistribute=True)]
    )
    assert build.bumped(disputed) == "0.1.0"
    assert run(cli.group, ["release", "--bump"]).exit_code == 0
    with pytest.raises(ReleaseError, match="nothing to release"):
        build.build(disputed, "0.2.0", notes=[])
    settings = disputed.root / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8") + "release: {title: News}\n", "utf-8")
    disputed = project.load(disputed.root)
    assert run(cli.group, ["release", "--bump"]).exit_code == 0
    told = (disputed.exports / "releases" / "0.1.1" / "CHANGELOG.md").read_text("utf-8")
    assert "| documents |  | reworded | 1 |" in told
    said = run(cli.group, ["diff", "0.1.0", "0.1.1"]).output  # it did not say which document
    assert "documents reworded: README.md, CITATION.cff, GUIDELINES.md\n" in said
    found = json.loads(run(cli.group, ["diff", "0.1.0", "0.1.1", "--json"]).output)  # nor did this
    assert found["documents"] == ["README.md", "CITATION.cff", "GUIDELINES.md"]
    with pytest.raises(ReleaseError, match="nothing to release"):
        build.build(disputed, "0.2.0", notes=[])
    annotate(disputed, "quote", [voice("a1"), voice("a2")])
    with pytest.raises(ReleaseError, match=r"call for 0\.2\.0"):
        build.build(disputed, "0.1.2", notes=[])
    assert build.bumped(disputed) == "0.2.0"
    done = run(cli.group, ["release", "--bump"])
    assert "exports/releases/0.2.0 built" in done.output
    assert run(cli.group, ["release"]).exit_code == 2


def test_an_article_that_would_change_its_split_closes_the_gate(disputed):
    from qawl.core import project
    from qawl.release import gates

    others = [article(f"مقال {number}", redistribute=True) for number in range(20)]
    write_articles(disputed, [*article_store.articles(disputed), *others])
    build.build(disputed, "0.1.0", notes=[])
    assert list(gates.failing(disputed)) == []
    path = disputed.root / "qawl.yaml"
    shares = "release: {splits: {train: 0.1, validation: 0.1, test: 0.8}}\n"
    path.write_text(path.read_text("utf-8") + shares, "utf-8")
    (said,) = gates.failing(project.load(disputed.root))
    count = int(said.split()[0])
    assert f"{count} articles would change split" in said
    assert f", and {count - 5} more)" in said  # five are named, and that there are others


def test_a_released_version_that_would_change_says_how_many_files(disputed):
    """Five are named; that there are others was not said."""
    build.build(disputed, "0.1.0", notes=[])
    path = disputed.root / "qawl.yaml"
    path.write_text(path.read_text("utf-8") + "release: {title: Other words}\n", "utf-8")
    write_articles(
        disputed, [*article_store.articles(disputed), article("مقال آخر", redistribute=True)]
    )
    refused = CliRunner().invoke(cli.group, ["-C", str(disputed.root), "release", "0.1.0"])
    assert refused.exit_code == 1
    assert "exists and would change (" in str(refused.exception)
    assert " more): a released version stays" in str(refused.exception)


def test_the_card_has_the_agreement_with_its_intervals(disputed):
    folder = build.build(disputed, "0.1.0", notes=[]).folder
    assert "| exact_f1 | 1.000 |" in (folder / "README.md").read_text("utf-8")
