"""Publishing: the real clients of the Hub against a Hub of our own, in processes of their own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version

import pytest
import yaml
from msgspec.structs import replace

import hub_server
import killing
from corpora import write_articles
from hub_server import TOKEN
from qawl.articles.splits import splits
from qawl.core import project, temporary
from qawl.release import build
from qawl.release.versions import manifest
from qawl.setup import init
from strategies import article

calls_that_repeat = pytest.mark.skipif(
    int(version("huggingface_hub").split(".")[0]) < 2,
    reason="huggingface_hub itself repeats fewer calls before 2.0, so so many failures end a command",
)

# A process that runs one command after the other, so that the clients are imported once. Nobody waits
# in a test: the pauses of Qawl and of huggingface_hub are passed over.
RUNNER = """
import contextlib, io, json, os, sys, time
time.sleep = lambda _: None
from qawl.cli import main
for line in sys.stdin:
    arguments, environment = json.loads(line)
    os.environ.update(environment)
    sys.argv = ["qawl", *arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "oe")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code
    said = [each.buffer.getvalue().decode() for each in (out, err)]
    print(json.dumps([code, *said]), flush=True)
"""


CHANGED = [
    "CHANGELOG.md",
    "CITATION.cff",
    "README.md",
    "croissant.json",
    "manifest.json",
    "manifest.sha256",
]


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A corpus with 0.1.0 (two splits), 0.2.0 (a split is gone) and 0.3.0, a draft."""
    folder = tmp_path_factory.mktemp("publish") / "corpus"
    init.init(folder, name="trial")
    (folder / "qawl.yaml").write_text("name: trial\nlayers: [entity]\n", "utf-8")
    made = project.load(folder)
    articles = [article(f"قال أحمد {number}", redistribute=True) for number in range(5)]
    write_articles(made, articles)
    first = build.build(made, "0.1.0", notes=[])
    split = splits(articles, made.settings.release)
    write_articles(made, [each for each in articles if split[each.id] == "train"])
    build.build(made, "0.2.0", notes=[])
    build.build(made, "0.3.0", notes=["a gate"])
    assert set(first.manifest.content) == {"articles/train", "articles/validation"}
    return folder


@pytest.fixture(scope="session")
def server():
    """The Hub of this session."""
    with hub_server.running() as running:
        yield running


@pytest.fixture
def hub(server):
    """The Hub, empty."""
    server.clear()
    return server


@pytest.fixture(scope="session")
def environment(server, tmp_path_factory):
    """The environment in which the clients know this Hub and nothing else of this machine."""
    return {
        **os.environ,
        "HF_ENDPOINT": server.url,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(tmp_path_factory.mktemp("huggingface")),
        "HF_TOKEN": TOKEN,
    }


@pytest.fixture(scope="session")
def start(home, environment):
    """start(NAME=value, …) → run(*arguments, **environment) in a process of its own."""

    def start(**changes):
        process = subprocess.Popen(
            [sys.executable, "-c", RUNNER],
            cwd=home,
            env={**environment, **changes},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)

        def run(*arguments, **changes):
            process.stdin.write(json.dumps([arguments, {"HF_TOKEN": TOKEN, **changes}]) + "\n")
            process.stdin.flush()
            code, out, err = json.loads(process.stdout.readline())
            assert TOKEN not in out + err
            assert "Traceback" not in err
            return subprocess.CompletedProcess(arguments, code, out, err)

        return run

    started = []
    yield start
    for process in started:
        process.communicate()


@pytest.fixture(scope="session")
def qawl(start):
    """qawl("publish", …) → how it ended; whatever happens, no token and no traceback is shown."""
    return start()


@pytest.fixture
def publish(qawl):
    """publish("0.1.0", …) → the finished process of `qawl publish` to me/news."""

    def run(version, *options, **environment):
        return qawl("publish", version, "--repo", "me/news", *options, **environment)

    return run


