"""What an adoption says in qawl.yaml: the layer and its annotators, and what follows from the work."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from qawl.core import files
from qawl.core.project import SETTINGS, Project, load
from qawl.core.strict_yaml import written
from qawl.setup.adoption import server
from qawl.setup.adoption.facts import UNREAD
from qawl.setup.adoption.report import Report
from qawl.setup.adoption.scheme import LEFT_OUT
from qawl.setup.adoption.settings_text import with_more


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
