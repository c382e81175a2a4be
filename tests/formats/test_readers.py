"""What other tools export is read: spans, arrows, attributes and annotators, and what can't be is named.

The lines are as each tool writes them (doccano 1.5 to 1.8, Prodigy 1.11, Argilla 2, brat 1.3, CoNLL-2003).
"""

import json

import pytest

from qawl.core.errors import InputError
from qawl.formats.readers import detect
from qawl.formats.readers.document import Document, SetAside


def read(path):
    return list(detect.read(path))


def lines(path, *rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def said(document):
    """(annotator, spans as (label, surface), arrows as (label, surface, surface), attributes) of each work."""
    found = []
    for work in document.works:
        surface = {mark.id: document.text[mark.start : mark.end] for mark in work.marks}
        found.append(
            (
                work.annotator,
                [(mark.label, surface[mark.id]) for mark in work.marks],
                [(each.label, surface[each.from_], surface[each.to]) for each in work.arrows],
                work.attributes,
            )
        )
    return found


def test_doccano_with_relations(tmp_path):
    path = lines(
        tmp_path / "all.jsonl",
        {
            "id": 7,
            "text": "زار سامي بيروت.",
            "entities": [
                {"id": 1, "label": "شخص", "start_offset": 4, "end_offset": 8},
                {"id": 2, "label": "مكان", "start_offset": 9, "end_offset": 14},
            ],
            "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "زار"}],
            "Comments": [],
            "source": "wire",
        },
    )
    [one] = read(path)
    assert said(one) == [("", [("شخص", "سامي"), ("مكان", "بيروت")], [("زار", "سامي", "بيروت")], {})]
    assert (one.source_id, one.context) == ("7", {"source": "wire"})


@pytest.mark.parametrize("key", ["label", "labels"])
def test_doccano_of_old_and_the_annotator_in_the_file_name(tmp_path, key):
    path = lines(tmp_path / "rana.jsonl", {"text": "Ada came.", key: [[0, 3, "PER"]]})
    assert said(read(path)[0]) == [("rana", [("PER", "Ada")], [], {})]


def test_doccano_of_categories(tmp_path):
    path = lines(tmp_path / "all.jsonl", {"text": "Fine.", "label": ["good", "short"]})
    assert said(read(path)[0]) == [("", [], [], {"category": ["good", "short"]})]


def test_prodigy_with_relations_and_a_rejected_text(tmp_path):
    head = {"start": 0, "end": 3, "label": "PER"}
    child = {"start": 9, "end": 14, "label": "ORG"}
    path = lines(
        tmp_path / "notes.jsonl",
        {
            "text": "Ada left Cedar.",
            "spans": [head, child],
            "relations": [
                {"head": 0, "child": 2, "head_span": head, "child_span": child, "label": "left"}
            ],
            "answer": "accept",
            "_annotator_id": "notes-ada",
        },
        {"text": "No.", "spans": [], "answer": "reject", "_annotator_id": "notes-ada"},
        {"text": "Yes.", "accept": ["warm"], "options": [{"id": "warm"}], "answer": "accept"},
    )
    first, second, third = read(path)
    assert said(first) == [
        ("notes-ada", [("PER", "Ada"), ("ORG", "Cedar")], [("left", "Ada", "Cedar")], {})
    ]
    assert second.works[0].skipped
    assert said(third)[0][3] == {"choice": ["warm"]}


def test_argilla_with_two_annotators(tmp_path):
    path = tmp_path / "records.json"
    record = {
        "id": "r1",
        "status": "completed",
        "fields": {"text": "Ada came.", "headline": "News"},
        "metadata": {"page": 3},
        "suggestions": {},
        "responses": {
            "names": [
                {
                    "value": [{"label": "PER", "start": 0, "end": 3}],
                    "user_id": "u1",
                    "status": "submitted",
                },
                {"value": [], "user_id": "u2", "status": "submitted"},
            ],
            "tone": [{"value": "calm", "user_id": "u1", "status": "submitted"}],
        },
    }
    path.write_text(json.dumps([record]), "utf-8")
    [one] = read(path)
    assert said(one) == [("u1", [("PER", "Ada")], [], {"tone": "calm"}), ("u2", [], [], {})]
    assert one.context == {"headline": "News", "page": "3"}


def test_brat_with_an_event_a_binary_attribute_and_a_note(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("Ada sold Cedar\nBank.", "utf-8")
    (folder / "a.ann").write_text(
        "T1\tPerson 0 3\tAda\nT2\tSale 4 8\tsold\nT3\tCompany 9 14;15 19\tCedar Bank\n"
        "E1\tSale:T2 Seller:T1 What:T3\nA1\tCertain T1\nA2\tSize T3 big\n#1\tAnnotatorNotes T1\thm\n",
        "utf-8",
    )
    [one] = read(folder)
    [(who, spans, arrows, _)] = said(one)
    assert (who, spans) == ("", [("Person", "Ada"), ("Sale", "sold"), ("Company", "Cedar\nBank")])
    assert arrows == [("Seller", "sold", "Ada"), ("What", "sold", "Cedar\nBank")]
    assert one.works[0].marks[0].attributes == {"Certain": "true"}
    assert one.works[0].marks[2].attributes == {"Size": "big"}
    assert one.notes == ["note"]  # a line break between fragments is brat's way, no loss
    (folder / "a.ann").write_text("T1\tPerson 0 3;9 14\tAda Cedar\n", "utf-8")
    assert read(folder)[0].notes == ["span of several fragments, taken as one"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["B-PER", "I-PER", "O"], [("PER", "Ada Moor")]),
        (["I-PER", "I-PER", "O"], [("PER", "Ada Moor")]),  # IOB1
        (["B-PER", "E-PER", "S-LOC"], [("PER", "Ada Moor"), ("LOC", "left")]),  # IOBES
        (["B-PER", "B-PER", "O"], [("PER", "Ada"), ("PER", "Moor")]),
        (["B-PER", "I-LOC", "O"], [("PER", "Ada"), ("LOC", "Moor")]),
    ],
)
def test_conll_of_every_scheme_of_tags(tmp_path, tags, expected):
    path = tmp_path / "news.conll"
    rows = zip(["Ada", "Moor", "left"], tags, strict=True)
    path.write_text(
        "-DOCSTART- -X- -X- O\n\n"
        + "".join(f"{token} -X- -X- {tag}\n" for token, tag in rows)
        + "\nEnd -X- -X- O\n",
        "utf-8",
    )
    [one] = read(path)
    assert one.text == "Ada Moor left\nEnd"
    assert said(one)[0][1] == expected


