"""Silver: what nobody annotated, labelled in shards, released apart from gold, and said to be nobody's."""

import json
import shutil
import subprocess
import sys

import fsspec
import pyarrow.parquet as pq
import pytest

import qawl
from conftest import needs
from corpora import fits_schema, main, write_articles
from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.core import project
from qawl.core.records import Suggestion
from qawl.release.versions import manifest
from qawl.scheme import scheme as schemes
from qawl.suggest import silver, silver_files
from strategies import article

# Pools of news hold several languages, right to left and not, signs beyond the first plane, and texts
# that may not be redistributed.
TEXTS = [
    "وقال المدير سامي حداد إن الميناء في بيروت «لن يفتح قبل نهاية العام» {}.",
    "The council of Paris said on Monday that {} boats had left the harbour. “We are glad,” Mary Brown said.",
    "Der Minister sagte in Berlin: „Wir bauen {} Schulen bis zum Sommer und danach weitere.“",
    "🚢 وصلت {} سفن إلى طرابلس، بحسب ما أعلنت وزارة النقل في لبنان يوم الثلاثاء.",
    "河湾公司昨日表示，{}条新航线下月开通。",
]


@pytest.fixture
def pool(recorded):
    """The repository's corpus with forty more articles that nobody annotated."""
    more = [
        article(
            text.format(number), source=f"s{number}", redistribute=number % 3 > 0, license="CC0-1.0"
        )
        for number in range(8)
        for text in TEXTS
    ]
    every = sorted([*article_store.articles(recorded), *more], key=lambda each: each.id)
    write_articles(recorded, every)
    return project.load(recorded.root)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Few articles a shard."""
    monkeypatch.setattr(silver, "SHARD", 4)


def run(pool, *words, fails=False):
    code, said = main(pool.root, *map(str, words))
    assert bool(code) is fails, said
    assert "a fault in qawl" not in said
    return said


def bytes_of(folder):
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*.*")}


def rows(release, table):
    paths = sorted((release / table).glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def own(pool):
    """Layer → the articles that somebody annotated."""
    return {
        layer: {each.article_id for each in derive.read(pool, layer)}
        for layer in pool.settings.layers
    }


def test_silver_stands_apart_and_says_whose_it_is(pool, tmp_path):
    place = tmp_path / "silver"
    run(pool, "release", "0.2.0", "--draft")
    without = manifest.load(pool.release("0.2.0"))
    said = run(pool, "suggest", "--silver", place)
    assert "entity: " in said
    run(pool, "release", "0.2.0", "--draft", "--silver", place)
    folder = pool.release("0.2.0")
    made = manifest.load(folder)
    gold = {name: each.sha256 for name, each in made.content.items() if "silver" not in name}
    assert gold == {name: each.sha256 for name, each in without.content.items()}
    assert made.silver["entity"].articles == 40
    assert fits_schema(folder)["silver"]
    files = bytes_of(folder)
    by_call = qawl.Corpus(pool.root).release("0.2.0", draft=True, silver=place)
    assert by_call.manifest.silver.keys() == made.silver.keys()
    assert bytes_of(folder) == files
    with pytest.raises(qawl.QawlError, match="Qawl reads"):
        qawl.Corpus(pool.root).release("0.2.0", draft=True, silver="ftp://somewhere/silver")
    texts = {each.id: each for each in article_store.articles(pool)}
    found = rows(folder, "silver")
    assert len(found) == 120
    for row in found:
        assert row["article_id"] not in own(pool)[row["layer"]]
        frozen = texts[row["article_id"]]
        for span in row["spans"]:
            surface = frozen.text[span["start"] : span["end"]]
            assert span["text"] == (surface if frozen.redistribute else None)
    assert any(row["spans"] for row in found)
    card = (folder / "README.md").read_text("utf-8")
    assert "**No person made or checked the table `silver`.**" in card
    right, given = made.silver["entity"].measured["GPE"]
    assert f"| `GPE` | {right / given:.2f} | {right} | {given} |" in card
    assert "as the manifest says" in run(pool, "verify", folder)
    copies = tmp_path / "copies.jsonl"
    copies.write_text(
        "".join(json.dumps({"text": each.text}) + "\n" for each in texts.values()), "utf-8"
    )
    run(pool, "restore", folder, "--articles", copies, "--to", tmp_path / "whole")
    assert all(span["text"] for row in rows(tmp_path / "whole", "silver") for span in row["spans"])


def test_a_dry_run_says_what_would_be_written(pool, tmp_path):
    place = tmp_path / "silver"
    said = run(pool, "suggest", "--silver", place, "--dry-run")
    assert not place.exists()
    shards = {}
    for layer, line in zip(("entity", "quote", "claim"), said.splitlines(), strict=False):
        shards[layer] = int(line.split()[1])
        assert (
            line
            == f"{layer}: {shards[layer]} shards to make, for 40 articles; 0 are there, 0 to remove"
        )
    assert said.rstrip().endswith(f"dry run: nothing was written to {place}")
    run(pool, "suggest", "--silver", place)
    there = bytes_of(place)
    for layer, count in shards.items():
        assert sum(each.startswith(f"{layer}/") for each in there) == count
    said = run(pool, "suggest", "--silver", place, "--dry-run", "--layer", "quote")
    assert said.startswith(
        f"quote: 0 shards to make, for 0 articles; {shards['quote']} are there, 0 "
    )
    gone = next(silver.unannotated(pool, "quote"))
    run(pool, "withdraw", gone.id, "--reason", "asked")
    said = run(pool, "suggest", "--silver", place, "--dry-run", "--layer", "quote")
    assert "quote: 1 shard to make" in said
    assert f"{shards['quote'] - 1} are there, 1 to remove" in said
    assert bytes_of(place) == there


def test_a_killed_run_goes_on_where_it_was(pool, tmp_path, monkeypatch):
    whole, place = tmp_path / "whole", tmp_path / "place"
    run(pool, "suggest", "--silver", whole)
    written, write = [], silver_files.DiskFolder.write

    def killed(self, path, content):
        if len(written) == 7:
            raise KeyboardInterrupt
        written.append(path)
        write(self, path, content)

    monkeypatch.setattr(silver_files.DiskFolder, "write", killed)
    with pytest.raises(BaseException):  # noqa: B017 - as Ctrl-C ends it
        silver.make(pool, pool.settings.layers, silver_files.DiskFolder(place))
    monkeypatch.setattr(silver_files.DiskFolder, "write", write)
    assert "has no silver.json" in run(
        pool, "release", "0.2.0", "--draft", "--silver", place, fails=True
    )
    torn = place / written[3]
    torn.write_bytes(torn.read_bytes()[:40])  # as a store without whole writes leaves it
    outcome = silver.make(pool, pool.settings.layers, silver_files.DiskFolder(place))
    assert outcome.kept.total() == 6
    assert bytes_of(place) == bytes_of(whole)
    again = silver.make(pool, pool.settings.layers, silver_files.DiskFolder(place))
    assert again.made.total() == 0
    assert bytes_of(place) == bytes_of(whole)


def test_a_new_article_changes_one_shard_and_old_ones_go(pool, tmp_path):
    place = tmp_path / "silver"
    run(pool, "suggest", "--silver", place, "--layer", "entity")
    before = bytes_of(place)
    new = article("قال عمر حسن من القاهرة إنه وصل.", source="new")
    every = sorted([*article_store.articles(pool), new], key=lambda each: each.id)
    write_articles(pool, every)
    said = run(pool, "suggest", "--silver", place, "--layer", "entity")
    assert "(1 shard made" in said
    after = bytes_of(place)
    assert len(before.keys() & after.keys()) >= len(before) - 1
    assert len(after.keys() - before.keys()) == 1
    assert silver_files.load(silver_files.DiskFolder(place)).layers["entity"].articles == 41


def test_a_store_holds_the_same_bytes_and_gives_the_same_release(pool, tmp_path):
    store = fsspec.filesystem("memory")
    store.store.clear()
    run(pool, "suggest", "--silver", tmp_path / "silver")
    run(pool, "suggest", "--silver", "memory://bucket/silver")
    there = {
        path.removeprefix("/bucket/silver/"): store.cat_file(path)
        for path in store.find("/bucket/silver")
    }
    assert there == bytes_of(tmp_path / "silver")
    assert "0 shards made" in run(pool, "suggest", "--silver", "memory://bucket/silver/")
    run(pool, "release", "0.2.0", "--draft", "--silver", "memory://bucket/silver")
    one = bytes_of(pool.release("0.2.0"))
    run(pool, "release", "0.2.0", "--draft", "--silver", tmp_path / "silver")
    assert bytes_of(pool.release("0.2.0")) == one
    store.store.clear()


def test_ray_gives_the_same_bytes(pool, tmp_path):
    needs("ray")
    run(pool, "suggest", "--silver", tmp_path / "here")
    script = (
        "import ray, sys; ray.init(num_cpus=2, include_dashboard=False, logging_level='error', "
        "log_to_driver=False); from qawl.suggest import silver; silver.SHARD = 4;"
        "from qawl.cli import main; sys.argv[0] = 'qawl'; main()"
    )
    options = ["suggest", "--silver", str(tmp_path / "ray"), "--engine", "ray"]
    command = [sys.executable, "-c", script, "-C", str(pool.root), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert bytes_of(tmp_path / "ray") == bytes_of(tmp_path / "here")


def test_work_and_withdrawals_that_came_later_take_silver_out(pool, tmp_path):
    place = tmp_path / "silver"
    run(pool, "suggest", "--silver", place, "--layer", "entity")
    first, second, *_ = (
        each.id for each in article_store.articles(pool) if each.id not in own(pool)["entity"]
    )
    run(pool, "withdraw", first, "--reason", "the publisher asked")
    folder = silver_files.DiskFolder(place)
    said = run(pool, "release", "0.2.0", "--draft", "--silver", place)
    assert "left out of silver: 1, because it is of no article, or of another text" in said
    found = {row["article_id"] for row in rows(pool.release("0.2.0"), "silver")}
    assert first not in found
    assert second in found
    run(pool, "suggest", "--silver", place, "--layer", "entity")
    assert silver_files.load(folder).layers["entity"].articles == 39


def test_near_duplicates_of_what_is_annotated_are_not_labelled(pool, tmp_path):
    annotated = next(each for each in article_store.articles(pool) if each.id in own(pool)["quote"])
    near = article(annotated.text + "\nمزيد", source="copy", group=annotated.group)
    every = sorted([*article_store.articles(pool), near], key=lambda each: each.id)
    write_articles(pool, every)
    run(pool, "suggest", "--silver", tmp_path / "silver", "--layer", "quote")
    said = silver_files.load(silver_files.DiskFolder(tmp_path / "silver"))
    assert said.layers["quote"].articles == 40


def test_the_layers_that_are_not_named_stay(pool, tmp_path):
    place = tmp_path / "silver"
    run(pool, "suggest", "--silver", place, "--layer", "entity")
    run(pool, "suggest", "--silver", place, "--layer", "claim")
    assert list(silver_files.load(silver_files.DiskFolder(place)).layers) == ["entity", "claim"]
    run(pool, "release", "0.2.0", "--draft", "--silver", place)
    assert {row["layer"] for row in rows(pool.release("0.2.0"), "silver")} == {"entity", "claim"}


def _first_shard(place):
    return min((place / "entity").iterdir())


def _shifted(place):
    """A shard in which spans moved, with a silver.json that fits it."""
    folder = silver_files.DiskFolder(place)
    said = silver_files.load(folder)
    (shard, *others) = said.layers["entity"].shards
    moved = [
        Suggestion(
            article_id=each.article_id,
            layer="entity",
            model=each.model,
            model_version=each.model_version,
            text_sha256=each.text_sha256,
            scheme_version=each.scheme_version,
            spans=tuple(
                type(span)(span.id, span.label, span.start + 900, span.end + 900, span.text, {})
                for span in each.spans
            ),
        )
        for each in silver_files.unpacked(folder.read(shard.path))
    ]
    content = silver_files.packed(moved)
    folder.write(shard.path, content)
    made = silver._shard(shard.path, content, moved)
    layer = type(said.layers["entity"])
    fields = {name: getattr(said.layers["entity"], name) for name in layer.__struct_fields__}
    layers = {"entity": layer(**{**fields, "shards": (made, *others)})}
    silver_files.save(folder, silver_files.Silver(name=said.name, layers=layers))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda place: (place / "silver.json").unlink(), "has no silver.json"),
        (lambda place: (place / "silver.json").write_bytes(b"{"), "silver.json is damaged"),
        (lambda place: (place / "silver.json").write_bytes(b"[" * 9999), "silver.json is damaged"),
        (
            lambda place: (place / "silver.json").write_text(
                (place / "silver.json").read_text().replace('"qawl-examples"', '"other"', 1)
            ),
            "is silver of the corpus other",
        ),
        (lambda place: _first_shard(place).unlink(), "is gone: run `qawl suggest` again"),
        (
            lambda place: _first_shard(place).write_bytes(b"x"),
            "is not what silver.json says: run `qawl suggest` again",
        ),
        (shutil.rmtree, "has no silver.json"),
    ],
)
def test_silver_that_is_not_as_it_was_made_is_one_line(pool, tmp_path, damage, says):
    place = tmp_path / "silver"
    run(pool, "suggest", "--silver", place, "--layer", "entity")
    damage(place)
    said = run(pool, "release", "0.2.0", "--draft", "--silver", place, fails=True)
    assert len(said.splitlines()) == 1
    assert says in said
    assert not pool.release("0.2.0").exists()


def test_spans_that_do_not_stand_in_the_text_are_not_released(pool, tmp_path):
    place = tmp_path / "silver"
    run(pool, "suggest", "--silver", place, "--layer", "entity")
    _shifted(place)
    said = run(pool, "release", "0.2.0", "--draft", "--silver", place)
    assert "left out of silver: " in said
    assert "offset-range" in said
    texts = {each.id: each.text for each in article_store.articles(pool)}
    for row in rows(pool.release("0.2.0"), "silver"):
        assert all(span["end"] <= len(texts[row["article_id"]]) for span in row["spans"])


def test_another_scheme_wants_other_silver(pool, tmp_path):
    place = tmp_path / "silver"
    run(pool, "suggest", "--silver", place, "--layer", "entity")
    path = pool.scheme_file("entity")
    text = path.read_text("utf-8")
    version = schemes.load(pool, "entity").version
    path.write_text(text.replace(f'version: "{version}"', 'version: "9.9"', 1), "utf-8")
    said = run(pool, "release", "0.2.0", "--draft", "--silver", place, fails=True)
    assert "entity is of another scheme" in said


def test_a_layer_that_is_called_silver_needs_another_name(make_corpus, tmp_path):
    corpus = make_corpus("x", settings="layers: [silver]")
    (corpus.label_config / "silver.yaml").write_text(
        'format: 1\nlayer: silver\nversion: "1"\ntitle: {en: t}\nlabels:\n'
        '  - {name: A, title: {en: a}, definition: {en: a}, example: {en: a}, color: "#111111", hotkey: a}\n',
        "utf-8",
    )
    corpus = project.load(corpus.root)
    run(corpus, "suggest", "--silver", tmp_path / "s")
    said = run(corpus, "release", "0.1.0", "--draft", "--silver", tmp_path / "s", fails=True)
    assert "call the layer another name" in said


def test_the_change_says_what_happened_to_silver(pool, tmp_path):
    run(pool, "suggest", "--silver", tmp_path / "s", "--layer", "entity")
    run(pool, "release", "0.2.0")
    run(pool, "release", "--bump", "--silver", tmp_path / "s")
    assert "entity silver added" in run(pool, "diff", "0.2.0", "0.3.0").replace("  ", " ")


@pytest.mark.parametrize(
    "words",
    [
        ("suggest", "--engine", "ray"),
        ("suggest", "--silver", "x", "--score"),
        ("release", "0.2.0", "--silver", "s3://me:secret@bucket/x"),
        ("suggest", "--silver", "ftp://x/y"),
        ("suggest", "--silver", "https://news.example/silver"),
    ],
)
def test_what_does_not_go_together_is_refused(pool, words):
    said = run(pool, *words, fails=True)
    assert "secret" not in said


def test_silver_of_earlier_rules_is_made_again_and_says_which_made_it(pool, tmp_path, monkeypatch):
    from qawl.suggest import rules

    place = tmp_path / "silver"
    with monkeypatch.context() as earlier:
        earlier.setattr(rules, "VERSION", "1")
        run(pool, "suggest", "--silver", place, "--layer", "quote")
    run(pool, "release", "0.2.0", "--draft", "--silver", place)
    assert manifest.load(pool.release("0.2.0")).silver["quote"].model_version == "1"
    said = run(pool, "suggest", "--silver", place, "--layer", "quote")
    assert "0 were there" in said
    run(pool, "release", "0.2.0", "--draft", "--silver", place)
    assert manifest.load(pool.release("0.2.0")).silver["quote"].model_version == rules.VERSION
