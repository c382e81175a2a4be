"""The documents of a release: every file beside its tables and its manifest."""

from pathlib import Path

from qawl import card, changelog, citation, croissant, guidelines
from qawl.diff import Difference
from qawl.facts import Described


def made(described: Described, previous: Path | None, found: Difference | None) -> dict[str, str]:
    """Name → text of each document; `found` is the difference from the `previous` release."""
    return {
        card.CARD: card.text(described),
        citation.CITATION: citation.text(described),
        croissant.CROISSANT: croissant.text(described),
        guidelines.GUIDELINES: guidelines.text(described.title, described.schemes),
        changelog.CHANGELOG: changelog.text(described, previous, found),
    }
