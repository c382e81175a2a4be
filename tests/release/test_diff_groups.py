"""What stands in both releases byte by byte is not read for a diff, and nothing that changed is missed."""

import json

import pytest
from click.testing import CliRunner

import corpora
from qawl import cli
from qawl.release.versions import changed_rows, diff
from table_files import small_blocks

TEXTS = {
    f"t{number}": f"Minister Layla Haddad met board {number} of Northwind." for number in range(12)
}


@pytest.fixture(autouse=True)
def small_groups(monkeypatch):
    """Row groups of about two articles."""
    small_blocks(monkeypatch, 1, 2)


def run(folder, *words):
    return CliRunner().invoke(cli.group, ["-C", str(folder), *words])


def released(folder, version="0.1.0", labels=("PER", "ORG"), **changed):
    """A release of all texts, on each of which the name is marked; `changed` has other marks of some."""
    if not folder.exists():
        corpora.qawl(folder.parent, "init", folder, "--name", "trial", "--language", "en")
        settings = "name: trial\nlanguage: en\nlayers: [toy]\nannotators: [a1, a2]"
        (folder / "qawl.yaml").write_text(f"{settings}\nrelease: {{splits: {{train: 1.0}}}}\n")
        scheme = json.dumps(corpora.scheme("toy", labels))
        (folder / "label_config" / "toy.yaml").write_text(scheme, "utf-8")
        corpora.qawl(folder, "scheme")
        known = {"source": "desk", "license": "cc-by-4.0", "redistribute": True}
        lines = (json.dumps({"id": name, "text": text, **known}) for name, text in TEXTS.items())
        (folder / "in.jsonl").write_text("\n".join(lines), "utf-8")
        corpora.qawl(folder, "ingest", folder / "in.jsonl")
    plain = {name: corpora.work([corpora.mark("r", labels[0], 9, 21)]) for name in TEXTS}
    corpora.pull(folder, "toy", TEXTS, dict.fromkeys(("a1", "a2"), plain | changed))
    done = run(folder, "release", version)
    assert done.exit_code == 0, done.output
    return folder / "exports" / "releases" / version


def read(monkeypatch):
    """The articles whose rows a diff decodes, noted as it runs."""
    seen = []
    rows = changed_rows._split
    monkeypatch.setattr(
        changed_rows, "_split", lambda *given: (seen.append(row) or row for row in rows(*given))
    )
    return seen


def test_only_what_changed_is_read_and_the_result_is_that_of_reading_all(tmp_path, monkeypatch):
    folder = tmp_path / "trial"
    released(folder)
    released(folder, "0.2.0", t3=corpora.work([corpora.mark("r", "PER", 0, 21)]))
    seen = read(monkeypatch)
    quick = run(folder, "diff", "0.1.0", "0.2.0", "--json").output
    few = len(seen)
    monkeypatch.setattr(changed_rows, "_kept", lambda *_: frozenset())
    assert run(folder, "diff", "0.1.0", "0.2.0", "--json").output == quick
    assert 0 < few < len(seen) - few
    (only,) = json.loads(quick)["articles"]
    assert only["changes"] == ["PER re-bounded"]
    assert run(folder, "diff", "0.2.0", "0.2.0").output == "no change\n"


def test_other_names_of_classes_over_the_same_bytes_are_a_change(tmp_path):
    """The first label is number 0 in both tables, whatever it is called."""
    one = released(tmp_path / "one")
    other = released(tmp_path / "other", labels=("HUMAN", "ORG"))
    kinds = {(each.label, each.kind) for each in diff.difference(one, other).changes}
    assert ("PER", "relabelled") in kinds
