"""The dataset card: README.md of a release, made from the numbers and from what the lead says."""

import keyword
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import yaml
from msgspec import structs

from qawl.agreement import suggestion_effect
from qawl.agreement.estimates import Distanced, Estimate, LayerAgreement
from qawl.articles import store as article_store
from qawl.core import files, licences
from qawl.core.errors import ProjectError
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.core.settings import Card
from qawl.core.templates import bundled, rendered
from qawl.release import errata
from qawl.release.documents import citation, hub_metadata
from qawl.release.documents.facts import DEMONSTRATION, Described
from qawl.release.tables.columns import card_features
from qawl.release.tables.content_digest import TableDigest
from qawl.scheme.model import Scheme
from qawl.scheme.titles import all_titles

CARD = "README.md"
TEMPLATE = "card.md.j2"
NOT_STATED = "Not stated."
WANTED = ("rationale", "annotators", "contact")
"""What a corpus that is more than a demonstration has to say, or to say that it is not stated."""
_PLACEHOLDERS = frozenset({"", "todo", "tbd", "tba", "fixme", "xxx", "?", "…", "...", "-"})


def unfilled(card: Card, articles: int) -> Iterator[str]:
    """The fields that stand there without an answer, and those that a corpus of this size lacks."""
    for name in card.__struct_fields__:
        value = getattr(card, name)
        if isinstance(value, dict):
            yield from (f"{name}.{key}" for key, each in value.items() if is_placeholder(each))
        elif value is msgspec.UNSET:
            if name in WANTED and articles >= DEMONSTRATION:
                yield name
        elif is_placeholder(value):
            yield name


def refuse_strange(project: Project) -> None:
    """Raises ProjectError where qawl.yaml describes a language that no article is in."""
    said = project.settings.release.card.languages
    there = {each.language for each in article_store.heads(project)} if said else set()
    strange = [each for each in said if each not in there]
    if there and strange:
        raise ProjectError(
            f"qawl.yaml: release.card.languages: {', '.join(strange)}: no article is in that language "
            f"(there are {', '.join(sorted(there))})"
        )


def is_placeholder(value: str | None) -> bool:
    """Whether a text only holds the place of one: empty, TODO, [more information needed], <…>."""
    text = (value or "").strip().lower()
    return (
        text.strip(".: ") in _PLACEHOLDERS
        or text in _PLACEHOLDERS
        or (text[:1] + text[-1:] in {"<>", "[]"} and "](" not in text)
        or text.startswith(("todo:", "tbd:", "fixme:"))
    )


def template(project: Project) -> str:
    """The text of the card's template: that of card.md.j2 beside qawl.yaml, or of Qawl's."""
    own = project.root / TEMPLATE
    return files.text(own) if own.is_file() else bundled("qawl.release.documents", TEMPLATE)


def text(described: Described) -> str:
    """The card: YAML for loaders, then words for people."""
    return rendered(template(described.project), TEMPLATE, fields(described))


def fields(described: Described) -> dict[str, object]:
    """What a template of the card can ask for; docs/release.md lists it."""
    settings, facts = described.project.settings, described.facts
    filled = described.manifest.tables
    return {
        "metadata": metadata(described),
        "name": settings.name,
        "title": described.title,
        "version": described.version,
        "repo": settings.release.repo or f"exports/releases/{described.version}",
        "address": described.address,
        "license": settings.release.license,
        "license_address": licences.address(settings.release.license),
        "doi": settings.release.doi,
        "authors": described.authors,
        "facts": facts,
        "groups": len(facts.groups),
        "demonstration": facts.articles < DEMONSTRATION,
        "content": described.manifest.content,
        "variables": {each: _variable(each) for each in described.columns if each in filled},
        "content_sha256": described.manifest.content_sha256,
        "empty": [name for name in described.columns if name not in filled],
        "empty_splits": _empty_splits(described),
        "empty_parts": [*_empty_parts(described)],
        "layers": [
            {**_layer(each, described), **_measured(described.agreement.get(layer))}
            for layer, each in described.schemes.items()
        ],
        "people": list(_people(described)),
        "languages": list(_languages(described)),
        "findings": described.manifest.findings,
        "let_pass": described.manifest.let_pass or (),
        "withdrawn": described.manifest.articles.withdrawn,
        "splits": described.manifest.articles.splits,
        "shares": _shares(described),
        "leaderboard": described.board.rows,
        "silver": described.manifest.silver or {},
        "errata": [*errata.lines(described.manifest.errata or ())],
        "card": _said(settings.release.card),
        "cite": citation.line(described),
        "bibtex": citation.bibtex(described),
        "open_gates": described.manifest.open_gates,
    }


