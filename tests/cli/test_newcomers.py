"""What a corpus lead who is no programmer gets wrong first, and what the command then says to do."""

import json

import pytest

from corpora import main, qawl

TEXT = "Le port de Vergnac fermera deux quais avant le mois de décembre, a dit la directrice."


def ingest(folder, name, content, *words):
    """The exit code of `qawl ingest` of one file in a new corpus, and what was said."""
    corpus = folder / "corpus_of_one"
    if not corpus.exists():
        qawl(folder, "init", str(corpus), "--language", "fr")
    (folder / name).write_bytes(content.encode())
    return main(corpus, "ingest", str(folder / name), *words)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.csv",
            f"text;redistribute\n{TEXT};oui\n",
            "a.csv:2: redistribute: it takes true or false, not a text",
        ),
        ("a.csv", f"Texte;Titre\n{TEXT};Un\n", "the columns are Texte, Titre; say which of them"),
        ("a.jsonl", json.dumps({"body": TEXT}), "its fields are body; say which of them holds"),
        ("a.csv", f"Text;Title\n{TEXT};Un\n", "as in --map text=Text\n"),
        ("a.jsonl", json.dumps({"body": TEXT, "content": ""}), "as in --map text=body\n"),
        ("a.csv", f"العنوان;نص الخبر\nعنوان;{TEXT}\n", "as in --map 'text=نص الخبر'\n"),
        ("a.csv", f"Le papier;Titre\n{TEXT};Un\n", "as in --map 'text=NAME OF THE FIELD'\n"),
        ("a.docx", TEXT, "a.docx: open it in Word or LibreOffice and save it as .docx\n"),
        ("a.odt", TEXT, "(.odt)\n"),
        ("a.ODT", TEXT, "a.ODT: save it as .docx\n"),
        ("a.xlsx", TEXT, "a.xlsx: save it as .csv\n"),
        ("a.zip", TEXT, "a.zip: save it as one of .txt, .html,"),
        ("a.ann", "T1\tPER 0 3\tAda\n", "a.ann: it holds annotations, which `qawl adopt` reads\n"),
        ("a.CONLL", "Ada\tB-PER\n", "a.CONLL: it holds annotations, which `qawl adopt` reads\n"),
    ],
)
def test_why_a_file_was_set_aside_is_in_the_terminal(tmp_path, name, content, said):
    """It stood in a file of JSON Lines alone, in the words of a library (Expected `bool | null`)."""
    code, output = ingest(tmp_path, name, content)
    assert code == 1
    assert said in output
    assert "Expected" not in output


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ("redistribute: oui", "_source.yaml: redistribute: it takes true or false, not a text"),
        ("licence: CC0-1.0", "_source.yaml: there is no key `licence`; the keys are title,"),
        ("source: Gazette: du nord", "a value with a colon and a space in it (a: b) needs quotes"),
        ("source:\n\tGazette", "a tab stands here: use spaces"),
        ("source: A\n  title: B", "a value with a colon and a space"),
        (" source: A\nlicense: CC0-1.0", "this line does not start in the column of the lines"),
    ],
)
def test_what_is_wrong_in_the_notes_beside_articles_is_in_plain_words(tmp_path, notes, said):
    (tmp_path / "_source.yaml").write_text(notes, "utf-8")
    _, output = ingest(tmp_path, "a.txt", TEXT)
    assert said in output
    assert output.count("a.txt: _source.yaml") == 1


def test_a_date_that_is_none_is_said_with_the_way_to_write_it(tmp_path):
    (tmp_path / "a.yaml").write_text("published: 3/11/2025", "utf-8")
    assert "from '3/11/2025': give it as YYYY-MM-DD" in ingest(tmp_path, "a.txt", TEXT)[1]


def test_a_wrong_key_of_an_attribute_is_named_with_all_that_there_are(tmp_path):
    """`kind`, for which people write `type`, was missing in the list."""
    qawl(tmp_path, "init")
    lines = "layer: claim\nlabels: [A]\nattributes: [{name: day, type: date, of: [A]}]\n"
    (tmp_path / "label_config" / "claim.yaml").write_text(lines, "utf-8")
    _, said = main(tmp_path, "scheme")
    assert "attribute day: there is no key `type`; the keys are name, title, of," in said
    assert "kind" in said.split("the keys are")[1]