def files(folder):
    """The bytes of a release's files by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def released(home, version):
    """The files of a version, and what the Hub itself adds."""
    return {
        **files(home / "exports" / "releases" / version),
        ".gitattributes": hub_server.ATTRIBUTES,
    }


def standing(hub, home, version, *, tag=True):
    """A repository that holds a published version."""
    repo = hub.create("me/news")
    made = repo.commit(files(home / "exports" / "releases" / version), "published")
    if tag:
        repo.tags[version] = made
    return repo


def reason(done):
    """The one line that a refused command ends with."""
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("qawl: ")
    assert sum(line.startswith("qawl: ") for line in done.stderr.splitlines()) == 1
    return last


def test_a_release_is_one_commit_and_one_tag(hub, home, publish):
    done = publish("0.1.0")
    assert done.returncode == 0, done.stderr
    repo = hub.repos["me/news"]
    assert repo.private
    assert repo.files == released(home, "0.1.0")
    assert repo.tags == {"0.1.0": repo.head}
    assert len(repo.commits) == 2
    assert f"{hub.url}/datasets/me/news/tree/0.1.0, commit {repo.head}" in done.stdout
    again = publish("0.1.0")
    assert again.returncode == 0
    assert "is published already" in again.stdout
    assert len(repo.commits) == 2
    cited = yaml.safe_load((home / "exports" / "published" / "0.1.0.cff").read_text("utf-8"))
    assert cited["commit"] == repo.head
    assert cited["version"] == "0.1.0"


def test_a_second_version_sends_only_what_changed(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    first = repo.head
    done = publish("0.2.0", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["commit"] == repo.head
    assert said["changed"] == CHANGED
    assert said["deleted"] == ["articles/validation.parquet"]
    assert said["unchanged"] == [
        "GUIDELINES.md",
        "articles/train.parquet",
        "schemes/entity.yaml",
    ]
    (sent,) = hub.sent
    assert set(sent) == {*CHANGED, "articles/validation.parquet"}
    assert repo.files == released(home, "0.2.0")
    assert repo.tags == {"0.1.0": first, "0.2.0": repo.head}
    assert not hub.calls["put"]
    older = publish("0.1.0")
    assert "is published already" in older.stdout
    assert first in older.stdout


def test_what_others_changed_is_refused_file_by_file(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    foreign = {
        "README.md": b"x",
        "articles/train.parquet": None,
        "notes.txt": b"x",
        "manifest.sha256": b"x",
    }
    head = repo.commit(foreign)
    line = reason(publish("0.2.0"))
    assert "was changed since 0.1.0 was published" in line
    for each in (
        "README.md was changed",
        "articles/train.parquet was removed",
        "notes.txt was added",
        "manifest.sha256 was changed",
    ):
        assert each in line
    assert repo.head == head
    assert not hub.sent
    repo = standing(hub, home, "0.1.0")
    repo.commit({"manifest.sha256": None})
    assert ": manifest.sha256 was removed;" in reason(publish("0.2.0"))


def test_a_card_edited_on_the_hub_is_kept_and_gives_way_when_asked(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    edited = repo.files["README.md"] + "ملاحظة\n".encode()
    repo.commit({"README.md": edited})
    assert "--adopt-card keeps that README.md in the corpus" in reason(publish("0.2.0"))
    shown = publish("0.2.0", "--adopt-card", "--dry-run")
    assert "-ملاحظة" in shown.stdout
    kept = home / "exports/published/0.2.0.hub-card.md"
    assert not kept.exists()
    done = publish("0.2.0", "--adopt-card")
    assert done.returncode == 0, done.stderr
    assert "0.2.0.hub-card.md: the README.md that was on the Hub" in done.stderr
    assert kept.read_bytes() == edited
    assert repo.files == released(home, "0.2.0")
    kept.unlink()


def test_a_card_edited_beside_other_files_stays(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    repo.commit({"README.md": b"x", "notes.txt": b"x"})
    line = reason(publish("0.2.0", "--adopt-card"))
    assert "notes.txt was added" in line
    assert "README.md was changed" not in line


def test_a_repository_made_in_the_web_form_is_taken_when_asked(hub, home, publish):
    """The form writes a card with a licence, and nothing else."""
    repo = hub.create("me/news")
    repo.commit({"README.md": b"---\nlicense: mit\n---\n"})
    assert "--adopt-card keeps that README.md" in reason(publish("0.1.0"))
    done = publish("0.1.0", "--adopt-card")
    assert done.returncode == 0, done.stderr
    assert repo.files == released(home, "0.1.0")
    kept = home / "exports/published/0.1.0.hub-card.md"
    assert kept.read_bytes() == b"---\nlicense: mit\n---\n"
    kept.unlink()
    hub.create("me/news").commit({"README.md": b"# Mine", "data.csv": b"1"})
    assert "--adopt-card" not in reason(publish("0.1.0", "--adopt-card"))


def test_a_manifest_that_another_hand_wrote_is_refused(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    repo.commit({"manifest.json": repo.files["manifest.json"] + b" "})
    assert "manifest.json was changed" in reason(publish("0.2.0"))
    repo.commit({"manifest.json": b"[]"})
    assert "files that are from no release" in reason(publish("0.2.0"))


def test_a_repository_of_something_else_is_refused(hub, home, publish):
    hub.create("me/news").commit({"README.md": b"# Mine", "data.csv": b"1"})
    assert "files that are from no release (README.md, data.csv)" in reason(publish("0.1.0"))
    repo = standing(hub, home, "0.1.0")
    other = json.loads(repo.files["manifest.json"])
    repo.commit({"manifest.json": json.dumps({**other, "name": "other"}).encode()})
    assert "holds releases of other, not of trial" in reason(publish("0.2.0"))
    standing(hub, home, "0.2.0")
    assert "is at 0.2.0 already" in reason(publish("0.1.0"))


def test_a_tag_is_never_moved(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    repo.tags["0.2.0"] = repo.head
    assert "a tag never moves" in reason(publish("0.2.0"))
    assert repo.tags == {"0.1.0": repo.head, "0.2.0": repo.head}


def test_a_commit_without_its_tag_is_only_tagged(hub, home, publish):
    repo = standing(hub, home, "0.1.0", tag=False)
    done = publish("0.1.0")
    assert done.returncode == 0, done.stderr
    assert repo.tags == {"0.1.0": repo.head}
    assert not hub.calls["commit"]


def test_releases_that_may_not_leave_are_refused_before_the_hub_is_asked(
    home, hub, qawl, publish, tmp_path
):
    assert "is a draft, and drafts are not published" in reason(publish("0.3.0", "--dry-run"))
    changed = tmp_path / "changed"
    shutil.copytree(home / "exports" / "releases" / "0.1.0", changed)
    (changed / "README.md").write_text("x", "utf-8")
    (changed / "more.txt").write_text("x", "utf-8")
    line = reason(publish(str(changed)))
    assert "README.md was changed, more.txt is not part of the release" in line
    assert "not a release" in reason(publish("9.9.9"))
    assert "give --repo OWNER/NAME" in reason(qawl("publish", "0.1.0"))
    for name in (
        "news",
        "a/b/c",
        "https://huggingface.co/datasets/a/b",
        "a/b.git",
        "-a/b",
        "a/b--c",
    ):
        line = reason(qawl("publish", "0.1.0", "--repo", name))
        assert line.endswith(
            "is not a name of a repository: give OWNER/NAME of the dataset on the Hub"
        )
    assert not hub.calls


def test_tokens_are_asked_for_and_refused_in_one_line(hub, publish):
    assert "no token for the Hub" in reason(publish("0.1.0", HF_TOKEN=""))
    assert "refuses the token" in reason(publish("0.1.0", HF_TOKEN="hf_wrong"))
    assert "set HF_TOKEN to a valid one" in reason(publish("0.1.0", HF_TOKEN="hf_“quoted”"))
    assert not hub.repos


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("HF_HUB_OFFLINE", "1", "unset HF_HUB_OFFLINE"),
        ("HF_ENDPOINT", "hub.example.org", "HF_ENDPOINT begins with https://"),
    ],
)
def test_a_setting_that_keeps_the_hub_away_is_named(start, setting, value, said):
    """To run it again, as the line said, changes nothing."""
    elsewhere = start(**{setting: value})
    assert reason(elsewhere("publish", "0.1.0", "--repo", "me/news")).endswith(said)


def test_a_hub_without_xet_is_told_with_the_setting_that_helps(hub, start, publish):
    """It was said that it can't be reached, after it had been asked many times, and to run it again."""
    with_xet = start(HF_HUB_DISABLE_XET="0")
    said = reason(with_xet("publish", "0.1.0", "--repo", "me/news"))
    assert "does not take large files by Xet: set HF_HUB_DISABLE_XET=1" in said
    assert "be reached" not in said
    assert publish("0.1.0").returncode == 0