def _variable(config: str) -> str:
    """What a table is called in an example in Python."""
    free = config.isidentifier() and not keyword.iskeyword(config) and config != "load_dataset"
    return config if free else "rows"


def _empty_splits(described: Described) -> list[str]:
    """The splits of qawl.yaml in which no article is."""
    there = described.manifest.articles.splits
    return [name for name in described.project.settings.release.splits if not there.get(name)]


def _empty_parts(described: Described) -> Iterator[str]:
    """The tables that have rows, but none in a split that has articles: `table (split, …)`."""
    there = described.manifest.articles.splits
    for config, parts in described.manifest.tables.items():
        if lacking := [name for name, count in there.items() if count and name not in parts]:
            yield f"{config} ({', '.join(lacking)})"


def _said(card: Card) -> dict[str, object]:
    """Every field that the lead fills; "Not stated." where nothing is said."""
    found: dict[str, object] = {}
    for name in card.__struct_fields__:
        value = getattr(card, name)
        if not isinstance(value, dict):
            text = value.strip() if isinstance(value, str) else ""
            value = NOT_STATED if text.rstrip(".").lower() in {"", "not stated"} else text
        found[name] = value
    return found


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody whose annotations are in the release; `person` is None where nobody says."""

    name: str
    person: bool | None
    how: str | None
    n: int

    @property
    def judge(self) -> bool:
        """Whether this is the judge, who is no annotator."""
        return self.name == JUDGE


def _people(described: Described) -> Iterator[Contributor]:
    """Everybody whose annotations are in the release, in the order of qawl.yaml."""
    counted: Counter[str] = Counter()
    for (_, name), count in described.facts.annotated.items():
        counted[name] += count
    known = described.project.contributors
    for name in dict.fromkeys([*described.project.annotators, *sorted(counted)]):
        annotator = known.get(name)
        yield Contributor(
            name,
            person=annotator.person if annotator else None,
            how=annotator.how if annotator else None,
            n=counted[name],
        )


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the articles, how many are in it, and what the lead says of it."""

    tag: str
    n: int
    words: str


def _languages(described: Described) -> Iterator[Language]:
    """The languages of the articles by tag."""
    said = described.project.settings.release.card.languages
    for tag, count in sorted(described.facts.languages.items()):
        yield Language(tag, count, (said.get(tag) or NOT_STATED).strip())


def _shares(described: Described) -> str:
    """How the splits are made, in words."""
    release = described.project.settings.release
    if release.split_from:
        starts = [f"{split} from {day}" for split, day in release.split_from.items()]
        how = f"by the day on which a group was first published ({', '.join(starts)})"
    else:
        shares = [f"{split} {share:.0%}" for split, share in release.splits.items()]
        how = f"by a hash of the group ({', '.join(shares)})"
    locked = "; a locked test set is always test" if release.locked_test else ""
    return how + locked


def _agreement(said: LayerAgreement | None) -> list[dict[str, object]]:
    """The figures of a layer that are defined, for a table."""
    if said is None:
        return []
    figures: list[tuple[str, Estimate | Distanced]] = [*said.figures.items()]
    for attribute, found in said.attributes.items():
        figures += (
            (f"{attribute}, {name}", each)
            for name, each in found.named()
            if name in ("cohen_kappa", "ac1", "alpha")
        )
    return [
        {"name": name, **structs.asdict(each)} for name, each in figures if each.value is not None
    ]


