"""Export files → journal → annotations."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import corpora
from qawl import cli
from qawl.annotations import derive, import_files, journal, journal_lines, json_stream, users
from qawl.annotations import store as annotation_store
from qawl.core.errors import InputError, JournalError
from qawl.validation import validate

TEXT = "قال أحمد نعم"


def region(start=0, end=3, label="CUE", layer="quote", **more):
    return {
        "id": f"r{start}",
        "from_name": layer,
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "labels": [label], **more},
    }


def task(text=TEXT, *, user=1, identity=1, results=None, layer="quote", **data):
    data = {"text": text, **({"layer": layer} if layer else {}), **data}
    made = {
        "id": identity,
        "completed_by": user,
        "result": [region()] if results is None else results,
        "updated_at": f"2026-01-0{identity % 9 + 1}",
    }
    return {"id": identity, "project": 1, "data": data, "annotations": [made]}


@pytest.fixture
def run(make_corpus, tmp_path):
    """run(tasks, …) → (corpus, outcome) of pulling an export with these tasks."""
    corpus = make_corpus(TEXT, "نص آخر")

    def pulled(tasks, *, layer=None, annotator=None):
        path = tmp_path / "export.json"
        path.write_text(tasks if isinstance(tasks, str) else json.dumps(tasks), "utf-8")
        return corpus, import_files.pull_files(corpus, [path], layer=layer, annotator=annotator)

    return pulled


def test_annotators_get_free_pseudonyms_in_the_order_of_their_ids(run):
    corpus, outcome = run(
        [
            task(user=9, identity=1),
            task(user={"id": 4, "email": "x@example.org"}, identity=2),
            task(user=11, identity=3),
        ]
    )
    assert dict(outcome.new) == {
        ("quote", "a1"): 1,
        ("quote", "a2"): 1,
        ("quote", "a3"): 1,
    }
    assert {
        each.annotator: each.provenance.annotation for each in derive.read(corpus, "quote")
    } == {"a1": 2, "a2": 1, "a3": 3}


def test_a_lost_user_map_is_found_again_from_the_journal(run):
    tasks = [task(user=9, identity=1), task(user=4, identity=2)]
    corpus, _ = run(tasks)
    before = list(derive.read(corpus, "quote"))
    users.path(corpus).unlink()
    _, outcome = run([tasks[0]])
    assert outcome.new.total() == 0
    assert list(derive.read(corpus, "quote")) == before


def test_the_layer_is_told_by_data_by_control_or_by_hand(run):
    corpus, _ = run(
        [
            task(layer="claim", results=[]),
            task(layer=None, identity=2),
            task(layer=None, identity=3, results=[]),
        ],
        layer="entity",
    )
    assert {layer: len(list(derive.read(corpus, layer))) for layer in corpus.settings.layers} == {
        "entity": 1,
        "quote": 1,
        "claim": 1,
    }


def test_a_task_belongs_by_id_and_hash_else_by_text(run):
    corpus, outcome = run(
        [task("unknown", identity=1), task("نص آخر", identity=2), task(identity=3)]
    )
    assert outcome.set_aside == {"task of no article": 1}
    assert len(list(derive.read(corpus, "quote"))) == 2


def test_an_export_of_another_corpus_is_refused_and_nothing_is_written(run):
    with pytest.raises(InputError, match="no task belongs to this corpus"):
        run([task("unknown")])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "not tasks of Label Studio"),
        ("", "not tasks of Label Studio"),
        ("[1]", "no task can be read: 1 × task that is not an object"),
        ('[{"id": 1', "cut off"),
        ('[{"id": 1, "text": "x", "annotator": 1, "annotation_id": 2}]', "no task belongs"),
    ],
)
def test_what_is_no_export_is_one_line(run, content, said, tmp_path):
    with pytest.raises(InputError, match=said) as caught:
        run(content)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("trial/exports/journal/*"))


def test_an_export_cut_off_in_the_middle_leaves_nothing(run, tmp_path):
    whole = json.dumps([task(identity=number) for number in range(1, 30)])
    with pytest.raises(InputError, match=r"cut off or damaged after \d+ tasks"):
        run(whole[: len(whole) // 2])
    assert not list(tmp_path.glob("trial/exports/journal/*"))


@pytest.mark.parametrize("between", ["", "\n", " , "])
def test_two_exports_in_one_file_are_refused(run, between, tmp_path):
    """`cat a.json b.json`: the tasks of the second were left out without a word."""
    one, two = (json.dumps([task(identity=number)]) for number in (1, 2))
    with pytest.raises(InputError, match="more stands after the list of tasks"):
        run(one + between + two)
    assert not list(tmp_path.glob("trial/exports/journal/*"))
    corpus, _ = run(f"{one}\r\n \n")
    assert corpus


def test_the_newest_of_two_annotations_counts_and_the_other_is_named(run):
    corpus, _ = run([task(identity=1), task(identity=2, results=[])])
    (record,) = derive.read(corpus, "quote")
    assert record.provenance.annotation == 2
    assert "annotation-duplicate" in {each.check for each in validate.validate(corpus)}


def test_drafts_and_suggestions_are_counted(run):
    _, outcome = run([{**task(), "drafts": [{}], "predictions": [{}, {}]}])
    assert (outcome.drafts, outcome.predictions) == (1, 2)


def test_annotations_can_be_rebuilt_from_the_journal_alone(run):
    corpus, _ = run([task(identity=1), task(user=2, identity=2)])
    path = corpus.annotations_file("quote")
    before = path.read_bytes()
    path.unlink()
    annotation_store.rebuild(corpus, "quote")
    assert path.read_bytes() == before


def test_a_torn_journal_is_named_by_readers_and_mended_by_rebuild(run, monkeypatch):
    corpus, _ = run([task(identity=1), task(user=2, identity=2)])
    path = corpus.journal / "quote.a1.jsonl"
    whole = path.read_bytes()
    begun = journal_lines.line(journal.load(path).last, b"{}")[1][:50]
    path.write_bytes(whole + begun)
    with pytest.raises(JournalError, match=r"line 2: the last line is torn.*--rebuild`"):
        list(derive.derive(corpus, "quote"))
    monkeypatch.chdir(corpus.root)
    done = CliRunner().invoke(cli.group, ["pull", "--rebuild"])
    assert done.exit_code == 0
    assert "journal repaired: quote.a1: a torn last line was dropped" in done.output
    assert "quote: 2 annotations" in done.output
    assert path.read_bytes() == whole


def test_one_annotator_for_a_whole_file(run):
    corpus, _ = run(
        [task(user=1, identity=1), task("نص آخر", user=2, identity=2)], annotator="ruba"
    )
    assert {each.annotator for each in derive.read(corpus, "quote")} == {"ruba"}
    assert [name for name, _ in journal.files(corpus, "quote")] == ["ruba"]


@pytest.mark.parametrize(
    ("results", "check"),
    [
        ([region(label="VERB")], "label-unknown"),
        ([region(start=5, end=99)], "offset-range"),
        ([region(text="قيل")], "surface-differs"),
        ([region(start=-1)], "offset-range"),
        ([region(start=3, end=3)], "span-empty"),
    ],
)
def test_bad_data_is_journalled_and_found(run, results, check):
    corpus, outcome = run([task(results=results)])
    assert outcome.new.total() == 1
    assert check in {each.check for each in validate.validate(corpus)}


def test_a_text_that_differs_is_journalled_and_found(run):
    known = next(iter(json.loads(line) for line in open_articles(run)))
    corpus, _ = run(
        [task("قيل أحمد نعم", article_id=known["id"], text_sha256=known["text_sha256"])]
    )
    assert {"task-text-differs", "text-changed"} <= {
        each.check for each in validate.validate(corpus)
    }


def open_articles(run):
    corpus, _ = run([task()])
    return [
        line
        for line in (corpus.corpus / "articles.jsonl").read_text("utf-8").splitlines()
        if TEXT in line
    ]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.text(st.characters(exclude_categories=["Cs"]), max_size=3), inner, max_size=3
            )
        ),
        max_leaves=12,
    ),
    st.integers(1, 64),
)
def test_a_json_list_of_any_objects_is_read_element_by_element(tmp_path_factory, value, chunk):
    path = tmp_path_factory.mktemp("stream") / "x.json"
    tasks = [{"id": 1, "x": value}, {"id": 2, "y": [value, "}{"]}]
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    before, json_stream.CHUNK = json_stream.CHUNK, chunk
    try:
        assert list(json_stream.elements(path)) == tasks
    finally:
        json_stream.CHUNK = before


def test_a_task_nested_too_deeply_is_set_aside_and_the_rest_examined(run):
    deep = '{"id": 9, "data": ' + "[" * 100_000 + "]" * 100_000 + ', "annotations": []}'
    corpus, outcome = run(f"[{deep}, {json.dumps(task())}, {deep}]")
    assert outcome.set_aside == {"task nested too deeply": 2}
    assert len(list(derive.read(corpus, "quote"))) == 1


@pytest.fixture
def pull(run, tmp_path, monkeypatch):
    """pull(option, …, tasks=…) → (corpus, what `qawl pull --from` of an export did)."""
    corpus, _ = run([{"data": {"text": TEXT}}])

    def pulled(*options, tasks=None, files=None):
        given = {"given.json": [task()] if tasks is None else tasks} if files is None else files
        for name, content in given.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name).write_text(text, "utf-8")
        monkeypatch.chdir(corpus.root)
        named = [f"--from={tmp_path / name}" for name in given]
        return corpus, CliRunner().invoke(cli.group, ["pull", *named, *options])

    return pulled


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        " ",
        "adjudication",
        "a b",
        "x" * 65,
        "a1/../b",
        "A1",
        "ａ１",
        "ᵃ1",
        "ａdjudication",
    ],
)
def test_a_name_that_is_no_pseudonym_is_refused_and_nothing_is_written(pull, tmp_path, name):
    corpus, done = pull("--annotator", name)
    assert isinstance(done.exception, InputError)
    assert "--annotator: " in str(done.exception)
    assert not list(tmp_path.rglob("*.*.jsonl"))
    assert not list(corpus.exports.glob("journal/*"))


def test_a_name_of_any_script_is_a_pseudonym(pull):
    corpus, done = pull("--annotator", "سلمى")
    assert done.exit_code == 0, done.output
    assert [each.annotator for each in derive.read(corpus, "quote")] == ["سلمى"]


def test_the_work_of_the_judge_comes_by_an_option_of_its_own(pull):
    corpus, done = pull("--judge")
    assert done.exit_code == 0, done.output
    assert [each.annotator for each in derive.read(corpus, "quote")] == ["adjudication"]


EMPTY = {
    "of a project that nobody has begun": "[]",
    "with a mark and white space": "\ufeff [ ] \n",
}
STRANGE = {
    "of another corpus": json.dumps([task("a text of theirs")]),
    "tasks without annotations": json.dumps([{"id": 1, "data": {"text": "a text of theirs"}}]),
    "tasks that nobody has done": json.dumps([task("a text of theirs") | {"annotations": []}]),
}


@pytest.mark.parametrize("content", [*EMPTY.values(), *STRANGE.values()], ids=[*EMPTY, *STRANGE])
def test_an_export_without_a_task_of_this_corpus_fails(content, make_corpus, tmp_path):
    """Label Studio exports `[]` of a project that nobody has begun, and people export the wrong one."""
    corpus = make_corpus(TEXT)
    wrong, right = tmp_path / "wrong.json", tmp_path / "right.json"
    wrong.write_text(content, "utf-8")
    right.write_text(json.dumps([task()]), "utf-8")

    def pull(*words):
        return corpora.main(corpus.root, "pull", *map(str, words))

    empty = content in EMPTY.values()
    code, said = pull("--from", wrong)
    assert (code, len(said.splitlines())) == (1, 1)
    start = "wrong.json: there is no task in it" if empty else "no task belongs"
    assert said.startswith(f"qawl: {start}")
    code, said = pull("--from", wrong, right)
    assert (corpus.journal_file("quote", "a1").exists(), code) == (True, 0 if empty else 1)
    told = "there is no task in it" if empty else "no task in it belongs to this corpus (1 task)"
    assert said.splitlines()[-1] == f"NOT READ: wrong.json: {told}"
    assert pull("--partial", "--from", wrong, right)[0] == 0


def test_many_that_do_not_count_are_named_by_the_first_and_a_count(make_corpus, tmp_path):
    """Every one had a line of its own at every pull: of thousands, nobody saw what else was said."""
    texts = [f"قال أحمد {number}" for number in range(12)]
    corpus = make_corpus(*texts)
    export = [
        task(text, identity=10 * at + at_once)
        for at, text in enumerate(texts, 1)
        for at_once in (1, 2)
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export), "utf-8")
    code, said = corpora.main(corpus.root, "pull", "--from", str(path), "--annotator", "a1")
    assert (code, said.count("twice: quote by a1: article")) == (1, 10)
    every = "twice: 2 more annotations (`qawl validate --check annotation-duplicate` names all)"
    assert f"{every}\nLEFT OUT: 12 annotations" in said
    _, said = corpora.main(corpus.root, "validate", "--check", "annotation-duplicate")
    assert said.count("does not count") == 12
