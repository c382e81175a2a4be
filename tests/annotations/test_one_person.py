"""One person's work never counts as two people's, and no annotation goes because a file of the corpus did."""

import json
import shutil

import pytest

import corpora
from qawl.annotations import journal_lines

TEXTS = {"1": "Sami met Layla in Oslo.", "2": "Layla left Acme.", "3": "Acme came back."}


def export(*articles, user=1, texts=TEXTS):
    return [
        {
            "id": number,
            "project": 1,
            "data": {"text": texts[source]},
            "annotations": [
                {
                    "id": 10 * user + number,
                    "unique_id": f"00000000-0000-4000-8000-0000000000{user}{number}",
                    "completed_by": user,
                    "created_at": "2026-01-02T03:04:05Z",
                    "updated_at": "2026-01-02T03:04:05Z",
                    "result": [
                        {
                            "id": "r1", "from_name": "ner", "to_name": "text", "type": "labels",
                            "value": {"start": 0, "end": 4, "labels": ["PER"]},
                        }
                    ],
                }
            ],
        }
        for number, source in enumerate(articles, start=1)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("one") / "corpus"
    corpora.corpus(folder, corpora.scheme("ner", ["PER"]), TEXTS, ["a1", "a2"])
    for user in (1, 2):
        path = folder.parent / f"{user}.json"
        path.write_text(json.dumps(export("1", "2", "3", user=user)), "utf-8")
        corpora.qawl(folder, "pull", "--from", path)
    corpora.qawl(folder, "adjudicate")
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "corpus")


def state(folder):
    """All that git keeps of the work."""
    parts = ("exports/journal", "exports/annotations", "exports/gold")
    return {
        path.name: path.read_bytes() for part in parts for path in sorted((folder / part).iterdir())
    }


@pytest.mark.parametrize("name", ["1=a9", "a9", "1=a2"])
def test_work_that_is_anothers_in_the_journal_is_refused_under_a_second_name(folder, made, name):
    """A lead who gives a wrong name would have one person agree with themselves."""
    before = state(folder)
    code, said = corpora.main(
        folder, "pull", "--from", str(made.parent / "1.json"), "--annotator", name
    )
    assert code == 1
    assert "annotation 11 of task 1 is work of a1 in ner.a1.jsonl" in said
    assert state(folder) == before
    assert corpora.main(folder, "pull", "--from", str(made.parent / "1.json"))[0] == 0
    assert state(folder) == before


def test_the_same_name_again_adds_nothing(folder, made):
    before = state(folder)
    code, said = corpora.main(
        folder, "pull", "--from", str(made.parent / "1.json"), "--annotator", "1=a1"
    )
    assert (code, "0 new versions" in said) == (0, True), said
    assert state(folder) == before


