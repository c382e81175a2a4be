"""Options in pairs: each has an effect or is refused with exit 2 and the option's name; none is dropped in silence."""

import json
import shutil

import pytest

from corpora import main, qawl
from qawl.core.findings import CHECKS

ARTICLE = "273fd3b431ad"
ADDRESS = f"qawl-examples@0.1.0#{ARTICLE}:s0"
WHY = ("--reason", "r", "--by", "L")
REFUSED = {
    "validate --list --html p.html": "--list does not go with --html",
    "validate --list --level 2": "--list does not go with --level",
    "validate --list --fix": "--list does not go with --fix",
    "validate --fix --undo": "--fix does not go with --undo",
    f"validate --fix --article {ARTICLE}": "--fix does not go with --article",
    "validate --undo --annotator a1": "--undo does not go with --annotator",
    "validate --article zzz": "zzz is not an article of this corpus",
    "validate --article zzz --json": "zzz is not an article of this corpus",
    "validate --annotator nobody": "nobody: not one of a1, a2, adjudication",
    f"validate --article {ARTICLE} --annotator A1": "A1: not one of a1, a2",
    "validate --check label-unknown --article zzz": "zzz is not an article of this corpus",
    "agreement --label PERS --html p.html": "--label does not go with --html",
    "agreement --label zzz --json": "zzz: not one of",
    "agreement --label PERS --layer quote --json": "PERS: not one of",
    "suggest --score --release exports --to p.jsonl": "--score does not go with --release",
    "suggest --score --to p.jsonl": "--score does not go with --to",
    "suggest --score --silver s": "--silver does not go with --score",
    "suggest --silver s --to p.jsonl": "--silver does not go with --to",
    "suggest --engine local": "--engine goes with --silver",
    "suggest --dry-run": "--dry-run goes with --silver",
    "pull --dry-run": "--dry-run goes with --webhook",
    "pull --watch --dry-run": "--dry-run goes with --webhook",
    "suggest --json": "--json goes with --score",
    f"ingest --explain {ARTICLE} nosuch.txt": "--explain does not go with PATHS",
    f"ingest --explain {ARTICLE} --json": "--explain does not go with --json",
    "ingest --merge . --strict": "--merge does not go with --strict",
    "ingest --merge . --engine local": "--merge does not go with --engine",
    "pull --layer entity": "--layer goes with --from",
    "pull --rebuild --layer entity": "--layer goes with --from",
    "pull --every 5": "--every goes with --watch",
    "pull --watch --partial": "--watch does not go with --partial",
    "pull --clean-journal --partial": "--clean-journal does not go with --partial",
    "pull --webhook 8090": "--webhook goes with --watch",
    "diff --json --markdown 0.1.0 0.1.0": "--json does not go with --markdown",
    "correct --delete": "--delete: give the ADDRESS of the span, too",
    f"correct {ADDRESS} --delete --set a=b": "--set does not go with --delete",
    f"correct {ADDRESS} --label PERS --delete": "--label does not go with --delete",
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, pytestconfig):
    """A copy of the repository's own corpus, which nothing here changes."""
    folder = tmp_path_factory.mktemp("options") / "corpus"
    for name in ("corpus", "label_config", "schemas", "exports", "qawl.yaml"):
        there = pytestconfig.rootpath / name
        (shutil.copytree if there.is_dir() else shutil.copy)(there, folder / name)
    qawl(folder, "agreement")
    return folder


@pytest.mark.parametrize("line", REFUSED)
def test_what_has_no_effect_is_refused(line, recorded):
    before = content(recorded)
    code, said = main(recorded, *line.split())
    assert code == 2, said
    assert REFUSED[line] in said.splitlines()[-1]
    assert content(recorded) == before


def content(folder):
    """What the files of a corpus hold, but those of this machine."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {each: each.read_bytes() for each in files if ".qawl" not in each.parts}


def test_checks_are_listed_for_machines_too(recorded):
    listed = json.loads(qawl(recorded, "validate", "--list", "--json").stdout)
    assert [each["id"] for each in listed] == [*CHECKS]
    assert listed[0].keys() == {"id", "level", "severity", "explanation"}


def test_figures_of_a_label_for_machines(recorded):
    whole = json.loads(qawl(recorded, "agreement", "--json").stdout)
    one = json.loads(qawl(recorded, "agreement", "--label", "PERS", "--json").stdout)
    assert [*one["layers"]] == ["entity"]
    assert one["layers"]["entity"]["labels"] == {
        "PERS": whole["layers"]["entity"]["labels"]["PERS"]
    }
    stored = json.loads((recorded / "exports/agreement.json").read_text("utf-8"))
    assert len(stored["layers"]["entity"]["labels"]) > 1


def test_who_is_known_from_the_journal_alone_may_be_asked_for(recorded):
    """A judge is no annotator of qawl.yaml, and has findings."""
    for name in ("a1", "adjudication"):
        assert main(recorded, "validate", "--annotator", name)[0] == 0
    assert main(recorded, "validate", "--article", ARTICLE)[0] == 0
