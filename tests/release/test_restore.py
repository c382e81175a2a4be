"""Withheld text comes back by its hash alone: from copies as they are, into folders and datasets."""

import json
import shutil
import unicodedata
import warnings

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given

import corpora
import qawl
import strategies
from corpora import write_articles
from qawl import cli
from qawl.articles import cleaning, ingest, source_files
from qawl.articles import store as article_store
from qawl.articles.cleaning_record import CleaningRecord
from qawl.articles.removed_lines import candidates
from qawl.core import project
from qawl.core.errors import InputError, ReleaseError
from qawl.release import build, restore
from qawl.release.versions import manifest
from qawl.setup import init

MENU = "قسم الأخبار المحلية"
SLOGAN = "خبر اليوم بين يديك"
BODIES = [
    f"قال المتحدث الرسمي رقم {number} إن المحطة الجديدة ستعمل غدا.\n\nوأضاف {number} أن «العمل جار»."
    for number in ("واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة")
]


@pytest.fixture
def built(recorded, once):
    """A release of the repository's corpus with a title for its withheld article."""
    once("a withheld title", recorded.root, lambda to: _built(recorded, to))
    return recorded.release("0.1.0")


def _built(recorded, folder):
    made = project.load(shutil.copytree(recorded.root, folder))
    changed = [
        each if each.redistribute else msgspec.structs.replace(each, title="عنوان الخبر الأول")
        for each in article_store.articles(made)
    ]
    write_articles(made, changed)
    build.build(made, "0.1.0", notes=[])


@pytest.fixture
def secret(recorded):
    """The article that is withheld."""
    return next(each for each in article_store.articles(recorded) if not each.redistribute)