def test_a_command_beside_the_corpus_names_it(tmp_path):
    """To run `qawl init` there would make a second corpus around the first."""
    qawl(tmp_path, "init", "news")
    code, said = main(tmp_path, "validate")
    assert code == 1
    assert f"the corpus is {tmp_path / 'news'}, run `qawl -C {tmp_path / 'news'} …`" in said
    (tmp_path / "empty").mkdir()
    _, said = main(tmp_path / "empty", "validate")
    assert "go to the folder of yours, or name it" in said


def test_steps_before_there_is_anything_say_so(tmp_path):
    """`adjudicate` said that all is complete, `correct` and `scheme` nothing."""
    qawl(tmp_path, "init")
    said = qawl(tmp_path, "adjudicate").output
    assert "entity: gold for 0 articles, 0 changed; nobody has annotated any yet" in said
    assert "nothing is annotated yet" in qawl(tmp_path, "validate").output
    assert "no corrections have been reported" in qawl(tmp_path, "correct").output
    assert "nothing to do" in qawl(tmp_path, "scheme").output
    assert "nothing is repaired" in qawl(tmp_path, "validate", "--fix").output


def test_a_version_that_there_is_not_is_named_with_those_there_are(tmp_path):
    """It was `Directory '0.1.0' does not exist`, which sent people to look for a folder."""
    qawl(tmp_path, "init")
    code, said = main(tmp_path, "verify", "0.1.0")
    assert code == 2
    assert "there is no release 0.1.0 in exports/releases: there is none" in said


def test_a_scheme_that_qawl_yaml_does_not_name_is_named(tmp_path):
    """Whoever adds a layer may forget that step: the file was passed over in silence."""
    qawl(tmp_path, "init")
    (tmp_path / "label_config" / "event.yaml").write_text("layer: event\nlabels: [A]\n", "utf-8")
    said = "not read: label_config/event.yaml (to use it, add event to layers in qawl.yaml)"
    for words in (["scheme"], ["scheme", "--check"]):
        assert said in qawl(tmp_path, *words).output


@pytest.mark.parametrize(
    "words",
    [["withdraw", "--reason", "asked to"], ["ingest", "--explain"], ["validate", "--article"]],
)
def test_an_article_named_by_its_file_is_found_out(tmp_path, words):
    """Ids stand in corpus/articles.jsonl alone, among the texts."""
    code, _ = ingest(tmp_path, "a.txt", TEXT)
    corpus = tmp_path / "corpus_of_one"
    [line] = (corpus / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    identity = json.loads(line)["id"]
    code, said = main(corpus, *words, "a.txt")
    assert code in (1, 2)
    assert f"a.txt is not the id of an article: that article is {identity}" in said
    code, said = main(corpus, *words, "zzz")
    assert "zzz is not an article of this corpus: the ids are in corpus/articles.jsonl" in said


def test_a_withdrawn_article_is_said_to_stand_in_earlier_releases(tmp_path):
    """Who must take a text out for legal reasons would think that it is gone."""
    ingest(tmp_path, "a.txt", TEXT)
    corpus = tmp_path / "corpus_of_one"
    [line] = (corpus / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    qawl(corpus, "release", "0.1.0")
    said = qawl(corpus, "withdraw", json.loads(line)["id"], "--reason", "asked to").output
    assert "withdrawn: the next release leaves it out" in said
    assert "earlier releases keep it: 0.1.0" in said
    shown = " ".join(qawl(corpus, "withdraw", "--help").output.split())
    assert "take the article back in, remove its line from corpus/withdrawn.jsonl" in shown
    (corpus / "corpus/withdrawn.jsonl").unlink()
    _, said = main(corpus, "release", "0.2.0")
    assert "nothing changed since 0.1.0" in said


def test_a_file_that_was_set_aside_and_is_gone_is_listed_no_more(tmp_path):
    """Its entry stayed for ever: to ingest the file again, which takes it off, nobody could any more."""
    qawl(tmp_path, "init")
    sources = tmp_path / "corpus/sources"
    (sources / "a.txt").write_text(TEXT, "utf-8")
    for name in ("wrong.docx", "other.docx"):
        (sources / name).write_text(TEXT, "utf-8")
    main(tmp_path, "ingest", "corpus/sources")
    (sources / "wrong.docx").unlink()
    main(tmp_path, "ingest", "corpus/sources/a.txt")
    aside = (tmp_path / "corpus/set-aside.jsonl").read_text("utf-8")
    assert ("wrong.docx" in aside, "other.docx" in aside) == (False, True)


def test_what_to_do_with_tasks_of_no_article(tmp_path):
    ingest(tmp_path, "a.txt", TEXT)
    work = {"id": 1, "completed_by": 1, "result": []}
    texts = TEXT, TEXT.replace("deux", "trois")
    tasks = [
        {"id": number, "data": {"text": text}, "annotations": [{**work, "id": number}]}
        for number, text in enumerate(texts, 1)
    ]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    export = str(tmp_path / "export.json")
    code, said = main(tmp_path / "corpus_of_one", "pull", "--from", export, "--layer", "entity")
    assert code == 1
    assert "ingest the texts of tasks of no article as they were annotated, and pull again" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "release: {licence: cc-by-4.0}",
            "release: there is no key `licence`; the keys are ",
        ),
        (
            "release: {authors: [{nom: A}]}",
            "authors[0]: there is no key `nom`; the keys are name, family,",
        ),
        ("label_studio: {pool: {slice: 1}}", "pool: there is no key `slice`; the keys are slices"),
        ("release: {splits: {train: 80%}}", "release.splits: it takes a number, not a text"),
    ],
)
def test_what_is_wrong_inside_a_key_of_qawl_yaml_is_said_with_the_keys_there(tmp_path, line, said):
    """They were said at the top alone."""
    qawl(tmp_path, "init")
    (tmp_path / "qawl.yaml").write_text(f"name: news\n{line}\n", "utf-8")
    assert said in main(tmp_path, "validate")[1]


