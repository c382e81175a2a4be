"""What an adoption says in qawl.yaml, where what people wrote, their comments and their order stay."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from qawl.core import files
from qawl.core.errors import ProjectError
from qawl.core.project import SETTINGS, Project, load
from qawl.core.strict_yaml import written
from qawl.setup.adoption import server
from qawl.setup.adoption.facts import UNREAD
from qawl.setup.adoption.report import Report
from qawl.setup.adoption.scheme import LEFT_OUT

More = Mapping[str, object] | Sequence[object]


def add_layer(folder: Path, layer: str, annotators: Sequence[str]) -> None:
    """Names a layer and its annotators in qawl.yaml."""
    path = folder / SETTINGS
    project = load(folder)
    known = project.annotators
    fresh = [each for each in annotators if each not in known]
    text = path.read_text("utf-8")
    said = yaml.safe_load(text)
    whole: dict[str, tuple[Sequence[object], list[str]]] = {
        "layers": (project.settings.layers, [layer]),
        "annotators": ([*known], fresh),
    }
    for key, (default, more) in whole.items():
        there = [] if key in said or not more else default
        text = with_more(text, str(path), (key,), [*there, *more])
    files.write_text(path, text)


def say(project: Project, report: Report, least: int, home: server.Home | None) -> None:
    """Says in qawl.yaml what follows from the work: the plan asks for as many annotators as every
    annotated text has, what no scheme can say is no error of the annotators, and annotation goes on in
    the project that was adopted."""
    path, settings = project.root / SETTINGS, project.settings
    text = path.read_text("utf-8")
    if report.layer not in settings.overlap:
        text = with_more(text, str(path), ("overlap",), {report.layer: least})
    passed = {each.check for each in settings.dispensations if not each.articles and not each.until}
    more = [each for each in _dispensed(report) if each["check"] not in passed]
    text = with_more(text, str(path), ("dispensations",), more)
    if home:
        text = _with_home(text, str(path), report, home)
    files.write_text(path, text)


def _with_home(text: str, where: str, report: Report, home: server.Home) -> str:
    """The settings with the project to go on in; a note where they name another server."""
    there = {report.layer: home.project}
    said = yaml.safe_load(text).get("label_studio")
    if not said:
        return with_more(text, where, ("label_studio",), {"url": home.url, "adopted": there})
    if str(said.get("url")).rstrip("/") == home.url:
        return with_more(text, where, ("label_studio", "adopted"), there)
    whole = written({"url": home.url, "adopted": there})
    report.notes.append(
        f"to go on in project {home.project} there, say in qawl.yaml: label_studio: {whole}"
    )
    return text


def _dispensed(report: Report) -> Iterator[dict[str, str]]:
    """Dispensations for what the work has and no scheme can say."""
    unread = {
        "result-unsupported": (report.left_out, UNREAD),
        "attribute-unknown": (report.notes, LEFT_OUT),
    }
    for check, (listed, start) in unread.items():
        told = [each.removeprefix(start) for each in listed if each.startswith(start)]
        if told:
            names = ", ".join(each.partition(":")[0] for each in told)
            yield {
                "check": check,
                "reason": f"the adopted work has {names}, which a scheme can't express",
            }


def with_more(text: str, where: str, path: tuple[str, ...], more: More) -> str:
    """A qawl.yaml with more keys, or items, in what stands at a path of keys; that may be missing.

    Raises ProjectError where YAML is written so that nothing can be put in.
    """
    if not more:
        return text
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node = _at(root, path)
    if path and not isinstance(node, yaml.CollectionNode):
        return with_more(text, where, path[:-1], {path[-1]: more})
    made = _inserted(text, node, more) if isinstance(node, yaml.CollectionNode) else text
    if _plain(made) != _expected(_plain(text), path, more):
        raise ProjectError(
            f"{where}: write {'.'.join(path) or 'its keys'} plainly there, without anchors, and run "
            "this again"
        )
    return made


def _at(node: yaml.Node | None, path: tuple[str, ...]) -> yaml.Node | None:
    for name in path:
        given = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for key, value in given if key.value == name), None)
    return node


def _inserted(text: str, node: yaml.CollectionNode, more: More) -> str:
    if isinstance(more, Mapping):
        pieces = [written({name: each})[1:-1] for name, each in more.items()]
    else:
        pieces = [f"{'' if node.flow_style else '- '}{written(each)}" for each in more]
    if node.flow_style:
        at = _end(node.value[-1]) if node.value else node.end_mark.index - 1
        return f"{text[:at]}{', ' if node.value else ''}{', '.join(pieces)}{text[at:]}"
    at = text.find("\n", _end(node.value[-1]))
    before, after = (text[:at], text[at:]) if at >= 0 else (text, "\n")
    indent = " " * node.start_mark.column
    return before + "".join(f"\n{indent}{each}" for each in pieces) + after


def _end(last: yaml.Node | tuple[yaml.Node, yaml.Node]) -> int:
    """Where what is written of an item ends, or of a key and its value."""
    node = last[1] if isinstance(last, tuple) else last
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    folded = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    return int(node.end_mark.index) - folded  # a text of lines ends behind its last line


def _plain(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None


def _expected(said: object, path: tuple[str, ...], more: More) -> object:
    if path:
        whole = dict(said) if isinstance(said, Mapping) else {}
        return {**whole, path[0]: _expected(whole.get(path[0]), path[1:], more)}
    if isinstance(more, Mapping):
        return {**(said if isinstance(said, Mapping) else {}), **more}
    return [*(said if isinstance(said, list) else []), *more]