FAULTS = [
    ("refs", 500, "answered 500"),
    ("create", 403, "no access to me/news"),
    ("create", 500, "answered 500"),
    ("preupload", 403, "no access"),
    ("preupload", 429, "asks for a pause"),
    ("batch", 500, "answered 500"),
    ("put", 403, "no access"),
    ("put", "drop", "can't be reached (Server disconnected"),
    ("commit", 401, "refuses the token"),
    ("commit", 403, "no access"),
    ("commit", 404, "knows no dataset me/news"),
    ("commit", 409, "has it already"),
    ("commit", 412, "someone else committed"),
    ("commit", 429, "asks for a pause"),
    ("commit", 500, "answered 500"),
    ("commit", "drop", "can't be reached"),
]


@calls_that_repeat
def test_a_failure_leaves_nothing_half_published_and_the_next_run_carries_on(hub, home, publish):
    for kind, fault, said in FAULTS:
        hub.fail(kind, *[fault] * 99)
        assert said in reason(publish("0.1.0")), (kind, fault)
        assert 99 - len(hub.faults[kind]) <= 40, "a call is repeated without end"
        hub.faults.clear()
        for repo in hub.repos.values():
            assert repo.files == {".gitattributes": hub_server.ATTRIBUTES}
            assert not repo.tags
    for kind, fault in (("tag", 403), ("tag", "drop"), ("info", 500)):
        hub.fail(kind, *[fault] * 99)
        said = reason(publish("0.1.0"))
        assert kind == "tag" or said.endswith("it was not tagged; run it again")
        hub.faults.clear()
        repo = hub.repos["me/news"]
        assert repo.files == released(home, "0.1.0")
        assert not repo.tags
    assert len(hub.sent) == 1
    assert publish("0.1.0").returncode == 0
    assert repo.tags == {"0.1.0": repo.head}
    assert len(hub.sent) == 1


