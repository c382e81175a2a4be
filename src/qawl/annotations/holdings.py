"""What a journal holds: of each annotation the version that counts, and which versions came."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from qawl.annotations import identity
from qawl.annotations.identity import Identity, Version


@dataclass(slots=True)
class Holdings:
    """The annotations of a journal, by key.

    The version with the latest `updated_at` counts, in whatever order they came; of those without a
    time, and of equal times, the one that came last. `alive` has it of each annotation that is not known
    to be deleted, `gone` of the others.
    """

    alive: dict[str, Identity] = field(default_factory=dict)
    gone: dict[str, Identity] = field(default_factory=dict)
    _last: dict[str, bytes] = field(default_factory=dict)
    _seen: set[bytes] = field(default_factory=set)
    _keys: dict[str, list[str]] = field(default_factory=dict)

    def known(self, key: str) -> Identity | None:
        """The version that counts, also of what is gone."""
        return self.alive.get(key) or self.gone.get(key)

    def find(self, given: Version, *, sure: bool = False) -> str | None:
        """The key of an annotation that is known, by whatever road it came; None where it is new."""
        numbers = _numbers(given.identity)
        for key in (key for number in numbers for key in self._keys.get(number, ())):
            there = self.known(key)
            if there and identity.same(there, given.identity, sure=sure):
                return key
        return given.key if not numbers and self.known(given.key) else None

    def key(self, given: Version, *, sure: bool = False) -> str:
        """The key that an annotation has here: its own, unless it came by another before."""
        if found := self.find(given, sure=sure):
            return found
        if not self.known(given.key):
            return given.key
        count = 2
        while self.known(f"{given.key}~{count}"):
            count += 1
        return f"{given.key}~{count}"

    def has(self, key: str, given: Version, *, live: bool) -> bool:
        """Whether a version adds nothing; what is deleted and on the server all the same is back."""
        if given.event == "version" and key in self.gone:
            return not live and _mark(key, given) in self._seen
        if given.identity.changed is None:
            return self._last.get(key) == given.digest
        return _mark(key, given) in self._seen

    def outlived(self, key: str, given: Version) -> bool:
        """Whether a version is of a deleted annotation, and no newer than what was deleted."""
        gone = self.gone.get(key)
        return gone is not None and not identity.after(given.identity, gone)

    def note(self, given: Version) -> None:
        """Takes over what an entry says."""
        key = given.key
        self._last[key] = given.digest
        self._seen.add(_mark(key, given))
        if given.event != "version":
            self.gone[key] = self.known(key) or given.identity
            if key in self.alive:
                del self.alive[key]
            return
        for number in _numbers(given.identity):
            keys = self._keys.setdefault(number, [])
            if key not in keys:
                keys.append(key)
        known = self.known(key)
        if key not in self.alive or identity.newer(given.identity, self.alive[key]):
            self.alive[key] = identity.filled(given.identity, known) if known else given.identity
        if key in self.gone:
            del self.gone[key]

    def all(self) -> Iterator[Identity]:
        """The version that counts of each annotation, also of what is gone."""
        yield from self.alive.values()
        yield from self.gone.values()

    def deleted(self, identities: Iterable[Identity]) -> set[tuple[str, str | None]]:
        """(article, number) of those of these annotations that are known to be deleted."""
        gone = {(each.article, each.id) for each in self.gone.values()}
        return {(each.article, each.id) for each in identities} & gone

    def several(self, articles: set[str]) -> dict[str, list[Identity]]:
        """Those of these articles of which more than one annotation is there, the newest last."""
        found: dict[str, list[Identity]] = {}
        for each in self.alive.values():
            if each.article in articles:
                found.setdefault(each.article, []).append(each)
        return {
            article: sorted(those, key=age) for article, those in found.items() if len(those) > 1
        }


def doubles(layer: str, annotator: str, several: Mapping[str, list[Identity]]) -> Iterator[str]:
    """The annotations of articles that have a newer one of the same annotator, in words."""
    for article, those in sorted(several.items()):
        *older, newest = (f"annotation {each.id} (task {each.task})" for each in those)
        for each in older:
            yield (
                f"{layer} by {annotator}: article {article}: {each} does not count, "
                f"{newest} of the same annotator does"
            )


def age(given: Identity) -> tuple[float, int]:
    """Sort key of annotations: by the time of the last change, then by number."""
    number = given.id or ""
    changed = float("-inf") if given.changed is None else given.changed
    return changed, int(number) if number.isdecimal() and len(number) < 19 else 0


def _mark(key: str, given: Version) -> bytes:
    return key.encode() + given.digest


def _numbers(given: Identity) -> list[str]:
    """What an annotation is found by."""
    return [
        f"{kind} {each}" for kind, each in zip("ui", (given.unique, given.id), strict=True) if each
    ]
