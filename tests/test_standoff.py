"""Free texts that hold withheld text are told by its places, and come back from the text alone."""

import json

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from qawl import annotations, corpus, diff, jsonl, release, restoring, standoff, tables
from qawl.errors import ReleaseError, SchemeError
from qawl.scheme import Attribute
from qawl.undoing import Told
from qawl.withheld import RUN, Guard
from test_lifecycle import TEXT, voice

LONG = "الناطق باسم " + TEXT[: RUN + 3] + " نفسه"
"""A speaker with a run of the article in the middle of words of the annotator's own."""


@given(st.data())
def test_a_value_comes_back_and_holds_no_run_of_the_text(data):
    text = data.draw(strategies.texts | st.text("ab", max_size=80))
    slices = st.tuples(st.integers(0, 80), st.integers(0, 80)).map(lambda at: text[at[0] : at[1]])
    value = "".join(data.draw(st.lists(slices | st.text("abج", max_size=30), max_size=5)))
    told = standoff.encode(value, text)
    assert standoff.decode(told, text) == value
    own = [each for each in json.loads(told) if isinstance(each, str)]
    runs = {text[at : at + RUN] for at in range(len(text) - RUN + 1)}
    assert not [each for each in own if any(run in each for run in runs)]


def test_what_is_told():
    assert json.loads(standoff.encode("a " + TEXT[3:26] + " b", TEXT)) == ["a ", [3, 26], " b"]
    assert json.loads(standoff.encode(TEXT, TEXT)) == [[0, len(TEXT)]]
    assert json.loads(standoff.encode("", TEXT)) == []


@pytest.mark.parametrize("told", ["", "{}", "[1]", '["a", [1]]', "[[0, 1, 2]]"])
def test_what_tells_nothing_is_refused(told):
    with pytest.raises(ReleaseError, match="tells no text"):
        standoff.decode(told, TEXT)


@pytest.fixture
def built(make_corpus):
    """built(redistribute, …) → a release in which a1 and the gold have a speaker with much text."""

    def make(*, redistribute, speaker=LONG, version="0.1.0"):
        made = make_corpus(
            TEXT,
            name=f"{redistribute}{version}",
            settings="layers: [quote]\nannotators: [a1]",
            redistribute=redistribute,
        )
        record = msgspec.structs.replace(voice("a1", speaker=speaker), attributes={})
        jsonl.write(annotations.path(made, "quote"), [record])
        return made, release.build(made, version, notes=[]).folder

    return make


def rows(folder):
    """Table → its rows, of all tables."""
    return {
        path.parent.name: pq.read_table(path).to_pylist() for path in folder.glob("*/*.parquet")
    }


def test_restored_tables_are_those_that_were_never_withheld(built, tmp_path):
    made, withheld = built(redistribute=False)
    _, shown = built(redistribute=True)
    (quote,) = rows(withheld)["quotes"]
    assert quote["speaker"] is None
    assert standoff.decode(quote["speaker_standoff"], TEXT) == LONG
    assert [quote["speaker"] for quote in rows(shown)["quotes"]] == [LONG]
    assert {quote["speaker_standoff"] for quote in rows(shown)["quotes"]} == {None}
    (secret,) = corpus.articles(made)
    copy = tmp_path / "copy.txt"
    copy.write_text(TEXT, "utf-8")
    outcome = restoring.restore_release(withheld, [copy], tmp_path / "full")
    assert outcome.restored == [secret.id]
    assert rows(tmp_path / "full") == rows(shown)


@pytest.mark.parametrize("config", ["articles", "quotes", "annotations"])
def test_a_loaded_dataset_gets_them_too(built, tmp_path, monkeypatch, config):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    _, withheld = built(redistribute=False)
    _, shown = built(redistribute=True)
    loaded = datasets.load_dataset(str(withheld), config, cache_dir=str(tmp_path / "cache"))
    filled, _ = restoring.fill(loaded, [TEXT], Told())
    assert filled["train"].to_list() == rows(shown)[config]


def test_what_holds_another_withheld_text_is_not_told(make_corpus):
    other = "نص محجوب آخر لا صلة له بالخبر الأول البتة"
    made = make_corpus(TEXT, other, settings="layers: [quote]\nannotators: [a1]")
    jsonl.write(annotations.path(made, "quote"), [voice("a1", speaker=other)])
    folder = release.build(made, "0.1.0", notes=[]).folder
    (quote,) = rows(folder)["quotes"]
    assert (quote["speaker"], quote["speaker_standoff"]) == (None, None)
    guard = Guard(lambda: corpus.articles(made))
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    assert not [path for path in files if guard.run_in_bytes(path.read_bytes())]


def test_a_diff_sees_a_change_of_what_is_withheld_and_no_other(built):
    _, withheld = built(redistribute=False)
    _, shown = built(redistribute=True)
    _, again = built(redistribute=False, speaker=LONG + " اليوم", version="0.2.0")
    kinds = [(each.layer, each.kind) for each in diff.difference(withheld, again).changes]
    assert ("quote", "re-attributed") in kinds
    kinds = [(each.layer, each.kind) for each in diff.difference(withheld, shown).changes]
    assert ("articles", "restored") in kinds
    assert ("quote", "re-attributed") not in kinds


def test_a_name_that_is_taken_is_refused(recorded):
    from qawl import scheme

    known = scheme.load(recorded, "quote")
    own = Attribute(name="x_standoff", title=known.title, kind="text", of=("CONTENT",))
    changed = msgspec.structs.replace(known, attributes=(*known.attributes, own))
    with pytest.raises(SchemeError, match="x_standoff"):
        tables.all_columns({"quote": changed})
