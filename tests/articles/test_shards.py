"""Articles past the size that seals stand in shards: read in order, added to, and whole whatever is killed."""

import json
import random
import shutil
import signal
from itertools import combinations

import msgspec
import pytest

import killing
from corpora import main, qawl
from qawl.articles import shards, splits
from qawl.articles import store as article_store
from qawl.core import project as projects
from qawl.core.records import to_json
from qawl.setup import init

SIZE = 6000
"""Bytes that seal, in place of `shards.SEAL`: about fifteen articles."""


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(shards, "SEAL", SIZE)


def sources(folder, first, count):
    """A file with articles of their own words."""
    path = folder / f"from-{first}.jsonl"
    words = [[f"w{number * 31 + at}x" for at in range(9)] for number in range(first, first + count)]
    lines = [
        json.dumps(
            {"text": " ".join(each) + ". كلمات قليلة.", "source": f"s{at % 3}"}, ensure_ascii=False
        )
        for at, each in enumerate(words)
    ]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def corpus(tmp_path, small):
    """A corpus of eighty articles, which came in two times."""
    init.init(tmp_path / "many", name="many")
    for first in (0, 40):
        qawl(tmp_path / "many", "ingest", sources(tmp_path, first, 40))
    return projects.load(tmp_path / "many")


def listed(corpus):
    return [each for each in sorted(corpus.shards.iterdir()) if each.name != "shards.json"]


def state(corpus):
    return {each: each.read_bytes() for each in corpus.articles_files if each.is_file()}


def afresh(corpus):
    return projects.load(corpus.root)


def test_all_articles_are_read_in_the_order_of_ids_whatever_file_they_stand_in(
    corpus, tmp_path, monkeypatch
):
    assert len(listed(corpus)) >= 4
    assert all(each.stat().st_size <= SIZE for each in (*listed(corpus), corpus.articles_file))
    found = list(article_store.articles(corpus))
    assert [each.id for each in found] == sorted(each.id for each in found)
    monkeypatch.setattr(shards, "SEAL", 10**9)
    init.init(tmp_path / "one", name="many")
    for first in (0, 40):
        qawl(tmp_path / "one", "ingest", tmp_path / f"from-{first}.jsonl")
    one = projects.load(tmp_path / "one")
    assert not one.shards.exists()
    assert list(article_store.articles(one)) == found
    assert list(article_store.heads(one)) == list(article_store.heads(corpus))
    assert splits.splits_of(one) == splits.splits_of(corpus)
    by_id = article_store.by_id(corpus)
    assert [by_id[each.id] for each in found] == found


def test_what_comes_is_added_and_sealed_shards_stay_as_they_are(corpus, tmp_path):
    before = {each: (each.read_bytes(), each.stat().st_ino) for each in listed(corpus)}
    assert "frozen      3" in qawl(corpus.root, "ingest", sources(tmp_path, 90, 3)).output
    after = {each: (each.read_bytes(), each.stat().st_ino) for each in listed(corpus)}
    assert before.items() <= after.items()
    assert len(list(article_store.articles(afresh(corpus)))) == 83
    told = state(corpus)
    qawl(corpus.root, "ingest", tmp_path / "from-90.jsonl")
    assert state(corpus) == told


def test_only_the_shard_of_an_article_that_changed_is_written_anew(corpus):
    found = list(article_store.articles(corpus))
    changed = next(each for each in found if each.id.encode() in listed(corpus)[1].read_bytes())
    before = {each.name for each in listed(corpus)}
    lines = [
        to_json(msgspec.structs.replace(each, title="T") if each is changed else each) + b"\n"
        for each in found
    ]
    shards.replace(corpus, lines)
    after = {each.name for each in listed(corpus)}
    assert len(before - after) == len(after - before) == 1
    assert article_store.by_id(afresh(corpus))[changed.id].title == "T"
    shards.replace(corpus, [each for each in lines if changed.id.encode() not in each])
    assert len(list(article_store.articles(afresh(corpus)))) == 79
    inside = listed(corpus)[0].read_bytes().splitlines(keepends=True)
    shards.replace(corpus, [each for each in lines if each not in inside])
    assert len(list(article_store.articles(afresh(corpus)))) == 80 - len(inside)


