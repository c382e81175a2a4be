"""What other teams' configs and exports have that Qawl's own never do: it comes in, or the report counts it.

Hotkeys given twice, names with white space at their edges, nested choices, ratings and dates in forms of their own,
fields below fields, questions called like the control of spans, comments, notes, and results that contradict each other.
"""

import json

import pytest
from click.testing import CliRunner

from qawl import cli

TEXT = "👍 Mona wohnt in Köln."


def at(surface):
    start = TEXT.index(surface)
    return {"start": start, "end": start + len(surface), "text": surface}


def span(surface, label, identity, control="label", **more):
    value = {**at(surface), "labels": [label]}
    return {
        "id": identity,
        "from_name": control,
        "to_name": "text",
        "type": "labels",
        "value": value,
        **more,
    }


def said(control, kind, value, **more):
    key = "text" if kind == "textarea" else kind
    return {
        "id": "d",
        "from_name": control,
        "to_name": "text",
        "type": kind,
        "value": {key: value, **more},
    }


def task(*results, **data):
    work = {"id": 7, "completed_by": 1, "result": list(results)}
    return {"id": 1, "data": data or {"text": TEXT}, "annotations": [work]}


def config(*controls, text="$text", **more):
    label = more.get("label", '<Labels name="label" toName="text"><Label value="P"/></Labels>')
    return f'<View><Text name="text" value="{text}"/>{label}{"".join(controls)}</View>'


def adopt(folder, tasks, xml=None, name="export.json"):
    """(report, records, exit code of `qawl validate`)."""
    rows = tasks if isinstance(tasks, list) else [tasks]
    content = (
        "".join(json.dumps(each) + "\n" for each in rows)
        if name.endswith("l")
        else json.dumps(rows)
    )
    (folder / name).write_text(content, "utf-8")
    more = []
    if xml:
        (folder / "config.xml").write_text(xml, "utf-8")
        more = [str(folder / "config.xml")]
    into = folder / "corpus"
    done = CliRunner().invoke(
        cli.group, ["adopt", str(folder / name), *more, "--into", str(into), "--json"]
    )
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    [file] = (into / "exports/annotations").glob("*.jsonl")
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    checked = CliRunner().invoke(cli.group, ["-C", str(into), "validate"])
    return report, records, checked.exit_code


def left_out(report):
    return {each["reason"]: each["count"] for each in report["left_out"]}


CONTROLS = {
    "a rating whose most is no number": (
        '<Rating name="r" toName="text" maxRating="ten"/>',
        said("r", "rating", 9),
        9,
    ),
    "a rating with a fraction": (
        '<Rating name="r" toName="text" maxRating="10.0"/>',
        said("r", "rating", 10),
        10,
    ),
    "nested choices": (
        '<Choices name="r" toName="text" allowNested="true"><Choice value="p"><Choice value="c"/></Choice></Choices>',
        said("r", "choices", [["p", "c"]]),
        ["p", "c"],
    ),
    "a choice with white space at its edges": (
        '<Choices name="r" toName="text"><Choice value="Positiv "/></Choices>',
        said("r", "choices", ["Positiv "]),
        "Positiv",
    ),
    "a date as Germans write it": (
        '<DateTime name="r" toName="text" format="%d.%m.%Y"/>',
        said("r", "datetime", "03.02.2023"),
        "03.02.2023",
    ),
    "a taxonomy that comes with the task": (
        '<Taxonomy name="r" toName="text" value="$tree"/>',
        said("r", "taxonomy", [["Ort", "Stadt"]]),
        ["Ort", "Stadt"],
    ),
}


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("told", [True, False], ids=["with config", "alone"])
def test_values_of_other_forms_come_in_and_are_valid(tmp_path, name, told):
    """A taxonomy takes any number of values, unless its control says one."""
    control, result, expected = CONTROLS[name]
    expected = [expected] if told and control.startswith("<Taxonomy") else expected
    report, [record], code = adopt(
        tmp_path, task(span("Mona", "P", "a"), result), told and config(control)
    )
    assert record["attributes"] == {"r": expected}
    assert (code, report["in"], report["left_out"]) == (0, report["records"], [])


