"""Free texts that hold withheld text are told by its places, and come back from the text alone."""

import json
import shutil

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import corpora
import strategies
from qawl import cli
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.errors import ReleaseError, SchemeError
from qawl.release import build, restore
from qawl.release.rights import leak_check, standoff
from qawl.release.rights.runs import RUN
from qawl.release.rights.withheld import Guard
from qawl.release.tables import tables
from qawl.release.versions import diff
from qawl.scheme.kinds.texts import Text
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
    with pytest.raises(ReleaseError, match="does not describe a text"):
        standoff.decode(told, TEXT)


@pytest.mark.parametrize("told", ["[[-5, 3]]", "[[5, 3]]", "[[3, 3]]", "[[0, 9999]]"])
def test_what_is_of_another_text_is_refused(told):
    with pytest.raises(ReleaseError, match="does not belong to this text"):
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
        record = msgspec.structs.replace(voice("a1", speaker=speaker), attributes={"note": LONG})
        files.write(made.annotations_file("quote"), [record])
        return made, build.build(made, version, notes=[]).folder

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
    (secret,) = article_store.articles(made)
    copy = tmp_path / "copy.txt"
    copy.write_text(TEXT, "utf-8")
    outcome = restore.restore_release(withheld, [copy], tmp_path / "full")
    assert outcome.restored == [secret.id]
    assert rows(tmp_path / "full") == rows(shown)


@pytest.mark.parametrize("config", ["articles", "quotes", "annotations"])
def test_a_loaded_dataset_gets_them_too(built, tmp_path, monkeypatch, config):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    _, withheld = built(redistribute=False)
    _, shown = built(redistribute=True)
    loaded = datasets.load_dataset(str(withheld), config, cache_dir=str(tmp_path / "cache"))
    filled, _ = restore.fill(loaded, [TEXT])
    assert filled["train"].to_list() == rows(shown)[config]


@pytest.mark.parametrize(
    "other",
    [
        "نص محجوب آخر لا صلة له بالخبر الأول البتة",
        'قال "نعم" ثم "لا" ثم "ربما" ثم "أبدا" ومضى',
        "سطر أول\nسطر ثان\nسطر ثالث\nسطر رابع\nسطر خامس",
        "a\\b\\c\\d\\e\\f\\g\\h\\i\\j\\k\\l\\m\\n",
    ],
)
@pytest.mark.parametrize("before", ["", TEXT[:RUN] + " "])
def test_what_holds_another_withheld_text_is_not_told(make_corpus, other, before):
    made = make_corpus(TEXT, other, settings="layers: [quote]\nannotators: [a1]")
    files.write(made.annotations_file("quote"), [voice("a1", speaker=before + other)])
    folder = build.build(made, "0.1.0", notes=[]).folder
    (quote,) = rows(folder)["quotes"]
    assert (quote["speaker"], quote["speaker_standoff"]) == (None, standoff.NOTHING)


@pytest.fixture
def silent(make_corpus, tmp_path):
    """(a release in which nothing may be told of one speaker, a file with the article's text)."""
    other = "نص محجوب آخر لا صلة له بالخبر الأول البتة"
    made = make_corpus(TEXT, other, settings="layers: [quote]\nannotators: [a1]")
    files.write(made.annotations_file("quote"), [voice("a1", speaker=other)])
    (tmp_path / "copy.txt").write_text(TEXT, "utf-8")
    return build.build(made, "0.1.0", notes=[]).folder, tmp_path / "copy.txt"


def test_a_value_of_which_nothing_is_told_is_not_one_that_is_not_set(silent, tmp_path):
    """It was null with null beside it: readers took it for no value, and exports left it out uncounted."""
    folder, copy = silent

    def run(*arguments):
        done = CliRunner().invoke(cli.group, [*map(str, arguments)])
        assert done.exit_code in (0, 1), done.output
        return done.output

    run("restore", folder, "--articles", copy, "--to", tmp_path / "full")
    (quote,) = rows(tmp_path / "full")["quotes"]
    assert quote["text"] == TEXT[quote["start"] : quote["end"]]
    assert (quote["speaker"], quote["speaker_standoff"]) == (None, standoff.NOTHING)
    full = ("--from", tmp_path / "full", "--with-withheld")
    run("export", "jsonl", *full, "--to", tmp_path / "out")
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["counts"]["value-withheld"] == 1