@pytest.fixture
def load(built, tmp_path, monkeypatch):
    """load(config) → that config of the release, as `datasets` has it."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    datasets.disable_progress_bars()

    def make(config):
        return datasets.load_dataset(str(built), config, cache_dir=str(tmp_path / "cache"))

    return make


def surfaces(value, text):
    """(surface, what the text has there) of every span in nested rows."""
    if isinstance(value, dict):
        if {"start", "end", "text"} <= set(value):
            yield value["text"], text[value["start"] : value["end"]]
        for each in value.values():
            yield from surfaces(each, text)
    elif isinstance(value, list):
        for each in value:
            yield from surfaces(each, text)


@pytest.mark.parametrize(
    "config",
    [
        *("articles", "entities", "quotes", "claims", "tokens", "annotations"),
        *("votes", "sentences", "candidates"),
    ],
)
def test_a_dataset_of_any_config_is_filled(load, secret, config):
    before = load(config)
    copy = secret.text.replace("قال", "قالت")
    with pytest.warns(UserWarning, match="1 withheld text was not found"):
        assert qawl.restore(before, [copy])["train"].to_list() == before["train"].to_list()
    after, outcome = restore.fill(before, [secret.text])
    assert (outcome.restored, outcome.missing) == ([secret.id], [])
    assert after["train"].features == before["train"].features
    count = 0
    for was, now in zip(before["train"], after["train"], strict=True):
        if was.get("article_id", was.get("id")) != secret.id:
            assert was == now
            continue
        count += 1
        assert not now.get("withheld")
        for surface, there in surfaces(now, secret.text):
            assert surface == there
        if config == "articles":
            assert now["text"] == secret.text
        if config == "tokens":
            assert "".join(now["tokens"]) == "".join(secret.text.split())
    assert count > 0


def test_every_table_of_a_layer_with_relations_is_taken(tmp_path):
    """A table of relations has no text: it was refused for lacking the hash of one."""
    text = "Ann met Bob."
    folder = corpora.corpus(
        tmp_path / "c", corpora.scheme("toy", ["A"], relations=["r"]), {"t": text}, ["a1"]
    )
    marks = [corpora.mark("x", "A", 0, 3), corpora.mark("y", "A", 8, 11)]
    done = {"a1": {"t": corpora.work(marks, [corpora.arrow("r", "x", "y")])}}
    corpora.pull(folder, "toy", {"t": text}, done)
    (line,) = (folder / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
    held = json.dumps({**json.loads(line), "redistribute": False})
    (folder / "corpus" / "articles.jsonl").write_text(f"{held}\n", "utf-8")
    for words in (["adjudicate"], ["agreement"], ["release", "0.1.0", "--draft"]):
        corpora.qawl(folder, *words)
    tables = {path.parent.name: path for path in folder.glob("exports/releases/*/*/*.parquet")}
    relations = pq.read_table(tables.pop("toy_relations"))
    assert [row["label"] for row in relations.to_pylist()] == ["r"]
    for asked in (relations, relations.select(["from", "to"])):
        with pytest.warns(
            UserWarning, match="nothing to restore: a table of relations has no texts"
        ):
            assert qawl.restore(asked, [text]) is asked
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in tables.values():
            assert qawl.restore(pq.read_table(path), [text]).num_rows
    with pytest.raises(InputError, match="no column text_sha256"):
        qawl.restore(pq.read_table(tables["articles"]).select(["id", "text"]), [text])


def test_one_split_a_folder_and_a_title(built, load, secret, tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "a.txt").write_text(secret.text.replace("\n", "\r\n") + "\r\nإعلان\r\n", "utf-8")
    (copies / "a.yaml").write_text("title: عنوان الخبر الأول\n", "utf-8")
    (copies / "broken.html").write_text("<p>x", "utf-8")
    split = load("articles")["train"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        after = qawl.restore(split, copies)
    (row,) = (each for each in after if each["id"] == secret.id)
    assert (row["text"], row["title"]) == (secret.text, "عنوان الخبر الأول")
    assert row["title_sha256"]
    (copies / "a.yaml").write_text("title: عنوان آخر\n", "utf-8")
    with pytest.warns(UserWarning, match="1 withheld title was not found"):
        after = qawl.restore(split, str(copies), release=built)
    assert {each["title"] for each in after if each["id"] == secret.id} == {None}


def test_the_command_says_what_it_did_not_find(built, secret, tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "a.txt").write_text(secret.text, "utf-8")
    (copies / "empty.txt").touch()
    run = CliRunner().invoke
    done = run(
        cli.group, ["restore", str(built), "--articles", str(copies), "--to", str(tmp_path / "x")]
    )
    assert "1 article restored" in done.output
    assert f"title not found: {secret.id}" in done.output
    assert "not read: copies/empty.txt: empty file" in done.output
    checked = run(cli.group, ["verify", str(tmp_path / "x")])
    assert "is a copy with restored texts" in str(checked.exception)
    compared = run(cli.group, ["diff", str(tmp_path / "x"), str(built)])
    assert "is a copy with restored texts" in str(compared.exception)
    (copies / "a.txt").write_text(secret.text + " زيادة", "utf-8")
    done = run(
        cli.group, ["restore", str(built), "--articles", str(copies), "--to", str(tmp_path / "y")]
    )
    assert done.exit_code == 1
    assert f"not found: {secret.id}" in done.output
    assert "name the files or folders that do" in done.output
    # The folder was made of nothing, and stood in the way of a second try with the right copies.
    assert "y is not made: no text was found" in done.output.replace("\n", "")
    assert not (tmp_path / "y").exists()


def test_the_corpus_itself_is_a_copy(built, recorded, secret, tmp_path, monkeypatch):
    monkeypatch.chdir(recorded.root)
    outcome = restore.restore_release(built, [recorded.corpus / "articles.jsonl"], tmp_path / "x")
    assert (outcome.restored, outcome.missing, outcome.untitled) == ([secret.id], [], [])
    words = pq.read_table(tmp_path / "x" / "tokens" / "train.parquet").to_pylist()
    (row,) = (each for each in words if each["article_id"] == secret.id)
    assert "".join(row["tokens"]) == "".join(secret.text.split())


def test_a_release_that_withholds_nothing_says_so(recorded, secret, tmp_path):
    """It said "0 articles restored", as if the copies had not been found."""
    shown = [
        msgspec.structs.replace(each, redistribute=True, license="CC-BY-4.0")
        for each in article_store.articles(recorded)
    ]
    write_articles(recorded, shown)
    release = build.build(recorded, "0.1.0", notes=[]).folder
    (tmp_path / "a.txt").write_text(secret.text, "utf-8")
    words = [
        "restore",
        str(release),
        "--articles",
        str(tmp_path / "a.txt"),
        "--to",
        str(tmp_path / "x"),
    ]
    done = CliRunner().invoke(cli.group, words)
    assert done.exit_code == 0
    assert "0 articles restored: the release withholds no text" in done.output


def pile(folder, *, line_end="\n", menu=MENU, slogan=SLOGAN):
    folder.mkdir()
    for number, body in enumerate(BODIES):
        text = f"{menu}\n{body}\n{slogan} {number}\n\nإعلان\n".replace("\n", line_end)
        (folder / f"{number}.txt").write_text(text, "utf-8", newline="")
    return folder


def test_lines_that_only_this_corpus_removed(tmp_path):
    """Recurring lines and the corpus's own chrome: told by hash, without a line of the text."""
    made = init.init(tmp_path / "c", name="c")
    (made.root / "qawl.yaml").write_text(
        f"name: c\nlayers: [entity]\ningest: {{chrome: ['{SLOGAN} .*']}}\n", "utf-8"
    )
    made = project.load(made.root)
    folder = pile(tmp_path / "given")
    (folder / "_source.yaml").write_text("source: s\nredistribute: false\n", "utf-8")
    ingest.ingest(made, source_files.read([folder], {}, made.root))
    frozen = list(article_store.articles(made))
    assert not [each for each in frozen if MENU in each.text or SLOGAN in each.text]
    built = build.build(made, "0.1.0", notes=["trial"]).folder
    assert MENU not in (built / "manifest.json").read_text("utf-8")
    assert len(manifest.load(built).cleaning.lines) == 1
    copies = pile(tmp_path / "copies", line_end="\r\n", slogan=unicodedata.normalize("NFD", SLOGAN))
    outcome = restore.restore_release(built, [copies], tmp_path / "full")
    assert len(outcome.restored) == len(BODIES)
    rows = pq.read_table(tmp_path / "full" / "articles").to_pylist()
    assert {row["text"] for row in rows} == {each.text for each in frozen}


