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
        ("a.docx", TEXT, "(.docx)\n"),
        ("a.docx", TEXT, "a.docx: save it as one of .txt, .html,"),
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
