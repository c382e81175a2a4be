"""Articles by URL: the same as from the disk, or one line that says why not, and nothing taken."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hub_server
import object_server
from conftest import needs
from corpora import main, write_articles
from object_server import SECRET, SIGNED
from qawl.articles import remote
from qawl.articles import store as article_store
from qawl.articles.received import SetAside
from qawl.core import files as core_files
from qawl.core import project
from qawl.core.errors import InputError
from qawl.setup import init
from strategies import article

NEWS = (
    "استقبل الميناء القديم أول باخرة منذ أحد عشر عاما، وقال المدير إن العمل ينتهي قبل نهاية العام."
)
OTHER = "باع مزارعو الوادي معظم القمح قبل موعد الحصاد بأسبوعين بعدما حذرت الأرصاد من أمطار غزيرة."
THIRD = "The council closed the old bridge on Monday and said it would open again in the spring."
RIGHTS = "source: المرسى\nlicense: CC-BY-4.0\nredistribute: true\n"


def lines(*texts):
    return "".join(json.dumps({"text": each}, ensure_ascii=False) + "\n" for each in texts).encode()


def table(*texts):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"text": list(texts)}), sink)
    return sink.getvalue().to_pybytes()


# What archives of newsrooms hold: folders by year, notes, hidden files, pictures, other alphabets in keys,
# a folder and a file of one name.
PILE = {
    "2024/أخبار/a.txt": NEWS.encode(),
    "2024/_source.yaml": b"source: elsewhere\n",
    "2024/أخبار/_source.yaml": RIGHTS.encode(),
    "2024/أخبار/a.json": b'{"title": "\\u0645\\u0631\\u0641\\u0623"}',
    "2024/dump.jsonl.gz": gzip.compress(lines(OTHER)),
    "2024/big.parquet": table(THIRD),
    "2024/big.json": b'[{"id": 1, "data": {"text": "x"}}]',
    "2024/what?.yaml": b"layers: [{name: x}]\n",
    "2024/README.md": b"not an article",
    "2024/.hidden/b.txt": OTHER.encode(),
    "2024/picture.jpg": b"\xff\xd8\xff",
    "2024/empty.txt": b"",
    "2024/what?.txt": b"Rain fell on the harbour all night and the boats stayed in the port.",
}


@pytest.fixture
def trial(tmp_path):
    return init.init(tmp_path / "trial", name="trial")


@pytest.fixture
def memory():
    """memory(files) puts files into fsspec's store in memory."""
    store = fsspec.filesystem("memory")

    def put(files, root="pool"):
        for key, content in files.items():
            store.pipe(f"/{root}/{key}", content)
        return f"memory://{root}"

    store.store.clear()
    yield put
    store.store.clear()


@pytest.fixture(scope="module")
def buckets():
    with object_server.buckets() as found:
        yield found


def qawl(trial, *arguments, **environment):
    """Exit code and what was said by a command in a process of its own."""
    command = [sys.executable, "-m", "qawl", "-C", str(trial.root), *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
    )
    return done.returncode, done.stdout + done.stderr


def told(folder):
    """(place, text, source, title, redistribute) of each article, places without where they begin."""
    return sorted(
        (
            each.received.partition("2024/")[2],
            each.text,
            each.source,
            each.title,
            each.redistribute,
        )
        for each in article_store.articles(project.load(folder))
    )


def aside(trial):
    found = core_files.read(trial.set_aside_file, SetAside)
    return {each.path.partition("2024/")[2]: each.check for each in found}


@pytest.fixture
def as_from_disk(tmp_path):
    """What an ingest of the same pile from the disk holds and sets aside."""
    for key, content in PILE.items():
        path = tmp_path / "disk" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    made = init.init(tmp_path / "local", name="trial")
    assert main(made.root, "ingest", str(tmp_path / "disk"))[0] == 0
    return told(made.root), aside(made)


def untouched(trial):
    """Whether nothing was taken and nothing is left of what was fetched."""
    return not trial.articles_file.exists() and not any(
        "fetched" in each.name or "ingest" in each.name for each in trial.state.iterdir()
    )