@given(strategies.texts)
def test_a_text_without_what_was_told_is_its_own_candidate(text):
    frozen, _ = cleaning.clean(text)
    assert frozen in set(candidates(text, CleaningRecord()))
    assert next(candidates(text, CleaningRecord())) == text


def test_a_manifest_that_tells_nonsense_is_refused(built, tmp_path):
    for wrong in ({"chrome": ["("]}, {"lines": 3}):
        corpora.say_again(built, cleaning=wrong)
        with pytest.raises(ReleaseError, match="cleaning"):
            restore.restore_release(built, [], tmp_path / "x")


def test_what_can_not_be_filled_is_one_line():
    import datasets

    with pytest.raises(InputError, match="not list"):
        qawl.restore([], "x")
    with pytest.raises(InputError, match="no column text_sha256"):
        qawl.restore(datasets.Dataset.from_dict({"a": [1]}), "x")


def test_a_restore_that_fails_leaves_nothing(built, secret, tmp_path):
    path = built / "quotes" / "train.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("speaker_standoff")
    told = pa.array(["[[0, 999999]]"] * len(table))
    pq.write_table(table.set_column(at, "speaker_standoff", told), path)
    copy = tmp_path / "copy.txt"
    copy.write_text(secret.text, "utf-8")
    with pytest.raises(ReleaseError, match="was changed"):
        restore.restore_release(built, [copy], tmp_path / "full")
    assert not [each for each in tmp_path.iterdir() if "full" in each.name]