def test_a_hotkey_that_two_labels_have_and_choices_that_nobody_lists_refuse_nothing(tmp_path):
    labels = "".join(f'<Label value="{each}" hotkey="q"/>' for each in ("P", " Ort "))
    xml = config(
        '<Choices name="idle" toName="text" value="$choices"/>',
        label=f'<Labels name="label" toName="text">{labels}</Labels>',
    )
    report, [record], code = adopt(
        tmp_path, task(span("Mona", "P", "a"), span("Köln", " Ort ", "b")), xml
    )
    assert [(each["label"], each["text"]) for each in record["spans"]] == [
        ("P", "Mona"),
        ("Ort", "Köln"),
    ]
    assert code == 0
    assert any("hotkey q" in each for each in report["notes"])
    assert any(each.startswith("idle: left out of the scheme") for each in report["notes"])


def test_a_text_below_a_field_is_read_there(tmp_path):
    given = task(span("Mona", "P", "a"), items=[{"text": TEXT}])
    report, [record], code = adopt(tmp_path, given, config(text="$items[0].text"))
    assert [each["text"] for each in record["spans"]] == ["Mona"]
    assert (code, report["records"]["tasks"]) == (0, 1)


def test_one_label_of_two_controls_is_one_label_without_a_config_too(tmp_path):
    given = task(
        span("Mona", "P", "a"), span("Köln", "P", "b", "other"), span("wohnt", "Q", "c", "other")
    )
    report, [record], _ = adopt(tmp_path, given)
    assert [each["label"] for each in record["spans"]] == ["P", "Q", "P"]
    assert "other: labels that another control has too are one label: P" in report["notes"]


def test_each_difference_has_its_reason(tmp_path):
    """Beside a reason of another kind, too: none hides the next."""
    given = task(
        span("Mona", "P", "a", meta={"text": ["sure?"]}),
        {**span("Köln", "P", "b"), "value": at("Köln")},
        said("c", "choices", ["x"]),
        said("c", "choices", ["y"]),
        said("t", "choices", []),
        said("odd", "choices", True),
        said("odd", "choices", ["z"]),
        {"id": "z", "type": "rectanglelabels", "value": {}},
    )
    report, [record], _ = adopt(tmp_path, given)
    assert record["attributes"] == {"c": "y", "odd": "z"}
    assert (report["in"]["attributes"], report["records"]["attributes"]) == (5, 2)
    reasons = left_out(report)
    assert reasons["attribute that is given twice: one of the two counts"] == 1
    assert reasons["region without a label (the journal keeps it)"] == 1
    assert reasons["attribute without a value"] == 1
    assert reasons["note on a region (the journal keeps it)"] == 1


DIALOGUE = [{"author": "A", "text": "Hello 😀 there"}, {"author": "B", "text": "Hi\nyou"}]


@pytest.mark.parametrize(("start", "end"), [(8, 13), (9, 14)], ids=["code points", "UTF-16 units"])
def test_the_surface_tells_what_the_offsets_of_a_turn_count(tmp_path, start, end):
    value = {"start": "0", "end": "0", "startOffset": start, "endOffset": end, "text": "there"}
    result = {"id": "a", "from_name": "label", "to_name": "text", "type": "paragraphlabels"}
    result["value"] = {**value, "paragraphlabels": ["G"]}
    xml = '<View><ParagraphLabels name="label" toName="text"><Label value="G"/></ParagraphLabels>'
    xml += '<Paragraphs name="text" value="$talk" nameKey="author" textKey="text"/></View>'
    _, [record], code = adopt(tmp_path, task(result, talk=DIALOGUE), xml)
    assert (code, [(each["start"], each["text"]) for each in record["spans"]]) == (
        0,
        [(11, "there")],
    )


@pytest.mark.parametrize(
    ("first", "last", "offsets", "said", "expected"),
    [
        ("0", "2", (6, 3), "😀 there\\nHi\\nyou\\nBye", "😀 there\nB: Hi\nyou\nA: Bye"),
        (1, 2, (0, 3), "Hi you Bye", "Hi\nyou\nA: Bye"),
        ("2", "2", (0, 3), "Bye", "Bye"),
        ("1", "1", (3, 6), "there", None),
        ("3", "3", (0, 3), "Bye", None),
        ("9" * 5000, "0", (0, 3), "Bye", None),
        ("-1", None, (0, 3), "Bye", None),
    ],
)
def test_a_region_stands_in_the_turns_that_it_names(tmp_path, first, last, offsets, said, expected):
    """Of a surface only these are looked at; a number of no turn, however long, leaves the region as it
    came."""
    value = {"start": first, "end": last, "startOffset": offsets[0], "endOffset": offsets[1]}
    value |= {"text": said, "paragraphlabels": ["G"]}
    result = {"id": "a", "from_name": "label", "to_name": "text", "type": "paragraphlabels"}
    xml = '<View><ParagraphLabels name="label" toName="text"><Label value="G"/></ParagraphLabels>'
    xml += '<Paragraphs name="text" value="$talk" nameKey="author" textKey="text"/></View>'
    talk = [*DIALOGUE, {"author": "A", "text": "Bye"}]
    report, [record], code = adopt(tmp_path, task(result | {"value": value}, talk=talk), xml)
    marked = [each["text"] for each in record["spans"]]
    assert (code, report["in"]["spans"]) == (0 if expected else 1, 1)
    assert expected is None or marked == [expected]


