"""What people give to `qawl adopt` when something is wrong with it: one line, and nothing half-written; what can be
taken is taken, and the rest is named with its count."""

import json

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.core.errors import QawlError
from qawl.core.settings import parse_settings

CONFIG = '<View><Labels name="label" toName="text"><Label value="A"/></Labels><Text name="text" value="$text"/></View>'
BOMB = '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><View>&b;</View>'


def region(start=0, end=3, **more):
    value = {"start": start, "end": end, "text": "Ada", "labels": ["A"]}
    return {
        "id": "r",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": value,
        **more,
    }


def task(*results, number=1, **more):
    work = {"id": number, "completed_by": 1, "result": list(results or [region()])}
    return {
        "id": number,
        "project": 3,
        "data": {"text": "Ada came."},
        "annotations": [work],
        **more,
    }


def run(tmp_path, name, content, config=CONFIG, *more):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, "utf-8")
    else:
        path.write_text(json.dumps(content), "utf-8")
    sources = [path]
    if config is not None:
        (tmp_path / "c.xml").write_bytes(config if isinstance(config, bytes) else config.encode())
        sources.append(tmp_path / "c.xml")
    words = ["adopt", *sources, "--into", tmp_path / "new", "--json", *more]
    return CliRunner().invoke(cli.group, list(map(str, words)))


REFUSED = {
    "empty": ("e.json", "", CONFIG, "nothing is in this file"),
    "spaces": ("e.json", "  \n", CONFIG, "nothing is in this file"),
    "no task": ("e.json", [], CONFIG, "nothing is in this file"),
    "an object": ("e.json", {"a": 1}, CONFIG, "format is not known"),
    "a page": ("e.json", "<html>log in</html>", CONFIG, "format is not known"),
    "a zip": ("e.zip", b"PK\x03\x04\x00", CONFIG, "a zip file: unpack it"),
    "cut": ("e.json", json.dumps([task(), task(number=2)])[:-60], CONFIG, "cut off or damaged after 1"),
    "not a number": ("e.json", '[{"id":NaN,"data":{"text":"Ada"},"annotations":[]}]', CONFIG, "no task can be read"),
    "too deep": ("e.json", '[{"id":1,"data":' + "[" * 900 + "]" * 900 + "}]", CONFIG, "no task can be read"),
    "Latin 1": ("e.json", '[{"id":1,"data":{"text":"Ad\xe9"}}]'.encode("latin-1"), CONFIG, "no task can be read"),
    "texts are numbers": ("e.json", [{**task(), "data": {"text": 5}}], CONFIG, "no task has a text"),
    "no data": ("e.json", [{**task(), "data": {}}], CONFIG, "no task has a text"),
    "config cut": ("e.json", [task()], "<View><Text", "not XML"),
    "config empty": ("e.json", [task()], "", "not XML"),
    "config no XML": ("e.json", [task()], "hello", "not XML"),
    "config UTF-16 cut": ("e.json", [task()], CONFIG.encode("utf-16")[:-1], "not UTF-16: save the file as UTF-8"),
    "config not as it declares": ("e.json", [task()], b"<?xml version='1.0' encoding='euc-jp'?><View>\xff\xfe</View>", "not euc-jp: save the file as UTF-8"),
    "config Latin 1": ("e.json", [task()], CONFIG.replace("A", "\xe9").encode("latin-1"), "not UTF-8: save the file as UTF-8"),
    "UTF-32 damaged": ("e.json", json.dumps([task()]).encode("utf-32-le") + b"\xff" * 4, CONFIG, "cut off or damaged"),
    "UTF-16 empty": ("e.json", "[]".encode("utf-16"), CONFIG, "nothing is in this file"),
    "config a bomb": ("e.json", [task()], BOMB, "no document type and no entities"),
    "config too long": ("e.json", [task()], "<View>" + "<Text/>" * 200_000 + "</View>", "too many"),
    "config without controls": ("e.json", [{**task(), "annotations": []}], '<View><Text name="t" value="$text"/></View>', "nothing to mark"),
    "config of other controls": ("e.json", [{**task(), "annotations": []}], '<View><Text name="t" value="$text"/><Pairwise name="p" toName="t,t"/></View>', "nothing to mark in the config; Pairwise: a scheme can't express it"),
    "config of another field": ("e.json", [task()], CONFIG.replace("$text", "$body"), "no task has a text in its field body"),
    "Prodigy of odd types": ("p.jsonl", {"text": "Ada", "spans": 5, "answer": "accept", "relations": [5]}, None, "there are no annotations to infer"),
    "a table that is none": ("x.csv", 'a;text\n"open;x\n', None, "no task can be read"),
    "no DocBin": ("x.spacy", b"nothing", None, "DocBin|spaCy"),
    "no CAS": ("x.json", '{"%TYPES": {}, "%FEATURE_STRUCTURES": 5}', None, "CAS"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_adopted_is_one_line_and_leaves_nothing(tmp_path, name):
    import re

    file, content, config, said = REFUSED[name]
    done = run(tmp_path, file, content, config)
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, QawlError), repr(done.exception)
    assert "\n" not in str(done.exception)
    assert re.search(said, str(done.exception)), str(done.exception)
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob("*.qawl-tmp")), "a temporary folder is left"