def test_a_table_that_was_damaged_is_refused_before_anything_is_restored(recorded, tmp_path):
    """One bit of a table on its way here: restoring it would pass it on as if it were the release's."""
    release = build.build(recorded, "9.0.0", notes=["a trial"]).folder
    table = next(release.glob("quotes/*.parquet"))
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    with pytest.raises(ReleaseError, match="was changed: bring the release back"):
        restore.restore_release(release, [recorded.root / "corpus"], tmp_path / "full")
    assert not (tmp_path / "full").exists()


@pytest.fixture
def shipped(recorded, released):
    """A corpus with a release, as somebody receives it."""
    return recorded.root, released


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "words",
    [
        ["export", "jsonl", "--from", "RELEASE", "--to", "out"],
        ["diff", "RELEASE", "RELEASE"],
        ["suggest", "--release", "RELEASE", "--to", "out.jsonl"],
    ],
)
@pytest.mark.parametrize("name", ["articles/train.parquet", "manifest.json"])
def test_a_release_that_was_damaged_on_its_way_is_not_read(shipped, words, name):
    root, release = shipped
    if name == "manifest.json":
        text = (release / name).read_text("utf-8")
        (release / name).write_text(text.replace('"rows": 1', '"rows": 2', 1), "utf-8")
    else:
        flipped(release / name)
    given = [str(release) if each == "RELEASE" else each for each in words]
    code, said = corpora.main(root, *given)
    assert code == 1
    assert "bring the release back" in said
    assert name in said
    assert corpora.main(root, "verify", str(release))[0] == 1


def test_a_document_that_was_changed_is_said_where_it_is_passed_on(shipped, caplog):
    root, release = shipped
    (release / "README.md").write_bytes(b"")
    words = ["restore", str(release), "--articles", "corpus/articles.jsonl", "--to", "full"]
    code, said = corpora.main(root, *words)
    assert code == 0, said
    assert "README.md was changed since the release was built" in said + caplog.text


@pytest.mark.parametrize("place", ["", "inside", "articles/inside", "linked/inside", ".."])
def test_a_copy_never_stands_in_its_release_or_around_it(built, secret, tmp_path, place):
    copy = tmp_path / "a.txt"
    copy.write_text(secret.text, "utf-8")
    (tmp_path / "linked").symlink_to(built, target_is_directory=True)
    target = tmp_path / place if place.startswith("linked") else built / place
    before = sorted(built.rglob("*"))
    done = CliRunner().invoke(
        cli.group, ["restore", str(built), "--articles", str(copy), "--to", str(target)]
    )
    assert done.exit_code == 1
    assert "overlap: name a folder elsewhere with --to" in str(done.exception)
    assert sorted(built.rglob("*")) == before
    assert manifest.verify(built) == []


def test_rows_that_are_not_those_of_the_manifest_are_not_restored(built, secret, tmp_path):
    """Somebody changed a table and made the hashes of files anew: only the digest of rows tells."""
    path = built / "entities" / "train.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("start")
    moved = pa.array([99_999] * len(table), table.schema.field("start").type)
    pq.write_table(table.set_column(at, table.schema.field("start"), moved), path)
    told = manifest.file_digests(built)
    manifest.write(built, msgspec.structs.replace(manifest.load(built), files=told))
    copy = tmp_path / "a.txt"
    copy.write_text(secret.text, "utf-8")
    words = ["restore", str(built), "--articles", str(copy), "--to", str(tmp_path / "x")]
    done = CliRunner().invoke(cli.group, words)
    assert done.exit_code == 1
    assert "entities/train: the rows are not those of the manifest" in str(done.exception)
    assert not (tmp_path / "x").exists()
