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
PORT = re.compile(r"127\.0\.0\.1:\d+")
DIGEST = re.compile(rb"[0-9a-f]{64}")
COMMON = (["validate"], ["adjudicate"], ["release", "0.2.0", "--draft"], ["agreement"], ["status"])
INTO = ["export", "jsonl", "--to", "../out"]
TASKS = ["tasks", "--layer", "ner"]
REBUILD = ["pull", "--rebuild"]
PULL = ["pull", "--from", "../new.json", "--layer", "ner"]
PUSH = ["push", "--dry-run"]
VERIFY = ["verify", "exports/releases/0.1.0"]
DRAFT = ["release", "0.2.0", "--draft"]
INGEST = ["ingest", "corpus/sources"]
RESTORE = ["restore", "exports/releases/0.1.0", "--articles", "../more.jsonl", "--to", "../out"]
OF_RELEASE = ["export", "jsonl", "--from", "exports/releases/0.1.0", "--to", "../out"]
BASELINE = ["suggest", "--release", "exports/releases/0.1.0", "--to", "../out.jsonl"]
MERGE = ["pull", "--merge", "../lead"]


def adopt(name):
    return (["adopt", f"../tools/{name}", "--into", "../out"],)


SCORE = ["score", "exports/releases/0.1.0", "../predictions.jsonl"]
AGAINST = [*SCORE, "--against", "../second.jsonl"]
FROM_SERVER = ["pull"]
WATCH = ["pull", "--watch", "--webhook", "127.0.0.1:0"]
READ_BY = {
    "qawl.yaml": (*COMMON, ["scheme"], TASKS, INTO, ["suggest"], ["guidelines"], PULL, ["doctor"]),
    "label_config/ner.yaml": (*COMMON, ["scheme"], TASKS, INTO, ["suggest"], ["guidelines"], REBUILD),
    "label_config/ner.xml": (["scheme", "--check"], ["release", "0.2.0"]),
    "schemas/annotation.ner.json": (["scheme", "--check"], ["validate"]),
    "corpus/articles.jsonl": (*COMMON, TASKS, INTO, ["ingest", "../more.jsonl"], ["suggest"], PULL, REBUILD),
    "corpus/withdrawn.jsonl": (["validate"], ["release", "0.2.0", "--draft"], TASKS, PULL),
    "corpus/set-aside.jsonl": (["ingest", "../more.jsonl"], INGEST),
    "corpus/sources": (INGEST,),
    "../more.jsonl": (["ingest", "../more.jsonl"], RESTORE),
    "exports/journal/ner.a1.jsonl": (*COMMON, REBUILD, PULL, ["pull", "--clean-journal"]),
    "exports/journal/heads.json": (["validate"], ["adjudicate"], REBUILD, PULL),
    "exports/annotations/ner.jsonl": (*COMMON, INTO, REBUILD, ["suggest"]),
    "exports/gold/ner.jsonl": (["adjudicate"], ["release", "0.2.0", "--draft"], INTO, ["suggest", "--score"], ["guidelines"]),
    "exports/corrections.jsonl": (["adjudicate"], DRAFT, PUSH),
    "exports/guidelines/ner.jsonl": (["guidelines"], PUSH),
    "exports/scores/rules.json": (DRAFT,),
    "exports/journal/cleaned.jsonl": (["pull", "--clean-journal"], MERGE),
    "../lead": (MERGE,),
    "exports/repairs.jsonl": (["validate"], ["validate", "--fix"], REBUILD, ["adjudicate"]),
    "exports/agreement.json": (["agreement"], ["release", "0.2.0", "--draft"]),
    "exports/suggestions/ner.jsonl": (TASKS, ["suggest"], PUSH),
    ".qawl/users.json": (PULL, ["validate"]),
    ".qawl/names.txt": (DRAFT,),
    ".qawl/pulled.json": (FROM_SERVER, FROM_SERVER, WATCH),
    ".qawl/token": (["status"], ["doctor"]),
    ".qawl/webhooks.jsonl": (WATCH,),
    ".qawl/webhooks.id": (WATCH,),
    ".qawl/label-studio.json": (["status"],),
    ".qawl/journal": (PULL, PULL, ["validate"], REBUILD, MERGE, ["adjudicate"]),
    ".qawl/holder.json": (["adjudicate"],),
    ".qawl/derived": (["validate"], ["adjudicate"], REBUILD, DRAFT, PULL, FROM_SERVER),
    "exports/releases/0.1.0/manifest.json": (
        ["verify", "exports/releases/0.1.0"], ["diff", "0.1.0", "0.1.0"], SCORE, ["release", "--bump"],
        ["release", "0.2.0", "--draft"], ["validate"], ["export", "jsonl", "--from", "exports/releases/0.1.0", "--to", "../out"],
    ),
    "exports/releases/0.1.0/README.md": (["verify", "exports/releases/0.1.0"], ["release", "--bump"]),
    "exports/releases/0.1.0/CHANGELOG.md": (["release", "0.2.0", "--draft"], ["release", "--bump"]),
    "exports/releases/0.1.0/schemes/ner.yaml": (SCORE, ["diff", "0.1.0", "0.1.0"]),
    "exports/releases/0.1.0/manifest.sha256": (VERIFY, ["release", "--bump"], SCORE, OF_RELEASE),
    "exports/releases/0.1.0/CITATION.cff": (VERIFY, OF_RELEASE),
    "exports/releases/0.1.0/croissant.json": (VERIFY, OF_RELEASE),
    "exports/releases/0.1.0": (VERIFY, SCORE, OF_RELEASE, RESTORE, BASELINE, ["diff", "0.1.0", "0.1.0"]),
    "../tools/doccano.jsonl": adopt("doccano.jsonl"),
    "../tools/prodigy.jsonl": adopt("prodigy.jsonl"),
    "../tools/argilla.json": adopt("argilla.json"),
    "../tools/tags.conll": adopt("tags.conll"),
    "../tools/brat": adopt("brat"),
    "../tools/uima": adopt("uima"),
    "../tools/spacy": adopt("spacy"),
    "../tools/iob2": adopt("iob2"),
    "../tools/jsonl": (*adopt("jsonl"), ["export", "jsonl", "--to", "../tools/jsonl"]),
    "exports/releases/0.1.0/articles/train.parquet": (
        ["verify", "exports/releases/0.1.0"], ["diff", "0.1.0", "0.1.0"], SCORE, ["release", "0.2.0", "--draft"],
        ["restore", "exports/releases/0.1.0", "--articles", "../more.jsonl", "--to", "../out"],
    ),
    "card.md.j2": (["release", "0.2.0", "--draft"],),
    "../predictions.jsonl": (SCORE, AGAINST),
    "../second.jsonl": (AGAINST,),
    "../new.json": (PULL, ["adopt", "../new.json", "label_config/ner.xml", "--into", "../out"]),
}  # fmt: skip
FREE = (
    "qawl.yaml", "label_config/ner.yaml", "card.md.j2", "../new.json", "corpus/sources/", "../more.jsonl", "../tools/",
    "exports/scores/", ".qawl/names.txt",
)  # fmt: skip
"""Files that say what the user wants: what is made from them may be anything, what was collected may not."""
STATE = (
    ".qawl/derived",
    ".qawl/journal",
    ".qawl/pulled.json",
    ".qawl/webhooks",
    ".qawl/holder.json",
)
"""What only saves time: damaged or of another corpus, it changes nothing of what is said."""
COLLECTED = re.compile(r"corpus/(?!set-aside)|exports/journal/|label_config/.*yaml|qawl.yaml")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    made = Whole(tmp_path_factory.mktemp("damage"))
    made.learn(Whole(tmp_path_factory.mktemp("other"), *OTHER).files)
    made.learn(branch(made))
    return made