def test_columns_with_a_capital_are_told_to_be_ours(tmp_path):
    """Spreadsheets have Title and Date: only Date was recognised."""
    columns = "Text;Title;Source;License;Redistribute;Language;Date"
    row = f"{TEXT};Un;Gazette;CC0-1.0;TRUE;fr;2025-11-03"
    code, said = ingest(tmp_path, "a.csv", f"{columns}\n{row}\n", "--map", "text=Text")
    given = "title=Title,language=Language,source=Source,published=Date,license=License"
    assert f"add to --map: {given},redistribute=Redistribute" in said
    assert code == 0


def test_annotators_that_qawl_yaml_does_not_name_are_said(tmp_path):
    """`push` and `status` go on planning for a1 and a2, who are nobody."""
    ingest(tmp_path, "a.txt", TEXT)
    work = {"id": 1, "completed_by": 1, "result": []}
    tasks = [{"id": 1, "data": {"text": TEXT}, "annotations": [work]}]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    words = ["pull", "--from", str(tmp_path / "export.json"), "--layer", "entity", "--annotator"]
    said = "not among the annotators of qawl.yaml, so no work is planned for them: amina"
    assert said in main(tmp_path / "corpus_of_one", *words, "amina")[1]
    assert "no work is planned" not in main(tmp_path / "corpus_of_one", *words, "amina")[1]


def test_two_annotations_of_one_number_are_told_apart(tmp_path):
    """An export whose times were changed by hand: `annotation 1 does not count, annotation 1 does`."""
    ingest(tmp_path, "a.txt", TEXT)
    corpus, export = tmp_path / "corpus_of_one", tmp_path / "export.json"
    words = ["pull", "--from", str(export), "--layer", "entity"]
    for day in ("2026-10-01", "2026-10-02"):
        times = {"created_at": f"{day}T09:00:00Z", "updated_at": f"{day}T10:00:00Z"}
        who = {"id": 1, "email": "ann@team.example"}
        work = {"id": 1, "completed_by": who, "result": [], **times}
        task = {"id": 1, "project": 1, "data": {"text": TEXT}, "annotations": [work]}
        export.write_text(json.dumps([task]), "utf-8")
        _, said = main(corpus, *words)
    assert "annotation 1 (task 1) does not count, another annotation 1 (task 1) of the" in said
    said = main(corpus, "validate")[1]
    assert "annotation 1 does not count, since another 1 of the same annotator is newer" in said


def test_names_in_the_rules_of_the_guidelines_are_set_apart(tmp_path):
    """Annotators read `unless Source is is Nobody`, where the attribute's title is `Source is`."""
    qawl(tmp_path, "init", "--language", "en")
    said = qawl(tmp_path, "guidelines").stdout
    assert "at least 1 <i>has source</i> unless <i>Source is</i> is Nobody" in said