DAMAGE = {
    "gone": lambda path: path.unlink(),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-30]),
    "a line gone": lambda path: path.write_bytes(path.read_bytes().partition(b"\n")[2]),
    "changed": lambda path: path.write_bytes(path.read_bytes().replace(b"w", b"v", 1)),
    "the open file gone": lambda path: path.parents[1].joinpath("articles.jsonl").unlink(),
    "not named": lambda path: shutil.copy(path, path.with_name("0099-01234567.jsonl")),
    "no JSON": lambda path: path.with_name("shards.json").write_bytes(b"{"),
    "a path": lambda path: path.with_name("shards.json").write_bytes(
        path.with_name("shards.json").read_bytes().replace(path.name.encode(), b"../articles.jsonl")
    ),
    "nobody told": lambda path: path.with_name("shards.json").unlink(),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_shard_that_is_gone_changed_or_strange_is_named_and_nothing_is_written(
    corpus, tmp_path, how
):
    path = listed(corpus)[1]
    DAMAGE[how](path)
    before = state(corpus)
    more = sources(tmp_path, 200, 2)
    for words in (["validate"], ["ingest", str(more)], ["tasks", "--layer", "quote"]):
        code, told = main(corpus.root, *words)
        assert code == 1, (words, told)
        assert "corpus/articles/" in told or "corpus/articles.jsonl is gone" in told
        assert "version control" in told
    assert state(corpus) == before


@pytest.mark.parametrize("folder", [True, False])
def test_what_a_user_has_under_the_name_of_the_shards_is_theirs(tmp_path, folder):
    """Their own sources in corpus/articles, or a file of that name."""
    init.init(tmp_path / "many", name="many")
    corpus = projects.load(tmp_path / "many")
    given = sources(tmp_path, 0, 2)
    if folder:
        corpus.shards.mkdir()
        shutil.move(given, corpus.shards / "0001.jsonl")
    else:
        shutil.move(given, corpus.shards)
        given = shutil.copy(corpus.shards, tmp_path / "again.jsonl")
    qawl(corpus.root, "ingest", corpus.shards if folder else given)
    assert len(list(article_store.articles(corpus))) == 2
    qawl(corpus.root, "validate")


def parts(corpus):
    return {
        "articles.jsonl": corpus.articles_file,
        "articles": corpus.shards,
        "heads.jsonl": corpus.articles_head,
    }


