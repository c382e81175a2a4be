"""What INCEpTION, WebAnno and Argilla 1 export is read, in the forms in which their users have it.

The lines are as the tools write them; sentences with other offsets are as scripts of users write them.
"""

import json

import pytest
from click.testing import CliRunner

from conftest import needs
from qawl import cli
from qawl.formats.readers import detect
from qawl.formats.readers.document import SetAside

NAMES = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
CHAIN = "de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink"
MEETING = "webanno.custom.Meeting"
HEAD = [
    "#FORMAT=WebAnno TSV 3.3",
    "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue",
    f"#T_SP={NAMES}|identifier|value",
    "#T_SP=webanno.custom.Flag|",
    f"#T_SP={MEETING}|place|ROLE_{MEETING}:people_webanno.custom.Link|uima.tcas.Annotation",
    f"#T_CH={CHAIN}|referenceType|referenceRelation",
    f"#T_RL=webanno.custom.Knows|how|since|BT_{NAMES}",
    "",
    "",
]


def tsv(*sentences, head=HEAD):
    """A file of sentences: (texts, rows); a row is (id, offsets, token, {column: cell})."""
    lines = list(head)
    for texts, rows in sentences:
        lines += [f"#Text={each}" for each in texts]
        for unit, place, token, cells in rows:
            filled = [cells.get(n, "_") for n in range(sum(map(columns, head)))]
            lines.append("\t".join([unit, place, token, *filled, ""]))
        lines.append("")
    return "\n".join(lines)


def columns(line):
    return line.count("|") if line.startswith("#T_") else 0


