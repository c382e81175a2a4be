"""All documents of a release by name, and the digest of what they are made from beside its tables."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from qawl.articles import withdrawal
from qawl.core.project import Project
from qawl.core.records import to_json
from qawl.core.settings import Hub
from qawl.guidelines import markdown as guidelines
from qawl.release.documents import card, changelog, citation, croissant
from qawl.release.documents.facts import Described
from qawl.release.documents.leaderboard import Row
from qawl.release.versions.diff import Difference
from qawl.release.versions.manifest import Erratum, LetPass, SilverLayer
from qawl.scheme.model import Scheme


def texts(described: Described, previous: Path | None, found: Difference | None) -> dict[str, str]:
    """Name → text of each document; `found` is the difference from the `previous` release."""
    project, schemes = described.project, described.schemes
    return {
        card.CARD: card.text(described),
        citation.CITATION: citation.text(described),
        croissant.CROISSANT: croissant.text(described),
        guidelines.GUIDELINES: guidelines.text(
            described.title, schemes, described.facts.languages, described.facts.examples
        ),
        changelog.CHANGELOG: changelog.text(described, previous, found),
        **{
            f"schemes/{layer}.yaml": project.disk.text(project.scheme_file(layer))
            for layer in schemes
        },
    }


def told_sha256(
    project: Project,
    schemes: Mapping[str, Scheme],
    languages: Collection[str],
    more: tuple[Sequence[Erratum], Sequence[Row], Mapping[str, SilverLayer], Sequence[LetPass]],
) -> str:
    """The digest of what the documents are made from beside the tables; `more` few releases have."""
    settings = project.settings
    own = settings.release
    told = (
        [settings.name, own.title, own.repo, own.authors, own.doi, own.license, own.card],
        [own.splits, own.split_from, bool(own.locked_test)],
        [[each.name, each.person, each.how] for each in project.contributors.values()],
        [each.reason for each in withdrawal.withdrawn(project)],
        guidelines.text(own.title or settings.name, schemes, languages),
        [card.template(project), card.TEMPLATE],
    )
    hub = own.hub if own.hub != Hub() else None
    errata, rows, silver, let_pass = more
    there = [each for each in (errata, rows, hub, silver, let_pass) if each]
    return sha256(to_json([*told, *there])).hexdigest()
