"""Articles of two branches, copies or folders of a corpus are joined: nothing lost, doubled or out of order."""

import json
import shutil
import subprocess

import msgspec
import pytest
from test_shards import afresh, kill, listed, sources

from corpora import main, qawl, write_articles
from qawl.articles import shards
from qawl.articles import store as article_store
from qawl.core import project as projects
from qawl.core.errors import InputError
from qawl.core.records import to_json
from qawl.setup import init


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(shards, "SEAL", 6000)  # about fifteen articles


def git(folder, *words, fails=False):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert fails or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def corpus(tmp_path, small):
    """Thirty articles of a corpus in git."""
    return in_git(tmp_path, "many", 30)


def in_git(folder, name, count):
    """A corpus of so many articles with two branches."""
    root = folder / name
    init.init(root, name=name)
    qawl(root, "ingest", sources(folder, 0, count))
    git(root, "init", "-q", "-b", "one")
    commit(root, "base")
    git(root, "branch", "two")
    return projects.load(root)


def commit(root, message):
    git(root, "add", "-A")
    git(root, "commit", "-qm", message)


def articles(corpus):
    return list(article_store.articles(afresh(corpus)))


def grow(corpus, tmp_path, branch, first, count):
    """More articles on a branch; their ids and those before."""
    git(corpus.root, "checkout", "-q", branch)
    if count:
        qawl(corpus.root, "ingest", sources(tmp_path, first, count))
    commit_if(corpus.root, branch)
    return {each.id for each in articles(corpus)}


def commit_if(root, message):
    git(root, "add", "-A")
    git(root, "commit", "-qm", message, "--allow-empty")


def merged(corpus, other="two"):
    """What the docs say: `git merge`, and where it reports a conflict or leaves strangers, the lines for
    that."""
    git(corpus.root, "merge", other, "-m", "joined", fails=True)
    git(corpus.root, "checkout", "HEAD", "--", "corpus/articles.jsonl")
    git(corpus.root, "checkout", "HEAD", "--", "corpus/articles", fails=True)
    code, said = main(corpus.root, "ingest", "--merge", other)
    git(corpus.root, "add", "-A", "corpus")
    git(corpus.root, "commit", "-qm", "joined", "--allow-empty")
    assert not git(corpus.root, "status", "--porcelain").stdout
    return code, said


@pytest.mark.parametrize(("mine", "theirs"), [(40, 40), (40, 2), (2, 40), (2, 2), (40, 0), (0, 40)])
def test_branches_that_both_made_shards_are_joined(corpus, tmp_path, mine, theirs):
    before = {each.id: to_json(each) for each in articles(corpus)}
    two = grow(corpus, tmp_path, "two", 200, theirs)
    one = grow(corpus, tmp_path, "one", 100, mine)
    kept = {each.name: each.read_bytes() for each in listed(corpus)}
    code, said = merged(corpus)
    came = theirs if mine else 0  # else git took all of the other branch
    assert (code, f"{came} of {len(two)} articles of two added" in said) == (0, True), said
    there = articles(corpus)
    assert [each.id for each in there] == sorted(one | two)
    assert all(to_json(each) == before[each.id] for each in there if each.id in before)
    now = {each.name: each.read_bytes() for each in listed(corpus)}
    assert kept.items() <= now.items()
    assert all(len(content) <= 6000 for content in now.values())
    assert "0 of" in qawl(corpus.root, "ingest", "--merge", "two").output
    qawl(corpus.root, "validate")
    again = {each.name: each.read_bytes() for each in listed(corpus)}
    assert again == now


def test_the_other_way_round_it_is_the_same_corpus(corpus, tmp_path):
    grow(corpus, tmp_path, "two", 200, 40)
    grow(corpus, tmp_path, "one", 100, 40)
    shutil.copytree(corpus.root, tmp_path / "other")
    merged(corpus, "two")
    other = projects.load(tmp_path / "other")
    git(other.root, "checkout", "-q", "two")
    merged(other, "one")
    assert articles(corpus) == articles(other)