def read(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    (found,) = detect.read(path)
    return found


def said(found, work=0):
    """(spans as (label, words, attributes), relations as (label, words, words)) of a work."""
    given = found.works[work]
    words = {each.id: found.text[each.start : each.end] for each in given.marks}
    spans = [(each.label, words[each.id], each.attributes) for each in given.marks]
    return spans, [(each.label, words[each.from_], words[each.to]) for each in given.arrows]


FULL = tsv(
    (
        ["😀 Ms. Ada Cole met Bo \\\\ in [Rome]."],
        [
            ("1-1", "0-2", "😀", {}),
            ("1-2", "3-6", "Ms.", {0: "NNP"}),
            ("1-3", "7-10", "Ada", {1: "Q1[1]", 2: "PER[1]", 7: "she[1]", 8: "coref->1-1"}),
            ("1-4", "11-15", "Cole", {1: "Q1[1]", 2: "PER[1]"}),
            ("1-5", "16-19", "met", {3: "*", 4: "in Rome", 5: "who;*", 6: "1-3[1];1-8.1[3]"}),
            ("1-6", "20-22", "Bo", {1: "*", 2: "PER\\|x", 9: "friend", 10: "2001", 11: "1-3[1_0]"}),
            ("1-7", "23-24", "\\\\", {}),
            ("1-8", "28-33", "[Rome", {}),
            ("1-8.1", "29-33", "Rome", {1: "*[3]|*[4]", 2: "LOC[3]|GPE[4]"}),
            ("1-9", "33-35", "].", {}),
        ],
    ),
    (
        ["She left", "him."],
        [
            ("2-1", "36-39", "She", {7: "she[1]", 8: "*->1-2"}),
            ("2-2", "40-44", "left", {}),
            ("2-3", "45-49", "him.", {}),
        ],
    ),
)  # fmt: skip


def test_webanno_with_all_kinds_of_layers(tmp_path):
    """Stacked spans, parts of tokens, escapes, slots, a chain, relations; offsets count an emoji twice."""
    found = read(tmp_path / "annotation/news.txt/mona.tsv", FULL)
    assert found.text == "😀 Ms. Ada Cole met Bo \\ in [Rome].\nShe left\nhim."
    spans, relations = said(found)
    assert spans == [
        ("PER", "Ada Cole", {"identifier": "Q1"}), ("she", "Ada", {}), ("Flag", "met", {}),
        ("Meeting", "met", {"place": "in Rome"}), ("PER|x", "Bo", {}), ("LOC", "Rome", {}),
        ("GPE", "Rome", {}), ("she", "She", {}),
    ]  # fmt: skip
    assert sorted(relations) == [
        ("coref", "Ada", "She"), ("friend", "Ada Cole", "Bo"), ("people", "met", "Rome"),
        ("who", "met", "Ada Cole"),
    ]  # fmt: skip
    assert (found.works[0].annotator, found.source_id) == ("mona", "news.txt")
    assert found.notes == ["value of a relation beside its label"]


def test_adopt_takes_two_annotators_of_one_document(tmp_path):
    """Through the command: one article, two annotators, all that is not taken is counted."""
    for name, content in (("mona", FULL), ("sami", FULL.replace("GPE", "CITY"))):
        path = tmp_path / f"annotation/news.txt/{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    into = tmp_path / "corpus"
    command = ["adopt", str(tmp_path / "annotation"), "--into", str(into), "--json"]
    done = CliRunner().invoke(cli.group, command)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["in"]["spans"] == report["records"]["spans"] == 16
    assert report["records"]["relations"] == 8
    assert report["left_out"] == [
        {"reason": "value of a relation beside its label", "count": 2}
    ] or ({"reason": "value of a relation beside its label", "count": 2} in report["left_out"])
    assert len((into / "corpus/articles.jsonl").read_text("utf-8").splitlines()) == 1
    assert CliRunner().invoke(cli.group, ["-C", str(into), "validate"]).exit_code == 0


def rows(number, *tokens):
    return [
        (f"{number}-{n}", place, word, cells) for n, (place, word, cells) in enumerate(tokens, 1)
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("0-2", "3-6"), ("7-10", "11-15")),  # UTF-16 units, as the format has it
        (("0-1", "2-5"), ("6-9", "10-14")),  # code points, as scripts in Python write them
        (("0-2", "3-6"), ("0-3", "4-8")),  # each sentence counts anew
    ],
)
def test_webanno_with_other_offsets(tmp_path, first, second):
    sentences = [
        (["😀 Ada"], rows(1, (first[0], "😀", {}), (first[1], "Ada", {2: "PER"}))),
        (
            ["Bob Cole"],
            rows(2, (second[0], "Bob", {2: "PER[1]"}), (second[1], "Cole", {2: "PER[1]"})),
        ),
    ]
    found = read(tmp_path / "a.tsv", tsv(*sentences))
    assert found.text == "😀 Ada\nBob Cole"
    assert [each[:2] for each in said(found)[0]] == [("PER", "Ada"), ("PER", "Bob Cole")]
    assert found.notes == []


def test_webanno_without_spaces_between_sentences_and_over_their_ends(tmp_path):
    """Chinese has none between its sentences, and a span may reach over two."""
    sentences = [
        (["我来。"], rows(1, ("0-1", "我", {}), ("1-3", "来。", {2: "X[1]"}))),
        (["他走。"], rows(2, ("3-4", "他", {2: "X[1]"}), ("4-6", "走。", {}))),
    ]
    found = read(tmp_path / "a.tsv", tsv(*sentences))
    assert found.text == "我来。他走。"
    assert said(found)[0] == [("X", "来。他", {})]


def test_lines_that_cannot_be_read_are_counted(tmp_path):
    """A row that was cut off, a token that its sentence has not, words that a tool wrote between."""
    good = tsv((["Ada met Bo."], rows(1, ("0-3", "Ada", {2: "PER"}), ("8-10", "Bo", {2: "PER"}))))
    lines = [*good.split("\n"), "1-4\t3-", "1-5\t0-9\tElsewhere" + "\t_" * 11, "# a remark"]
    found = read(tmp_path / "a.tsv", "\n".join(lines))
    assert [each[:2] for each in said(found)[0]] == [("PER", "Ada"), ("PER", "Bo")]
    assert found.notes == ["line that can't be read, or whose token is not in its sentence"] * 3


