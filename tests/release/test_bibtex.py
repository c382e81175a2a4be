"""The citation for TeX: what TeX would read as its own is written out, people and groups are told apart."""

import json
import re

import pytest

from corpora import qawl

TEXT = "Mona left."
AUTHORS = {
    "a group": ({"name": "Desk"}, "{Desk}", "Organization"),
    "a group with what parts people": ({"name": "Desk, Inc. and Sons"}, "{Desk, Inc. and Sons}", "Organization"),
    "a group with signs of TeX": (
        {"name": r"R&D_Lab {50%} #1 $ ~ ^ \o"},
        (
            r"{R\&D\_Lab \textbraceleft{}50\%\textbraceright{} \#1 \$ \textasciitilde{}"
            r" \textasciicircum{} \textbackslash{}o}"
        ),
        "Organization",
    ),
    "a person": ({"family": "O'Neil", "given": "Ann"}, "O'Neil, Ann", "Person"),
    "a person of one name": ({"family": "أدونيس"}, "{أدونيس}", "Person"),
    "a person with a suffix": ({"family": "King, Jr.", "given": "M. L."}, "{King, Jr.}, M. L.", "Person"),
    "a person whose name has a word that parts people": (
        {"family": "Ramón and Cajal", "given": "S_T"},
        r"{Ramón and Cajal}, S\_T",
        "Person",
    ),
}  # fmt: skip


@pytest.fixture
def released(tmp_path):
    """released(settings of the release): the folder of a draft."""

    def make(**release):
        qawl(tmp_path, "init", "c", "--language", "en")
        root = tmp_path / "c"
        settings = {"name": "c", "language": "en", "layers": ["entity"], "release": release}
        (root / "qawl.yaml").write_text(json.dumps(settings))
        (root / "in.jsonl").write_text(json.dumps({"text": TEXT, "redistribute": True}))
        qawl(root, "ingest", "in.jsonl")
        qawl(root, "release", "0.1.0", "--draft")
        return root / "exports" / "releases" / "0.1.0"

    return make


def fields(folder):
    """The fields of the entry, and who is named as creator; the card has the same entry."""
    said = json.loads((folder / "croissant.json").read_text("utf-8"))
    entry = said["citeAs"]
    assert entry in (folder / "README.md").read_text("utf-8")
    assert entry.count("{") == entry.count("}")
    found = dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.MULTILINE))
    assert len(found) == len(entry.splitlines()) - 2
    return found, said["creator"]


@pytest.mark.parametrize("case", AUTHORS)
def test_each_author_is_one_name(case, released):
    author, written, kind = AUTHORS[case]
    found, creators = fields(released(authors=[author, {"family": "Saab", "given": "Ali"}]))
    assert found["author"] == f"{written} and Saab, Ali"
    shown = author.get("name") or ", ".join(author.values())
    assert creators[0] == {"@type": f"sc:{kind}", "name": shown}


def test_a_title_is_written_out_in_one_line(released):
    found, creators = fields(released(title="News & views:\n100% of quotes_2024 #1"))
    assert found["title"] == r"{News \& views: 100\% of quotes\_2024 \#1}"
    assert found["author"] == "{c contributors}"
    assert creators == [{"@type": "sc:Organization", "name": "c contributors"}]


@pytest.mark.parametrize(
    "title", ["News of\nthe bay\n", "  News of\r\n\r\n  the bay", "News of the bay"]
)
def test_a_title_of_several_lines_is_one_heading(title, released):
    """As YAML has it behind `title: >`; the version stood in a line of its own, below the heading."""
    folder = released(title=title)
    for name, heading in {
        "README.md": "# News of the bay 0.1.0",
        "CHANGELOG.md": "# Changelog of News",
    }.items():
        assert f"\n{heading}" in "\n" + (folder / name).read_text("utf-8")
    assert "title: News of the bay\n" in (folder / "CITATION.cff").read_text("utf-8")