@calls_that_repeat
def test_answers_that_are_lost_are_looked_up_and_failures_that_pass_are_waited_for(
    hub, home, publish
):
    hub.fail("refs", "drop", 503)
    for kind in ("create", "commit", "tag"):
        hub.fail(kind, 500, "lost")
    for kind in ("preupload", "batch", "put", "tree"):
        hub.fail(kind, 503, "lost")
    done = publish("0.1.0")
    assert done.returncode == 0, done.stderr
    repo = hub.repos["me/news"]
    assert len(hub.sent) == 1
    assert repo.files == released(home, "0.1.0")
    assert repo.tags == {"0.1.0": repo.head}


def test_a_commit_of_another_hand_in_between_is_not_written_over(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    hub.before_commit.append(lambda: repo.commit({"notes.txt": b"x"}))
    assert "someone else committed to me/news in the meantime" in reason(publish("0.2.0"))
    assert not hub.sent
    assert "notes.txt was added" in reason(publish("0.2.0"))


def test_what_loads_back_otherwise_is_not_tagged(hub, home, publish):
    def spoil():
        for digest, data in hub.large.items():
            hub.large[digest] = data[:-9] + b"!" + data[-8:]

    hub.before_commit.append(spoil)
    line = reason(publish("0.1.0"))
    assert "is not the release (articles/train.parquet was changed" in line
    assert not hub.repos["me/news"].tags
    assert "articles/train.parquet was changed" in reason(publish("0.2.0"))


def test_a_card_that_loads_less_than_the_release_holds_is_not_tagged(hub, home, publish, tmp_path):
    folder = tmp_path / "less"
    shutil.copytree(home / "exports" / "releases" / "0.1.0", folder)
    card = (folder / "README.md").read_text("utf-8")
    for lost in (
        "  - split: validation\n    path: articles/validation.parquet\n",
        r"  - name: validation\n    num_bytes: \d+\n    num_examples: \d+\n",
    ):
        card, count = re.subn(lost, "", card)
        assert count == 1
    (folder / "README.md").write_text(card, "utf-8")
    said = manifest.load(folder)
    manifest.write(folder, replace(said, files=manifest.file_digests(folder)))
    assert "articles/validation has 0 rows, not 2" in reason(publish(str(folder)))
    assert not hub.repos["me/news"].tags


def test_a_killed_run_is_carried_on(hub, home, publish, environment):
    command = [sys.executable, "-m", "qawl", "publish", "0.1.0", "--repo", "me/news"]
    process = subprocess.Popen(command, cwd=home, env=environment, stderr=subprocess.DEVNULL)
    hub.before_commit.append(process.kill)
    assert process.wait() == -signal.SIGKILL
    hub.wait()
    assert not hub.repos["me/news"].tags
    assert publish("0.1.0").returncode == 0
    assert len(hub.sent) == 1
    assert hub.repos["me/news"].files == released(home, "0.1.0")
    assert hub.repos["me/news"].tags == {"0.1.0": hub.repos["me/news"].head}


def test_what_a_killed_run_loaded_back_goes_with_the_next_command(
    hub, home, environment, monkeypatch
):
    """No killed run removes its own files; the download of a release must not stay for ever."""
    for name in ("HF_ENDPOINT", "HF_HUB_DISABLE_XET", "HF_HOME", "HF_TOKEN"):
        monkeypatch.setenv(name, environment[name])
    monkeypatch.setenv("TMPDIR", str(home.parent / "tmp"))
    (home.parent / "tmp").mkdir()
    die = "from qawl.hub import publish; publish._other_rows = lambda *_: os.kill(os.getpid(), 9)"
    done = killing.run(home, 0, ["publish", "0.1.0", "--repo", "me/news"], before=die)
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = list((home / ".qawl").glob(f"*{temporary.ENDING}"))
    assert list(left[0].rglob("README.md"))
    killing.run(home, 0, ["scheme"])
    assert not list((home / ".qawl").glob(f"*{temporary.ENDING}"))
    assert not [each for each in (home.parent / "tmp").iterdir() if "qawl" in each.name]


def test_a_dry_run_shows_files_and_the_diff_of_the_card_and_writes_nothing(hub, home, publish):
    repo = standing(hub, home, "0.1.0")
    head = repo.head
    done = publish("0.2.0", "--dry-run", HF_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:9]] == [
        *(["changed", name] for name in CHANGED),
        ["deleted", "articles/validation.parquet"],
        ["unchanged", "GUIDELINES.md"],
        ["unchanged", "articles/train.parquet"],
    ]
    assert "-# trial 0.1.0" in lines
    assert "+# trial 0.2.0" in lines
    assert lines[-1] == "dry run: nothing was sent"
    assert "the card does not say how to load me/news" in done.stderr
    assert set(hub.calls) <= {"refs", "tree", "resolve"}
    assert repo.head == head
    assert "is published already" in publish("0.1.0", "--dry-run").stdout