def test_a_copy_of_a_journal_is_no_second_annotator(folder):
    shutil.copy(folder / "exports/journal/ner.a1.jsonl", folder / "exports/journal/ner.a3.jsonl")
    code, said = corpora.main(folder, "pull", "--rebuild")
    assert code == 1
    assert "annotation-copied" in said
    records = (folder / "exports/annotations/ner.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(each)["annotator"] for each in records} == {"a1", "a2"}
    code, said = corpora.main(folder, "validate")
    assert code == 1
    assert "exports/journal/ner.a1.jsonl and in ner.a3.jsonl" in said


def lost(folder, how):
    path = folder / "corpus/articles.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    if how == "gone":
        path.unlink()
    else:
        path.write_text({"empty": "", "blank": "\n\n", "short": "".join(lines[:-1])}[how], "utf-8")


@pytest.mark.parametrize("how", ["gone", "empty", "blank", "short"])
@pytest.mark.parametrize("words", [["pull", "--rebuild"], ["adjudicate"]])
def test_nothing_is_derived_from_a_corpus_that_has_lost_articles(folder, how, words):
    """As a merge, a full disk or a wrong checkout leaves it."""
    before = state(folder)
    lost(folder, how)
    code, said = corpora.main(folder, *words)
    assert code == 1, said
    assert "that corpus/articles.jsonl does not have" in said
    assert state(folder) == before
    code, said = corpora.main(folder, "validate")
    assert code == 1
    assert "--rebuild" not in said


def test_a_rebuild_says_last_what_it_has_no_article_for(folder):
    """Where the annotations are gone too, they are made of what is there, and the rest is named."""
    lost(folder, "short")
    (folder / "exports/annotations/ner.jsonl").unlink()
    code, said = corpora.main(folder, "pull", "--rebuild")
    assert code == 1
    assert "article-unknown" in said.splitlines()[-1]


def rechained(path, change):
    """Writes a journal anew with a right chain and right heads, as who wants to deceive would."""
    prev, out = "0" * 64, []
    for line in path.read_bytes().splitlines():
        said = json.loads(line)
        entry = change(
            json.dumps(said["entry"], ensure_ascii=False, separators=(",", ":")).encode()
        )
        digest = journal_lines.chained(prev, entry)
        out.append(
            b'{"format":1,"prev":"%s","sha256":"%s","entry":%s}'
            % (prev.encode(), digest.encode(), entry)
        )
        prev = digest
    path.write_bytes(b"\n".join(out) + b"\n")
    heads = path.with_name("heads.json")
    said = json.loads(heads.read_bytes())
    said["journals"][path.stem]["last"] = prev
    heads.write_text(json.dumps(said), "utf-8")


@pytest.mark.parametrize("words", [["validate"], ["pull", "--rebuild"], ["adjudicate"]])
def test_an_event_that_nobody_knows_is_no_deletion(folder, words):
    path = folder / "exports/journal/ner.a1.jsonl"
    rechained(path, lambda entry: entry.replace(b'"event":"version"', b'"event":"nonsense"'))
    code, said = corpora.main(folder, *words)
    assert code == 1
    assert "ner.a1.jsonl, line 1" in said
    assert "fault in qawl" not in said


@pytest.mark.parametrize("words", [["validate"], ["pull", "--rebuild"]])
@pytest.mark.parametrize("place", [b'"from_name":"', b'"id":"r1', b'"article_id":"'])
def test_half_of_a_character_in_a_journal_is_named(folder, words, place):
    path = folder / "exports/journal/ner.a1.jsonl"
    rechained(path, lambda entry: entry.replace(place, place + b"\xed\xa0\x80"))
    code, said = corpora.main(folder, *words)
    assert code == 1
    assert "ner.a1.jsonl" in said or "annotation-unreadable" in said
    assert "fault in qawl" not in said


def test_a_journal_to_be_joined_with_an_event_that_nobody_knows_is_named(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    path = other / "exports/journal/ner.a1.jsonl"
    rechained(path, lambda entry: entry.replace(b'"event":"version"', b'"event":"zzz"'))
    code, said = corpora.main(folder, "pull", "--merge", str(other))
    assert code == 1
    assert "ner.a1.jsonl, line 1" in said
    assert "fault in qawl" not in said


def of_other_articles(tmp_path, texts, sources):
    """A corpus with these texts, and work on those of some sources."""
    other = corpora.corpus(tmp_path / "other", corpora.scheme("ner", ["PER"]), texts, ["a1", "a2"])
    tasks = export(*sources, texts=texts)
    for task, source in zip(tasks, sources, strict=True):
        task["annotations"][0]["unique_id"] = f"11111111-0000-4000-8000-00000000000{source}"
        task["annotations"][0]["id"] += 500
    (tmp_path / "other.json").write_text(json.dumps(tasks), "utf-8")
    corpora.qawl(other, "pull", "--from", tmp_path / "other.json")
    return other


def test_journals_of_another_corpus_are_not_joined(folder, tmp_path):
    """User 1 there is another person than user 1 here."""
    texts = {"1": "Omar lives in Cairo.", "2": "Mona came.", "3": "Rain fell."}
    other = of_other_articles(tmp_path, texts, ["1", "2", "3"])
    before = state(folder)
    code, said = corpora.main(folder, "pull", "--merge", str(other))
    assert code == 1
    assert "none of the 3 articles" in said
    assert state(folder) == before


def test_work_on_articles_that_only_the_other_has_is_joined_and_said(folder, tmp_path):
    texts = {**TEXTS, "4": "Omar lives in Cairo."}
    other = of_other_articles(tmp_path, texts, ["1", "4"])
    code, said = corpora.main(folder, "pull", "--merge", str(other))
    assert code == 1
    assert "article-unknown" in said