def test_languages_without_rules_are_named_by_suggest(tmp_path):
    """A French corpus got no suggestions, without a word."""
    ingest(tmp_path, "a.txt", TEXT)
    said = qawl(tmp_path / "corpus_of_one", "suggest").output
    assert "few suggestions for articles in fr (1): there are rules for Arabic and English" in said
    (tmp_path / "_source.yaml").write_text("language: en", "utf-8")
    ingest(tmp_path, "b.txt", "Heavy rain fell in Sour on Tuesday, the mayor said.")
    assert "en (1)" not in qawl(tmp_path / "corpus_of_one", "suggest").output


def test_why_a_layer_of_ones_own_has_no_suggestions_is_said(tmp_path):
    """`event: 0 spans and 0 relations suggested in 1 article`, and nothing about how to have some."""
    ingest(tmp_path, "a.txt", TEXT)
    corpus = tmp_path / "corpus_of_one"
    scheme = corpus / "label_config/event.yaml"
    scheme.write_text("layer: event\nlabels: [EVENT, PLACE]\n", "utf-8")
    (corpus / "qawl.yaml").write_text("name: one\nlanguage: fr\nlayers: [event]\n", "utf-8")
    qawl(corpus, "scheme")
    told = "event: nothing is suggested: no label in label_config/event.yaml has the key `finds`"
    assert told in qawl(corpus, "suggest").output
    scheme.write_text("layer: event\nlabels: [EVENT, {name: PLACE, finds: place}]\n", "utf-8")
    qawl(corpus, "scheme")
    assert told not in qawl(corpus, "suggest").output


@pytest.mark.parametrize("name", ["qawl.yml", "qawl.yaml.txt"])
def test_settings_of_another_name_are_found_out(tmp_path, name):
    """Editors on Windows hide the ending that they add."""
    qawl(tmp_path, "init")
    (tmp_path / "qawl.yaml").rename(tmp_path / name)
    assert f"has no qawl.yaml, but {name}: name it qawl.yaml" in main(tmp_path, "validate")[1]


def test_each_thing_that_is_wrong_with_files_is_shown_once(tmp_path):
    """Of two reasons that begin alike, the second stood in the file alone."""
    for name, notes in (
        ("a", b"titre: X"),
        ("b", b"titre: Y"),
        ("c", "source: é".encode("cp1252")),
    ):
        (tmp_path / f"{name}.txt").write_text(TEXT, "utf-8")
        (tmp_path / f"{name}.yaml").write_bytes(notes)
    qawl(tmp_path, "init", "new")
    said = main(tmp_path / "new", "ingest", *(str(tmp_path / f"{each}.txt") for each in "abc"))[1]
    assert "3 × its metadata is wrong" in said
    assert "a.txt: a.yaml: there is no key `titre`" in said
    assert "c.txt: c.yaml: not UTF-8: save the file as UTF-8" in said


