"""Files as other systems and languages write them come in as those in UTF-8 of English do, or the report counts it.

UTF-16 as Windows writes it, code pages, tags of other schemes, offsets inside a character, events that share a word.
"""

import gzip
import json
import os

import pytest
from click.testing import CliRunner

from qawl import cli


def adopt(folder, files, *more):
    """(report, records, articles); `files` are bytes or text by name."""
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(raw)
    named = sorted({str(folder / name.split("/")[0]) for name in files})
    into = folder / "corpus"
    done = CliRunner().invoke(cli.group, ["adopt", *named, "--into", str(into), "--json", *more])
    assert done.exit_code == 0, done.output
    records = [
        json.loads(line)
        for path in sorted((into / "exports/annotations").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    articles = (into / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    return json.loads(done.stdout), records, [json.loads(each) for each in articles]


def marked(records):
    return [(each["label"], each["text"]) for record in records for each in record["spans"]]


def reasons(report):
    return {each["reason"]: each["count"] for each in report["left_out"]}


DOCCANO = '{"id": 1, "text": "😀 Sidon", "label": [[2, 7, "P"]]}\n'
PRODIGY = (
    '{"text": "😀 Sidon", "spans": [{"start": 2, "end": 7, "label": "P"}], "answer": "accept"}\n'
)
CELL = '"[{""start"": 2, ""end"": 7, ""text"": ""Sidon"", ""labels"": [""P""]}]"'
EXPORT = json.dumps(
    [
        {
            "id": 1,
            "data": {"text": "😀 Sidon"},
            "annotations": [
                {
                    "id": 1,
                    "completed_by": 1,
                    "result": [
                        {
                            "id": "a",
                            "from_name": "label",
                            "to_name": "text",
                            "type": "labels",
                            "value": {"start": 2, "end": 7, "text": "Sidon", "labels": ["P"]},
                        }
                    ],
                }
            ],
        }
    ]
)


@pytest.mark.parametrize(
    "files",
    [
        {"a.jsonl": DOCCANO},
        {"a.json": f"[{DOCCANO}]"},
        {"a.jsonl": PRODIGY},
        {"a.json": EXPORT},
        {"a.conll": "😀 O\nSidon B-P\n"},
        {"a.tsv": "token\tstart\tend\tner\n😀\t0\t1\tO\nSidon\t2\t7\tB-P\n"},
        {"b/a.txt": "😀 Sidon", "b/a.ann": "T1\tP 2 7\tSidon\n"},
        {"a.csv": f"id\ttext\tlabel\tannotator\tannotation_id\n1\t😀 Sidon\t{CELL}\t1\t1\n"},
    ],
    ids="-".join,
)
def test_a_file_in_utf_16_is_read_as_one_in_utf_8(tmp_path, files):
    _, records, articles = adopt(tmp_path, {n: each.encode("utf-16") for n, each in files.items()})
    assert articles[0]["text"] == "😀 Sidon"
    assert marked(records) == [("P", "Sidon")]


@pytest.mark.parametrize(
    "content", [DOCCANO, f"[{DOCCANO}]", PRODIGY], ids=["lines", "list", "other"]
)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_json_in_utf_16_without_a_mark_is_told_by_its_first_bytes(tmp_path, content, encoding):
    _, records, _ = adopt(tmp_path, {"a.jsonl": content.encode(encoding)})
    assert marked(records) == [("P", "Sidon")]


def test_a_file_in_utf_16_that_was_cut_off_gives_what_stands_in_it(tmp_path):
    report, records, _ = adopt(tmp_path, {"a.jsonl": (DOCCANO * 2).encode("utf-16")[:-21]})
    assert marked(records) == [("P", "Sidon")]
    assert sum(reasons(report).values()) == 1


def test_brat_in_a_code_page_is_read_as_ingest_reads_it(tmp_path):
    files = {"b/a.txt": "قال علي في بيروت", "b/a.ann": "T1\tP 4 7\tعلي\n"}
    _, records, _ = adopt(tmp_path, {n: each.encode("cp1256") for n, each in files.items()})
    assert marked(records) == [("P", "علي")]


def test_tags_of_bmes_are_whole_spans(tmp_path):
    rows = ("高 B-NAME", "晓 M-NAME", "松 E-NAME", "在 O", "京 S-LOC")
    _, records, articles = adopt(tmp_path, {"a.bmes": "\n".join(rows)})
    assert marked(records) == [("NAME", "高 晓 松"), ("LOC", "京")]
    assert articles[0]["language"] == "zh"


@pytest.mark.parametrize("gap", [" ", "\t", " -X- -X- "])
def test_a_token_that_is_a_hash_is_no_comment(tmp_path, gap):
    """Texts of posts have them; they were left out of the text without a word."""
    rows = ["# id 7", "# text = take vitamin B-12"]
    rows += [f"{each}{gap}{tag}" for each, tag in (("Vote", "O"), ("#", "B-TAG"), ("Yes", "I-TAG"))]
    _, records, articles = adopt(tmp_path, {"a.conll": "\n".join(rows)})
    assert articles[0]["text"] == "Vote # Yes"
    assert marked(records) == [("TAG", "# Yes")]


def test_tags_that_are_missing_or_none_are_counted(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("Rima B-P\nDam\nx I-\ny Q-P\nz PER\nin O\nTyre B-P\n")
    done = CliRunner().invoke(
        cli.group,
        ["adopt", str(path), "--format", "conll", "--into", str(tmp_path / "c"), "--json"],
    )
    report = json.loads(done.stdout)
    assert (report["records"]["spans"], list(reasons(report).values())) == (2, [4])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("安倍首相は東京で会談した。", "ja"),
        ("总理在北京表示经济稳定", "zh"),
        ("رئیس جمهور ایران گفت که گروه پنج کشور", "fa"),
        ("وزیر اعظم نے کہا کہ بڑے شہروں میں", "ur"),
        ("قال رئيس الوزراء إن الحكومة في بيروت", "ar"),
    ],
)
def test_letters_that_one_language_alone_has_tell_it(tmp_path, text, language):
    row = {"id": 1, "text": text, "label": [[0, 2, "P"]]}
    _, _, articles = adopt(tmp_path, {"a.jsonl": json.dumps(row)})
    assert articles[0]["language"] == language


def test_an_offset_of_a_cas_inside_a_character_is_counted_and_no_warning_of_python(tmp_path):
    named = "custom.Span"
    string, base = {"%NAME": "label", "%RANGE": "uima.cas.String"}, "uima.tcas.Annotation"

    def span(number, start, end, label):
        place = {"@sofa": 1, "begin": start, "end": end}
        return {"%ID": number, "%TYPE": named, **place, "label": label}

    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView"}
    marks = [span(2, 3, 8, "P"), span(3, 1, 8, "Q"), span(4, 3, 90, "R")]
    cas = {
        "%TYPES": {named: {"%NAME": named, "%SUPER_TYPE": base, "label": string}},
        "%FEATURE_STRUCTURES": [{**sofa, "mimeType": "text", "sofaString": "😀 Sidon"}, *marks],
        "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, 3, 4]}},
    }
    report, records, _ = adopt(tmp_path, {"a.json": json.dumps(cas)})
    assert [label for label, _ in marked(records)] == ["R", "P"]
    assert len(reasons(report)) == 1
    assert report["in"]["spans"] == 2


def test_two_events_of_one_trigger_are_named(tmp_path):
    said = "T1\tP 0 4\tRima\nT2\tMove 5 9\tleft\nT3\tP 10 14\tTyre\n"
    events = "E1\tMove:T2 Who:T1\nE2\tMove:T2 From:T3\n"
    report, records, _ = adopt(tmp_path, {"b/a.txt": "Rima left Tyre", "b/a.ann": said + events})
    assert len(records[0]["relations"]) == 2
    assert any("second event" in each for each in reasons(report))


def test_an_attribute_of_spans_called_like_a_column_of_their_table_is_renamed(tmp_path):
    export = json.loads(EXPORT)
    (first,) = export[0]["annotations"][0]["result"]
    value = {"start": 2, "end": 7, "text": "Sidon", "choices": ["x"]}
    export[0]["annotations"][0]["result"] += [
        {**first, "from_name": name, "type": "choices", "value": value}
        for name in ("article_id", "text_sha256", "support")
    ]
    report, records, _ = adopt(tmp_path, {"a.json": json.dumps(export)})
    (span,) = records[0]["spans"]
    assert sorted(span["attributes"]) == ["article_id_2", "support_2", "text_sha256_2"]
    assert not any("LEFT OUT" in each for each in report["notes"])


def test_tags_of_a_config_may_be_written_in_any_case(tmp_path):
    config = (
        '<view><text name="text" value="$text"/><labels name="label" toName="text">'
        '<label value="P" hotkey="p"/><LABEL value="Q"/></labels></view>'
    )
    adopt(tmp_path, {"a.json": EXPORT, "config.xml": config})
    made = (tmp_path / "corpus/label_config/label.yaml").read_text("utf-8")
    assert "name: Q" in made
    assert "hotkey: p" in made


def test_an_empty_file_of_a_folder_and_what_systems_put_there_refuse_nothing(tmp_path):
    """doccano writes a file for each user, also for who did nothing; an empty project is an empty list."""
    files = {
        "x/admin.jsonl": DOCCANO,
        "x/unknown.jsonl": "",
        "x/Thumbs.db": b"\0",
        "x/b.json": "[]\n",
    }
    _, records, _ = adopt(tmp_path, files)
    assert marked(records) == [("P", "Sidon")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl.gz", gzip.compress(DOCCANO.encode(), mtime=0), "a gzip file: unpack it"),
        ("a.conll", gzip.compress(b"Sidon B-P", mtime=0), "a gzip file: unpack it"),
        ("a.json", b" []", "nothing is in this file"),
        ("a.jsonl", b"", "nothing is in this file"),
    ],
)
def test_what_can_not_be_read_says_what_it_is(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    into = str(tmp_path / "c")
    done = CliRunner().invoke(cli.group, ["adopt", str(tmp_path / name), "--into", into])
    assert done.exit_code == 1
    assert said in str(done.exception)


def test_a_text_of_two_annotators_is_counted_once_where_releases_leave_it_out(tmp_path):
    report, _, articles = adopt(tmp_path, {"x/admin.jsonl": DOCCANO, "x/rana.jsonl": DOCCANO})
    assert len(articles) == 1
    (rights,) = [each for each in report["notes"] if each.startswith("releases will withhold")]
    assert "the texts of 1 article: 1 has" in rights
    assert any("en (1);" in each for each in report["notes"])


def test_annotations_of_one_text_in_several_files_of_brat_are_one_work(tmp_path):
    """BioNLP tasks have names in .a1 and events in .a2, and brat shows both."""
    given = {"b/a.txt": "Rima left Tyre", "b/a.a1": "T1\tP 0 4\tRima\n"}
    events = "T2\tMove 5 9\tleft\nE1\tMove:T2 Who:T1\n"
    _, records, _ = adopt(tmp_path, {**given, "b/a.a2": events})
    assert marked(records) == [("P", "Rima"), ("Move", "left")]
    assert [each["label"] for each in records[0]["relations"]] == ["Who"]


def test_each_token_with_the_tags_of_the_spans_around_it_has_them_all(tmp_path):
    """Wojood's nested files: the last tag alone was read, which cut the outer spans off without a word."""
    rows = ["في O", "نقابة B-ORG", "العاملين I-ORG", "في I-ORG", "جامعة I-ORG B-ORG"]
    rows += ["بيرزيت I-ORG I-ORG B-GPE", "دولار B-MONEY B-CURR", "واحد I-MONEY", ". O"]
    report, records, articles = adopt(tmp_path, {"a.txt": "\n".join(rows) + "\n"})
    assert articles[0]["text"] == "في نقابة العاملين في جامعة بيرزيت دولار واحد ."
    assert marked(records) == [
        ("ORG", "نقابة العاملين في جامعة بيرزيت"),
        ("ORG", "جامعة بيرزيت"),
        ("GPE", "بيرزيت"),
        ("MONEY", "دولار واحد"),
        ("CURR", "دولار"),
    ]
    assert reasons(report) == {}


def test_a_token_without_a_tag_takes_no_level_along(tmp_path):
    rows = ["جامعة B-ORG", "بيرزيت I-ORG B-GPE", "."]
    files = {"a.conll": "\n".join(rows)}
    report, records, _ = adopt(tmp_path, files, "--format", "conll")
    assert marked(records) == [("ORG", "جامعة بيرزيت"), ("GPE", "بيرزيت")]
    assert list(reasons(report).values()) == [1]


@pytest.mark.parametrize(
    "rows",
    [
        [
            "Ali B-NP B-PER",
            "met B-VP O",
            "the B-NP O",
            "Bank B-ORG",
            "of B-PP O",
            "Rome B-NP B-LOC",
        ],
        ["Ali B-PER B-PER", "met O O", "the O O", "Bank B-ORG", "of O O", "Rome B-LOC B-LOC"],
    ],
    ids=["chunks", "said twice"],
)
def test_a_row_that_lacks_a_column_makes_no_levels_of_the_others(tmp_path, rows):
    """It was taken for one of tags of nested spans: chunks became spans, and spans stood there twice."""
    _, records, _ = adopt(tmp_path, {"a.conll": "\n".join(rows)})
    assert marked(records) == [("PER", "Ali"), ("ORG", "Bank"), ("LOC", "Rome")]


def test_a_token_with_spaces_in_a_file_that_they_part_is_counted(tmp_path):
    """The words behind its first were left out of the text without a word."""
    rows = ["in O", "New York B-LOC", "today O"]
    report, records, articles = adopt(tmp_path, {"a.conll": "\n".join(rows)})
    assert marked(records) == [("LOC", "New")]
    assert articles[0]["text"] == "in New today"
    (why,) = reasons(report)
    assert why.startswith("token with more columns than most")


@pytest.mark.parametrize("start", ["-DOCSTART- -DOCSTART- O", "-DOCSTART- O O", "-DOCSTART- -X- O"])
def test_the_start_of_a_document_of_another_corpus_names_no_article(tmp_path, start):
    """As in CoNLL-2002: all had one id, and columns of parts of speech were taken for tags."""
    rows = [start, "", "De Art O", "Jan N B-PER", "", start, "", "De Art O", "Piet N B-PER", ""]
    report, records, articles = adopt(tmp_path, {"a.txt": "\n".join(rows)})
    assert sorted(marked(records)) == [("PER", "Jan"), ("PER", "Piet")]
    assert [each["source_id"] for each in articles] == ["1", "2"]
    assert reasons(report) == {}


@pytest.mark.parametrize("start", ["-DOCSTART- {} O", "-DOCSTART- {}", "-DOCSTART-\t{}\tO"])
def test_the_id_in_the_start_of_a_document_is_that_of_its_article(tmp_path, start):
    """Only ids as `qawl export` writes them were read; articles of others were numbered."""
    rows = []
    for identity, name in (("news-7", "Jan"), ("news-9", "Piet")):
        rows += [start.format(identity), "", f"{name}\tB-PER", ""]
    report, records, articles = adopt(tmp_path, {"a.txt": "\n".join(rows)})
    assert sorted(marked(records)) == [("PER", "Jan"), ("PER", "Piet")]
    assert sorted(each["source_id"] for each in articles) == ["news-7", "news-9"]
    assert reasons(report) == {}


def test_what_argilla_and_prodigy_leave_empty_says_nothing(tmp_path):
    """An empty field of Argilla became the text "{}", and null in a list of typed answers an empty one."""
    spans = [{"start": 0, "end": 4, "label": ""}, {"start": 0, "end": 4, "label": "P"}]
    answer = [{"user_id": "u1", "status": "submitted", "value": spans}]
    row = {
        "fields": {"text": "Rima left."},
        "responses": {"ner": answer, "note": [{**answer[0], "value": {}}]},
    }
    report, records, _ = adopt(tmp_path, {"a.json": json.dumps([row])})
    assert marked(records) == [("P", "Rima")]
    assert records[0]["attributes"] == {}
    assert sum(each["count"] for each in report["left_out"]) == 1


@pytest.mark.parametrize("typed", [[None, "yes"], ["yes", "", None]])
def test_nothing_among_typed_answers_of_prodigy_is_no_answer(tmp_path, typed):
    """Null among several answers became an empty one."""
    row = {
        "text": "Rima left.",
        "spans": [{"start": 0, "end": 4, "label": "P"}],
        "answer": "accept",
        "user_input": typed,
    }
    _, records, _ = adopt(tmp_path, {"a.jsonl": json.dumps(row)})
    assert records[0]["attributes"] == {"user_input": "yes"}


def test_a_response_of_argilla_1_without_values_is_somebodys_work(tmp_path):
    """Who discarded a record, or marked nothing in it, was not there at all."""
    mark = {"start": 0, "end": 4, "label": "P"}
    said = [
        {"user_id": "u1", "status": "submitted", "values": {"ner": {"value": [mark]}}},
        {"user_id": "u2", "status": "discarded", "values": {}},
        {"user_id": "u3", "status": "submitted", "values": {}},
        {"user_id": "u4", "status": "draft", "values": None},
        "u5",
    ]
    row = {"fields": {"text": "Rima left."}, "responses": said, "metadata": {}, "suggestions": []}
    report, records, _ = adopt(tmp_path, {"a.json": json.dumps([row])})
    found = [(each["annotator"], each["status"], len(each["spans"])) for each in records]
    assert found == [("a1", "submitted", 1), ("a2", "skipped", 0), ("a3", "submitted", 0)]
    assert reasons(report) == {"draft": 1, "response that is not an object": 1}


def test_a_category_of_prodigy_stands_beside_the_spans_of_its_patterns(tmp_path):
    """`textcat.teach --patterns` shows what matched as spans; the category was left out without a word.
    An example of one span may have the span's label."""
    span = {"start": 5, "end": 9, "label": "P"}
    rows = [
        {"text": "From Tyre.", "label": "TRAVEL", "spans": [span], "answer": "accept"},
        {"text": "Near Acre.", "label": "P", "spans": [span], "answer": "accept"},
        {"text": "Past Ains.", "label": "TRAVEL", "answer": "ignore", "_view_id": "classification"},
        {"text": "Past Acre.", "label": "TRAVEL", "answer": "reject", "spans": [span]},
    ]
    lines = "".join(f"{json.dumps(each)}\n" for each in rows)
    report, records, articles = adopt(tmp_path, {"a.jsonl": lines})
    of = {each["id"]: each["text"] for each in articles}
    found = {of[each["article_id"]]: (each["status"], each["attributes"]) for each in records}
    assert found == {
        "From Tyre.": ("submitted", {"choice": "TRAVEL"}),
        "Near Acre.": ("submitted", {}),
        "Past Ains.": ("skipped", {}),
        "Past Acre.": ("skipped", {}),
    }
    assert sorted(marked(records)) == [("P", "Acre"), ("P", "Tyre")]
    refused = "of a text that was rejected or ignored"
    assert reasons(report) == {f"choice {refused}": 2, f"span {refused}": 1}
    assert all("context" not in each for each in articles)


def test_doccano_of_intents_and_slots(tmp_path):
    """Projects of intent detection write entities as lists, beside categories."""
    row = {
        "id": 1,
        "text": "from Tyre to Sidon",
        "cats": ["flight"],
        "entities": [[5, 9, "P"], [13, 18, "P"], [0, "x"]],
        "Comments": [],
    }
    report, records, _ = adopt(tmp_path, {"a.jsonl": json.dumps(row)})
    assert marked(records) == [("P", "Tyre"), ("P", "Sidon")]
    assert records[0]["attributes"] == {"category": "flight"}
    assert reasons(report) == {"label without offsets": 1}


def test_files_of_label_studio_called_like_annotators_are_apart_as_others_are(tmp_path):
    """Their tasks without numbers had the same id in each file, and equal texts were one article."""
    files = {
        f"{who}.json": json.dumps(
            [{"data": {"text": "Sidon"}, "annotations": [{"completed_by": who, "result": []}]}]
        )
        for who in ("omar", "zoe")
    }
    config = '<View><Text name="t" value="$text"/><Labels name="l" toName="t"><Label value="P"/></Labels></View>'
    report, _, articles = adopt(tmp_path, {**files, "l.xml": config})
    assert sorted(each["received"] for each in articles) == ["omar.json:1", "zoe.json:1"]
    assert reasons(report) == {}


USERS = "Zoe@team.example", "omar", "Weiß"


def test_no_file_of_doccano_tells_an_annotator(tmp_path):
    """A project's files are named after their users, and older rows name who approved: the corpus, which
    git keeps, had both in its articles."""
    row = json.dumps({**json.loads(DOCCANO), "annotation_approver": "rima.k"})
    _, records, articles = adopt(tmp_path, {f"d/{who}.jsonl": row for who in USERS})
    assert [each["annotator"] for each in records] == ["a1", "a2", "a3"]
    assert [each["received"] for each in articles] == ["doccano:1"]
    kept = [
        path
        for path in (tmp_path / "corpus").rglob("*")
        if path.is_file() and ".qawl" not in path.parts
    ]
    told = [
        name
        for path in kept
        for name in (b"zoe", b"omar", b"rima", "weiß".encode(), b"weiss")
        if name in path.read_bytes().lower()
    ]
    assert not told


@pytest.mark.parametrize("places", ["5 9;10 14;0 4", "10 14;0 4", "0 14;5 9"])
def test_fragments_of_brat_may_stand_in_any_order(tmp_path, places):
    """Programs write them so; the span ended before it began."""
    said = {"b/a.txt": "Rima left Tyre.", "b/a.ann": f"T1\tP {places}\tx\n"}
    report, records, _ = adopt(tmp_path, said)
    assert marked(records) == [("P", "Rima left Tyre")]
    between = "span of several fragments, taken as one"
    assert reasons(report) == ({between: 1} if places == "10 14;0 4" else {})


@pytest.mark.parametrize("named", ["webanno.custom.NewsArticle", "org.press.Article"])
def test_a_layer_of_a_cas_may_be_called_like_our_type_of_articles(tmp_path, named):
    """They were left out, some without a word, and some became attributes of the text."""
    string, base = "uima.cas.String", "uima.tcas.Annotation"
    features = {each: {"%NAME": each, "%RANGE": string} for each in ("value", "note")}
    place = {"%TYPE": named, "@sofa": 1, "note": ""}  # INCEpTION writes what was emptied so
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView"}
    cas = {
        "%TYPES": {named: {"%NAME": named, "%SUPER_TYPE": base, **features}},
        "%FEATURE_STRUCTURES": [
            {**sofa, "mimeType": "text", "sofaString": "Article 5, Sidon"},
            {"%ID": 2, **place, "begin": 0, "end": 9, "value": "law"},
            {"%ID": 3, **place, "begin": 11, "end": 16, "value": "place"},
        ],
        "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, 3]}},
    }
    report, records, _ = adopt(tmp_path, {"a.json": json.dumps(cas)})
    assert marked(records) == [("law", "Article 5"), ("place", "Sidon")]
    assert [each["attributes"] for each in records[0]["spans"]] == [{}, {}]
    assert records[0]["attributes"] == {}
    assert reasons(report) == {}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({".json": EXPORT}, ["\\udcff.json:1"]),
        ({".jsonl": DOCCANO}, ["\\udcff.jsonl:1"]),
        ({".txt": "😀 Sidon", ".ann": "T1\tP 2 7\tSidon\n"}, ["\\udcff"]),
        ({"/b.txt": "😀 Sidon", "/b.ann": "T1\tP 2 7\tSidon\n"}, ["\\udcff/b"]),
    ],
    ids=["label-studio", "doccano", "brat", "folder of brat"],
)
def test_a_name_of_a_file_that_is_not_utf_8_keeps_nothing_out(tmp_path, files, told):
    """Archives of old machines have such names. The export was refused, brat's and doccano's texts were left
    out as tasks that hold no UTF-8; `qawl ingest` reads such files."""
    for name, content in files.items():
        path = tmp_path / "in" / (os.fsdecode(b"\xff") + name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    into = tmp_path / "corpus"
    words = ["adopt", str(tmp_path / "in"), "--into", str(into), "--json"]
    done = CliRunner().invoke(cli.group, words)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["records"]["spans"] == 1
    article = json.loads((into / "corpus/articles.jsonl").read_text("utf-8"))
    assert {article["received"], article["source_id"]} & set(told)


def test_relations_that_another_program_calls_connections_are_relations(tmp_path):
    """They became a field of the task, as text; a field of another kind by that name still does."""
    ends = [
        {"id": at, "label": "P", "start_offset": start, "end_offset": start + 3}
        for at, start in enumerate((0, 4))
    ]
    arrow = {"id": 0, "from_id": 0, "to_id": 1, "type": "knows"}
    rows = [
        {"id": 1, "text": "Ada Bob", "entities": ends, "connections": [arrow, {"from": 1}]},
        {
            "id": 2,
            "text": "Eve Zoe",
            "entities": ends,
            "relations": [],
            "connections": "two trains",
        },
    ]
    said, records, articles = adopt(tmp_path, {"a.jsonl": "\n".join(map(json.dumps, rows))})
    assert [each["relations"][0]["label"] for each in records if each["relations"]] == ["knows"]
    assert reasons(said) == {"relation to no entity": 1}
    assert "two trains" in json.dumps(articles)