def test_a_question_called_like_the_control_of_spans_stands_beside_them(tmp_path):
    """Argilla's templates call the question of a classification `label`."""
    mark = {**at("Mona"), "label": "P"}
    responses = {
        "label": [{"value": "good", "user_id": "u"}],
        "label_2": [{"value": "bad", "user_id": "u"}],
        "text": [{"value": "fine", "user_id": "u"}],
        "spans": [{"value": [mark], "user_id": "u"}],
    }
    row = {"id": "1", "fields": {"text": TEXT}, "responses": responses}
    report, [record], code = adopt(tmp_path, row, name="records.json")
    assert record["attributes"] == {"label_2": "good", "label_2_2": "bad", "text_2": "fine"}
    assert ([each["text"] for each in record["spans"]], code) == (["Mona"], 0)
    assert "the attribute label is called label_2: a control has its name" in report["notes"]


def test_the_oldest_export_of_doccano_tells_its_users_apart(tmp_path):
    marks = [
        {"id": n, "label": 3, "start_offset": 2, "end_offset": 6, "user": user}
        for n, user in enumerate((1, 2))
    ]
    row = {"id": 1, "text": TEXT, "annotations": marks, "comments": ["hm", "so"]}
    report, records, _ = adopt(tmp_path, row, name="all.jsonl")
    assert [each["spans"][0]["text"] for each in records] == ["Mona", "Mona"]
    assert left_out(report) == {"comment": 2}