BERLIN = ("In Berlin lehrt\nMona", [("LOC", "Berlin"), ("PER", "Mona")])
NESTED = ("In Berlin lehrt\nMona", [("LOC", "Berlin"), ("ORG", "Berlin lehrt"), ("PER", "Mona")])
COLUMNS = {
    "GermEval 2014 numbers tokens and has an inner level": (
        "#\thttp://x [2009]\n1\tIn\tO\tO\n2\tBerlin\tB-ORG\tB-LOC\n3\tlehrt\tI-ORG\tO\n\n#\thttp://y\n1\tMona\tB-PER\tO\n",
        NESTED,
    ),
    "scripts number sentences": (
        "1 In O\n1 Berlin B-LOC\n1 lehrt O\n\n2 Mona B-PER\n",
        BERLIN,
    ),
    "CoNLL-2003 has chunks before the tag": (
        "In IN B-PP O\nBerlin NNP B-NP B-LOC\nlehrt VBZ B-VP O\n\nMona NNP B-NP B-PER\n",
        BERLIN,
    ),
    "conlleval has what was foretold beside what is right": (
        "In PP O O\nBerlin NE B-LOC B-LOC\nlehrt VV O O\n\nMona NE B-PER B-PER\n",
        BERLIN,
    ),
    "tokens with spaces between tabs, as VnCoreNLP and prices have them": (
        "In\tO\nNeu Berlin\tB-LOC\n10\u00a0000\tO\n\nMona\tB-PER\n",
        ("In Neu Berlin 10\u00a0000\nMona", [("LOC", "Neu Berlin"), ("PER", "Mona")]),
    ),
    "years are tokens": ("1990 O\n2000 B-DATE\n", ("1990 2000", [("DATE", "2000")])),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_conll_are_told_by_what_stands_in_them(tmp_path, name):
    content, (text, spans) = COLUMNS[name]
    path = tmp_path / "news.tsv"
    path.write_text(content, "utf-8")
    [one] = read(path)
    assert one.text == text
    assert sorted(said(one)[0][1]) == sorted(spans)
    assert len(one.notes) == ("foretold" in name)


def test_a_document_that_nobody_annotated_has_no_work(tmp_path):
    """`qawl export` writes _ for each of its tags."""
    one, other = tmp_path / "news.conll", tmp_path / "news.tsv"
    one.write_text(
        "-DOCSTART- 0a O\n\nAda _\nMoor _\n\n-DOCSTART- 0b O\n\nAda O\nleft O\n", "utf-8"
    )
    other.write_text("token\tstart\tend\tner\nAda\t0\t3\t_\n", "utf-8")
    assert [len(each.works) for each in (*read(one), *read(other))] == [0, 1, 0]


def test_a_table_keeps_its_other_columns(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('id;text;source\n1;"Ada, at\nhome";wire\n2;Moor\n', "utf-8")
    first, second = read(path)
    assert (first.text, first.context) == ("Ada, at\nhome", {"id": "1", "source": "wire"})
    assert isinstance(second, SetAside)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1256"])
def test_a_table_in_the_encodings_that_tables_have(tmp_path, encoding):
    path = tmp_path / "rows.csv"
    text = "النص" if encoding != "cp1256" else "Text"
    path.write_bytes(f"id,{text}\n1,زار سامي بيروت.\n".encode(encoding))
    (one,) = read(path)
    assert (one.text, one.context) == ("زار سامي بيروت.", {"id": "1"})


def test_damaged_lines_are_set_aside_by_place(tmp_path):
    path = tmp_path / "all.jsonl"
    good = json.dumps({"text": "Ada.", "label": [[0, 3, "PER"], ["x", 2, "PER"], [1]]})
    path.write_text(f'{good}\n{{"text": \n[]\n{"[" * 5000}\n{good}\n', "utf-8")
    found = read(path)
    assert [isinstance(each, Document) for each in found] == [True, False, False, False, True]
    assert [each.line for each in found if isinstance(each, SetAside)] == [2, 3, 4]
    assert found[0].notes == ["label without offsets", "label without offsets"]


def test_what_fits_no_format_is_one_line(tmp_path):
    path = tmp_path / "x.json"
    for content in ("[]", '{"a": 1}', "no words here at all", ""):
        path.write_text(content, "utf-8")
        with pytest.raises(InputError, match="--format"):
            read(path)
