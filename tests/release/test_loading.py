"""A release loads elsewhere: as plain parquet in pandas, polars and DuckDB, in datasets old and new."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version as installed
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from conftest import ROOT, skip_or_fail
from qawl.annotations import derive
from qawl.articles import store as article_store
from qawl.core import files as core_files
from qawl.core import project
from qawl.release import build
from qawl.release.tables import table_file
from qawl.release.tables.token_table import token_columns
from qawl.release.versions import manifest
from qawl.scheme import scheme
from table_files import small_blocks


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A release of the repository's corpus with three splits, one of which has no claims."""
    folder = tmp_path_factory.mktemp("corpus") / "c"
    for part in ("corpus", "label_config", "schemas", "exports"):
        shutil.copytree(ROOT / part, folder / part)
    ids = [each.id for each in article_store.articles(project.load(ROOT)) if each.redistribute]
    text = (ROOT / "qawl.yaml").read_text("utf-8")
    (folder / "qawl.yaml").write_text(
        text.replace("release:\n", f"release:\n  locked_test: ['{ids[0]}']\n"), "utf-8"
    )
    made = project.load(folder)
    claims = [each for each in derive.read(made, "claim") if each.article_id != ids[0]]
    core_files.write(made.annotations_file("claim"), claims)
    return build.build(made, "0.1.0", notes=[]).folder


@pytest.fixture(scope="module")
def sharded(built, tmp_path_factory):
    """The same release with a file for each article, as large ones have several a split."""
    folder = tmp_path_factory.mktemp("sharded") / "c"
    shutil.copytree(built.parents[2], folder)
    shutil.rmtree(folder / "exports" / "releases")
    with pytest.MonkeyPatch.context() as small:
        small.setattr(table_file, "SHARD", 10)
        small_blocks(small, 1)
        made = build.build(project.load(folder), "0.1.0", notes=[]).folder
    for config in ("articles", "entities", "tokens"):
        names = sorted(path.name for path in (made / config).glob("train*.parquet"))
        assert names == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    return made


def files(folder):
    """(config, split, path) of every file of a table."""
    for path in sorted(folder.glob("*/*.parquet")):
        yield path.parent.name, re.sub(r"-\d{5}-of-\d{5}$", "", path.stem), path


def test_empty_tables_and_splits_are_no_files_and_no_configs(built):
    there = {(config, split) for config, split, _ in files(built)}
    assert ("claims", "train") in there
    assert ("claims", "test") not in there
    assert not {split for _, split in there} & {"validation"}
    head = yaml.safe_load((built / "README.md").read_text("utf-8").split("---\n")[1])
    listed = {
        (each["config_name"], file["split"])
        for each in head["configs"]
        for file in each["data_files"]
    }
    assert listed == there == {tuple(name.split("/")) for name in manifest.load(built).content}