def test_explain_says_what_an_article_is(tmp_path):
    """Messages have ids alone; nothing led from an id to a title or a file but corpus/articles.jsonl."""
    ingest(tmp_path, "a.txt", TEXT)
    corpus = tmp_path / "corpus_of_one"
    [line] = (corpus / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    said = qawl(corpus, "ingest", "--explain", json.loads(line)["id"]).stdout
    assert f"{json.loads(line)['id']}  {TEXT[:60]} (no source, a.txt)" in said


def test_names_of_another_project_are_told_with_the_way_out(tmp_path):
    """An export with labels and controls of its own: the advice was of renamed labels alone."""
    ingest(tmp_path, "a.txt", TEXT)
    value = {"start": 0, "end": 7, "text": TEXT[:7], "labels": ["PLACE"]}
    region = {"id": "r", "from_name": "ner", "to_name": "text", "type": "labels", "value": value}
    work = {"id": 1, "completed_by": 1, "result": [region]}
    tasks = [{"id": 1, "data": {"text": TEXT}, "annotations": [work]}]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    words = ["pull", "--from", str(tmp_path / "export.json"), "--layer", "entity"]
    qawl(tmp_path / "corpus_of_one", *words)
    said = main(tmp_path / "corpus_of_one", "validate")[1]
    assert (
        "with the control ner; the layer has entity: name another in the scheme (control)" in said
    )
    assert "if it came in an export of another project, rename it there" in said


def test_a_source_file_above_the_folders_of_the_articles(tmp_path):
    """One _source.yaml beside the folders of an archive says nothing of the articles in them. They came in
    without a source, and the advice was to write the file that the lead had just written."""
    notes = "source: Le Quai\nlicense: CC-BY-4.0\n"
    (tmp_path / "archive/2024").mkdir(parents=True)
    (tmp_path / "archive/_source.yaml").write_text(notes, "utf-8")
    (tmp_path / "archive/2024/a.txt").write_text(TEXT, "utf-8")
    corpus = tmp_path / "corpus_of_one"
    qawl(tmp_path, "init", str(corpus), "--language", "fr")
    said = main(corpus, "ingest", str(tmp_path / "archive"))[1]
    assert "1 × (no source)" in said
    assert "A _source.yaml is for the files in its own folder, not for folders in it." in said
    (tmp_path / "archive/2024/_source.yaml").write_text(notes, "utf-8")
    (corpus / "corpus/articles.jsonl").unlink()
    said = main(corpus, "ingest", str(tmp_path / "archive"))[1]
    assert "(no source)" not in said
    assert "in its own folder" not in said


def test_a_quote_without_its_relations_is_told_in_plain_words(tmp_path):
    """It was "has_cue starts here 0 times, the scheme asks for 1", which annotators had to read twice."""
    ingest(tmp_path, "a.txt", TEXT)
    place = {"start": 0, "end": (end := TEXT.index(",")), "text": TEXT[:end]}
    said_of_it = {"quote": ("labels", "CONTENT"), "quote_type": ("choices", "indirect")}
    said_of_it["source_status"] = "choices", "described"
    result = [
        {
            "id": "r",
            "from_name": name,
            "to_name": "text",
            "type": kind,
            "value": {**place, kind: [value]},
        }
        for name, (kind, value) in said_of_it.items()
    ]
    work = {"id": 1, "completed_by": 1, "result": result}
    tasks = [{"id": 1, "data": {"text": TEXT}, "annotations": [work]}]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    corpus = tmp_path / "corpus_of_one"
    qawl(corpus, "pull", "--from", str(tmp_path / "export.json"), "--layer", "quote")
    said = main(corpus, "validate", "--check", "relation-missing")[1]
    assert "no has_cue starts here; the scheme asks for 1" in said


def test_a_source_named_after_the_first_ingest(tmp_path):
    """The tour ingests first and asks for the source then. The unchanged file was said to have changed;
    and once the old article was withdrawn, as the page says, nobody annotated its text any more."""
    assert "Write source into it too" in ingest(tmp_path, "a.txt", TEXT)[1]
    corpus = tmp_path / "corpus_of_one"
    [line] = (corpus / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    old = json.loads(line)["id"]
    (tmp_path / "_source.yaml").write_text("source: Le Quai\nlicense: CC-BY-4.0\n", "utf-8")
    said = ingest(tmp_path, "a.txt", TEXT)[1]
    assert f"has another source than when article {old} was frozen" in said
    assert f"`qawl withdraw {old} --reason WHY`" in said
    assert "1 × (no source)" in said
    said = qawl(corpus, "withdraw", old, "--reason", "it has no source").stdout
    [new] = [
        each["id"]
        for each in map(
            json.loads, (corpus / "corpus/articles.jsonl").read_text("utf-8").splitlines()
        )
        if each["id"] != old
    ]
    assert f"{new}, a near-duplicate, is annotated in its place" in said
    qawl(corpus, "tasks", "--layer", "quote", "--out", str(tmp_path / "tasks.json"))
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    assert [each["data"]["article_id"] for each in tasks] == [new]
    assert "(no source)" not in ingest(tmp_path, "a.txt", TEXT)[1]


def test_a_file_that_changed_is_told_from_one_with_another_source(tmp_path):
    ingest(tmp_path, "a.txt", TEXT)
    said = ingest(tmp_path, "a.txt", f"{TEXT} Elle a souri.")[1]
    assert "a.txt changed after article " in said
    assert "it is a new article, and the old one stays (to take that out: `qawl withdraw " in said


def test_a_column_with_a_space_needs_quotation_marks(tmp_path):
    """`--map text=The text` was told as a file `text` that there is not, and no word said why."""
    code, said = ingest(
        tmp_path, "a.csv", f"The text;Title\n{TEXT};Un\n", "--map", "text=The", "text"
    )
    assert code == 1
    assert (
        "text: no such file or folder; put a --map with spaces in quotation marks: --map '" in said
    )
