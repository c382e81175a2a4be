"""The frozen corpus and what is read in step with it: what a merge in git leaves is mended and said, what
contradicts itself is refused with its line, through the commands."""

import json

import pytest
from click.testing import CliRunner

from qawl import cli


@pytest.fixture
def run(recorded, monkeypatch):
    monkeypatch.chdir(recorded.root)

    def command(*words):
        done = CliRunner().invoke(cli.group, list(words))
        return done.exit_code, f"{done.output}{done.exception or ''}"

    return command


COMMANDS = [
    ["release", "0.1.0"],
    ["tasks", "--layer", "quote"],
    ["validate"],
    ["ingest", "corpus/sources"],
    ["export", "brat", "--to", "out"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each[0])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda those: [*reversed(those)],
            "was not in the order of ids, as a merge leaves it: it is sorted",
        ),
        (
            lambda those: [*those, those[0]],
            "articles.jsonl had 1 line that stood twice: one of each is dropped",
        ),
        (
            lambda those: [*those[1:], *those, b"\n", b"  \n"],
            "is sorted; had 2 lines that stood twice: one of each is dropped",
        ),
        (
            lambda those: [*those[:-1], those[-1].rstrip(b"\n")],
            "articles.jsonl had no end of its last line: it has one now",
        ),
    ],
    ids=["reversed", "a line twice", "both sides of a merge", "no end of the last line"],
)
def test_a_corpus_out_of_order_is_mended_and_said(recorded, run, caplog, change, said, command):
    path = recorded.articles_file
    whole = path.read_bytes()
    code, before = run(*command)
    for each in (recorded.releases / "0.1.0", recorded.root / "out"):
        each.rename(each.with_name("first")) if each.exists() else None
    path.write_bytes(b"".join(change(whole.splitlines(keepends=True))))
    now = run(*command)  # what is logged may be printed among the rest
    printed = [line for line in now[1].splitlines() if said not in line]
    assert (now[0], printed) == (code, before.splitlines())
    assert path.read_bytes() == whole
    assert said in caplog.text
    assert ("in the order of ids" in caplog.text) == ("is sorted" in said)


def other_text(article):
    article["text"] += " and more"


def other_hash(article):
    article["text_sha256"] = "0" * 64


def other_id(article):
    article["id"] = "0123456789ab"


def other_source(article):
    article["source"] = "somebody else"


def odd_group(article):
    article["group"] = "the first"


def edit_past_the_end(article):
    article["edits"] = [{"rule": "nfc", "start": 0, "end": 10**9, "was": ""}]


def edit_turned_round(article):
    article["edits"] = [{"rule": "nfc", "start": 5, "end": 2, "was": "x"}]


@pytest.mark.parametrize("command", COMMANDS[:3], ids=lambda each: each[0])
@pytest.mark.parametrize(
    "change",
    [
        other_text,
        other_hash,
        other_id,
        other_source,
        odd_group,
        edit_past_the_end,
        edit_turned_round,
    ],
)
def test_an_article_that_contradicts_itself_is_refused_with_its_line(
    recorded, run, change, command
):
    path = recorded.articles_file
    lines = [json.loads(each) for each in path.read_text("utf-8").splitlines()]
    change(lines[1])
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
    changed = path.read_bytes()
    code, said = run(*command)
    assert code == 1
    assert "articles.jsonl, line 2: " in said
    assert path.read_bytes() == changed


def overlapping(article):
    pieces = article["text"][:4], article["text"][2:6]
    return [
        {"rule": "nfc", "start": at, "end": at + 4, "was": piece}
        for at, piece in zip((0, 2), pieces, strict=True)
    ]


def out_of_order(article):
    return [{"rule": "edges", "start": at, "end": at, "was": " "} for at in (3, 0)]


def of_another_outcome(article):
    return [{"rule": "line_ends", "start": 0, "end": 1, "was": "\r\n"}]


def of_another_outcome_once_undone(article):
    """The first pass is looked at in the text that undoing the second gives."""
    return [
        {"rule": "blank_lines", "start": 0, "end": 2, "was": "\n\n\n"},
        {"rule": "edges", "start": 0, "end": 0, "was": " \n"},
    ]