def test_a_folder_is_joined_and_left_as_it_is(corpus, tmp_path):
    """A copy that a colleague made, without git."""
    shutil.copytree(corpus.root, tmp_path / "other", ignore=shutil.ignore_patterns(".git"))
    qawl(tmp_path / "other", "ingest", sources(tmp_path, 300, 40))
    other = projects.load(tmp_path / "other")
    before = {each: each.read_bytes() for each in other.articles_files}
    assert "40 of 70 articles" in qawl(corpus.root, "ingest", "--merge", str(other.root)).output
    assert {each: each.read_bytes() for each in other.articles_files} == before
    assert articles(corpus) == articles(other)


def changed(corpus, number, **fields):
    """Changes an article's fields, as an ingest of a source with other metadata does."""
    there = articles(corpus)
    there[number] = msgspec.structs.replace(there[number], **fields)
    write_articles(afresh(corpus), there)
    return there[number].id


def test_fields_that_one_branch_changed_are_taken_over_and_those_that_both_did_are_named(
    corpus, tmp_path
):
    git(corpus.root, "checkout", "-q", "two")
    theirs = changed(corpus, 3, title="Theirs", redistribute=False)
    both = changed(corpus, 5, title="Two")
    grow(corpus, tmp_path, "two", 200, 40)
    git(corpus.root, "checkout", "-q", "one")
    ours = changed(corpus, 4, title="Ours")
    changed(corpus, 5, title="One")
    grow(corpus, tmp_path, "one", 100, 40)
    code, said = merged(corpus)
    assert code == 1
    assert "articles that changed there alone, taken over: 1" in said
    assert f"LEFT OUT: article {both}: title differ in two" in said
    there = {each.id: each for each in articles(corpus)}
    assert len(there) == 110
    assert [there[each].title for each in (theirs, ours, both)] == ["Theirs", "Ours", "One"]
    assert not there[theirs].redistribute


def near(folder, name, *numbers):
    """Articles that share all but their last word with each other."""
    words = " ".join(f"w{at}y" for at in range(40))
    path = folder / f"{name}.jsonl"
    path.write_text(
        "\n".join(json.dumps({"text": f"{words} n{each}", "source": "s9"}) for each in numbers),
        "utf-8",
    )
    return path


def test_near_duplicates_across_branches_share_a_group(corpus, tmp_path):
    for branch, number in (("two", 1), ("one", 2)):
        git(corpus.root, "checkout", "-q", branch)
        qawl(corpus.root, "ingest", near(tmp_path, branch, number))
        grow(corpus, tmp_path, branch, 100 * number, 40)
    assert merged(corpus)[0] == 0
    groups = {each.group for each in articles(corpus) if each.source == "s9"}
    assert len([each for each in articles(corpus) if each.source == "s9"]) == 2
    assert len(groups) == 1


def test_groups_of_the_other_branch_stay(corpus, tmp_path):
    git(corpus.root, "checkout", "-q", "two")
    qawl(corpus.root, "ingest", near(tmp_path, "two", 1, 2, 3))
    grow(corpus, tmp_path, "two", 200, 40)
    there = {each.id: each.group for each in articles(corpus)}
    grow(corpus, tmp_path, "one", 100, 40)
    assert merged(corpus)[0] == 0
    now = {each.id: each.group for each in articles(corpus)}
    assert there.items() <= now.items()


def test_what_git_left_is_said_with_the_way_out(corpus, tmp_path):
    grow(corpus, tmp_path, "two", 200, 40)
    grow(corpus, tmp_path, "one", 100, 40)
    assert git(corpus.root, "merge", "two", "-m", "joined", fails=True).returncode
    code, said = main(corpus.root, "validate")
    assert (code, "qawl ingest --merge MERGE_HEAD" in said) == (1, True), said
    assert len(said.splitlines()) == 1
    git(corpus.root, "checkout", "HEAD", "--", "corpus/articles", "corpus/articles.jsonl")
    code, said = main(corpus.root, "validate")
    assert (code, "qawl ingest --merge MERGE_HEAD" in said) == (1, True), said
    assert "added" in qawl(corpus.root, "ingest", "--merge", "MERGE_HEAD").output
    qawl(corpus.root, "validate")