def test_webanno_without_text_is_set_aside(tmp_path):
    assert isinstance(read(tmp_path / "a.tsv", "\n".join(HEAD)), SetAside)


def test_a_long_token_with_many_parts_takes_no_longer(tmp_path):
    """Places within a token are counted once: 20,000 parts of 20,000 letters had been 400 million steps."""
    word = "a" * 20_000
    parts = [(f"1-1.{n}", f"{n}-{n + 1}", "a", {2: f"X[{n}]"}) for n in range(1, 19_000)]
    found = read(tmp_path / "a.tsv", tsv(([word], [("1-1", "0-20000", word, {}), *parts])))
    assert len(found.works[0].marks) == 18_999


TWO = [
    "#FORMAT=WebAnno TSV 3.2",
    "#T_SP=webanno.custom.Ent|value",
    "#T_SP=webanno.custom.Ev|kind",
    "",
    "",
]


def words(*cells, text="one two three four"):
    """One sentence whose tokens have these cells."""
    tokens, at = [], 0
    for token, given in zip(text.split(), cells, strict=True):
        tokens.append((f"{at}-{at + len(token)}", token, dict(enumerate(given))))
        at += len(token) + 1
    return ([text], rows(1, *tokens))


def test_numbers_are_of_a_layer(tmp_path):
    """WebAnno counts them anew in each layer: two annotations became one over all words."""
    found = read(
        tmp_path / "a.tsv", tsv(words(["A[1]"], ["A[1]"], ["_", "E[1]"], ["_", "E[1]"]), head=TWO)
    )
    assert said(found)[0] == [("A", "one two", {}), ("Ev", "three four", {"kind": "E"})]


def test_layers_of_one_name_in_two_packages_are_two(tmp_path):
    head = [TWO[0], "#T_SP=webanno.custom.Ent|value", "#T_SP=org.other.Ent|value", "", ""]
    found = read(tmp_path / "a.tsv", tsv(words(["A", "B"], text="one"), head=head))
    assert said(found)[0] == [("A", "one", {}), ("B", "one", {})]


def test_a_layer_of_a_project_may_be_called_like_one_of_the_language(tmp_path):
    head = [TWO[0], "#T_SP=webanno.custom.Sentence|value", "", ""]
    found = read(tmp_path / "a.tsv", tsv(words(["A"], text="one"), head=head))
    assert said(found)[0] == [("A", "one", {})]


@pytest.mark.parametrize(
    ("cells", "spans"),
    [
        ((["a\\->1-2"], ["b\\->1-2"]), [("a->1-2", "one"), ("b->1-2", "two")]),
        ((["a\\\\[1]"], ["a\\\\[1]"]), [("a\\", "one two")]),
        ((["c\\\\|d"], ["_"]), [("c\\", "one"), ("d", "one")]),
    ],
)
def test_escapes_before_signs(tmp_path, cells, spans):
    """An escaped arrow was read as a link of a chain, and an escaped backslash escaped the sign behind it."""
    found = read(tmp_path / "a.tsv", tsv(words(*cells, text="one two"), head=[*TWO[:2], "", ""]))
    assert [each[:2] for each in said(found)[0]] == spans


@pytest.mark.parametrize(
    ("text", "tokens", "words"),
    [
        ("xat at", [("4-6", "at", "A")], ["at"]),
        ("Manhattan has a hat", [("14-15", "a", "A"), ("16-19", "hat", "B")], ["a", "hat"]),
        ("the dog saw the cat", [("0-3", "the", None), ("12-15", "the", "A")], ["the"]),
    ],
)
def test_tokens_stand_where_their_offsets_say(tmp_path, text, tokens, words):
    """Words that stand earlier in the sentence too were taken where a token before is not in the file."""
    lines = [*TWO[:2], "", "", f"#Text={text}"]
    for n, (place, token, cell) in enumerate(tokens, 1):
        lines.append("\t".join([f"1-{n}", place, token, *([cell] if cell else [])]))
    found = read(tmp_path / "a.tsv", "\n".join(lines))
    assert found.text == text
    spans = found.works[0].marks
    assert [found.text[each.start : each.end] for each in spans] == words
    first = int(tokens[-1][0].split("-")[0])
    assert spans[-1].start == first