@pytest.mark.parametrize("ending", ["", "/", "/2024", "/2024/"])
def test_a_folder_of_a_store_gives_what_the_same_folder_on_the_disk_does(
    trial, memory, as_from_disk, ending
):
    code, said = main(trial.root, "ingest", memory(PILE) + ending)
    assert code == 0, said
    assert (told(trial.root), aside(trial)) == as_from_disk
    assert main(trial.root, "ingest", memory(PILE) + ending)[0] == 0
    assert (told(trial.root), aside(trial)) == as_from_disk


def given_as_on_the_disk(trial, where, server, as_from_disk):
    """That a bucket gives what the disk does, whole and by a pattern."""
    top = where.rstrip("/")
    code, said = qawl(trial, "ingest", where, **server.environment)
    assert code == 0, said
    assert (told(trial.root), aside(trial)) == as_from_disk
    places = {each.received for each in article_store.articles(trial)}
    assert f"{top}/أخبار/a.txt" in places
    assert f"{top}/dump.jsonl.gz:1" in places
    code, said = qawl(trial, "ingest", f"{top}/*.jsonl*", **server.environment)
    assert code == 0, said
    assert "1 known" in said or "already" in said, said


def test_s3_gives_what_the_disk_does(trial, buckets, as_from_disk):
    buckets.put("newsroom", PILE)
    given_as_on_the_disk(trial, "s3://newsroom/2024", buckets, as_from_disk)


@pytest.fixture(scope="module")
def google():
    needs("gcsfs")
    needs("gcp_storage_emulator")
    with object_server.google_buckets() as found:
        found.put("empty")
        yield found


def test_google_cloud_storage_gives_what_the_disk_does(trial, google, as_from_disk):
    google.put("newsroom", PILE)
    given_as_on_the_disk(trial, "gs://newsroom/2024/", google, as_from_disk)
    code, said = qawl(trial, "ingest", "gs://newsroom/2024/dump.jsonl.gz", **google.environment)
    assert code == 0, said


@pytest.mark.parametrize("where", ["gs://nowhere-at-all/x/", "gs://empty/none/a.txt"])
def test_a_bucket_of_google_without_it_is_one_line(trial, google, where):
    code, said = qawl(trial, "ingest", where, **google.environment)
    assert (code, said) == (
        1,
        f"qawl: {where}: there is no such file, folder or bucket\n",
    )
    assert untouched(trial)


def test_silver_in_a_bucket_of_google_has_the_bytes_that_it_has_on_the_disk(
    recorded, google, tmp_path
):
    google.put("silver")
    write_articles(recorded, [*article_store.articles(recorded), article(NEWS, source="s")])
    for place in (str(tmp_path / "silver"), "gs://silver/of/news"):
        code, said = qawl(recorded, "suggest", "--silver", place, **google.environment)
        assert code == 0, said
    made = {
        each.relative_to(tmp_path / "silver").as_posix(): each.read_bytes()
        for each in (tmp_path / "silver").rglob("*.*")
    }
    for name, content in made.items():
        key = f"of%2Fnews%2F{name.replace('/', '%2F')}"
        with urlopen(f"{google.url}/download/storage/v1/b/silver/o/{key}?alt=media") as there:
            assert there.read() == content, name
    code, said = qawl(
        recorded,
        "release",
        "9.0.0",
        "--draft",
        "--silver",
        "gs://silver/of/news",
        **google.environment,
    )
    assert code == 0, said


def test_a_pattern_and_a_single_object_have_the_notes_beside_them(trial, memory):
    url = memory(PILE)
    assert main(trial.root, "ingest", f"{url}/*/أخبار/*.txt")[0] == 0
    assert main(trial.root, "ingest", f"{url}/2024/dump.jsonl.gz")[0] == 0
    assert [each[2:] for each in told(trial.root)] == [
        ("elsewhere", None, False),
        ("المرسى", "مرفأ", True),
    ]


def test_more_files_than_a_batch_holds_come_in_their_order(trial, memory):
    url = memory({f"{number:04}.txt": f"{NEWS} {number}".encode() for number in range(150)})
    code, said = main(trial.root, "ingest", url, "--json")
    assert json.loads(said)["frozen"] == 150, (code, said)


