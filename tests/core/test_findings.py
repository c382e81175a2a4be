"""The register of findings: every name that the code uses is in it, and every one in it is used."""

import ast
import importlib.util
import json
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.core import findings
from qawl.core.findings import CHECKS, REGISTER, finding, reason

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "qawl").rglob("*.py"))
BUILDERS = {"finding", "_finding", "found", "reason", "Problem"}
"""What takes the name of a check as its first argument."""
HOME = {
    "Finding": "core/findings.py",
    "Reason": "core/findings.py",
    "SetAside": "articles/received.py",
}
"""Where alone each is built."""


@cache
def nodes(path):
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def called(path):
    for node in nodes(path):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            yield name, node.args


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_name_that_is_given_to_a_builder_is_registered(path):
    for name, args in called(path):
        if name in BUILDERS and args and (name != "found" or path.parent.name == "annotations"):
            sides = (args[0].body, args[0].orelse) if isinstance(args[0], ast.IfExp) else args[:1]
            for each in sides:
                if isinstance(each, ast.Constant):
                    assert each.value in REGISTER, f"{name}({each.value!r})"


@pytest.mark.parametrize(("built", "home"), HOME.items())
def test_a_finding_is_built_in_one_place(built, home):
    places = {
        path.relative_to(ROOT / "src" / "qawl").as_posix()
        for path in SOURCES
        for name, _ in called(path)
        if name == built
    }
    assert places == {home}


def test_every_name_of_the_register_is_used():
    used = {
        each.value
        for path in SOURCES
        if path.name != "findings.py"
        for each in nodes(path)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    assert {name for name in REGISTER if name not in used} == set()


def test_no_name_is_registered_twice_and_no_sentence_says_two_things():
    parts = (
        *findings._VALIDATED.values(),
        findings._INGESTED,
        findings._SET_ASIDE,
        findings._LEFT_OUT,
    )
    assert sum(map(len, parts)) == len(REGISTER)
    for check in REGISTER.values():
        assert 1 <= check.level <= 5
        assert not check.explanation.endswith(".")
    sentences = [check.explanation for check in REGISTER.values()]
    assert len(sentences) == len(set(sentences))


def test_an_unregistered_name_is_refused():
    with pytest.raises(KeyError):
        finding("made-up", "of no register")
    with pytest.raises(KeyError):
        reason("made-up")


def test_the_documented_tables_are_made_from_the_register():
    spec = importlib.util.spec_from_file_location("tool", ROOT / "tools" / "make_checks.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = (ROOT / "docs" / "checks.md").read_text("utf-8")
    assert tool.made(page) == page
    assert all(f"| `{name}` |" in page for name in REGISTER)


def test_the_list_of_validate_is_its_part_of_the_register():
    listed = CliRunner().invoke(cli.group, ["validate", "--list"]).output.splitlines()
    assert [line.split()[2] for line in listed] == list(CHECKS)


def test_what_ingest_prints_is_in_the_register(make_corpus, monkeypatch):
    """One of each kind of damage; the line of set-aside.jsonl names the check and says its sentence."""
    made = make_corpus()
    monkeypatch.chdir(made.root)
    sources = made.corpus / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    line = json.dumps
    (sources / "a.jsonl").write_text(
        "\n".join(
            [
                "{",
                "[]",
                line({"title": "ohne Text"}),
                line({"text": "   "}),
                line({"text": "Ein Text.", "language": 7, "redistribute": "vielleicht"}),
                line({"text": "\ud800 half"}),
                line({"text": "Ein Text, der zweimal kommt.", "source": "s"}),
                line({"text": "Ein Text, der zweimal kommt.", "source": "s"}),
                line({"text": "Eins.", "source": "s", "id": "1"}),
                line({"text": "Zwei.", "source": "s", "id": "1"}),
                line({"text": "Datum.", "source": "d", "published": "vorgestern"}),
            ]
        )
        + "\n"
    )
    (sources / "b.csv").write_text("text,text\na,b\n")
    (sources / "c.csv").write_text("body\na\n")
    (sources / "d.csv").write_text("text,other\nnur eins\n")
    (sources / "e.txt").write_bytes(b"\x00\x01\x02\x00" * 50)
    (sources / "f.odt").write_text("x")
    (sources / "g.txt").write_text("")
    (sources / "h.jsonl").write_text("\n")
    (sources / "i.html").write_text("<html><body><p>kurz</p></body></html>")
    (sources / "j.parquet").write_text("no parquet")
    (sources / "k.txt").symlink_to("/etc/hostname")
    done = CliRunner().invoke(cli.group, ["ingest", "corpus/sources", "--json"])
    said = json.loads(done.stdout.splitlines()[-1])
    aside = [json.loads(each) for each in made.set_aside_file.read_text("utf-8").splitlines()]
    for each in aside:
        assert each["reason"].startswith(REGISTER[each["check"]].explanation), each
    found = {each["check"] for each in aside}
    assert found >= {
        *("not-json", "not-object", "text-missing", "text-empty", "field-wrong", "article-copy"),
        *("id-twice", "columns-twice", "column-missing", "row-ragged", "binary", "file-kind"),
        *("file-empty", "file-no-lines", "page-empty", "not-parquet", "file-outside"),
    }
    assert sum(said["set_aside"].values()) == len(aside)
    assert [each["check"] for each in said["findings"]] == ["date-refused"]