def test_lines_that_git_merged_need_nothing_more(corpus, tmp_path):
    """Both added to articles.jsonl alone, in other places: git merges the lines, not heads.jsonl."""
    qawl(corpus.root, "ingest", sources(tmp_path, 30, 4))
    commit(corpus.root, "room for more")
    git(corpus.root, "branch", "-f", "two")
    two = grow(corpus, tmp_path, "two", 200, 3)
    one = grow(corpus, tmp_path, "one", 100, 2)
    git(corpus.root, "merge", "two", "-m", "joined", fails=True)
    lines = corpus.articles_file.read_text("utf-8").splitlines(keepends=True)
    marks = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
    corpus.articles_file.write_text(
        "".join(each for each in lines if not each.startswith(marks)), "utf-8"
    )
    assert "<<<<<<<" in corpus.articles_head.read_text("utf-8")
    qawl(corpus.root, "validate")
    assert {each.id for each in articles(corpus)} == one | two
    assert "0 of" in qawl(corpus.root, "ingest", "--merge", "MERGE_HEAD").output
    assert "<<<<<<<" not in corpus.articles_head.read_text("utf-8")
    corpus.articles_file.write_text("".join(lines[:3]), "utf-8")
    assert main(corpus.root, "validate")[0] == 1


def test_a_branch_of_before_the_heads_is_joined_with_one_that_has_them(corpus, tmp_path):
    """On either side."""
    corpus.articles_head.unlink()
    commit(corpus.root, "before")
    git(corpus.root, "branch", "-f", "two")
    two = grow(corpus, tmp_path, "two", 200, 40)
    one = grow(corpus, tmp_path, "one", 100, 40)
    corpus.articles_head.unlink()
    commit(corpus.root, "as before")
    shutil.copytree(corpus.root, tmp_path / "other")
    other = projects.load(tmp_path / "other")
    git(other.root, "checkout", "-q", "two")
    for each, name in ((corpus, "two"), (other, "one")):
        code, said = merged(each, name)
        assert code == 0, said
        assert {a.id for a in articles(each)} == one | two
        qawl(each.root, "validate")
        assert each.articles_head.is_file()


def test_a_branch_without_shards_is_joined_with_one_that_has_some(tmp_path, small):
    """Git puts the shards of the other side beside our articles."""
    corpus = in_git(tmp_path, "few", 10)
    two = grow(corpus, tmp_path, "two", 200, 40)
    one = grow(corpus, tmp_path, "one", 100, 2)
    code, said = merged(corpus)
    assert code == 0, said
    assert {each.id for each in articles(corpus)} == one | two


def test_a_strange_shard_that_the_other_place_has_not_stays_an_error(corpus, tmp_path):
    grow(corpus, tmp_path, "two", 200, 40)
    grow(corpus, tmp_path, "one", 100, 40)
    strange = corpus.shards / "0099-00000000.jsonl"
    strange.write_bytes(b"")
    code, said = main(corpus.root, "ingest", "--merge", "two")
    assert (code, strange.name in said) == (1, True)
    assert strange.exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--merge", "nowhere"), "no such folder, and no branch"),
        (("--merge", "-x"), "no such folder, and no branch"),
        (("--merge", "."), "0 of 30 articles of . added"),
        (("--merge", "label_config"), "no articles there"),
        (("--merge", "two", "a.jsonl"), "does not go with"),
        (("--merge", "two", "--json"), "does not go with"),
    ],
)
def test_what_is_no_other_place_is_said(corpus, words, why):
    (corpus.root / "a.jsonl").write_text("{}")
    code, said = main(corpus.root, "ingest", *words)
    assert why in said
    assert code == (0 if words[-1] == "." else 2 if "does not" in why else 1)


def test_a_damaged_article_of_the_other_place_is_named_and_nothing_is_written(corpus, tmp_path):
    shutil.copytree(corpus.root, tmp_path / "other", ignore=shutil.ignore_patterns(".git"))
    other = projects.load(tmp_path / "other")
    path = other.articles_file if other.articles_file.stat().st_size else listed(other)[0]
    path.write_bytes(path.read_bytes().replace(b"x ", b"y ", 1))
    before = {each: each.read_bytes() for each in corpus.articles_files}
    code, said = main(corpus.root, "ingest", "--merge", str(other.root))
    assert (code, len(said.splitlines())) == (1, 1)
    assert str(other.root) in said
    assert {each: each.read_bytes() for each in corpus.articles_files} == before