def test_slots_on_each_token_of_their_host_are_one(tmp_path):
    """WebAnno writes them on each token; relations of one label and the same ends are as many as there are."""
    meeting = f"#T_SP={MEETING}|ROLE_{MEETING}:my_people_webanno.custom.Link|webanno.custom.Ent"
    knows = "#T_RL=webanno.custom.Knows|label|BT_webanno.custom.Ent"
    head = [*TWO[:2], meeting, knows, "", ""]
    cells = (["A"], ["_", "*[3]", "1-1"], ["_", "*[3]", "1-1"], ["B", "_", "_", "r|r", "1-1|1-1"])
    found = read(tmp_path / "a.tsv", tsv(words(*cells), head=head))
    assert sorted(said(found)[1]) == [
        ("my_people", "two three", "one"), ("r", "one", "four"), ("r", "one", "four"),
    ]  # fmt: skip


def test_what_the_head_does_not_name_is_counted(tmp_path):
    found = read(
        tmp_path / "a.tsv", "\n".join([*TWO[:2], "", "", "#Text=one", "1-1\t0-3\tone\tA\tX", ""])
    )
    assert found.notes == ["column that the head of the file does not name"]


def test_escapes_of_java_and_a_sentence_without_tokens(tmp_path):
    """As version 3.1 wrote letters; a last sentence without tokens was lost."""
    lines = [
        *TWO[:2],
        "",
        "",
        '#Text=M\\u00FCller \\"hi\\"',
        "1-1\t0-6\tMüller\tA",
        "",
        "#Text=The end.",
    ]
    found = read(tmp_path / "a.tsv", "\n".join(lines))
    assert found.text == 'Müller "hi"\nThe end.'
    assert (said(found)[0], found.notes) == ([("A", "Müller", {})], [])


@pytest.mark.parametrize("kind", ["json", "xmi"])
def test_slots_and_chains_of_a_cas(tmp_path, kind):
    """They were lost, and the role of a slot became an attribute of the article."""
    cassis = needs("cassis")
    system = cassis.TypeSystem()
    name = system.create_type(NAMES)
    for feature in ("value", "identifier"):
        description = "Identifier of the named entity, if there is one."
        system.create_feature(name, feature, "uima.cas.String", description=description)
    slot = system.create_type("webanno.custom.Link", "uima.cas.TOP")
    system.create_feature(slot, "role", "uima.cas.String")
    system.create_feature(slot, "target", name)
    meeting = system.create_type("webanno.custom.Meeting")
    system.create_feature(meeting, "place", "uima.cas.String")
    system.create_feature(meeting, "certain", "uima.cas.Boolean")
    system.create_feature(meeting, "people", "uima.cas.FSArray", elementType=slot)
    chained = system.create_type(CHAIN)
    for feature in ("referenceType", "referenceRelation"):
        system.create_feature(chained, feature, "uima.cas.String")
    system.create_feature(chained, "next", chained)
    cas = cassis.Cas(typesystem=system)
    cas.sofa_string, cas.sofa_mime = "Ada met Bo. She left.", "text/plain"
    ada, bo = name(begin=0, end=3, value="PER", identifier="Q1"), name(begin=8, end=10, value="PER")
    array = system.get_type("uima.cas.FSArray")
    people = array(elements=[slot(role="who", target=ada), slot(target=bo)])
    met = meeting(begin=4, end=7, place="Rome", certain=True, people=people)
    she = chained(begin=12, end=15, referenceType="she")
    first = chained(begin=0, end=3, referenceType="she", referenceRelation="coref", next=she)
    for each in (ada, bo, met, first, she):
        cas.add(each)
    path = tmp_path / f"mona.{kind}"
    if kind == "json":
        cas.to_json(path)
    else:
        cas.to_xmi(path)
        system.to_xml(tmp_path / "TypeSystem.xml")
    (found,) = detect.read(path)
    spans, relations = said(found)
    assert sorted(spans, key=str) == sorted(
        [
            ("PER", "Ada", {"identifier": "Q1"}), ("PER", "Bo", {}), ("she", "Ada", {}),
            ("Meeting", "met", {"place": "Rome", "certain": "true"}), ("she", "She", {}),
        ], key=str,
    )  # fmt: skip
    assert sorted(relations) == [
        ("coref", "Ada", "She"),
        ("people", "met", "Bo"),
        ("who", "met", "Ada"),
    ]
    assert (found.works[0].attributes, found.notes) == ({}, [])