def removed_and_there(article):
    return [{"rule": "chrome", "start": 0, "end": 3, "was": "Read also\n"}]


@pytest.mark.parametrize(
    "edits",
    [
        overlapping,
        out_of_order,
        of_another_outcome,
        of_another_outcome_once_undone,
        removed_and_there,
    ],
)
def test_edits_that_cleaning_can_not_have_made_are_refused(recorded, run, edits):
    path = recorded.articles_file
    lines = [json.loads(each) for each in path.read_text("utf-8").splitlines()]
    lines[0]["edits"] = edits(lines[0])
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
    code, said = run("tasks", "--layer", "quote")
    assert code == 1
    assert "articles.jsonl, line 1: " in said
    assert "is none that cleaning made" in said


def test_groups_that_lead_to_each_other_are_refused(recorded, run):
    """As when a script sorts a column: a group is the id of one of its own articles."""
    path = recorded.articles_file
    lines = [json.loads(each) for each in path.read_text("utf-8").splitlines()]
    lines[0]["group"], lines[1]["group"] = lines[1]["id"], lines[0]["id"]
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
    code, said = run("tasks", "--layer", "quote")
    assert code == 1
    assert f"articles.jsonl, line 1: its group {lines[1]['id']} is an article of another" in said


def test_an_article_that_says_two_things_is_refused_with_both_lines(recorded, run):
    path = recorded.articles_file
    first = json.loads(path.read_bytes().splitlines()[0])
    with path.open("ab") as file:
        file.write(json.dumps({**first, "title": "another"}).encode() + b"\n")
    code, said = run("validate")
    assert code == 1
    assert f"line 4: article {first['id']} is in line 1 too" in said


@pytest.mark.parametrize(
    ("name", "command", "advice"),
    [
        ("annotations/quote.jsonl", ["adjudicate"], "qawl pull --rebuild"),
        ("annotations/quote.jsonl", ["agreement"], "qawl pull --rebuild"),
        ("gold/quote.jsonl", ["adjudicate"], "qawl adjudicate"),
        ("suggestions/quote.jsonl", ["tasks", "--layer", "quote"], "qawl suggest"),
    ],
)
@pytest.mark.parametrize("kind", ["reversed", "twice", "of another layer"])
def test_what_is_read_in_step_is_refused_where_it_is_not(
    recorded, run, name, command, advice, kind
):
    if name.startswith("suggestions"):
        assert run("suggest")[0] == 0
    path = recorded.exports / name
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(
        {
            "reversed": b"".join(reversed(lines)),
            "twice": b"".join([lines[0], *lines]),
            "of another layer": b"".join(lines).replace(b'"layer":"quote"', b'"layer":"claim"', 1),
        }[kind]
    )
    code, said = run(*command)
    assert code == 1
    assert f"{name}, line " in said
    assert advice in said
    assert run("pull", "--rebuild")[0] == 0


@pytest.mark.parametrize(
    ("reasons", "said"), [(["", ""], "without a reason"), (["one", "two"], "for two reasons")]
)
def test_a_withdrawal_needs_one_reason(recorded, run, reasons, said):
    identity = json.loads(recorded.articles_file.read_bytes().splitlines()[0])["id"]
    lines = [json.dumps({"article_id": identity, "reason": each}) for each in reasons]
    recorded.withdrawn_file.write_text("\n".join(lines), "utf-8")
    code, output = run("tasks", "--layer", "quote")
    assert (code, said in output) == (1, True)
    assert "withdrawn.jsonl, line " in output


def test_what_is_withdrawn_is_an_article(recorded, run, caplog):
    """A typing error would leave an article in the release that somebody asked to take out."""
    recorded.withdrawn_file.write_text('{"article_id": "8a90ce3200c", "reason": "x"}\n')
    code, said = run("tasks", "--layer", "quote")
    assert code == 1
    assert "withdrawn.jsonl, line 1: '8a90ce3200c' is no id of an article" in said
    recorded.withdrawn_file.write_text('{"article_id": "8a90ce3200c0", "reason": "x"}\n')
    assert run("tasks", "--layer", "quote")[0] == 0
    assert "withdrawn.jsonl: 8a90ce3200c0 is no article of this corpus" in caplog.text


