"""Names as a format allows them, one to one: two names never become one."""

from collections.abc import Callable, Iterable, Iterator

Plain = Callable[[str], str]
"""A name with what the format does not allow replaced; empty where nothing of it is left."""


class Names:
    """What stands for each name: itself where the format allows it, else what `plain` leaves of it.

    Where two would be one, or nothing is left, a number after `dash` tells them apart (`a_b-2`,
    `label-3`). Names that are `known` come first, in their order, so that others never change what
    stands for them.
    """

    def __init__(
        self,
        plain: Plain,
        known: Iterable[str] = (),
        *,
        kind: str = "name",
        taken: Iterable[str] = (),
        dash: str = "-",
    ) -> None:
        self._plain, self._kind, self._dash = plain, kind, dash
        self._written: dict[str, str] = {}
        self._taken = {*taken}
        names = list(dict.fromkeys(known))
        for name in names:
            if name and plain(name) == name and name not in self._taken:
                self._take(name, name)
        for name in names:
            self(name)

    def __call__(self, name: str) -> str:
        """What stands for a name."""
        if name not in self._written:
            self._take(name, self._free(name))
        return self._written[name]

    def _take(self, name: str, written: str) -> None:
        self._written[name] = written
        self._taken.add(written)

    def _free(self, name: str) -> str:
        stem = self._plain(name)
        if stem and stem not in self._taken:
            return stem
        number = 2 if stem else len(self._written) + 1
        while (found := f"{stem or self._kind}{self._dash}{number}") in self._taken:
            number += 1
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def changed(self) -> dict[str, str]:
        """What stands for another name → that name."""
        return {written: name for name, written in self._written.items() if written != name}
