"""The house keeps its shape: imports point one way, and only the edges reach the outside."""

import ast
from pathlib import Path

import qawl

SOURCE = Path(qawl.__file__).parent
EDGES = {"label_studio", "hub", "server", "engine", "cli", "demo"}
OUTSIDE = {
    "socket",
    "urllib",
    "http",
    "subprocess",
    "requests",
    "httpx",
    "label_studio_sdk",
    "huggingface_hub",
    "time",
    "datetime.now",
}
ONLY_IN = {
    "label_studio_sdk": {"label_studio"},
    "huggingface_hub": {"hub"},
    "click": {"cli"},
    "daft": {"duplicates", "engine"},
    "rich": {"cli", "demo"},
}


def modules():
    """(dotted name below qawl, syntax tree) of every module."""
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        yield (
            ".".join(part for part in parts if part != "__init__"),
            ast.parse(path.read_text("utf-8")),
        )


def imported(tree):
    """Every module name that a tree imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import, line {node.lineno}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inner(name, known):
    """The Qawl module that a dotted import name means; None for foreign ones."""
    if not name.startswith("qawl"):
        return None
    parts = name.split(".")[1:]
    while parts and ".".join(parts) not in known:
        parts.pop()
    return ".".join(parts)


def test_imports_have_no_cycle():
    trees = dict(modules())
    graph = {
        name: {inner(each, trees) for each in imported(tree)} - {None, "", name}
        for name, tree in trees.items()
    }
    done, path = set(), []

    def visit(name):
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name in done:
            return
        path.append(name)
        for other in sorted(graph.get(name, ())):
            visit(other)
        path.pop()
        done.add(name)

    for name in sorted(graph):
        visit(name)


def test_only_the_edges_reach_network_clock_and_processes():
    for name, tree in modules():
        if name.split(".")[0] in EDGES:
            continue
        found = {each for each in imported(tree) if each.split(".")[0] in OUTSIDE}
        found = {each for each in found if not each.startswith("urllib.parse")}  # only takes apart
        assert not found, f"{name} imports {found}"


def test_libraries_of_an_edge_are_imported_there_alone():
    for name, tree in modules():
        for each in imported(tree):
            homes = ONLY_IN.get(each.split(".")[0])
            assert homes is None or name.split(".")[0] in homes, f"{name} imports {each}"


def test_the_core_does_not_import_the_command_line():
    for name, tree in modules():
        if name and name.split(".")[0] not in {"cli", "__main__"}:
            assert not [each for each in imported(tree) if each.startswith("qawl.cli")], name


def test_modules_say_what_they_are_and_stay_small():
    for name, tree in modules():
        assert ast.get_docstring(tree), f"{name} has no docstring"
        path = SOURCE.joinpath(*name.split(".")) if name else SOURCE
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        assert len(file.read_text("utf-8").splitlines()) <= 400, f"{name} is more than one job"