def _measured(said: LayerAgreement | None) -> dict[str, object]:
    """Agreement, also with and without suggestions, a row a figure that is defined."""
    suggested = said.suggested if said else None
    rows = suggestion_effect.rows(suggested) if suggested else []
    return {
        "agreement": _agreement(said),
        "nothing": said.nothing if said else "no article has two annotators",
        "compared": said.articles_compared if said else 0,
        "suggested": suggested,
        "arms": [each for each in rows if each.with_.value is not None],
    }


_HOW = {
    "unanimous": "all annotators alike",
    "majority": "a majority of annotators",
    "single": "one annotator alone",
    "adjudicator": "the judge",
}
"""What the card says for `decided_by` of a gold record."""


def _layer(scheme: Scheme, described: Described) -> dict[str, object]:
    """What the card says of a layer."""
    facts, measured = described.facts, described.agreement.get(scheme.layer)
    return {
        "name": scheme.layer,
        "version": scheme.version,
        "title": all_titles(scheme.title, scheme.layer),
        "titled": sorted({each for label in scheme.labels for each in label.title}),
        "defined": sorted({each for label in scheme.labels for each in label.definition}),
        "labels": [
            {
                "name": label.name,
                "title": label.title,
                "definition": label.definition,
                "n": facts.labels[scheme.layer, label.name],
            }
            for label in scheme.labels
        ],
        "attributes": scheme.attributes,
        "relations": scheme.relations,
        "total": sum(n for (layer, _), n in facts.labels.items() if layer == scheme.layer),
        "decided": facts.decided[scheme.layer],
        "incomplete": facts.incomplete[scheme.layer],
        "alone": facts.alone[scheme.layer],
        "judged": facts.annotated[scheme.layer, JUDGE],
        "skipped": facts.skipped[scheme.layer],
        "warnings": measured.warnings if measured else (),
        "annotator_counts": {
            count: articles
            for (layer, count), articles in sorted(facts.annotator_counts.items())
            if layer == scheme.layer
        },
        "decided_by": {
            _HOW[how]: count
            for (layer, how), count in sorted(facts.decided_by.items())
            if layer == scheme.layer
        },
        "annotators": {
            annotator: count
            for (layer, annotator), count in sorted(facts.annotated.items())
            if layer == scheme.layer and annotator != JUDGE
        },
    }


def metadata(described: Described) -> str:
    """The YAML at the head of the card; empty tables and splits are left out, loaders choke on them."""
    configs: list[dict[str, object]] = []
    infos: list[dict[str, object]] = []
    tables = described.manifest.tables
    for config, kinds in described.columns.items():
        if not (parts := tables.get(config)):
            continue
        entry: dict[str, object] = {
            "config_name": config,
            "data_files": [{"split": split, "path": said.path} for split, said in parts.items()],
        }
        if not configs:
            entry["default"] = True
        configs.append(entry)
        size = sum(said.bytes for said in parts.values())
        infos.append(
            {
                "config_name": config,
                "features": card_features(kinds),
                "splits": [
                    {"name": split, "num_bytes": _loaded(said), "num_examples": said.rows}
                    for split, said in parts.items()
                ],
                "download_size": size,
                "dataset_size": sum(map(_loaded, parts.values())),
            }
        )
    head = {
        "pretty_name": described.title,
        "language": sorted({tag.partition("-")[0] for tag in described.facts.languages}),
        "language_bcp47": sorted(described.facts.languages),
        "license": described.project.settings.release.license,
        **hub_metadata.fields(described),
        "configs": configs,
        "dataset_info": infos,
    }
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1000)


def _loaded(said: TableDigest) -> int:
    """The size of a table as `datasets` counts it."""
    return said.bytes if isinstance(said.loaded_bytes, msgspec.UnsetType) else said.loaded_bytes