OTHER = (
    {"1": "Omar left Acme.", "2": "عادت ليلى من دمشق.", "3": "Наталья уехала в Казань.", "4": "李四去了北京。", "5": "Ruba sang."},
    {"1": "Omar", "2": "ليلى", "3": "Наталья", "4": "李四", "5": "Ruba"},
)  # fmt: skip
"""The texts of another corpus, and who is marked in them."""


def branch(whole):
    """The files of a branch of the same corpus on which a lead went on: an article, work and a release more."""
    whole.restore()
    for words in (
        FROM_SERVER,
        ["ingest", "../more.jsonl"],
        INGEST,
        ["adjudicate"],
        ["agreement"],
        ["suggest"],
        DRAFT,
    ):
        assert whole.command(words)[0] == 0, words
    found = whole.read()
    whole.restore()
    return found


NO_SERVER = (["status"], ["doctor"])
"""Commands that say what they read and then that no server answers."""


def test_each_command_does_its_work_on_the_whole_corpus(whole):
    """Where one failed already, no damage would show."""
    for where, commands in READ_BY.items():
        assert whole.names(where), where
        for words in commands:
            code, said, *_ = whole.whole(words)
            ends = 1 if words in NO_SERVER else 130 if words == WATCH else 0
            assert code == ends, f"{where}: {words}: {said}"
            assert "no token" not in said


