"""A release on the Hub: what is there is compared with it by hash, and only the difference is sent.

The order makes it safe to end at any moment: one commit, loaded back and compared, then the tag. Run
again, it finds what is done and does the rest.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from hashlib import file_digest, sha1, sha256
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Struct

from qawl.core import files as core_files
from qawl.core import names, temporary, versions
from qawl.core.errors import HubError, ReleaseError
from qawl.core.excerpts import listed, many
from qawl.core.project import Project
from qawl.core.records import FORMAT, Format
from qawl.core.text import file_sha256
from qawl.hub.client import Blob, Refs, Repository
from qawl.release.documents import citation
from qawl.release.versions import manifest
from qawl.release.versions.manifest import MANIFEST, SUM

CARD = "README.md"
KEPT = frozenset({".gitattributes"})
"""Files of the Hub itself: neither compared nor removed."""
BESIDE = (MANIFEST, SUM)
"""What a manifest does not list: itself, and its digest."""
NAMED = 20
"""How many files an error names."""


Version = Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+\.\d+$")]


class Digest(Struct, frozen=True):
    """What a manifest says of a file."""

    sha256: str


class Said(Struct, frozen=True):
    """What a manifest says of its release, as far as publishing asks."""

    name: str
    version: Version
    files: dict[str, Digest]
    format: Format = FORMAT

    def __post_init__(self) -> None:
        """Raises ValueError at a path that leads out of the release."""
        for each in self.files:
            names.inner(each)


class Shipped(Struct, frozen=True):
    """A release folder to publish: SHA-256, git digest and bytes of each file, and its rows."""

    folder: Path
    name: str
    version: str
    files: dict[str, str]
    git: dict[str, str]
    sizes: dict[str, int]
    rows: dict[str, int]

    def digest(self, path: str, blob: Blob) -> str | None:
        """The SHA-256 of a file on the Hub; None if it is a regular file that differs from ours."""
        if blob.sha256 is not None:
            return blob.sha256
        return self.files[path] if self.git.get(path) == blob.git else None


class There(Struct, frozen=True):
    """What stands in a repository: SHA-256 by path at its head (None: other than ours, not asked for).

    `tagged` is the same for the tag of the version, None if there is none. `said` is the manifest at
    the head, `resealed` what of BESIDE is not as its version was tagged with.
    """

    repo: str
    exists: bool = False
    head: str | None = None
    files: dict[str, str | None] = {}
    said: Said | None = None
    resealed: tuple[str, ...] = ()
    card: str = ""
    tag: str | None = None
    tagged: dict[str, str | None] | None = None


class Plan(Struct, frozen=True):
    """What publishing does to the files of a repository; paths in order.

    `commit` is the one that holds the release already; `tagged` that its tag is there too.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    commit: str | None = None
    tagged: bool = False


def shipped(folder: Path) -> Shipped:
    """A release to publish; raises ReleaseError for a draft, and for what is not as its manifest says."""
    said = manifest.load(folder)
    if problems := manifest.verify(folder):
        raise ReleaseError(
            f"{folder} is not as its manifest says: {listed(problems, NAMED)}; nothing was published"
        )
    if said.draft:
        raise ReleaseError(
            f"{folder} is a draft, and drafts are not published: close what it lists "
            f"({listed(said.open_gates, NAMED)}) and release it without --draft"
        )
    beside = {each: file_sha256(folder / each) for each in BESIDE if (folder / each).is_file()}
    listed_there = {path: each.sha256 for path, each in said.files.items()}  # as was just verified
    digests = dict(sorted({**listed_there, **beside}.items()))
    return Shipped(
        folder,
        said.name,
        said.version,
        files=digests,
        git={path: git_digest(folder / path) for path in digests},
        sizes={path: (folder / path).stat().st_size for path in digests},
        rows={name: each.rows for name, each in said.content.items()},
    )


def git_digest(path: Path) -> str:
    """Hex SHA-1 that git, and the Hub for a regular file, knows a file by."""
    head = b"blob %d\0" % path.stat().st_size
    with path.open("rb") as file:
        return file_digest(file, lambda: sha1(head, usedforsecurity=False)).hexdigest()