def records(path, *given):
    path.write_text("".join(json.dumps(each) + "\n" for each in given), "utf-8")
    return list(detect.read(path))


def argilla(**changes):
    return {
        "text": "Ada met Bo.", "tokens": ["Ada", "met", "Bo", "."], "prediction": [["PER", 0, 3, 0.9]],
        "prediction_agent": "model", "annotation": None, "annotation_agent": None, "id": "a",
        "metadata": {"page": 3}, "status": "Default",
    } | changes  # fmt: skip


def test_argilla_1_with_spans(tmp_path):
    """As the client of Argilla 1 writes spans (lists) and as its `to_datasets` does (objects)."""
    pair = [["PER", 0, 3], ["PER", 8, 10]]
    one, two, new, gone, draft = records(
        tmp_path / "all.jsonl",
        argilla(annotation=pair, annotation_agent="u1", status="Validated"),
        argilla(annotation=[{"label": "PER", "start": 0, "end": 3}], annotation_agent="u2"),
        argilla(),
        argilla(annotation=pair, annotation_agent="u1", status="Discarded"),
        argilla(annotation=pair, annotation_agent="u1", status="Edited"),
    )
    assert said(one)[0] == [("PER", "Ada", {}), ("PER", "Bo", {})]
    assert (one.works[0].annotator, one.context, one.notes) == ("u1", {"page": "3"}, ["suggestion"])
    assert said(two)[0] == [("PER", "Ada", {})]
    assert (new.works, draft.works) == ([], [])
    assert gone.works[0].skipped
    assert "answer of a record that was discarded" in gone.notes
    assert "draft" in draft.notes


def test_argilla_1_with_classes_and_texts(tmp_path):
    """The text of a class may stand in one of several inputs; a text is an answer that was typed."""
    both = {"text": None, "inputs": {"headline": "Rain", "body": "It rained all day in Rome."}}
    one, many, odd = records(
        tmp_path / "all.jsonl",
        argilla(**both, annotation="WEATHER", annotation_agent="u1", status="Validated"),
        argilla(annotation=["SPORT", "CITY"], annotation_agent="u1", status="Validated"),
        argilla(annotation={"odd": 1}, annotation_agent="u1", status="Validated"),
    )
    assert (one.text, one.context["headline"]) == ("It rained all day in Rome.", "Rain")
    assert one.works[0].attributes == {"annotation": "WEATHER"}
    assert many.works[0].attributes == {"annotation": ["SPORT", "CITY"]}
    assert odd.notes == ["suggestion", "answer of a kind that is not read"]


