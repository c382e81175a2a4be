"""Only the edges reach the outside, and every module says what it is.

That imports between packages point downwards is held by import-linter (`make lint`).
"""

import ast
import re
import sys
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import qawl

SOURCE = Path(qawl.__file__).parent
ROOT = Path(__file__).parents[1]
EDGES = (
    "studio",
    "hub",
    "articles.duplicates.engine",
    "articles.remote",
    "cli",
    "setup.demo",
    "suggest.models.endpoint",
)
OUTSIDE = {
    "socket",
    "urllib",
    "http",
    "subprocess",
    "requests",
    "httpx",
    "fsspec",
    "label_studio_sdk",
    "huggingface_hub",
    "time",
}
NO_NETWORK = "urllib.parse"
"""It takes addresses apart and reaches nothing."""
CLOCK = {"now", "utcnow", "today"}
ONLY_IN = {
    "label_studio_sdk": ("studio",),
    "huggingface_hub": ("hub",),
    "click": ("cli",),
    "fsspec": ("articles.remote",),
    "daft": ("articles.duplicates",),
    "rich": ("cli", "setup.demo"),
}


@cache
def modules():
    """(dotted name below qawl, syntax tree) of every module."""
    return tuple(
        (
            ".".join(part for part in parts if part != "__init__"),
            ast.parse(path.read_text("utf-8")),
        )
        for path in sorted(SOURCE.rglob("*.py"))
        for parts in [path.relative_to(SOURCE).with_suffix("").parts]
    )


def imported(tree):
    """Every module name that a tree imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import, line {node.lineno}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name, homes):
    """Whether a module is one of these, or lies in one of these packages."""
    return any(name == home or name.startswith(f"{home}.") for home in homes)


def test_only_the_edges_reach_network_clock_and_processes():
    for name, tree in modules():
        if within(name, EDGES):
            continue
        found = {
            each
            for each in imported(tree)
            if each.split(".")[0] in OUTSIDE and not each.startswith(NO_NETWORK)
        }
        assert not found, f"{name} imports {found}"
        read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & CLOCK
        assert not read, f"{name} reads the clock: {read}"


def test_libraries_of_an_edge_are_imported_there_alone():
    for name, tree in modules():
        for each in imported(tree):
            homes = ONLY_IN.get(each.split(".")[0])
            assert homes is None or within(name, homes), f"{name} imports {each}"


def test_the_top_level_holds_packages_alone():
    files = {path.name for path in SOURCE.iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "py.typed"}


def test_every_module_says_what_it_is():
    for name, tree in modules():
        said = ast.get_docstring(tree)
        assert said, f"{name} has no docstring"
        package = SOURCE.joinpath(*name.split(".")).is_dir()
        assert not (package and name and name != "cli") or len(said.splitlines()) >= 3, name


def test_every_module_of_slow_tests_is_there():
    listed = (ROOT / "tests" / "slow.txt").read_text("utf-8").splitlines()
    names = [each for each in listed if not each.startswith("#")]
    assert names == sorted(set(names))
    assert [each for each in names if not (ROOT / each).is_file()] == []


FOREIGN = {
    "annotations.dialogues": "turns and results of Label Studio, of any of its controls",
    "annotations.journal_entries": "tasks as Label Studio sent them",
    "annotations.journal_fields": "tasks as Label Studio sent them",
    "annotations.json_stream": "elements of exports of Label Studio",
    "annotations.labelling_trees": "results of Label Studio, of any of its controls",
    "annotations.shown_pages": "results of Label Studio, of any of its controls",
    "annotations.task_results": "tasks and results of Label Studio, of any of its controls",
    "annotations.task_text": "data of tasks, of any names",
    "core.column_types": "cells of tables: their column, which says their type, is known at run time",
    "core.strict_yaml": "YAML as parsed",
    "formats.readers.argilla": "records of Argilla",
    "formats.readers.doccano": "lines of doccano",
    "formats.readers.own": "records that went through other tools",
    "formats.readers.prodigy": "examples of Prodigy",
    "release.tables.columns": "features in the head of a card, YAML as parsed",
    "release.tables.align": "spans and offsets as tokenizers, rows and arrays give them",
    "release.tables.unalign": "tags and offsets as tokenizers, arrays and lists give them",
    "scheme.defaults": "a scheme, YAML as parsed",
    "scheme.json_schema": "JSON Schemas",
    "scoring.predictions": "lines that other systems write",
    "setup.adoption.articles": "data of tasks, of any names",
    "setup.adoption.conditions": "a scheme before it is written as YAML",
    "studio.transport": "what Label Studio answers, and its SDK, which has no types",
}
"""Modules that may use `Any`, since they read or write what others define → what that is."""


def test_any_stands_only_where_foreign_values_are_read():
    using = {
        name
        for name, tree in modules()
        if any(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(tree))
    }
    assert sorted(using - FOREIGN.keys()) == [], "use types, or say here what is read"
    assert sorted(FOREIGN.keys() - using) == [], "they use Any no more: take them out"


def test_every_package_says_what_it_is_offers_and_may_import():
    for path in sorted(SOURCE.glob("*/__init__.py")):
        said = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        first, _, offers, *rest = said.splitlines()
        assert first.endswith("."), path
        assert offers.startswith("Offers "), path
        assert any("May import " in line for line in (offers, *rest)), path


def test_every_library_that_is_imported_is_declared():
    """What another library brings today, it may not bring tomorrow: lxml, httpx and markupsafe came so."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    given = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    declared = {re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", each)[0]).lower() for each in given}
    declared |= {"ray"}  # daft[ray]
    brought = {"yaml": "pyyaml", "cassis": "dkpro-cassis"}
    found = {
        brought.get(each, each.replace("_", "-"))
        for _, tree in modules()
        for each in (name.partition(".")[0] for name in imported(tree))
        if each not in sys.stdlib_module_names and each not in ("qawl", "_typeshed")
    }
    assert found <= declared