def test_datasets_loads_every_config_and_split(built, sharded, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    check_with(datasets, built, tmp_path / "whole")
    check_with(datasets, sharded, tmp_path / "sharded")


def check_with(datasets, folder, cache):
    """Every config loads with the card's features, and the tags of `tokens` have names."""
    sizes = [(of, split, pq.read_metadata(path).num_rows) for of, split, path in files(folder)]
    expected = {}
    for config, split, rows in sizes:
        counts = expected.setdefault(config, {})
        counts[split] = counts.get(split, 0) + rows
    for config, splits in expected.items():
        builder = datasets.load_dataset_builder(str(folder), config, cache_dir=str(cache))
        said = {name: each.num_bytes for name, each in builder.info.splits.items()}
        builder.download_and_prepare()
        counted = {name: each.num_bytes for name, each in builder.info.splits.items()}
        single = [split for of, split, rows in sizes if (of, rows) == (config, 1)]
        if len(single) == len(
            {*single}
        ):  # rows that come alone one after another count as one table
            assert said == counted
            assert builder.info.dataset_size == sum(said.values())
        loaded = datasets.load_dataset(str(folder), config, cache_dir=str(cache))
        assert {name: each.num_rows for name, each in loaded.items()} == splits
        path = str(min((folder / config).glob(f"{min(splits)}*.parquet")))
        alone = datasets.Dataset.from_parquet(path, cache_dir=str(cache))  # without the card
        assert alone.features == loaded[min(splits)].features
        assert alone[0] == loaded[min(splits)][0]
        stream = datasets.load_dataset("parquet", data_files=path, streaming=True)["train"]
        assert next(iter(stream)) == alone[0]
    loaded = datasets.load_dataset(str(folder), "tokens", cache_dir=str(cache))
    kind = loaded["test"].features["entity_tags"]
    label = kind[0] if isinstance(kind, list) else kind.feature  # a list in datasets 3
    assert label.names[:2] == ["O", "B-PERS"]
    for row in loaded["test"]:
        assert len(row["tokens"]) == len(row["entity_tags"])
        assert row["claim_tags"] is None
        assert row["entity_complete"] is True


def test_pandas_reads_plain_parquet(built):
    import pandas as pd

    for _, _, path in files(built):
        assert len(pd.read_parquet(path)) == pq.read_metadata(path).num_rows
    found = pd.read_parquet(built / "tokens" / "test.parquet").iloc[0]
    assert len(found["tokens"]) == len(found["entity_tags"]) > 0
    articles = pd.read_parquet(built / "articles" / "test.parquet").iloc[0]
    assert articles["text"][found["starts"][3] : found["ends"][3]] == found["tokens"][3]


def test_polars_reads_plain_parquet(built):
    try:
        import polars as pl
    except ImportError:
        skip_or_fail("polars is not installed")
    for _, _, path in files(built):
        assert pl.read_parquet(path).height == pq.read_metadata(path).num_rows
    tokens = pl.read_parquet(built / "tokens" / "*.parquet")
    long = (
        tokens.filter(~pl.col("withheld"))
        .select("tokens", "entity_tags")
        .explode(["tokens", "entity_tags"])
    )
    assert long.height == sum(map(len, tokens["tokens"].drop_nulls().to_list()))
    spans = pl.read_parquet(built / "articles" / "*.parquet").select("entity_spans")
    assert spans.explode("entity_spans").height == sum(
        pq.read_metadata(path).num_rows for path in (built / "entities").glob("*.parquet")
    )


def test_duckdb_reads_plain_parquet(built):
    try:
        import duckdb
    except ImportError:
        skip_or_fail("duckdb is not installed")
    with duckdb.connect() as base:
        for _, _, path in files(built):
            ((count,),) = base.sql(f"select count(*) from '{path}'").fetchall()
            assert count == pq.read_metadata(path).num_rows
        joined = base.sql(
            f"""select e.text, substr(a.text, e.start + 1, e."end" - e.start)
            from '{built}/entities/*.parquet' e join '{built}/articles/*.parquet' a
            on a.id = e.article_id where not a.withheld"""
        ).fetchall()
        assert joined
        assert all(surface == there for surface, there in joined)


def test_no_metadata_of_a_writer_stands_in_the_way_of_old_readers(built):
    """What datasets 2 and 3 stumble over: types of features that they lack, empty row groups, null columns."""
    kinds = token_columns(scheme.load_all(project.load(built.parents[2])))
    for config, _, path in files(built):
        file = pq.ParquetFile(path)
        (said,) = file.schema_arrow.metadata.values()
        assert set(re.findall(r'"_type": "(\w+)"', said.decode())) <= {"Value", "ClassLabel"}
        groups = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        assert groups
        assert all(groups)
        assert "null" not in {str(field.type) for field in file.schema_arrow}
        if config == "tokens":
            assert file.schema_arrow.names == list(kinds)


@pytest.mark.soak
@pytest.mark.parametrize(("old", "arrow"), [("2.21.0", "17.0.0"), ("3.6.0", "24.0.0")])
def test_older_datasets_load_it_in_an_environment_of_their_own(
    built, sharded, tmp_path, old, arrow
):
    """The same checks under the major versions before, with a pyarrow of their time."""
    environment = tmp_path / "old"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    wanted = [f"datasets=={old}", f"pyarrow=={arrow}", "numpy<2.3", "pyyaml", "pytest"]
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        skip_or_fail(f"datasets {old} can't be installed: {done.stderr[-200:]}")
    # Only this module's check runs there: it needs neither Qawl nor its other dependencies.
    script = f"""
import ast, json, re, sys
from pathlib import Path
import datasets
import pyarrow.parquet as pq
tree = ast.parse(Path({str(Path(__file__))!r}).read_text("utf-8"))
tree.body = [each for each in tree.body if getattr(each, "name", "") in ("files", "check_with")]
exec(compile(tree, "check", "exec"))
check_with(datasets, Path({str(built)!r}), {str(tmp_path / "whole")!r})
check_with(datasets, Path({str(sharded)!r}), {str(tmp_path / "sharded")!r})
print(json.dumps(datasets.__version__))
"""
    done = subprocess.run(
        [python, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == old


CHAPTER = """
import sys
import qawl
from qawl.release.tables import tokens

def tokenizer(text, *, return_offsets_mapping):
    return {"offset_mapping": [(0, 0), *tokens.tokens(text)]}

found = {"tokenizer": tokenizer}
for page in sys.argv[1:]:
    exec(open(page, encoding="utf-8").read(), found)
assert found["quotes"]["train"][0]["text"]
assert len(found["tags"]) == len(list(tokens.tokens(found["row"]["text"]))) + 1
assert max(found["tags"]) > 0
assert found["spans"][0].label in found["labels"]
assert all(row["text"] for row in found["articles"])
import datasets
print(datasets.__version__)
"""


@pytest.mark.soak
@pytest.mark.parametrize("version", ["2.21.0", "3.6.0"])
def test_the_chapter_for_receivers_runs_on_old_datasets(recorded, tmp_path, version):
    """With what receivers need and no more, as docs/dataset.md says it; tests/test_docs.py runs the chapter
    on the version of this environment."""
    built = build.build(recorded, "0.1.0", notes=[]).folder
    chapters = []
    for page in ("README.md", "docs/dataset.md"):
        (code,) = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
        chapters.append(tmp_path / f"chapter-{len(chapters)}.py")
        chapters[-1].write_text(code, "utf-8")
    python = tmp_path / "old" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "old"], check=True)
    libraries = ("click", "PyYAML", "pyarrow", "numpy", "msgspec", "regex")
    wanted = [f"datasets=={version}", *(f"{each}=={installed(each)}" for each in libraries)]
    for line in (wanted, ["--no-deps", str(ROOT)]):
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *line],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            skip_or_fail(f"datasets {version} can't be installed: {done.stderr[-200:]}")
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [python, "-c", CHAPTER, *chapters],
        cwd=built.parents[2],
        env=offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == version
