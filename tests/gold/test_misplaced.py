"""A mark whose words do not stand where it says: it is in no gold until somebody has looked."""

import json

import pytest

import corpora
from corpora import corpus, mark, qawl, work

TEXT = "Ana Lopez went to Paris with Bo."
SCHEME = corpora.scheme("thing", ["A"])


def pulled(folder, *surfaces):
    """A corpus in which each annotator marked Bo, with these words in the export."""
    names = [f"a{n}" for n, _ in enumerate(surfaces, 1)]
    corpus(folder, SCHEME, {"t": TEXT}, names)
    with (folder / "qawl.yaml").open("a") as settings:
        settings.write(f"overlap: {{thing: {len(surfaces)}}}\n")
    for user, (name, surface) in enumerate(zip(names, surfaces, strict=True), 1):
        task = corpora._task("thing", 1, user, TEXT, work([mark("m", "A", 29, 31)]))
        task["annotations"][0]["result"][0]["value"]["text"] = surface
        path = folder.parent / f"{name}.json"
        path.write_text(json.dumps([task]))
        qawl(folder, "pull", "--from", path, "--layer", "thing", "--annotator", name)
    return folder


@pytest.mark.parametrize("surfaces", [["Bob"], ["Bob", "Bob"], ["Bob", "ith Bo"]])
def test_offsets_that_contradict_the_words_are_left_to_the_judge(tmp_path, surfaces):
    """As after an edit of the text in another tool, or offsets in other units."""
    gold = corpora.gold(pulled(tmp_path / "corpus", *surfaces), "thing")
    assert (gold["spans"], gold["complete"]) == ([], False)
    assert [(each["kind"], each["start"], each["end"]) for each in gold["open"]] == [
        ("span", 29, 31)
    ]


def test_who_has_the_right_words_vouches_for_the_place(tmp_path):
    """An export of another tool may cut what it shows of a long span."""
    gold = corpora.gold(pulled(tmp_path / "corpus", "Bo", "B…"), "thing")
    assert ([each["text"] for each in gold["spans"]], gold["complete"]) == (["Bo"], True)


def test_a_dispensation_keeps_it(tmp_path):
    folder = pulled(tmp_path / "corpus", "Bob")
    with (folder / "qawl.yaml").open("a") as settings:
        settings.write("dispensations: [{check: surface-differs, reason: a font without b}]\n")
    gold = corpora.gold(folder, "thing")
    assert ([each["text"] for each in gold["spans"]], gold["complete"]) == (["Bo"], True)