def test_argilla_1_with_other_inputs(tmp_path):
    """Inputs may be one text or lines; they were said to have no text. A field in both places is counted."""
    done = {"annotation": "pos", "annotation_agent": "u1", "status": "Validated", "text": None}
    one, lines, more = records(
        tmp_path / "all.jsonl",
        argilla(**done, inputs="One text."),
        argilla(**done, inputs=["Part one.", "Part two."]),
        argilla(**done, inputs={"q": ["l1", "l2"], "text": "Hello you.", "page": "4"}),
    )
    assert (one.text, lines.text, more.text) == ("One text.", "Part one.\nPart two.", "Hello you.")
    assert more.context == {"q": "l1\nl2", "page": "3"}
    assert more.notes == ["field that the metadata have too", "suggestion"]


def test_what_a_cas_says_beside_its_spans(tmp_path):
    """A feature that names another annotation, a relation without a start, two sets of values of the document:
    they vanished, or became spans, and nothing counted them."""
    cassis = needs("cassis")
    system = cassis.TypeSystem()
    name = system.create_type("webanno.custom.Sentence")  # of the project, not of the language
    system.create_feature(name, "value", "uima.cas.String")
    frame = system.create_type("webanno.custom.Frame")
    system.create_feature(frame, "main", name)
    joined = system.create_type("webanno.custom.Joined")
    for feature in ("Governor", "Dependent"):
        system.create_feature(joined, feature, name)
    about = system.create_type("webanno.custom.About", "uima.cas.AnnotationBase")
    system.create_feature(about, "genre", "uima.cas.String")
    cas = cassis.Cas(typesystem=system)
    cas.sofa_string, cas.sofa_mime = "Ada met Bo.", "text/plain"
    ada = name(begin=0, end=3, value="PER")
    for each in (
        ada,
        frame(begin=4, end=7, main=ada),
        joined(begin=0, end=3, Dependent=ada),
        about(genre="news"),
        about(genre="sport"),
    ):
        cas.add(each)
    cas.to_json(tmp_path / "mona.json")
    (found,) = detect.read(tmp_path / "mona.json")
    assert said(found) == ([("PER", "Ada", {}), ("Frame", "met", {})], [("main", "met", "Ada")])
    assert sorted(found.notes) == [
        "relation to no span",
        "second value of an attribute of the document",
    ]


BRAT = ("Ada left.\nBo met her.", "T1\tPER 0 3\tAda\nT2\tPER 10 12\tBo\nR1\tmet Arg1:T2 Arg2:T1\n")
LINED = {
    "webanno": {"a.tsv": FULL},
    "columns": {"a.conll": "Ada\tB-PER\nleft\tO\n\nBo\tB-PER\nmet\tO\n"},
    "a table of tokens": {"a.tsv": "token\tstart\tend\tner\nAda\t0\t3\tB-PER\nleft\t4\t8\tO\n"},
    "brat": {"in/a.txt": BRAT[0], "in/a.ann": BRAT[1]},
}


@pytest.mark.parametrize("name", LINED)
def test_line_ends_of_every_system(tmp_path, name):
    """A file of lines is the same with the line ends of Windows and of old Macs: with the latter WebAnno's
    was set aside as empty, and columns were one line of which nothing was read."""
    made = []
    for end in ("\n", "\r\n", "\r"):
        root = tmp_path / str(len(made))
        for each, content in LINED[name].items():
            path = root / each
            path.parent.mkdir(parents=True, exist_ok=True)
            ends = "\n" if path.suffix == ".txt" else end  # its offsets count its line ends
            path.write_bytes(content.replace("\n", ends).encode())
        given = path.parent if path.suffix == ".ann" else path
        command = ["adopt", str(given), "--into", str(root / "c"), "--json"]
        done = CliRunner().invoke(cli.group, command)
        assert done.exit_code == 0, done.output
        report = json.loads(done.stdout)
        articles = (root / "c/corpus/articles.jsonl").read_text("utf-8").splitlines()
        texts = [json.loads(each)["text"] for each in articles]
        kept = {key: report[key] for key in ("in", "records", "left_out")}
        assert report["records"]["annotations"]
        made.append((texts, kept))
    assert made[0] == made[1] == made[2]
