"""Every file that a command reads, damaged at random: no fault of Qawl's own, and what was not touched stays
or is named.

A command on the damaged corpus is compared with the same command on the whole one.
"""

import random
import re

import pytest

from damage import damaged
from whole import Whole

IDENTITY = re.compile(rb"[0-9a-f]{12}")
COMMON = (["validate"], ["adjudicate"], ["release", "0.2.0", "--draft"], ["agreement"], ["status"])
INTO = ["export", "jsonl", "--to", "../out"]
TASKS = ["tasks", "--layer", "ner"]
REBUILD = ["pull", "--rebuild"]
PULL = ["pull", "--from", "../new.json", "--layer", "ner"]
SCORE = ["score", "exports/releases/0.1.0", "../predictions.jsonl"]
READ_BY = {
    "qawl.yaml": (*COMMON, ["scheme"], TASKS, INTO, ["suggest"], ["guidelines"], PULL, ["doctor"]),
    "label_config/ner.yaml": (*COMMON, ["scheme"], TASKS, INTO, ["suggest"], ["guidelines"], REBUILD),
    "label_config/ner.xml": (["scheme", "--check"], ["release", "0.2.0"]),
    "schemas/annotation.ner.json": (["scheme", "--check"], ["validate"]),
    "corpus/articles.jsonl": (*COMMON, TASKS, INTO, ["ingest", "../more.jsonl"], ["suggest"], PULL, REBUILD),
    "corpus/withdrawn.jsonl": (["validate"], ["release", "0.2.0", "--draft"], TASKS, PULL),
    "corpus/set-aside.jsonl": (["ingest", "../more.jsonl"], ["ingest", "corpus/sources"]),
    "corpus/sources/_source.yaml": (["ingest", "corpus/sources"],),
    "corpus/sources/one.txt": (["ingest", "corpus/sources"],),
    "corpus/sources/page.html": (["ingest", "corpus/sources"],),
    "corpus/sources/more.jsonl": (["ingest", "corpus/sources"],),
    "corpus/sources/table.csv": (["ingest", "corpus/sources"],),
    "exports/journal/ner.a1.jsonl": (*COMMON, REBUILD, PULL, ["pull", "--clean-journal"]),
    "exports/journal/heads.json": (["validate"], ["adjudicate"], REBUILD, PULL),
    "exports/annotations/ner.jsonl": (*COMMON, INTO, REBUILD, ["suggest"]),
    "exports/gold/ner.jsonl": (["adjudicate"], ["release", "0.2.0", "--draft"], INTO, ["suggest", "--score"], ["guidelines"]),
    "exports/gold/ner.tasks.jsonl": (["adjudicate"], ["release", "0.2.0", "--draft"]),
    "exports/repairs.jsonl": (["validate"], ["validate", "--fix"], REBUILD, ["adjudicate"]),
    "exports/agreement.json": (["agreement"], ["release", "0.2.0", "--draft"]),
    "exports/suggestions/ner.jsonl": (TASKS, ["suggest"]),
    ".qawl/users.json": (PULL, ["validate"]),
    ".qawl/holder.json": (["adjudicate"],),
    ".qawl/derived": (["validate"], ["adjudicate"], REBUILD),
    "exports/releases/0.1.0/manifest.json": (
        ["verify", "exports/releases/0.1.0"], ["diff", "0.1.0", "0.1.0"], SCORE, ["release", "--bump"],
        ["release", "0.2.0", "--draft"], ["validate"], ["export", "jsonl", "--from", "exports/releases/0.1.0", "--to", "../out"],
    ),
    "exports/releases/0.1.0/README.md": (["verify", "exports/releases/0.1.0"], ["release", "--bump"]),
    "exports/releases/0.1.0/CHANGELOG.md": (["release", "0.2.0", "--draft"], ["release", "--bump"]),
    "exports/releases/0.1.0/schemes/ner.yaml": (SCORE, ["diff", "0.1.0", "0.1.0"]),
    "exports/releases/0.1.0/articles/train.parquet": (
        ["verify", "exports/releases/0.1.0"], ["diff", "0.1.0", "0.1.0"], SCORE, ["release", "0.2.0", "--draft"],
        ["restore", "exports/releases/0.1.0", "--articles", "../more.jsonl", "--to", "../out"],
    ),
    "card.md.j2": (["release", "0.2.0", "--draft"],),
    "../predictions.jsonl": (SCORE,),
    "../new.json": (PULL, ["adopt", "../new.json", "label_config/ner.xml", "--into", "../out"]),
}  # fmt: skip
FREE = ("qawl.yaml", "label_config/ner.yaml", "card.md.j2", "../new.json", "corpus/sources/")
"""Files that say what the user wants: what is made from them may be anything, what was collected may not."""
COLLECTED = re.compile(r"corpus/(?!set-aside)|exports/journal/|label_config/.*yaml|qawl.yaml")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Whole(tmp_path_factory.mktemp("damage"))


def attempt(whole, seed):
    """Damages one file, runs one command, and compares."""
    rng = random.Random(seed)
    where = rng.choice(sorted(READ_BY))
    name, words = rng.choice(whole.names(where)), rng.choice(READ_BY[where])
    content, done = damaged(name, whole.files[name], rng)
    code, said, files, rows = whole.whole(words)
    whole.restore()
    if content is None:
        (whole.folder / name).unlink()
    else:
        (whole.folder / name).write_bytes(content)
    now = whole.command(words)
    told = f"seed {seed}: {name}, {done}; qawl {' '.join(words)}: {now[0]} {now[1]}"
    assert now[0] in (0, 1), told
    assert "a fault in qawl itself" not in now[1], told
    assert "Traceback" not in now[1], told
    assert now[0] == 0 or now[1].strip(), told
    compare(whole, name, content, (now[1] != said or now[0] != code), files, rows, told)


def compare(whole, name, content, spoke, files, rows, told):
    """What was not touched is as the command leaves it, or something was said."""
    touched = {*lines(whole.files[name])} ^ {*lines(content or b"")}
    articles = {each.decode() for line in touched for each in IDENTITY.findall(line)}
    there = whole.read()
    for each, before in whole.files.items():
        if each != name and COLLECTED.match(each) and files.get(each) == before:
            assert there.get(each) == before, f"{told}\n{each} changed"
    if spoke or name.startswith(FREE):
        return
    now = whole.rows()
    for each, row in rows.items():
        if each not in articles:
            assert now.get(each) == row, f"{told}\nthe row of {each} is another"
    for each in files.keys() | there.keys():
        if each == name or each.startswith((".qawl/", "exports/releases/", "../out/manifest")):
            continue
        other = {*lines(files.get(each, b""))} ^ {*lines(there.get(each, b""))}
        strange = [
            line
            for line in other
            if not any(one.encode() in line for one in articles) and b"_sha256" not in line[:30]
        ]
        assert not strange, f"{told}\n{each} is another: {strange[:2]}"


def lines(content):
    return content.splitlines()


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_a_damaged_file_gives_no_fault_and_changes_nothing_without_a_word(whole, start):
    for seed in range(start, start + 50):
        attempt(whole, seed)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_thousand_damaged_files(whole, tried):
    for seed in range(1000, 6000):
        attempt(whole, seed)
    tried("any file that a command reads, damaged at random", 5000)