def put(source, target):
    if target.is_dir():
        shutil.rmtree(target)
    (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


@pytest.mark.parametrize("more", [40, 2])
def test_a_part_of_an_older_commit_is_found_though_nobody_has_annotated(corpus, tmp_path, more):
    """As `git checkout OLD -- corpus/articles` leaves it. Where nothing was sealed since, the shards are the same,
    and heads.jsonl beside an older articles.jsonl is a whole older commit."""
    old = tmp_path / "old"
    shutil.copytree(corpus.corpus, old)
    qawl(corpus.root, "ingest", sources(tmp_path, 400, more))
    new = tmp_path / "new"
    shutil.copytree(corpus.corpus, new)
    whole = [set(), set(parts(corpus))]
    if more == 2:
        whole += [{"articles"}, {"heads.jsonl"}, {"articles", "heads.jsonl"}]
        whole += [{"articles.jsonl", "heads.jsonl"}]
    for size, those in (
        (n, set(each)) for n in range(4) for each in combinations(parts(corpus), n)
    ):
        for name, path in parts(corpus).items():
            put((old if name in those else new) / name, path)
        before = state(corpus)
        for words in (["validate"], ["ingest", str(sources(tmp_path, 500, 1))])[
            : 1 if those in whole else 2
        ]:
            code, told = main(corpus.root, *words)
            assert code == (0 if those in whole else 1), (size, those, told)
            assert those in whole or "version control" in told
        assert state(corpus) == before


def test_shards_that_are_all_gone_are_found(corpus):
    shutil.rmtree(corpus.shards)
    code, told = main(corpus.root, "validate")
    assert (code, "heads.jsonl" in told) == (1, True)
    corpus.articles_file.unlink()
    assert main(corpus.root, "validate")[0] == 1


def test_a_corpus_of_before_gets_its_heads_by_the_next_ingest(corpus, tmp_path):
    """Also by one that brings nothing new."""
    told = corpus.articles_head.read_bytes()
    corpus.articles_head.unlink()
    qawl(corpus.root, "validate")
    assert not corpus.articles_head.exists()
    qawl(corpus.root, "ingest", sources(tmp_path, 0, 40))
    assert corpus.articles_head.read_bytes() == told
    assert "read        0" in main(corpus.root, "ingest", str(corpus.corpus))[1]
    assert not corpus.set_aside_file.exists()
    assert len(list(article_store.articles(afresh(corpus)))) == 80


@pytest.mark.parametrize(
    "content",
    [b"{", b'{"format":2,"articles":1,"shards_sha256":""}', b'{"articles":-1,"shards_sha256":""}'],
)
def test_heads_that_are_damaged_are_named(corpus, content):
    corpus.articles_head.write_bytes(content)
    code, told = main(corpus.root, "validate")
    assert (code, "heads.jsonl, line 1" in told) == (1, True)


def test_an_article_in_two_files_is_an_error_that_names_both(corpus):
    line = listed(corpus)[0].read_bytes().splitlines(keepends=True)[0]
    path = corpus.articles_file
    lines = sorted([*path.read_bytes().splitlines(keepends=True), line])
    path.write_bytes(b"".join(lines))
    code, told = main(corpus.root, "validate")
    assert code == 1
    assert "stands in" in told
    assert listed(corpus)[0].name in told
    assert "articles.jsonl" in told


def test_the_open_file_out_of_order_is_sorted_beside_shards(corpus):
    path = corpus.articles_file
    whole = path.read_bytes()
    path.write_bytes(b"".join(reversed(whole.splitlines(keepends=True))))
    assert "was not in the order" in main(corpus.root, "validate")[1]
    assert path.read_bytes() == whole


def test_a_corpus_of_before_past_the_size_is_sharded_by_the_next_ingest(tmp_path, monkeypatch):
    init.init(tmp_path / "many", name="many")
    corpus = projects.load(tmp_path / "many")
    qawl(corpus.root, "ingest", sources(tmp_path, 0, 60))
    found = list(article_store.articles(corpus))
    monkeypatch.setattr(shards, "SEAL", SIZE)
    qawl(corpus.root, "ingest", sources(tmp_path, 60, 1))
    assert len(listed(corpus)) >= 3
    now = {each.id: each for each in article_store.articles(afresh(corpus))}
    assert len(now) == 61
    assert all(now[each.id] == each for each in found)


def test_commands_say_and_write_the_same_of_a_corpus_in_shards(recorded, tmp_path, monkeypatch):
    one = tmp_path / "one"
    shutil.copytree(recorded.root, one)
    lines = recorded.articles_file.read_bytes().splitlines(keepends=True)
    monkeypatch.setattr(shards, "SEAL", 10)
    shards.replace(recorded, lines)
    assert len(listed(recorded)) == len(lines) - 1
    for words in (
        ["validate"],
        ["pull", "--rebuild"],
        ["adjudicate"],
        ["release", "0.1.0"],
        ["export", "jsonl", "--to", "out"],
        ["ingest", "corpus"],
    ):
        assert main(one, *words) == main(recorded.root, *words)
    for path in (one / "exports" / "releases").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (recorded.root / path.relative_to(one)).read_bytes(), path


MOST = 70
"""About as many file operations as such an ingest has."""


def kill(corpus, at, words):
    """Runs a command and kills it before its file operation of that number; whether that was reached."""
    before = f"from qawl.articles import shards; shards.SEAL = {SIZE}"
    done = killing.run(corpus.root, at, words, before=before)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


def killed(corpus, tmp_path, moments):
    """An ingest that changes, seals and adds is killed at these moments: each time the old or the new
    articles stand, and run again it ends as if nothing had been."""
    more = tmp_path / "more.jsonl"
    again = [
        json.loads(each) | {"title": "T"}
        for each in sources(tmp_path, 10, 4).read_text("utf-8").splitlines()
    ]
    fresh = [
        json.loads(each) for each in sources(tmp_path, 300, 30).read_text("utf-8").splitlines()
    ]
    more.write_text("\n".join(map(json.dumps, [*again, *fresh])), "utf-8")
    before, old = state(corpus), list(article_store.articles(corpus))
    words = ["ingest", str(more)]
    qawl(corpus.root, *words)
    after, new = state(corpus), list(article_store.articles(afresh(corpus)))
    count = 0
    for at in moments:
        shutil.rmtree(corpus.shards)
        corpus.shards.mkdir()
        shutil.rmtree(corpus.state)
        for each, content in before.items():
            each.write_bytes(content)
        count += kill(corpus, at, words)
        assert list(article_store.articles(afresh(corpus))) in (old, new), at
        qawl(corpus.root, *words)
        assert state(corpus) == after, at
        left = [path for path in corpus.root.rglob("*") if path.name.endswith(".qawl-tmp")]
        assert not left, at
    return count


def test_an_ingest_that_is_killed_leaves_the_old_or_the_new_articles(corpus, tmp_path):
    moments = random.Random(3).sample(range(8, MOST), 6)
    assert killed(corpus, tmp_path, moments) >= 4


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_hundred_ingests_that_are_killed(corpus, tmp_path, tried):
    chance = random.Random(4)
    count = killed(corpus, tmp_path, [chance.randint(1, MOST) for _ in range(230)])
    assert count >= 200
    tried("ingests with shards killed at a file operation, and run again", count)