def test_corpora_without_shards_are_joined_too(tmp_path):
    root = tmp_path / "few"
    init.init(root, name="few")
    qawl(root, "ingest", sources(tmp_path, 0, 5))
    shutil.copytree(root, tmp_path / "other")
    qawl(root, "ingest", sources(tmp_path, 10, 5))
    qawl(tmp_path / "other", "ingest", sources(tmp_path, 20, 5))
    assert "5 of 10 articles" in qawl(root, "ingest", "--merge", str(tmp_path / "other")).output
    assert len(list(article_store.articles(projects.load(root)))) == 15
    assert not projects.load(root).shards.exists()


def test_a_join_that_is_killed_leaves_this_side_or_both_and_is_finished_by_the_next(
    corpus, tmp_path
):
    """Killed before file operations of chance, with shards of the other side beside ours."""
    grow(corpus, tmp_path, "two", 200, 40)
    grow(corpus, tmp_path, "one", 100, 40)
    git(corpus.root, "merge", "two", "-m", "joined", fails=True)
    git(corpus.root, "checkout", "HEAD", "--", "corpus/articles", "corpus/articles.jsonl")
    words = ["ingest", "--merge", "two"]
    start = {each: each.read_bytes() for each in corpus.articles_files}
    old = {each.id for each in git_articles(corpus, tmp_path)}
    qawl(corpus.root, *words)
    end = {each: each.read_bytes() for each in corpus.articles_files}
    new = articles(corpus)
    count = 0
    for at in (9, 20, 31, 40, 48, 55):
        shutil.rmtree(corpus.shards)
        corpus.shards.mkdir()
        for each, content in start.items():
            each.write_bytes(content)
        count += kill(corpus, at, words)
        try:
            there = articles(corpus)
        except InputError as error:  # killed before the shards of the other side were taken away
            assert "qawl ingest --merge" in str(error)
        else:
            assert {each.id for each in there} in (old, {each.id for each in new}), at
        qawl(corpus.root, *words)
        assert {each: each.read_bytes() for each in corpus.articles_files} == end, at
        assert not list(corpus.root.rglob("*.qawl-tmp"))
    assert count >= 3


def git_articles(corpus, tmp_path):
    """The articles of what is committed here."""
    git(corpus.root, "worktree", "add", "-q", str(tmp_path / "committed"), "one", "-f")
    return list(article_store.articles(projects.load(tmp_path / "committed")))


def aside(corpus):
    return [
        (each["path"].rpartition("/")[2], each.get("line"))
        for each in map(json.loads, corpus.set_aside_file.read_text("utf-8").splitlines())
    ]


def broken(tmp_path, branch, *names):
    """A folder of files that are no articles."""
    folder = tmp_path / "broken"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("base.txt", *names):
        (folder / name).write_bytes(b"")
    lines = f'{{"text": "{branch} said it", "source": "s9"}}\n{{"title": 1\n'
    (folder / f"{branch}.jsonl").write_text(lines, "utf-8")
    return folder