def attempt(whole, seed):
    """Damages one file, runs one command, and compares."""
    rng = random.Random(seed)
    where = rng.choice(sorted(READ_BY))
    name, words = rng.choice(whole.names(where)), rng.choice(READ_BY[where])
    content, done = damaged(name, whole.content(name), rng, whole.others.get(name, ()))
    code, said, files, rows = whole.whole(words)
    whole.restore()
    place = whole.folder / name
    if content is None:
        place.unlink(missing_ok=True)
    else:
        place.write_bytes(content)
        place.chmod(0o600)
    now = whole.command(words)
    told = f"seed {seed}: {name}, {done}; qawl {' '.join(words)}: {now[0]} {now[1]}"
    usage = content is None or (name == "qawl.yaml" and "--layer" in words)  # what is named is gone
    assert now[0] in {0, 1, code, 2 if usage else 0}, told
    assert "a fault in qawl itself" not in now[1], told
    assert "Traceback" not in now[1], told
    assert now[0] == 0 or now[1].strip(), told
    now, said = (now[0], PORT.sub("", now[1])), PORT.sub("", said)
    if name.startswith(STATE):
        assert now[0] == code, told
        assert not {*said.splitlines()} - {*now[1].splitlines()}, told
    compare(whole, name, content, (now[1] != said or now[0] != code), files, rows, told)


def compare(whole, name, content, spoke, files, rows, told):
    """What was not touched is as the command leaves it, or something was said."""
    touched = {*lines(whole.content(name))} ^ {*lines(content or b"")}
    articles = {each.decode() for line in touched for each in IDENTITY.findall(line)}
    there = whole.read()
    # Heads follow a journal that holds more, as that of another branch does.
    follow = ["exports/journal/heads.json"] if name.startswith("exports/journal/") else []
    for each, before in whole.files.items():
        if each == name or not COLLECTED.match(each) or files.get(each) != before:
            continue
        now = there.get(each)
        if each in follow:
            continue
        if each.startswith("exports/journal/") and name == "../new.json" and spoke:
            now = now[: len(before)] if each.endswith(".jsonl") else before  # it may grow
        assert now == before, f"{told}\n{each} changed"
    if spoke or name.startswith(FREE):
        return
    now = whole.rows()
    for each, row in rows.items():
        if each not in articles:
            assert now.get(each) == row, f"{told}\nthe row of {each} is another"
    for each in files.keys() | there.keys():
        if each in (name, *follow) or each.startswith(
            (".qawl/", "exports/releases/", "../out/manifest")
        ):
            continue
        other = {*lines(files.get(each, b""))} ^ {*lines(there.get(each, b""))}
        strange = [line for line in other if not any(one.encode() in line for one in articles)]
        assert not strange, f"{told}\n{each} is another: {strange[:2]}"


def lines(content):
    """The lines; digests of what stands elsewhere differ where that does."""
    return DIGEST.sub(b"", content).splitlines()


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_a_damaged_file_gives_no_fault_and_changes_nothing_without_a_word(whole, start):
    for seed in range(start, start + 50):
        attempt(whole, seed)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_thousand_damaged_files(whole, tried):
    for seed in range(1000, 6000):
        attempt(whole, seed)
    tried(
        "any file that a command reads, damaged or of another corpus or branch; one command each",
        5000,
    )