def test_the_label_of_a_text_that_prodigy_rejected_is_counted(tmp_path):
    rows = [{"text": TEXT, "label": "SPORT", "answer": each} for each in ("accept", "reject")]
    rows[1]["text"] += " Sehr."
    report, _, _ = adopt(tmp_path, rows, name="answers.jsonl")
    assert left_out(report) == {"choice of a text that was rejected or ignored": 1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_user_with_and_without_an_address_is_one_annotator(tmp_path, order):
    """The API gives the address, an export of the same project the number alone."""
    works = [(1, "Mona"), ({"id": 1, "email": "mona@team.example"}, "Köln")]
    tasks = []
    for number in order:
        who, surface = works[number]
        one = task(span(surface, "P", "a"), text=f"{TEXT} {number}")
        one["annotations"][0] |= {"id": number + 1, "completed_by": who}
        tasks.append({**one, "id": number + 1})
    _, records, _ = adopt(tmp_path, tasks)
    assert [each["annotator"] for each in records] == ["a1", "a1"]


def test_the_relation_of_a_name_with_white_space_at_its_edges_is_that_of_the_name(tmp_path):
    arrow = {
        "type": "relation",
        "from_id": "a",
        "to_id": "b",
        "direction": "right",
        "labels": ["in "],
    }
    xml = config('<Relations><Relation value="in "/></Relations>')
    report, [record], code = adopt(
        tmp_path, task(span("Mona", "P", "a"), span("Köln", "P", "b"), arrow), xml
    )
    assert ([each["label"] for each in record["relations"]], code, report["left_out"]) == (
        ["in"],
        0,
        [],
    )


def test_the_address_of_a_text_is_no_text(tmp_path):
    """With valueType="url", Label Studio shows what stands at the address."""
    xml = config(text='$text" valueType="url')
    told = task(span("Mona", "P", "a"), text="https://texts.example/1.txt")
    report, [record], _ = adopt(tmp_path, [told, {**task(span("Mona", "P", "a")), "id": 2}], xml)
    assert [each["text"] for each in record["spans"]] == ["Mona"]
    assert left_out(report)["task that has the address of its text, which is not fetched"] == 1


@pytest.mark.parametrize("name", ["brat", "prodigy"])
def test_offsets_against_the_words_that_another_tool_wrote_are_said(tmp_path, name):
    """Tools that count UTF-16 units, or a byte order mark: the words beside the offsets tell."""
    text = "😀 Zoë met\nPaul 😀 here"
    marks = [(3, 6, "Zoë"), (7, 15, "met Paul"), (19, 23, "here")]
    folder = tmp_path / "given"
    folder.mkdir()
    if name == "brat":
        (folder / "a.txt").write_text(text, "utf-8")
        lines = [
            f"T{n}\tP {start} {end}\t{said}\n"
            for n, (start, end, said) in enumerate(marks, start=1)
        ]
        (folder / "a.ann").write_text("".join(lines), "utf-8")
    else:
        spans = [
            {"start": start, "end": end, "text": said, "label": "P"} for start, end, said in marks
        ]
        row = {"text": text, "spans": spans, "answer": "accept"}
        (folder / "a.jsonl").write_text(json.dumps(row), "utf-8")
    into = str(tmp_path / "corpus")
    done = CliRunner().invoke(cli.group, ["adopt", str(folder), "--into", into, "--json"])
    assert any(each.startswith("3 spans do not stand") for each in json.loads(done.stdout)["notes"])
    assert CliRunner().invoke(cli.group, ["-C", into, "validate"]).exit_code == 1
    assert CliRunner().invoke(cli.group, ["-C", into, "validate", "--fix"]).exit_code == 0
    [file] = (tmp_path / "corpus/exports/annotations").glob("*.jsonl")
    record = json.loads(file.read_text("utf-8"))
    assert [each["text"] for each in record["spans"]] == ["Zoë", "met\nPaul", "here"]
    assert all(text[each["start"] : each["end"]] == each["text"] for each in record["spans"])


def test_a_condition_on_nested_choices_is_left_out_with_a_word(tmp_path):
    nested = '<Choice value="p"><Choice value="c"/></Choice>'
    xml = config(
        f'<Choices name="n" toName="text" allowNested="true">{nested}</Choices>',
        '<Choices name="w" toName="text" visibleWhen="choice-selected" whenTagName="n" whenChoiceValue="p">'
        '<Choice value="1"/></Choices>',
    )
    given = task(
        span("Mona", "P", "a"), said("n", "choices", [["p", "c"]]), said("w", "choices", ["1"])
    )
    report, [record], code = adopt(tmp_path, given, xml)
    assert (record["attributes"], code) == ({"n": ["p", "c"], "w": "1"}, 0)
    assert "w: its condition is left out: n is no choice" in report["notes"]


def test_users_that_only_a_name_tells_are_several(tmp_path):
    """Early exports and Annotation Lab's have no `completed_by`; all work was one annotator's, and half was left out."""
    made = [
        {"id": at, "created_username": name, "result": [span("Mona", "P", "a")]}
        for at, name in enumerate(
            ["Eric", " ليلى", "Max m@team.example, 7", "max M@team.example, 7"], 1
        )
    ]
    tasks = [
        {"id": 1, "data": {"text": TEXT}, "completions": made[:3]},
        {"id": 2, "data": {"text": f"{TEXT} Ja."}, "completions": made[3:]},
    ]
    report, records, _ = adopt(tmp_path, tasks, config())
    assert report["records"]["annotations"] == 4
    assert len({record["annotator"] for record in records}) == 3


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ({"completed_by": {"username": "ada"}}, {"completed_by": {"username": "bob"}}, 2),
        *(
            ({"completed_by": none} | a, {"completed_by": none} | b, 2)
            for none in ({}, "", {"id": None, "email": None})
            for a, b in [({"created_username": "ada"}, {"created_username": "bob"})]
        ),
        ({"completed_by": "5"}, {"completed_by": {"id": 5, "email": "ada@team.example"}}, 1),
    ],
)
def test_adopt_tells_users_apart_as_pull_does(tmp_path, first, second, count):
    """`adopt` read `completed_by` in a way of its own: who had a user name alone, or an empty
    `completed_by` beside a name, was one annotator with all others, and half of the work did not count."""
    tasks = [
        {
            "id": at,
            "data": {"text": TEXT + " Ja." * at},
            "annotations": [{"id": at, "result": [span("Mona", "P", "a")]} | who],
        }
        for at, who in enumerate([first, second])
    ]
    _, records, code = adopt(tmp_path, tasks, config())
    assert (len({record["annotator"] for record in records}), code) == (count, 0)