@pytest.mark.parametrize(
    ("encoding", "label"),
    [("windows-1256", "شخص"), ("ISO-8859-1", "Lieu é"), ("Shift_JIS", "人物"), ("utf-8", "人物")],
)
def test_a_config_is_read_in_the_encoding_that_it_declares(tmp_path, encoding, label):
    """Editors on Windows save XML in a code page and say so; such a config was refused, for not being UTF-8."""
    declared = f'<?xml version="1.0" encoding="{encoding}"?>\n' + CONFIG.replace(
        '"A"', f'"{label}"'
    )
    given = region()
    given["value"]["labels"] = [label]
    done = run(tmp_path, "e.json", [task(given)], declared.encode(encoding))
    assert done.exit_code == 0, (done.output, done.exception)
    said = json.loads(done.stdout)
    assert (said["records"]["spans"], said["left_out"]) == (1, [])
    assert label in (tmp_path / "new" / "label_config" / f"{said['layer']}.yaml").read_text("utf-8")


def nameless(*, id=None, **more):  # noqa: A002 - as it is called there
    return more


TAKEN = {
    "results of unknown types": ([task(region(), {"type": "bananas"}, {"type": 5}, 7, None)], {"spans": 1}, {
        "result that is not an object": 2, "results of type bananas": 1, "results of type 5": 1,
    }),
    "without ids": ([{"data": {"text": "Ada came."}, "annotations": [{"result": [nameless(**region())]}]}], {"spans": 1}, {}),
    "ids that are no numbers": ([task(number="x"), task(number=2.5), task(number=None), task(number=[1])], {"annotations": 4}, {}),
    "region ids that are numbers": ([task({**region(), "id": 5}, {**region(4, 8), "id": 6}, {"type": "relation", "from_id": 5, "to_id": 6})], {"spans": 2, "relations": 1}, {}),
    "annotations that are none": ([{**task(), "annotations": {"a": 1}}, {**task(number=2), "annotations": [5, None]}], {"annotations": 0}, {
        "annotations that are no list": 1, "annotation that is not an object": 2,
    }),
    "offsets of all kinds": ([task(region(1.5, 2), region(True, 2), region(10**30, 2), region())], {"spans": 1}, {
        "a region has no offsets that can be read": 3,
    }),
    "half an emoji": ('[{"id":1,"data":{"text":"a\\ud83d"},"annotations":[]},' + json.dumps(task()) + "]", {"tasks": 1}, None),
    "in UTF-16": (json.dumps([task()]).encode("utf-16"), {"spans": 1}, {}),
    "in UTF-16 without a mark": (json.dumps([task()]).encode("utf-16-le"), {"spans": 1}, {}),
    "in UTF-16 the other way round": (json.dumps([task()]).encode("utf-16-be"), {"spans": 1}, {}),
    "in UTF-32": (json.dumps([task()]).encode("utf-32"), {"spans": 1}, {}),
    "half an emoji in UTF-16": ('[{"id":1,"data":{"text":"a\ud83d"}},'.encode("utf-16-le", "surrogatepass") + f"{json.dumps(task())}]".encode("utf-16-le"), {"tasks": 1}, None),
    "of early versions": ([{"id": 1, "data": {"text": "Ada came."}, "completions": [{"id": 1, "result": [region()], "skipped": False}]}], {"spans": 1}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_what_can_be_taken_is_taken_and_the_rest_is_counted(tmp_path, name):
    content, there, left_out = TAKEN[name]
    done = run(tmp_path, "e.json", content)
    assert done.exit_code == 0, (done.output, done.exception)
    said = json.loads(done.stdout)
    assert {key: said["records"][key] for key in there} == there
    reasons = {each["reason"]: each["count"] for each in said["left_out"]}
    if left_out is not None:
        assert reasons == left_out
    if said["in"] != said["records"]:
        assert reasons


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_config_is_read_in_the_encodings_of_xml(tmp_path, encoding):
    """Windows saves XML in UTF-16, with a declaration that says so."""
    config = f'<?xml version="1.0" encoding="{encoding[:6]}"?>{CONFIG}'.encode(encoding)
    done = run(tmp_path, "e.json", [task()], config)
    assert done.exit_code == 0, done.exception
    assert json.loads(done.stdout)["records"]["spans"] == 1


def test_exports_that_contradict_each_other_are_of_two_servers(tmp_path):
    """One number and no time, two works: nothing tells that one is a version of the other."""
    (tmp_path / "one.json").write_text(json.dumps([task()]), "utf-8")
    done = run(tmp_path, "two.json", [task(region(4, 8))], CONFIG, str(tmp_path / "one.json"))
    said = json.loads(done.stdout)
    assert said["in"]["annotations"] == said["records"]["annotations"] == 2
    assert any(each.startswith("the exports come from several servers") for each in said["notes"])


def test_a_config_of_another_project_is_said(tmp_path):
    other = CONFIG.replace('name="label"', 'name="other"').replace('value="A"', 'value="B"')
    said = json.loads(run(tmp_path, "e.json", [task()], other).stdout)
    assert "the config lacks the control label, which the work has" in said["notes"]
    assert said["records"]["spans"] == 1


def test_a_folder_with_an_export_and_its_config_is_both(tmp_path):
    """As a project's backup lies on a disk; without the config the scheme would lack the label B."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "e.json").write_text(json.dumps([task()]), "utf-8")
    (folder / "config.xml").write_text(CONFIG.replace("</L", '<Label value="B"/></L', 1), "utf-8")
    done = CliRunner().invoke(
        cli.group, ["adopt", str(folder), "--into", str(tmp_path / "new"), "--json"]
    )
    assert done.exit_code == 0, done.exception
    assert json.loads(done.stdout)["records"]["spans"] == 1
    assert "name: B" in (tmp_path / "new" / "label_config" / "label.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    "lines",
    ["Ada B-A\nCole I-A\n", "Ada NNP B-A\ncame\n", "Ada\tB-A\n\ncame\tO\n"],
    ids=["two columns", "a token without a tag", "tabs and a blank line"],
)
def test_iob2_without_offsets_is_read_by_its_tags(tmp_path, lines):
    """Files of IOB2 tags are called so, whoever wrote them; only `qawl export iob2` writes offsets into them."""
    done = run(tmp_path, "tags.conll", lines, None, "--format", "iob2")
    assert done.exit_code == 0, (done.output, done.exception)
    assert json.loads(done.stdout)["records"]["spans"] == 1


def test_a_record_of_argilla_1_without_an_answer_is_a_task(tmp_path):
    """Where keys of no value are left out; it was said to have no text."""
    answered = {"text": "Ada came.", "annotation": [["A", 0, 3]], "annotation_agent": "x"}
    open_ = {"text": "Bob came.", "prediction": [["A", 0, 3]], "status": "Default"}
    lines = "".join(json.dumps(each) + "\n" for each in (answered, open_))
    said = json.loads(run(tmp_path, "records.jsonl", lines, None).stdout)
    assert (said["records"]["tasks"], said["records"]["spans"]) == (2, 1)
    assert said["left_out"] == [{"reason": "suggestion", "count": 1}]


ANN = {"start": 0, "end": 3, "label": "A"}
NOT_TAKEN = {
    "prodigy": (
        [
            {"text": "Ann came.", "spans": [ANN], "answer": "accept"},
            {"text": "Bob came.", "spans": [ANN, ANN], "answer": "reject"},
            {"text": "Cat came.", "spans": [ANN], "answer": "ignore"},
        ],
        "span of a text that was rejected or ignored",
        3,
    ),
    "argilla": (
        [
            {
                "id": "1",
                "fields": {"text": "Ann came."},
                "responses": {
                    "label": [
                        {"user_id": "x", "status": "submitted", "value": [ANN]},
                        {"user_id": "y", "status": "discarded", "value": [ANN]},
                        {"user_id": "z", "status": "discarded", "value": None},
                    ]
                },
            }
        ],
        "answer of a response that was discarded",
        1,
    ),
}


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_what_stood_in_work_that_its_annotator_rejected_is_counted(tmp_path, name):
    """The annotation comes as a skipped one, without its spans; that was said nowhere."""
    rows, reason, count = NOT_TAKEN[name]
    written = "".join(json.dumps(row) + "\n" for row in rows)
    said = json.loads(run(tmp_path, "e.jsonl", written, None).stdout)
    assert said["records"]["annotations"] == 3
    assert said["records"]["spans"] == 1
    assert {each["reason"]: each["count"] for each in said["left_out"]}[reason] == count


def test_a_folder_of_several_formats_is_one_line(tmp_path):
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "a.json").write_text(json.dumps([task()]), "utf-8")
    (tmp_path / "mixed" / "b.csv").write_text("text\nx\n", "utf-8")
    done = CliRunner().invoke(
        cli.group, ["adopt", str(tmp_path / "mixed"), "--into", str(tmp_path / "new")]
    )
    assert "files of several formats: csv (b.csv), label-studio (a.json)" in str(done.exception)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--layer", "../x"),
        ("--layer", "articles"),
        ("--format", "xyz"),
        ("--language", "no such"),
        ("--language", "Arabic"),
        ("--language", "العربية"),
        ("--language", "ar_EG"),
    ],
)
def test_options_that_can_not_be_are_one_line(tmp_path, option, value):
    done = run(tmp_path, "e.json", [task()], CONFIG, option, value)
    assert isinstance(done.exception, QawlError)
    assert "qawl-tmp" not in str(done.exception)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("given", ["Arabic", "ar_EG", "a b", "1", " "])
def test_a_language_is_checked_alike_by_init_and_in_the_settings(tmp_path, given):
    done = CliRunner().invoke(cli.group, ["init", str(tmp_path / "c"), "--language", given])
    assert isinstance(done.exception, QawlError)
    assert not (tmp_path / "c").exists()
    with pytest.raises(QawlError, match=r"language: .* is not a language tag"):
        parse_settings(f"name: x\nlanguage: {json.dumps(given)}\n", "qawl.yaml")
    for tag in ("ar", "arz", "pt-BR", "zh-Hant-TW"):
        assert parse_settings(f"name: x\nlanguage: {tag}\n", "qawl.yaml").language == tag


def test_predictions_alone_give_a_scheme_and_no_annotations(tmp_path):
    """Teams pre-annotate with a model, and ask for an export before anybody has worked."""
    place = {"start": 0, "end": 4, "text": "نص ق"}
    span = {"id": "a", "from_name": "ner", "to_name": "text", "type": "labels", "value": {**place, "labels": ["اسم"]}}  # fmt: skip
    mood = {"id": "b", "from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["sad"]}}  # fmt: skip
    predicted = {"model_version": "m", "score": 0.5, "result": [span, mood]}
    tasks = [
        {"id": 1, "data": {"text": "نص قصير"}, "annotations": [], "predictions": [predicted]},
        {"id": 2, "data": {"text": "نص آخر"}, "annotations": [], "predictions": [predicted, 7]},
    ]
    said = json.loads(run(tmp_path, "e.json", tasks, None).stdout)
    assert said["records"] == {"tasks": 2, "annotations": 0, "spans": 0, "relations": 0, "attributes": 0}  # fmt: skip
    assert {"reason": "predictions", "count": 3} in said["left_out"]
    assert any("inferred from the predictions" in each for each in said["notes"])
    scheme = (tmp_path / "new" / "label_config" / "ner.yaml").read_text("utf-8")
    assert "اسم" in scheme
    assert "mood" in scheme


def test_who_worked_on_tasks_without_a_text_alone_refuses_nothing(tmp_path):
    """Tests of an import leave such tasks in many projects, mostly of whoever set them up."""
    other = {**task(number=2), "data": {"text": ""}}
    other["annotations"] = [{"id": 2, "completed_by": 9, "result": []}]
    said = json.loads(run(tmp_path, "e.json", [other, task()], None).stdout)
    assert said["records"]["annotations"] == 1
    reasons = {each["reason"]: each["count"] for each in said["left_out"]}
    assert reasons["annotation of a task without a text"] == 1


def test_labels_that_are_numbers_are_counted_as_left_out(tmp_path):
    """Scripts that build annotations write the numbers of classes in place of their names."""
    odd = region(start=4, end=8)
    odd["value"]["labels"] = [3]
    said = json.loads(run(tmp_path, "e.json", [task(region(), odd)], None).stdout)
    assert said["records"]["spans"] == said["in"]["spans"] == 1
    assert {"reason": "label of a region that is no text", "count": 1} in said["left_out"]


def test_sessions_of_prodigy_that_nobody_named_are_said_and_can_be_named(tmp_path):
    """Prodigy names them by when they began: each day of one person's work became an annotator without a word."""
    began = [f"2024-01-0{day}_10-00-00" for day in (1, 2)]
    rows = [{"text": f"Ada {each}.", "spans": [ANN], "_session_id": each} for each in began]
    rows.append({"text": "Ada.", "spans": [ANN], "_session_id": "notes-sami"})
    written = "".join(json.dumps(each) + "\n" for each in rows)
    named = [word for each in began for word in ("--annotator", f"{each}=mona")]
    for options, annotators in ([], 3), (named, 2):
        folder = tmp_path / str(annotators)
        folder.mkdir()
        (told,) = json.loads(run(folder, "e.jsonl", written, None, *options).stdout)["left_out"]
        assert told["count"] == 2
        assert "--annotator SESSION=NAME" in told["reason"]
        work = (folder / "new/exports/annotations/label.jsonl").read_text("utf-8").splitlines()
        assert len({json.loads(each)["annotator"] for each in work}) == annotators


@pytest.mark.parametrize("more", [{"label": [[0, 3, "A"]]}, {"spans": [ANN], "answer": "accept"}])
def test_half_a_character_in_the_first_line_leaves_the_format_known(tmp_path, more):
    """The whole file was taken for Label Studio's, in which no task has a text."""
    rows = [{"text": "Ada \ud83d came.", **more}, {"text": "Ada came.", **more}]
    written = "".join(json.dumps(each) + "\n" for each in rows)
    done = run(tmp_path, "e.jsonl", written, None)
    said = json.loads(done.stdout)
    assert said["records"]["spans"] == 1
    assert [each["count"] for each in said["left_out"]] == [1], done.output


def test_the_answers_that_a_reviewer_of_prodigy_saw_are_counted_and_name_nobody(tmp_path):
    """Its review writes them with the names of their sessions, which stood in the articles' `context`."""
    seen = [{"spans": [ANN], "sessions": [f"news-{who}"]} for who in ("sami", "رنا")]
    row = {"text": "Ada came.", "spans": [ANN], "answer": "accept", "_annotator_id": "news-lead"}
    row |= {"versions": seen, "view_id": "ner_manual", "desk": "north"}
    said = json.loads(run(tmp_path, "e.jsonl", json.dumps(row) + "\n", None).stdout)
    assert [each["count"] for each in said["left_out"] if "reviewer" in each["reason"]] == [2]
    article = json.loads((tmp_path / "new/corpus/articles.jsonl").read_text("utf-8"))
    assert article["context"] == {"desk": "north"}


def test_tasks_whose_numbers_are_written_as_fractions_are_the_same_articles(tmp_path):
    ids = set()
    for number in (int, float):
        folder = tmp_path / number.__name__
        folder.mkdir()
        written = [{**task(), "id": number(1), "project": number(3)}]
        assert run(folder, "e.json", written).exit_code == 0
        ids.add(json.loads((folder / "new/corpus/articles.jsonl").read_text("utf-8"))["id"])
    assert len(ids) == 1


MARKED = {"text": "Ada came.", "spans": [ANN], "answer": "accept"}
ENTS = [{"id": n, "label": "A", "start_offset": n, "end_offset": n + 1} for n in (1, 2)]
ARROW = {"from_id": 1, "to_id": 2, "type": None}
WITHOUT_A_NAME = {
    "doccano": (
        {"text": "Ada came.", "label": [[0, 3, None], [0, 3, ["A"]], [4, 8, "A"]]},
        "span without a label",
        2,
    ),
    "doccano's arrow": ({"text": "Ada came.", "entities": ENTS, "relations": [ARROW]}, None, 0),
    "doccano's category": ({"text": "Ada came.", "label": ["", "a"]}, "category without a name", 1),
    "prodigy": ({**MARKED, "accept": [None, "a", ""]}, "choice without a name", 2),
    "argilla": (
        {"fields": {"text": "Ada came."}, "responses": {"topic": [{"value": [None, "a", ""]}]}},
        "choice without a name",
        2,
    ),
    "argilla 1": (
        {
            "text": "Ada came.",
            "annotation": [None, "a", ""],
            "annotation_agent": "u",
            "status": "Validated",
        },
        "choice without a name",
        2,
    ),
    "prodigy, twice": ({**MARKED, "spans": [ANN, ANN, ANN]}, "span that stands there twice", 2),
}


@pytest.mark.parametrize("name", WITHOUT_A_NAME)
def test_what_has_no_name_or_stands_twice_is_counted(tmp_path, name):
    """Null became a label, a relation or a choice that is called `null`, and an empty name a category without one;
    spans that stand twice vanished without a word."""
    row, reason, count = WITHOUT_A_NAME[name]
    said = json.loads(run(tmp_path, "e.jsonl", json.dumps(row), None).stdout)
    assert said["left_out"] == ([{"reason": reason, "count": count}] if reason else [])
    (path,) = (tmp_path / "new/exports/annotations").glob("*.jsonl")
    written = path.read_text("utf-8")
    assert '"null"' not in written
    assert '""' not in written


def test_columns_of_tags_in_a_tsv_file_are_no_table_of_texts(tmp_path):
    columns = "Ada\tB-PER\r\nMoor\tE-PER\r\ncame\tO\r\n\r\nمصر\tS-LOC\r\n"
    said = json.loads(run(tmp_path, "tags.tsv", columns, None).stdout)
    assert said["records"]["spans"] == 2


def test_suggestions_of_argilla_are_counted_and_its_ratings_are_numbers(tmp_path):
    span = {"start": 0, "end": 3, "label": "A"}
    answers = {
        "span": [{"value": [span], "user_id": "u"}],
        "rate": [{"value": 4, "user_id": "u"}],
    }
    record = {"id": "1", "fields": {"text": "Ada came."}, "responses": answers}
    record["suggestions"] = {"span": {"value": [span]}, "rate": {"value": 2}}
    said = json.loads(run(tmp_path, "a.json", [record], None).stdout)
    assert said["left_out"] == [{"reason": "suggestion", "count": 2}]
    assert "kind: number" in (tmp_path / "new" / "label_config" / "label.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("HTTP://127.0.0.1:9/projects/1", "at http://127.0.0.1:9: start it, or mend the address"),
        ("http://127.0.0.1:0/projects/1", "is not an address: no host has such a name or port"),
        ("http://a b.example/projects/1", "is not an address: no host has such a name or port"),
        ("http://☃.example/projects/1", "no host has such a name: mend the address"),
        ("http://u:secret@127.0.0.1:9/projects/1", "must not hold a user or a password"),
    ],
)
def test_an_address_of_no_server_is_said_of_the_address(tmp_path, monkeypatch, address, said):
    """In capitals it was taken for a file, and the advice was for a corpus that there is not yet."""
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    done = CliRunner().invoke(cli.group, ["adopt", address, "--into", str(tmp_path / "new")])
    assert said in str(done.exception)
    assert "qawl.yaml" not in str(done.exception)
    assert "secret" not in str(done.exception)


def test_a_null_among_spans_of_argilla_is_counted_and_they_are_read(tmp_path):
    """All became one text of JSON."""
    span = {"start": 0, "end": 3, "label": "A"}
    answers = {"names": [{"value": [None, span], "user_id": "u"}]}
    record = {"id": "1", "fields": {"text": "Ada came."}, "responses": answers}
    said = json.loads(run(tmp_path, "a.json", [record], None).stdout)
    assert said["records"]["spans"] == 1
    unread = "answer to names of a kind that is not read"
    assert said["left_out"] == [{"reason": unread, "count": 1}]


def test_offsets_in_utf16_units_are_said_and_how_they_are_moved(tmp_path):
    """Early versions of Label Studio counted so; after an emoji every span stands elsewhere."""
    moved = region(start=5, end=8)
    given = {**task(moved), "data": {"text": "👩‍🚀 Ada came."}}
    moved["value"] |= {"start": 6, "end": 9}
    said = json.loads(run(tmp_path, "e.json", [given]).stdout)
    assert any("1 span does not stand" in each and "--fix" in each for each in said["notes"])
    done = CliRunner().invoke(cli.group, ["-C", str(tmp_path / "new"), "validate", "--fix"])
    assert done.exit_code == 0, done.output
    path = tmp_path / "new" / "exports" / "annotations" / "label.jsonl"
    (span,) = json.loads(path.read_text("utf-8").splitlines()[0])["spans"]
    assert (span["start"], span["end"]) == (4, 7)


def test_a_control_called_like_a_table_of_releases_names_a_layer_that_is_free(tmp_path):
    given = task({**region(), "from_name": "articles"})
    said = json.loads(run(tmp_path, "e.json", [given], None).stdout)
    assert said["layer"] == "articles_spans"
    assert said["records"]["spans"] == 1


NUMBER = "9" * 5000
RATING = CONFIG.replace("</View>", '<Rating name="grade" toName="text" maxRating="many"/></View>')
ODD = {
    "a type that is a list": ("e.json", [task(region(), {"type": ["x"]})], CONFIG),
    "a rating without a number": ("e.json", [task()], RATING),
    "an answer that is a list": (
        "p.jsonl", '{"text": "Ada came.", "spans": [{"start": 0, "end": 3, "label": "A"}], "answer": ["accept"]}', None,
    ),
    "offsets of 5,000 digits": ("t.tsv", f"token\tstart\tend\tner\nAda\t0\t3\tB-A\nx\t{NUMBER}\t4\tO\n", None),
    "a token a terabyte on": ("t.tsv", "token\tstart\tend\tner\nAda\t0\t3\tB-A\nx\t99999999999\t99999999999\tO\n", None),
    "tokens out of order": ("t.tsv", "token\tstart\tend\tner\nAda\t4\t7\tB-A\nx\t0\t1\tB-A\n", None),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_values_of_an_export_are_no_fault(tmp_path, name):
    done = run(tmp_path, *ODD[name])
    assert done.exit_code == 0, (done.output, done.exception)
    assert json.loads(done.stdout)["records"]["spans"] == 1


def test_a_place_of_5000_digits_in_brat_is_named(tmp_path):
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "a.txt").write_text("Ada came.")
    (folder / "a.ann").write_text(f"T1\tA 0 3\tAda\nT2\tA 4 {NUMBER}\tcame\n")
    words = ["adopt", str(folder), "--into", str(tmp_path / "new"), "--json"]
    done = CliRunner().invoke(cli.group, words)
    assert done.exit_code == 0, (done.output, done.exception)
    said = json.loads(done.stdout)
    assert said["records"]["spans"] == 1
    assert "text-bound annotation without offsets" in str(said["left_out"])


@pytest.mark.parametrize(
    "content",
    ["[]", "5", "{", "[" * 100_000, '{"names": []}', '{"names": {"A": 5}, "values of A": 5}'],
)
def test_a_names_json_that_no_export_wrote_is_not_read(tmp_path, content):
    """Beside brat's files may lie another file of this name, or a damaged one: it ended in a fault."""
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "a.txt").write_text("Ada came.")
    (folder / "a.ann").write_text("T1\tA 0 3\tAda\n")
    (folder / "names.json").write_text(content)
    words = ["adopt", str(folder), "--into", str(tmp_path / "new"), "--json"]
    done = CliRunner().invoke(cli.group, words)
    assert done.exit_code == 0, (done.output, done.exception)
    assert json.loads(done.stdout)["records"]["spans"] == 1