def look(repository: Repository, release: Shipped) -> There:
    """What stands in the repository now."""
    refs = repository.refs()
    if refs is None:
        return There(repository.name)
    tag = refs.tags.get(release.version)
    tagged = None if tag is None else _digests(repository.files(tag), release)
    if refs.head is None:
        return There(repository.name, exists=True, tag=tag, tagged=tagged)
    blobs = repository.files(refs.head)
    files = _digests(blobs, release)
    said = _said(repository, refs.head, files, release)
    texts = {
        path: repository.read(refs.head, path)
        for path, digest in files.items()
        if digest is None and (path == CARD or (said is not None and path in said.files))
    }
    return There(
        repository.name,
        exists=True,
        head=refs.head,
        files={**files, **{path: sha256(text).hexdigest() for path, text in texts.items()}},
        said=said,
        resealed=() if said is None else _resealed(repository, refs, said.version, blobs),
        card=texts.get(CARD, _card(release) if CARD in files else b"").decode("utf-8", "replace"),
        tag=tag,
        tagged=tagged,
    )


def _digests(blobs: Mapping[str, Blob], release: Shipped) -> dict[str, str | None]:
    return {path: release.digest(path, each) for path, each in blobs.items() if path not in KEPT}


def _said(
    repository: Repository, head: str, files: Mapping[str, str | None], release: Shipped
) -> Said | None:
    """The manifest at the head; None where there is none that can be read."""
    if MANIFEST not in files:
        return None
    ours = files[MANIFEST] == release.files[MANIFEST]
    text = (release.folder / MANIFEST).read_bytes() if ours else repository.read(head, MANIFEST)
    try:
        return msgspec.json.decode(text, type=Said)
    except core_files.UNREADABLE:
        return None


def _resealed(
    repository: Repository, refs: Refs, version: str, blobs: Mapping[str, Blob]
) -> tuple[str, ...]:
    """The manifest at the head, and its digest, if they are other than those of the tag it names."""
    if version not in refs.tags:
        return ()
    tagged = repository.files(refs.tags[version])
    return tuple(path for path in BESIDE if tagged.get(path) != blobs.get(path))


def _card(release: Shipped) -> bytes:
    return (release.folder / CARD).read_bytes()


def plan(release: Shipped, there: There, *, adopt_card: bool = False) -> Plan:
    """What is to be done; raises HubError for what somebody else did, and for a version that is taken.

    With `adopt_card`, a card that somebody else wrote or changed gives way.
    """
    if there.tagged is not None and there.tagged != release.files:
        raise HubError(
            f"{there.repo} has a tag {release.version} that names other files (commit {there.tag}): "
            "a tag never moves, so release a higher version"
        )
    if there.tagged is not None:
        return Plan(unchanged=tuple(release.files), commit=there.tag, tagged=True)
    if there.files == release.files:
        return Plan(unchanged=tuple(release.files), commit=there.head)
    _refuse(release, there, adopt_card)
    return Plan(
        added=tuple(path for path in release.files if path not in there.files),
        changed=tuple(
            path
            for path, digest in release.files.items()
            if path in there.files and there.files[path] != digest
        ),
        deleted=tuple(sorted(path for path in there.files if path not in release.files)),
        unchanged=tuple(
            path for path, digest in release.files.items() if there.files.get(path) == digest
        ),
    )


def is_foreign_card(there: There) -> bool:
    """Whether the card there is no release's: it was changed, or it is all that the repository holds."""
    if there.said is None:
        return set(there.files) == {CARD}
    return f"{CARD} was changed" in foreign(there, there.said)


_ADOPT = "; --adopt-card keeps that README.md in the corpus and puts the release's in its place"


def _refuse(release: Shipped, there: There, adopt_card: bool) -> None:
    """Refuses to write over what this release does not follow."""
    if not there.files or (there.said is None and adopt_card and is_foreign_card(there)):
        return
    if there.said is None:
        raise HubError(
            f"{there.repo} holds files that are from no release ({listed(sorted(there.files), NAMED)}): "
            "publish to a repository of its own, or remove it there"
            + (_ADOPT if is_foreign_card(there) else "")
        )
    if there.said.name != release.name:
        raise HubError(
            f"{there.repo} holds releases of {there.said.name}, not of {release.name}: "
            "publish to a repository of its own"
        )
    card = f"{CARD} was changed"
    problems = [each for each in foreign(there, there.said) if not (adopt_card and each == card)]
    if problems:
        raise HubError(
            f"{there.repo} was changed since {there.said.version} was published: "
            f"{listed(problems, NAMED)}; undo it there (or bring it into the corpus), then run it again"
            + (_ADOPT if problems == [card] else "")
        )
    if versions.numbers(there.said.version) > versions.numbers(release.version):
        raise HubError(
            f"{there.repo} is at {there.said.version} already: {release.version} can't follow it"
        )