def test_the_hub_gives_its_files(trial):
    with hub_server.running() as hub:
        hub.create("newsroom/pool").commit({"data/a.jsonl": lines(NEWS), "b.parquet": table(OTHER)})
        there = {"HF_ENDPOINT": hub.url, "HF_TOKEN": hub_server.TOKEN, "HF_HUB_DISABLE_XET": "1"}
        code, said = qawl(trial, "ingest", "hf://datasets/newsroom/pool", **there)
    assert code == 0, said
    assert {each.text for each in article_store.articles(trial)} == {NEWS, OTHER}


def test_a_signed_address_leaves_no_signature_anywhere(trial):
    with object_server.web({"/dump.jsonl": (200, lines(NEWS), None)}) as (url, asked):
        code, said = qawl(trial, "ingest", f"{url}/dump.jsonl?{SIGNED}")
        assert code == 0, said
        assert [each.received for each in article_store.articles(trial)] == [f"{url}/dump.jsonl:1"]
        assert asked == ["/dump.jsonl"]
        code, gone = qawl(trial, "ingest", f"{url}/gone.jsonl?{SIGNED}")
    assert code == 1
    assert gone == f"qawl: {url}/gone.jsonl: there is no such file, folder or bucket\n"
    kept = b"".join(path.read_bytes() for path in trial.root.rglob("*") if path.is_file())
    assert b"Signature" not in kept + said.encode()


@pytest.mark.parametrize(
    ("status", "sent", "says"),
    [
        (403, None, "access was refused"),
        (401, None, "access was refused"),
        (500, None, "it can't be read"),
        (200, 40, "it can't be read"),
    ],
)
def test_what_the_web_refuses_or_cuts_off_is_one_line_and_nothing_is_taken(
    trial, status, sent, says
):
    served = {
        "/a.jsonl": (200, lines(NEWS), None),
        "/b.jsonl": (status, lines(OTHER, THIRD), sent),
    }
    with object_server.web(served) as (url, _):
        code, said = qawl(trial, "ingest", f"{url}/a.jsonl", f"{url}/b.jsonl?{SIGNED}")
    assert code == 1
    assert len(said.splitlines()) == 1, said
    assert f"{url}/b.jsonl: {says}" in said
    assert SIGNED not in said
    assert untouched(trial)


def test_a_page_of_the_web_without_an_ending_is_not_read_as_text(trial):
    with object_server.web({"/news/4711": (200, b"<html><p>x</p></html>", None)}) as (url, _):
        code, said = qawl(trial, "ingest", f"{url}/news/4711")
    assert code == 1
    assert "not a kind of file that is read" in said


def test_names_with_two_slashes_are_not_passed_over(trial, buckets):
    """A store may list `a//b.txt` below `a` only as `a/`, which is `a` itself; marks of folders are none."""
    buckets.put(
        "slashes", {"a//b.txt": NEWS.encode(), "folder/": b"", "folder/c.txt": OTHER.encode()}
    )
    code, said = qawl(trial, "ingest", "s3://slashes", **buckets.environment)
    assert code == 1
    assert said.startswith("qawl: s3://slashes/a: it holds names with two slashes in a row")
    assert untouched(trial)
    assert qawl(trial, "ingest", "s3://slashes/folder", **buckets.environment)[0] == 0


def test_a_bucket_that_is_not_there(trial, buckets):
    code, said = qawl(trial, "ingest", "s3://nowhere-at-all/x/", **buckets.environment)
    assert (code, said) == (
        1,
        "qawl: s3://nowhere-at-all/x: there is no such file, folder or bucket\n",
    )
    assert untouched(trial)


