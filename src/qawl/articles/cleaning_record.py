"""What a manifest says of the cleaning of its articles."""

from msgspec import Struct, field


def _usual() -> tuple[str, ...]:
    from qawl.articles.chrome import EARLY  # noqa: PLC0415 - early manifests alone say nothing

    return EARLY


class CleaningRecord(Struct, frozen=True):
    """What a manifest says of the cleaning; `lines` has a list of hashes for each source."""

    chrome: tuple[str, ...] = field(default_factory=_usual)
    lines: tuple[tuple[str, ...], ...] = ()
