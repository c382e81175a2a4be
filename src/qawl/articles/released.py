"""Which articles stand in a release of this corpus."""

from collections.abc import Iterator
from pathlib import Path

from qawl.core import files, shards
from qawl.core.project import Project
from qawl.core.versions import VERSION, numbers


def article_ids(project: Project) -> Iterator[str]:
    """The ids in the `articles` tables of all releases, each as often as it was released."""
    for folder in files.listed(project.releases, "[0-9]*"):
        for path in files.listed(folder / "articles", "*.parquet"):
            yield from _column(path, "id")


def annotated_layers(project: Project, *, below: str | None = None) -> frozenset[str]:
    """The layers of which the last release has annotations, or the last before a version."""
    version = last_version(project, below=below)
    if version is None:
        return frozenset()
    table = project.release(version) / "annotations"
    return project.disk.once(
        "annotated layers",
        lambda: frozenset(
            each for path in files.listed(table, "*.parquet") for each in _column(path, "layer")
        ),
        table.parent / "manifest.json",
    )


def _column(path: Path, name: str) -> Iterator[str]:
    """A column of a file of a release."""
    from qawl.core.arrow import parquet  # noqa: PLC0415 - heavy, and not needed without a release

    with parquet(path) as table:
        for batch in table.iter_batches(columns=[name]):
            yield from batch.column(name).to_pylist()


def last_version(project: Project, *, below: str | None = None) -> str | None:
    """The highest version that was released, drafts left out; None if there is none.

    With `below`, the highest of those before that version.
    """
    lower = (each for each in versions(project) if below is None or numbers(each) < numbers(below))
    return max(lower, key=numbers, default=None)


def versions(project: Project) -> tuple[str, ...]:
    """The versions that were released, from the lowest, drafts left out."""
    paths = manifests(project)

    def made() -> tuple[str, ...]:
        whole = (path for path in paths if b'"draft": false' in path.read_bytes())
        return tuple(sorted((path.parent.name for path in whole), key=numbers))

    return project.disk.once("released versions", made, *paths)


def having(project: Project, article_id: str) -> list[str]:
    """The releases that have an article, drafts too, from the lowest."""
    folders = (path.parent for path in manifests(project))
    found = [each.name for each in folders if article_id in _splits_in(each)]
    return sorted(found, key=numbers)


def manifests(project: Project) -> list[Path]:
    """The manifests of all releases, drafts too; a folder that is named otherwise is none."""
    folders = files.listed(project.releases, "[0-9]*")
    return [
        path
        for each in folders
        if VERSION.fullmatch(each.name) and (path := each / "manifest.json").is_file()
    ]


def alone(project: Project) -> Iterator[str]:
    """The articles of the first release where it has a train split alone and others were asked for.

    Then it may have been one group of near-duplicates (see `splits`).
    """
    first = next(iter(versions(project)), None)
    shares = project.settings.release.splits
    if first is None or not {name for name, share in shares.items() if share} - {"train"}:
        return
    folder = project.release(first)
    if [*shards.splits(folder / "articles")] == ["train"]:
        yield from _splits_in(folder)


def splits_of_last(project: Project, *, below: str | None = None) -> dict[str, str]:
    """Article id → split in the last release (`below` a version); empty if there is none."""
    last = last_version(project, below=below)
    if last is None:
        return {}
    return _splits_in(project.release(last))


def _splits_in(folder: Path) -> dict[str, str]:
    """Article id → split in a release."""
    found: dict[str, str] = {}
    for path in files.listed(folder / "articles", "*.parquet"):
        found.update(dict.fromkeys(_column(path, "id"), shards.split_of(path)))
    return found
