"""What tells that journals lost work, also where heads.json, which says how much they held, went with it.

The annotations that were derived from the journals, and the table `annotations` of the last release.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from qawl.annotations import heads, journal
from qawl.annotations import store as annotation_store
from qawl.articles import released
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.release.reading import Release


def told(project: Project) -> Iterator[str]:
    """What journals seem to lack, in words; raises QawlError where one is damaged, or the release."""
    unsaid = [
        path.name
        for layer in project.settings.layers
        for _, path in journal.files(project, layer)
        if heads.of(path) is None and journal.stood(project, path)[0]
    ]
    if unsaid:
        yield (
            f"{heads.NAME} says nothing of {', '.join(unsaid)}, so lines may be missing: "
            "bring it back from version control; where all are whole, the next `qawl pull` makes it"
        )
    lost: set[str] = set()
    for layer in project.settings.layers:
        for each in annotation_store.stale(project, layer):
            lost |= {layer} if each.check == "journal-missing" else set()
            yield each.message
    yield from _released(project, [each for each in project.settings.layers if each not in lost])


def _released(project: Project, layers: Iterable[str]) -> Iterator[str]:
    """The work of the last release of which the journals of these layers have nothing: fewer annotations
    of an article than stand in the release, also with those that were deleted since."""
    version = released.last_version(project)
    if version is None:
        return
    release = Release(project.release(version))
    for layer in layers:
        shipped = Counter(done.article_id for done, *_ in release.annotations(layer))
        lacking = shipped - _held(project, layer)
        if lacking:
            some = next(iter(sorted(lacking)))
            lost = many(lacking.total(), "annotation")
            yield (
                f"{layer}: the journals lack {lost} that release {version} has, "
                f"first of {some}: bring exports/journal back from version control or a backup"
            )


def _held(project: Project, layer: str) -> Counter[str]:
    """How many annotations of each article the journals of a layer have, of all times."""
    found: Counter[str] = Counter()
    for _, path in journal.files(project, layer):
        opened = journal.reading(project, path)  # held here: its index closes with it
        found.update(each.article for each in opened.holds.all())
    return found