def foreign(there: There, said: Said) -> Iterator[str]:
    """What at the head is not as the manifest there says, file by file."""
    for path in sorted({*there.files, *said.files, *there.resealed}):
        if path in BESIDE:
            if path in there.resealed:
                yield f"{path} was {'changed' if path in there.files else 'removed'}"
        elif path not in said.files:
            yield f"{path} was added"
        elif path not in there.files:
            yield f"{path} was removed"
        elif there.files[path] != said.files[path].sha256:
            yield f"{path} was changed"


def card_changes(release: Shipped, there: There) -> str:
    """The unified diff of the card, from what is there to that of the release."""
    return "".join(
        difflib.unified_diff(
            there.card.splitlines(keepends=True),
            _card(release).decode().splitlines(keepends=True),
            f"{CARD} on the Hub",
            f"{CARD} of {release.version}",
        )
    )


def keep_card(project: Project, release: Shipped, there: There) -> Path | None:
    """Writes exports/published/<version>.hub-card.md: the card there, where it is no release's."""
    if not is_foreign_card(there):
        return None
    path = project.exports / "published" / f"{release.version}.hub-card.md"
    core_files.write_text(path, there.card)
    return path


def publish(
    repository: Repository,
    release: Shipped,
    there: There,
    *,
    say: Callable[[str], None],
    adopt_card: bool = False,
) -> str:
    """Brings the release to the Hub: commit, comparison, tag. The id of the commit."""
    if not there.exists:
        say(f"making {repository.name}, private")
        repository.create()
        there = look(repository, release)
    todo = plan(release, there, adopt_card=adopt_card)
    if todo.tagged and todo.commit:
        return todo.commit
    commit = todo.commit or _commit(repository, release, there, todo, say)
    say(f"loading {commit[:12]} back in a clean cache")
    compare(repository, release, commit)
    say(f"tagging it {release.version}")
    repository.tag(release.version, commit)
    return commit


def keep_citation(project: Project, release: Shipped, commit: str) -> None:
    """Writes exports/published/<version>.cff: the citation with the commit, which can't hold itself."""
    if citation.CITATION in release.files:
        content = core_files.text(release.folder / citation.CITATION)
        known = citation.published(content, commit=commit, doi=project.settings.release.doi)
        core_files.write_text(project.exports / "published" / f"{release.version}.cff", known)


def _commit(
    repository: Repository,
    release: Shipped,
    there: There,
    todo: Plan,
    say: Callable[[str], None],
) -> str:
    send = {path: release.folder / path for path in (*todo.added, *todo.changed)}

    def made() -> str | None:
        refs = repository.refs()
        if refs is None or refs.head in {None, there.head}:
            return None
        head = str(refs.head)
        return head if _digests(repository.files(head), release) == release.files else None

    say(f"sending {many(len(send), 'file')}, {sum(release.sizes[path] for path in send):,} bytes")
    return repository.commit(
        f"{release.name} {release.version}",
        parent=there.head,
        add=send,
        delete=todo.deleted,
        made=made,
    )


def compare(repository: Repository, release: Shipped, commit: str) -> None:
    """Raises HubError where a commit, loaded back, is not the release: its files, then its rows."""
    configs = dict.fromkeys(name.partition("/")[0] for name in release.rows)
    with temporary.folder(repository.workshop) as cache:
        folder = repository.download(commit, cache)
        _same(repository, commit, _other_files(folder, release))
        _same(repository, commit, _other_rows(repository.load(commit, configs, cache), release))


def _same(repository: Repository, commit: str, problems: Iterator[str]) -> None:
    if found := list(problems):
        raise HubError(
            f"{repository.name} at {commit}, loaded back, is not the release ({listed(found, NAMED)}): "
            "it was not tagged; compare that commit on the Hub with the folder"
        )


def _other_files(folder: Path, release: Shipped) -> Iterator[str]:
    if file_sha256(folder / MANIFEST) != release.files[MANIFEST]:
        yield f"{MANIFEST} was changed"
    else:
        yield from manifest.verify(folder)


def _other_rows(rows: Mapping[str, int], release: Shipped) -> Iterator[str]:
    for name in sorted({*rows, *release.rows}):
        if rows.get(name) != release.rows.get(name):
            there = many(rows.get(name, 0), "row")
            yield f"{name} has {there}, not {release.rows.get(name, 0)}"