def repair(**said):
    whole = {"repair": "trim-whitespace", "layer": "quote", "article_id": "x", "annotator": "a1"}
    return {**whole, "version": "0" * 64, **said}


def report(recorded, **said):
    frozen = json.loads(recorded.articles_file.read_bytes().splitlines()[0])
    whole = {"id": "c1", "address": "x", "layer": "quote", "article_id": frozen["id"]}
    whole |= {"reason": "x", "reporter": "x", "was": {"label": "CUE", "start": 0, "end": 3}}
    return {**whole, "right": None, **said}


@pytest.mark.parametrize(
    ("name", "lines", "command", "said"),
    [
        ("repairs.jsonl", [{"repair": "trim"}], ["validate"], "there is no repair 'trim'"),
        ("repairs.jsonl", [{"version": "x"}], ["pull", "--rebuild"], "no SHA-256"),
        ("corrections.jsonl", [{}, {}], ["adjudicate"], "c1 stands twice"),
        ("corrections.jsonl", [{"article_id": "0" * 12}], ["adjudicate"], "is no article"),
        (
            "corrections.jsonl",
            [{"right": {"label": "CUE", "start": 0, "end": 10**9}}],
            ["adjudicate"],
            "outside the text",
        ),
        ("guidelines/quote.jsonl", [{"layer": "claim"}], ["guidelines"], "of the layer claim"),
    ],
)
def test_a_line_that_later_steps_can_not_use_is_refused(recorded, run, name, lines, command, said):
    made = {
        "repairs.jsonl": repair,
        "corrections.jsonl": lambda **more: report(recorded, **more),
        "guidelines/quote.jsonl": lambda **more: {"scheme_version": "1", "said": {}, **more},
    }[name]
    path = recorded.exports / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(made(**each)) + "\n" for each in lines), "utf-8")
    code, output = run(*command)
    assert code == 1
    assert f"{name}, line {len(lines)}: " in output
    assert said in output


def test_what_was_set_aside_is_put_in_order_and_said(recorded, run, caplog, tmp_path):
    (tmp_path / "more.txt").write_text("A text of ferries.", "utf-8")
    path = recorded.set_aside_file
    lines = [json.dumps({"path": each, "line": None, "reason": "empty"}) for each in "bab"]
    path.write_text("\n".join(lines), "utf-8")
    assert run("ingest", str(tmp_path / "more.txt"))[0] == 0
    assert "set-aside.jsonl was out of order" in caplog.text
    assert [json.loads(each)["path"] for each in path.read_text().splitlines()] == ["a", "b"]


def test_a_withdrawn_file_of_no_bytes_is_refused(recorded, run):
    """As a folder that is half synced leaves it: what was withdrawn would come back without a word."""
    recorded.withdrawn_file.write_bytes(b"")
    for words in (["tasks", "--layer", "quote"], ["release", "0.1.0", "--draft"]):
        code, said = run(*words)
        assert (code, "withdrawn.jsonl is empty: bring it back" in said) == (1, True), said


def test_a_link_that_leads_to_itself_is_one_line(recorded, run):
    path = recorded.gold_file("quote")
    path.unlink()
    path.symlink_to(path.name)
    code, said = run("adjudicate")
    assert code == 1
    assert "quote.jsonl" in said
    assert "fault in qawl" not in said
    assert "symbolic links" in said


@pytest.mark.parametrize("gone", [True, False])
def test_gold_is_not_decided_from_annotations_that_are_gone(recorded, run, gone):
    path, gold = recorded.annotations_file("quote"), recorded.gold_file("quote")
    before = gold.read_bytes()
    path.unlink() if gone else path.write_bytes(b"")
    code, said = run("adjudicate")
    assert code == 1
    assert "qawl pull --rebuild" in said
    assert gold.read_bytes() == before
    assert run("pull", "--rebuild")[0] == 0
    assert run("adjudicate")[0] == 0
    assert gold.read_bytes() == before
