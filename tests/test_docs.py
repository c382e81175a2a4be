"""The documentation is true: its tables are those of the code, its commands run."""

import ast
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from conftest import ROOT
from qawl import cli
from qawl.core import project
from qawl.release.tables.columns import decode
from qawl.release.versions import manifest
from qawl.scheme import contradictions, scheme

README = (ROOT / "README.md").read_text("utf-8")


def between(name, page):
    """The lines that stand between two markers of a page."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return re.search(rf"<!-- {name} -->\n(.*)<!-- /{name} -->", text, re.DOTALL).group(1)


def first_line(path):
    """The first line of a module's docstring."""
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))).splitlines()[0]


def test_the_page_of_commands_lists_them_in_the_order_of_work():
    rows = [f"| `qawl {name}` | {line} |" for name, line in cli.COMMANDS.items()]
    shown = between("commands", "commands.md").splitlines()
    assert [line for line in shown if line.startswith("| `")] == rows


def test_the_readme_is_short_and_its_links_lead_somewhere():
    assert len(README.encode()) < 10_000
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert "://" in link or (page.parent / link).exists(), (page.name, link)


def test_the_row_that_the_readme_shows_is_one_of_the_release(recorded):
    from qawl.release import build

    (shown,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    wanted = json.loads(shown)
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    columns = manifest.features(folder)["quotes"]
    rows = pq.read_table(folder / "quotes" / "train.parquet").to_pylist()
    found = [
        {name: decode(columns[name], row[name]) for name in wanted}
        for row in rows
        if row["article_id"] == wanted["article_id"] and row["start"] == wanted["start"]
    ]
    for each in found:
        for name in ("cue", "source"):
            each[name] = [{"text": mention["text"]} for mention in each[name]]
    assert found == [wanted]


def test_the_architecture_page_maps_every_module():
    source = ROOT / "src" / "qawl"
    shown = between("modules", "architecture.md")
    rows = [
        line.replace("*", "") for line in shown.splitlines() if line.startswith(("| `", "| **`"))
    ]
    expected = {
        f"| `{path.parent.relative_to(source)}/` | {first_line(path)} |"
        if path.stem == "__init__"
        else f"| `{path.relative_to(source).with_suffix('')}` | {first_line(path)} |"
        for path in source.rglob("*.py")
        if path.parent != source
    }
    assert sorted(rows) == sorted(expected)


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_help_of_each_command_starts_as_the_table_says(name):
    command = cli.group.get_command(None, name)
    assert command is not None
    assert command.help.splitlines()[0] == cli.COMMANDS[name]
    shown = CliRunner().invoke(cli.group, [name, "--help"])
    assert shown.exit_code == 0


def test_help_imports_nothing_heavy():
    script = "import sys; sys.argv = ['qawl', '--help']\nfrom qawl.cli import main\ntry: main()\nexcept SystemExit: pass\nprint([m for m in ('yaml', 'pyarrow', 'datasets', 'label_studio_sdk', 'daft', 'numpy', 'rich', 'jsonschema', 'msgspec') if m in sys.modules])"
    started = time.process_time()
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("[]\n")
    assert time.process_time() - started < 5


def test_commands_that_the_readme_shows_run(tmp_path, monkeypatch):
    """With the `_source.yaml` that it shows: without one, the tour led to a release without texts."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("قال أحمد نعم.\n", "utf-8")
    (source,) = re.findall(r"```yaml\n(source:.*?)```", README, re.DOTALL)
    (tmp_path / "articles" / "_source.yaml").write_text(source, "utf-8")
    shown = re.search(r"```\n(qawl init.*?)```", README, re.DOTALL).group(1)
    assert "qawl verify" in shown
    run = CliRunner()
    monkeypatch.chdir(tmp_path)
    for line in shown.splitlines():
        words = line.partition("#")[0].split()
        if words[0] == "cd":
            monkeypatch.chdir(tmp_path / words[1])
        elif words[1] in {"serve", "push", "pull"}:
            continue  # need a server: tests/test_live.py runs them
        else:
            done = run.invoke(cli.group, words[1:])
            assert done.exit_code == 0, (line, done.output)
    (row,) = pq.read_table("exports/releases/0.1.0/articles").to_pylist()
    assert (row["text"], row["source"]) == ("قال أحمد نعم.", "The Daily")


def test_python_that_the_readme_shows_runs(recorded, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    from qawl.release import build
    from qawl.release.tables import tokens

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", recorded.root / "cache")
    monkeypatch.chdir(recorded.root)
    build.build(recorded, "0.1.0", notes=[])
    pages = README, (ROOT / "docs" / "dataset.md").read_text("utf-8")
    shown = [code for page in pages for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL)]
    assert len(shown) == 3

    def tokenizer(text, *, return_offsets_mapping):
        assert return_offsets_mapping
        return {"offset_mapping": [(0, 0), *tokens.tokens(text)]}

    for code in shown:
        found = {"tokenizer": tokenizer}
        exec(code, found)
    assert found["row"]["text"]
    assert len(found["tags"]) == len(list(tokens.tokens(found["row"]["text"]))) + 1
    assert max(found["tags"]) > 0


def test_unknown_commands_and_missing_corpora_are_one_line(tmp_path):
    for arguments in (
        ["validate"],
        ["push"],
        ["release", "0.1.0"],
        ["ingest", "nothing.txt"],
        ["pull", "--from", "nothing.json"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "qawl", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, arguments
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "Traceback" not in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "qawl", "nonsense"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2


def test_the_schemes_that_the_documentation_shows_are_some():
    from qawl.scheme.label_config import config_xml

    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    shown = [scheme.parse(each, "x.yaml") for each in blocks if "layer:" in each]
    assert [each.layer for each in shown] == ["ner", "stance", "tone", "x"]
    assert "held_by" in shown[1].relation
    assert "TARGET" in config_xml(shown[1], "en")
    for part in blocks:
        if "layer:" not in part and "projections:" not in part:  # what stands beside labels
            indented = part.startswith("  ")
            text = (
                f"layer: x\nlabels: [PER, LOC]\nattributes:\n{part}"
                if indented
                else f"layer: x\n{part}"
            )
            text += "" if "label_sets" in text or "labels:" in text else "labels: [PER, LOC]\n"
            scheme.parse(text, "x.yaml")


def test_files_are_found_in_the_corpus_and_where_the_command_was_typed(tmp_path):
    (tmp_path / "FILE.txt").write_text("قال أحمد نعم.\n", "utf-8")

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "qawl", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("init", "trial").returncode == 0
    done = run("-C", "trial", "ingest", "FILE.txt")
    assert done.returncode == 0, done.stderr
    tasks = run("-C", "trial", "tasks", "--layer", "quote")
    assert "قال أحمد نعم." in tasks.stdout


def test_the_commands_that_the_page_on_scoring_shows_run(recorded, monkeypatch):
    """In their order, after the release that they name; the page's test split is made here."""
    from qawl.articles import store
    from qawl.release import build

    settings = recorded.root / "qawl.yaml"
    shown = next(each.id for each in store.articles(recorded) if each.redistribute)
    settings.write_text(
        settings.read_text("utf-8").replace(
            "release:\n", f"release:\n  locked_test: ['{shown}']\n"
        ),
        "utf-8",
    )
    monkeypatch.chdir(recorded.root)
    page = (ROOT / "docs" / "scoring.md").read_text("utf-8")
    blocks = re.findall(r"\n\n```\n(.*?)```", page, re.DOTALL)
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
    assert [line.split()[0] for line in lines] == [*["qawl"] * 8, "mkdir", *["qawl"] * 2]
    folder = build.build(project.load(recorded.root), "0.1.0", notes=[]).folder
    export = ["export", "jsonl", "--from", str(folder), "--to", "lines"]
    assert CliRunner().invoke(cli.group, export).exit_code == 0
    for name in ("predictions", "mine", "theirs", "names"):
        lines_of = [each.read_bytes() for each in sorted(Path("lines").glob("*.jsonl"))]
        Path(f"{name}.jsonl").write_bytes(b"".join(lines_of))
    for line in lines:
        words, _, to = line.partition(" > ")
        if words.startswith("mkdir"):
            Path(words.split()[-1]).mkdir(parents=True)
            continue
        if "--draft" in words:
            shutil.rmtree(folder)
        done = CliRunner().invoke(cli.group, words.split()[1:])
        assert done.exit_code == 0, (line, done.output, done.exception)
        if to:
            Path(to.strip()).write_text(done.stdout, "utf-8")
    assert Path("page.html").is_file()
    assert "### Leaderboard" in (folder / "README.md").read_text("utf-8")


def test_the_page_on_suggestions_names_everything_that_a_label_can_find():
    """Six were missing, which the schemes that come with Qawl use."""
    text = (ROOT / "docs" / "suggestions.md").read_text("utf-8")
    listed = re.search(r"The values are (.*?)\. With", text, re.DOTALL).group(1)
    assert {*re.findall(r"`(\w+)`", listed)} == contradictions.FINDS
