"""The projects of this corpus in Label Studio: what tells them from others, and what they should be."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import unescape

from qawl.annotations import reading
from qawl.core.errors import ServerError
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.guidelines.page import Briefing
from qawl.scheme.kinds.registry import result_types, value_of
from qawl.scheme.label_config import config_xml
from qawl.scheme.model import Scheme
from qawl.scheme.points import is_own
from qawl.studio.client import Client
from qawl.studio.steps import Remote, Wanted

MARK = re.compile(
    r"qawl corpus=(?P<corpus>.+) layer=(?P<layer>\S+) "
    r"(annotator=(?P<annotator>\S+)|pool=(?P<slice>[1-9]\d{0,3})) scheme=(?P<version>\S+)"
)
"""The line of a project's description by which it is known again."""
TITLE = 50
"""Characters that Label Studio allows in a project's title."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def wanted(project: Project, told: Briefing, annotator: str, number: int | None = None) -> Wanted:
    """The project that a layer's annotator, its judge, or all who share a slice of a pool work in."""
    current, language = told.scheme, project.settings.language
    judging = annotator == JUDGE
    config = config_xml(current, language, judging=judging).strip()  # as the server keeps it
    digest = sha256(config.encode()).hexdigest()[:8]
    return Wanted(
        layer=current.layer,
        annotator=annotator,
        title=title(project, current.layer, annotator, number),
        description=f"{line(project, current, annotator, number)}/{digest}",
        config=config,
        instruction=told.html(annotator).strip(),
        slice=number,
    )


def line(project: Project, current: Scheme, annotator: str, number: int | None = None) -> str:
    """The line by which a project is known again."""
    whose = f"annotator={annotator}" if number is None else f"pool={number}"
    name = project.settings.name
    return f"qawl corpus={name} layer={current.layer} {whose} scheme={current.version}"


def title(project: Project, layer: str, annotator: str, number: int | None = None) -> str:
    """The title of a project; that of a pool ends in the number of its slice, however long it is."""
    said = f"{project.settings.name} · {layer} · {annotator}"
    return said[:TITLE] if number is None else _ending(said, f" {number}")


def versioned(said: str, version: str) -> str:
    """The title of a project that keeps an older version of the scheme."""
    return _ending(said, f" (version {version})"[: TITLE // 2])


def _ending(said: str, end: str) -> str:
    return said[: TITLE - len(end)] + end


def differs(remote: Remote, target: Wanted) -> bool:
    """Whether a project is not configured as it should be."""
    there = remote.config, _words(remote.instruction), remote.fields["description"]
    return there != (target.config, _words(target.instruction), target.description)


def _words(html: str) -> str:
    """What HTML says: Label Studio takes out attributes and elements that it does not know."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def refuse_orphans(client: Client, project: int, title: str, current: Scheme) -> None:
    """Annotations and drafts that use what the new config lacks would be out of their annotators' reach.

    Label Studio checks the words that are shown, not the aliases that are stored, so this looks itself.
    """
    lost: Counter[str] = Counter()
    for each in client.work(project):
        for result in reading.results(each):
            lost.update(_lacking(current, result))
    if lost:
        counts = ", ".join(f"{name} ({count})" for name, count in lost.most_common())
        raise ServerError(
            f"the new config of project {project} ({title}) lacks what its annotations use, or its "
            f"drafts: {counts}; "
            f"keep it in label_config/{current.layer}.yaml, or say there under `changes` what became of "
            "it; if somebody added it by hand in Label Studio, correct these annotations there"
        )


def _lacking(current: Scheme, result: Mapping[str, object]) -> Iterator[str]:
    """What a result uses and the scheme lacks: labels, a control, values of a control."""
    value = reading.value(result)
    yield from (each for each in reading.words(value.get("labels")) if each not in current.label)
    if result.get("type") not in result_types() or is_own(result.get("from_name")):
        return
    attribute = current.of_control.get(str(result.get("from_name")))
    if attribute is None:
        yield str(result.get("from_name"))
    elif attribute.categories and (given := attribute.read(value_of(value))) is not None:
        said = attribute.same(given)
        every = [said] if isinstance(said, str) else said
        strange = (each for each in every if each not in attribute.categories)
        yield from (f"{each} of {attribute.name}" for each in strange)