def test_a_store_that_does_not_answer_or_lacks_credentials(trial, buckets):
    away = {
        **buckets.environment,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_MAX_ATTEMPTS": "1",
    }
    code, said = qawl(trial, "ingest", "s3://newsroom/a.txt", **away)
    assert code == 1
    assert len(said.splitlines()) == 1, said
    assert "s3://newsroom/a.txt: it can't be read" in said
    assert SECRET not in said
    bare = {
        "AWS_ENDPOINT_URL": buckets.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": "/nowhere",
    }
    code, said = qawl(trial, "ingest", "s3://newsroom/a.txt", **bare)
    assert code == 1
    assert said.startswith("qawl: s3://newsroom/a.txt: access was refused"), said
    assert untouched(trial)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("s3://AKIA:secret0@bucket/x", "a URL must not hold a user or a password"),
        ("https://me:secret0@news.example/a.txt", "a URL must not hold a user or a password"),
        ("ftp://news.example/secret0/a.txt", "ftp://…: Qawl reads s3://, gs://, hf://"),
        ("s3:///", "s3://: it names no bucket"),
        ("http://[::1/dump.jsonl", "it is not an address"),
        (
            "http://news..example/dump.jsonl",
            "it is not an address: no host has such a name or port",
        ),
        (
            "http://news.example:port/dump.jsonl",
            "it is not an address: no host has such a name or port",
        ),
        ("memory://pool/*.zip", "nothing fits this pattern"),
        ("memory://pool/nothing", "there is no such file, folder or bucket"),
        ("file:///no/such/file.txt", "/no/such/file.txt: no such file or folder"),
    ],
)
def test_urls_that_are_not_read_are_one_line(trial, memory, url, says):
    memory(PILE)
    code, said = main(trial.root, "ingest", url)
    assert code == 1
    assert len(said.splitlines()) == 1
    assert says in said
    assert "secret0" not in said


@pytest.mark.parametrize(
    ("url", "install"),
    [("s3://b/x", "qawl[s3]"), ("gs://b/x", "qawl[gs]"), ("http://b/x", "qawl[http]")],
)
def test_a_library_that_is_missing_is_named_with_how_to_install_it(trial, url, install):
    modules = ["s3fs", "gcsfs", "aiohttp"]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({modules})); from qawl.cli import main; "
        f"sys.argv = ['qawl', '-C', {str(trial.root)!r}, 'ingest', {url!r}]; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    library = remote.LIBRARIES[url.partition(":")[0]][0]
    assert done.returncode == 1
    assert done.stderr == f"qawl: {url}: reading it needs {library}: pip install '{install}'\n"


def test_a_file_url_is_the_path(trial, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(NEWS, "utf-8")
    assert main(trial.root, "ingest", path.as_uri())[0] == 0
    assert [each.received for each in article_store.articles(trial)] == ["a.txt"]


def test_notes_that_are_wrong_set_their_article_aside(trial, memory):
    url = memory({"a.txt": NEWS.encode(), "a.json": b'{"licence": "x"}', "b.txt": OTHER.encode()})
    code, said = main(trial.root, "ingest", url, "--strict")
    assert code == 1
    assert [each.text for each in article_store.articles(trial)] == [OTHER], said


def test_what_is_too_long_for_notes_is_none_and_is_not_fetched(trial, memory):
    long = b"title: x\n" + b"#" * (1 << 20)
    url = memory({"2024/a.txt": NEWS.encode(), "2024/a.yaml": long})
    assert main(trial.root, "ingest", url)[0] == 0
    (article,) = article_store.articles(trial)
    assert article.title is None
    assert aside(trial) == {"a.yaml": "note-foreign"}
    url = memory({"2024/b.txt": OTHER.encode(), "2024/_source.yaml": long}, root="other")
    assert main(trial.root, "ingest", url)[0] == 1
    assert aside(trial)["b.txt"] == "metadata-wrong"


def test_what_is_fetched_is_the_size_that_was_listed(monkeypatch, tmp_path, memory):
    store = remote.Store(remote.place(memory({"a.txt": NEWS.encode()}) + "/a.txt"))
    entry = store.entry(store.path)
    monkeypatch.setattr(store._fs, "get", lambda _, to: Path(to[0]).write_bytes(b"short"))
    with pytest.raises(InputError, match="cut short: 5 of"):
        store.fetch([entry], [tmp_path / "a.txt"])


def test_secrets_of_the_environment_are_not_repeated(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    line = f"GET https://u:p@b.example/x?{SIGNED}: {SECRET} refused, see https://b.example/y"
    assert (
        remote.without_secrets(line) == "GET https://b.example/x … refused, see https://b.example/y"
    )