def test_a_dry_run_needs_no_hub_no_token_and_no_repository(hub, start, qawl):
    for run, token in (
        (qawl, ""),
        (qawl, "hf_wrong"),
        (start(HF_ENDPOINT="http://127.0.0.1:9"), TOKEN),
        (start(HF_ENDPOINT="http://hub.invalid"), ""),
        (start(HF_HUB_OFFLINE="1"), TOKEN),
    ):
        started = time.monotonic()
        done = run("publish", "0.1.0", "--repo", "me/news", "--dry-run", HF_TOKEN=token)
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - started < 8
        assert sum("everything is shown as new" in line for line in done.stderr.splitlines()) == 1
        assert sum(line.startswith("added ") for line in done.stdout.splitlines()) == 10
        assert "+# trial 0.1.0" in done.stdout.splitlines()
    assert not hub.repos


def test_a_release_that_git_or_the_hub_brought_is_verified(home, tmp_path):
    copy = tmp_path / "clone"
    shutil.copytree(home / "exports" / "releases" / "0.1.0", copy)
    for carried in (".git/config", ".gitattributes", ".cache/huggingface/x"):
        (copy / carried).parent.mkdir(parents=True, exist_ok=True)
        (copy / carried).write_text("x", "utf-8")
    assert list(manifest.verify(copy)) == []
    (copy / ".hidden").write_text("x", "utf-8")
    assert list(manifest.verify(copy)) == [".hidden is not part of the release"]
