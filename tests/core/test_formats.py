"""What a newer Qawl, or somebody else, wrote is refused by name: formats that are not known, names that lead elsewhere.

Everybody's files are made by the next version one day; and a list of names that git merged, or somebody edited,
may say `../../x`.
"""

import json
import re
from itertools import product

import pytest
from click.testing import CliRunner

from qawl import cli

CORRECTION = {
    "id": "c1",
    "address": "x",
    "layer": "quote",
    "article_id": "0" * 12,
    "was": {"label": "CUE", "start": 0, "end": 1},
    "right": None,
    "reason": "x",
    "reporter": "x",
}
REPAIR = {
    "repair": "trim-whitespace",
    "layer": "quote",
    "article_id": "0" * 12,
    "annotator": "a1",
    "version": "0" * 64,
}
ADDED = {
    "corpus/withdrawn.jsonl": {"article_id": "0" * 12, "reason": "x"},
    "corpus/set-aside.jsonl": {"path": "x", "reason": "x"},
    "corpus/articles/shards.json": {"shards": []},
    "exports/corrections.jsonl": CORRECTION,
    "exports/repairs.jsonl": REPAIR,
    "exports/guidelines/quote.jsonl": {"layer": "quote", "scheme_version": "1", "said": {}},
    "exports/scores/rules.json": {"content_sha256": "", "layers": {}},
    "exports/journal/cleaned.jsonl": {
        "journal": "quote.a1",
        "number": 1,
        "versions": 1,
        "changed": 1,
        "before": "",
        "after": "",
        "left_out": {},
    },
}
"""Files with a format that the recorded corpus has not."""
READ_BY = {
    "corpus/articles.jsonl": ["validate"],
    "corpus/withdrawn.jsonl": ["validate"],
    "corpus/set-aside.jsonl": ["ingest", "corpus/sources"],
    "corpus/articles/shards.json": ["validate"],
    "exports/annotations/quote.jsonl": ["adjudicate"],
    "exports/gold/quote.jsonl": ["adjudicate"],
    "exports/journal/quote.a1.jsonl": ["validate"],
    "exports/journal/heads.json": ["validate"],
    "exports/journal/cleaned.jsonl": ["pull", "--clean-journal"],
    "exports/corrections.jsonl": ["adjudicate"],
    "exports/repairs.jsonl": ["validate"],
    "exports/guidelines/quote.jsonl": ["guidelines"],
    "exports/scores/rules.json": ["release", "0.1.0", "--draft"],
    "label_config/quote.yaml": ["validate"],
}


def said_by(root, words):
    done = CliRunner().invoke(cli.group, ["-C", str(root), *words])
    return done.exit_code, done.output + str(done.exception or "")


@pytest.mark.parametrize("given", ["2", "99", "0"])
@pytest.mark.parametrize("name", READ_BY)
def test_a_format_that_is_not_known_is_refused_in_one_line(recorded, name, given):
    path = recorded.root / name
    path.parent.mkdir(exist_ok=True)
    if name in ADDED:
        path.write_text(json.dumps({"format": 1, **ADDED[name]}) + "\n", "utf-8")
    text, count = re.subn(r'(\bformat"?: ?)1', rf"\g<1>{given}", path.read_text("utf-8"), count=1)
    path.write_text(text, "utf-8")
    code, output = said_by(recorded.root, READ_BY[name])
    assert count == 1
    assert code == 1
    (line,) = (each for each in output.splitlines() if f"is of format {given}," in each)
    assert path.name in line
    assert "use the version of Qawl that wrote it, or a newer one" in line
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize(
    "given", ["../../x", "/etc/x", "foo", "quote.a/b", "quote...", "quote.a1 ", "quote.", "ق.a1"]
)
def test_heads_of_what_can_be_no_journal_are_refused(recorded, given):
    path = recorded.journal / "heads.json"
    heads = json.loads(path.read_text("utf-8"))
    heads["journals"][given] = {"versions": 0, "sha256": ""}
    path.write_text(json.dumps(heads), "utf-8")
    for words in (["validate"], ["pull", "--rebuild"], ["adjudicate"]):
        code, output = said_by(recorded.root, words)
        assert code == 1
        assert "heads.json can't be read" in output
        assert repr(given) in output


@pytest.mark.parametrize(
    "given", ["../../x-0.jsonl", "/etc/0001-00000000.jsonl", "0001-00000000.jsonl\n"]
)
def test_shards_that_lead_elsewhere_are_refused(recorded, given):
    path = recorded.shards / "shards.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"format": 1, "coming": [given]}), "utf-8")
    code, output = said_by(recorded.root, ["validate"])
    assert code == 1
    assert "shards.json can't be read" in output


def test_manifests_that_list_what_is_elsewhere_are_refused(recorded):
    """Where somebody sends a release, its manifest names no file of the machine that it comes to."""
    assert said_by(recorded.root, ["release", "0.1.0", "--draft"])[0] == 0
    path = recorded.release("0.1.0") / "manifest.json"
    whole = path.read_bytes()
    elsewhere = ["../../qawl.yaml", "/etc/hosts", "a\\b", "C:x", "articles//x", "."]
    for key, given in product(("files", "content", "features"), elsewhere):
        manifest = json.loads(whole)
        manifest[key][given] = next(iter(manifest[key].values()))
        path.write_text(json.dumps(manifest), "utf-8")
        for words in (["verify", "0.1.0"], ["diff", "0.1.0", "0.1.0"]):
            code, output = said_by(recorded.root, words)
            assert code == 1
            assert "is no path inside this folder" in output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda each: each["layers"]["quote"]["shards"][0].update(path="../../x"),
            "no path inside",
        ),
        (lambda each: each["layers"].update({"../x": each["layers"]["quote"]}), "'../x' may have"),
        (lambda each: each.update(format=2), "is of format 2"),
    ],
)
def test_silver_that_lists_what_is_elsewhere_is_refused(recorded, change, said):
    """What is left over of silver is removed: never beside it."""
    silver = recorded.root / "silver"
    silver.mkdir()
    shard = {"path": "quote/a.jsonl.zst", "sha256": "0", "articles": 0, "spans": 0, "relations": 0}
    layer = {
        **dict.fromkeys(("model", "model_version", "scheme_version", "scheme_sha256"), "x"),
        **dict.fromkeys(("articles", "spans", "relations"), 0),
        "shards": [shard],
    }
    told = {"format": 1, "name": "x", "layers": {"quote": layer}}
    change(told)
    (silver / "silver.json").write_text(json.dumps(told), "utf-8")
    for words in (
        ["suggest", "--silver", str(silver)],
        ["release", "0.1.0", "--draft", "--silver", str(silver)],
    ):
        code, output = said_by(recorded.root, words)
        assert code == 1
        assert said in output