def conflicting(corpus, tmp_path, reasons=("asked", "asked")):
    """Both branches set files aside and withdrew articles: git can't merge the lists."""
    qawl(corpus.root, "ingest", broken(tmp_path, "base", "mended on two.txt"))
    commit(corpus.root, "base")
    git(corpus.root, "branch", "-f", "two")
    ids = sorted(each.id for each in articles(corpus))
    for branch, name, first, reason in (
        ("two", "نص.txt", 1, reasons[0]),
        ("one", "文.txt", 2, reasons[1]),
    ):
        git(corpus.root, "checkout", "-q", branch)
        folder = broken(tmp_path, branch, name)
        if branch == "two":
            (folder / "mended on two.txt").write_text("Now there is a text here.", "utf-8")
        qawl(corpus.root, "ingest", folder)
        for each in (ids[0], ids[first]):
            qawl(corpus.root, "withdraw", each, "--reason", reason)
        commit(corpus.root, branch)
    return ids


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_lists_beside_the_articles_that_git_can_not_merge_are_joined(corpus, tmp_path, style):
    """Else `git add -A corpus` commits conflict marks, and the next ingest stops."""
    git(corpus.root, "config", "merge.conflictStyle", style)
    ids = conflicting(corpus, tmp_path)
    code, said = merged(corpus)
    assert code == 0, said
    assert aside(corpus) == [
        ("base.jsonl", 2), ("base.txt", None), ("one.jsonl", 2), ("two.jsonl", 2), ("نص.txt", None),
        ("文.txt", None),
    ]  # fmt: skip
    out = [json.loads(each)["article_id"] for each in corpus.withdrawn_file.open(encoding="utf-8")]
    assert out == ids[:3]
    for path in corpus.corpus.rglob("*.jsonl"):
        assert "<<<<<<<" not in path.read_text("utf-8")
    before = corpus.set_aside_file.read_bytes(), corpus.withdrawn_file.read_bytes()
    assert "added to" not in qawl(corpus.root, "ingest", "--merge", "two").output
    assert before == (corpus.set_aside_file.read_bytes(), corpus.withdrawn_file.read_bytes())
    qawl(corpus.root, "ingest", broken(tmp_path, "one"))
    qawl(corpus.root, "validate")


def test_a_list_that_one_side_emptied_stays_empty(corpus, tmp_path):
    """The other side changed it: git leaves theirs in the place of ours."""
    qawl(corpus.root, "ingest", broken(tmp_path, "base"))
    commit(corpus.root, "base")
    git(corpus.root, "branch", "-f", "two")
    git(corpus.root, "checkout", "-q", "two")
    qawl(corpus.root, "ingest", broken(tmp_path, "two"))
    commit(corpus.root, "two")
    git(corpus.root, "checkout", "-q", "one")
    corpus.set_aside_file.unlink()
    commit(corpus.root, "all is mended")
    code, said = merged(corpus)
    assert (code, "lines of two added to corpus/set-aside.jsonl: 1" in said) == (0, True), said
    assert aside(corpus) == [("two.jsonl", 2)]


def test_an_article_withdrawn_for_two_reasons_is_named_and_ours_stays(corpus, tmp_path):
    ids = conflicting(corpus, tmp_path, ("their publisher asked", "asked"))
    code, said = merged(corpus)
    assert code == 1
    assert f"LEFT OUT: article {ids[0]}: two has another reason why it is withdrawn" in said
    assert '"asked"' in corpus.withdrawn_file.read_text("utf-8").splitlines()[0]


def test_another_file_that_git_could_not_merge_is_named(corpus, tmp_path):
    for branch in ("two", "one"):
        git(corpus.root, "checkout", "-q", branch)
        (corpus.corpus / "sources").mkdir(exist_ok=True)
        (corpus.corpus / "sources" / "خبر.txt").write_text(f"From {branch}.", "utf-8")
        (corpus.corpus / "README.md").write_text(branch, "utf-8")
        grow(corpus, tmp_path, branch, 100 if branch == "one" else 200, 40)
    code, said = merged(corpus)
    assert code == 1
    assert [each.partition(":")[2].partition(":")[0] for each in said.splitlines()[-2:]] == [
        " corpus/README.md", " corpus/sources/خبر.txt"
    ]  # fmt: skip


def test_lists_of_a_copy_without_git_come_too(corpus, tmp_path):
    shutil.copytree(corpus.root, tmp_path / "other", ignore=shutil.ignore_patterns(".git"))
    qawl(tmp_path / "other", "ingest", broken(tmp_path, "two"))
    qawl(tmp_path / "other", "withdraw", articles(corpus)[0].id, "--reason", "asked")
    said = qawl(corpus.root, "ingest", "--merge", str(tmp_path / "other")).output
    assert "added to corpus/set-aside.jsonl: 2" in said
    assert "added to corpus/withdrawn.jsonl: 1" in said