def test_that_nothing_is_told_is_no_change_to_releases_that_did_not_say_so(silent, tmp_path):
    folder, _ = silent
    old = tmp_path / "0.0.9"
    shutil.copytree(folder, old)
    for path in old.glob("*/*.parquet"):
        told = json.dumps(pq.read_table(path).to_pylist()).replace('"[]"', "null")
        pq.write_table(pa.Table.from_pylist(json.loads(told), pq.read_schema(path)), path)
    corpora.say_again(old)
    assert rows(old)["quotes"][0]["speaker_standoff"] is None
    assert changes(old, folder) == changes(folder, old) == ("none", set())


def test_the_last_search_reads_what_is_told(built):
    made, withheld = built(redistribute=False)
    guard = Guard(lambda: article_store.articles(made))
    leak_check.check(withheld, guard)
    path = withheld / "quotes" / "train.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("speaker_standoff")
    broken = json.dumps([TEXT.replace(" ", "\n"), TEXT[:RUN]], ensure_ascii=True)
    pq.write_table(table.set_column(at, "speaker_standoff", pa.array([broken])), path)
    with pytest.raises(ReleaseError, match="may not be redistributed"):
        leak_check.check(withheld, guard)


def changes(one, other):
    """The level of a difference, and its changes; the names of the corpora are no matter here."""
    found = diff.difference(one, other)
    kinds = {(each.layer, each.label, each.kind) for each in found.changes}
    return found.level, kinds - {("documents", "", "reworded")}


def test_a_diff_sees_a_change_of_what_is_withheld_and_no_other(built):
    _, withheld = built(redistribute=False)
    _, shown = built(redistribute=True)
    _, again = built(redistribute=False, speaker=LONG + " اليوم", version="0.2.0")
    assert changes(withheld, again) == (
        "major",
        {("quote", "CONTENT", "re-attributed"), ("quote", "", "annotation edited")},
    )
    assert changes(withheld, shown) == ("minor", {("articles", "", "restored")})
    assert changes(shown, withheld) == ("major", {("articles", "", "withheld")})


def earlier(value):
    """What a release held before there were such columns: rows, or the features of a manifest."""
    if isinstance(value, list):
        named = [each for each in value if not isinstance(each, dict) or not told(each.get("name"))]
        return [earlier(each) for each in named]
    if isinstance(value, dict):
        return {name: earlier(each) for name, each in value.items() if not told(name)}
    return value


def told(name):
    return isinstance(name, str) and name.endswith(standoff.SUFFIX)


@pytest.mark.parametrize("redistribute", [True, False])
def test_a_release_without_such_columns_is_no_other(built, redistribute):
    _, folder = built(redistribute=redistribute)
    old = folder.with_name("0.0.9")
    shutil.copytree(folder, old)
    for path in old.glob("*/*.parquet"):
        pq.write_table(pa.Table.from_pylist(earlier(pq.read_table(path).to_pylist())), path)
    said = json.loads((old / "manifest.json").read_text("utf-8"))
    corpora.say_again(old, features=earlier(said["features"]))
    assert changes(old, folder) == changes(folder, old) == ("none", set())


def test_a_name_that_is_taken_is_refused(recorded):
    from qawl.scheme import scheme

    known = scheme.load(recorded, "quote")
    for name, of in (("x_standoff", ("CONTENT",)), ("standoff", ())):
        own = Text(name=name, title=known.title, of=of)
        changed = msgspec.structs.replace(known, attributes=(*known.attributes, own))
        with pytest.raises(SchemeError, match="standoff: names in _standoff are Qawl's own"):
            tables.all_columns({"quote": changed})
    table = msgspec.structs.replace(known.table, columns={"cue_standoff": "has_cue"})
    with pytest.raises(SchemeError, match="cue_standoff"):
        tables.all_columns({"quote": msgspec.structs.replace(known, table=table)})
