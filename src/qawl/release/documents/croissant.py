"""croissant.json: a release described for machines, by Croissant 1.1 with RAI fields and PROV."""

import json
from collections.abc import Iterator

from qawl.agreement.estimates import Distanced, Estimate, LayerAgreement
from qawl.core import licences
from qawl.core.excerpts import many
from qawl.core.settings import Author, Card
from qawl.release.documents import citation, croissant_records
from qawl.release.documents.facts import DEMONSTRATION, Described

CROISSANT = "croissant.json"
Node = dict[str, object]

_OURS = (
    *("annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty"),
    *("excludes", "extract", "field", "fileObject", "fileProperty", "fileSet", "format"),
    *("includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path"),
    *("readLines", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("sdVersion", "separator", "source", "subField", "transform", "unArchive", "value"),
)
CONTEXT: Node = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{name: f"cr:{name}" for name in _OURS},
}


def text(described: Described) -> str:
    """The JSON-LD of a release."""
    return json.dumps(_dataset(described), ensure_ascii=False, indent=1) + "\n"


def _dataset(described: Described) -> Node:
    settings, facts = described.project.settings, described.facts
    digest = described.manifest.content_sha256
    known = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": settings.name,
        "description": _summary(described),
        "version": described.version,
        "license": licences.address(settings.release.license),
        "url": described.address or f"urn:sha256:{digest}",
        "creator": [_creator(each) for each in described.cited],
        "datePublished": facts.date,
        "inLanguage": sorted(facts.languages),
        "keywords": ["news", *described.schemes],
        "citeAs": citation.bibtex(described),
        "isLiveDataset": False,
        "sameAs": settings.release.doi and f"https://doi.org/{settings.release.doi}",
        **_responsible(described),
        **_provenance(described),
        "distribution": list(croissant_records.distribution(described)),
        "recordSet": list(croissant_records.record_sets(described)),
    }
    return {name: value for name, value in known.items() if value is not None}


def _summary(described: Described) -> str:
    card = described.project.settings.release.card
    titles = ", ".join(each.title.get("en", layer) for layer, each in described.schemes.items())
    counted = f"{many(described.facts.articles, 'news article')} with gold annotations: {titles}."
    return f"{counted} {stripped(card.summary)}".strip()


def stripped(value: object) -> str:
    """What the corpus lead says, or nothing."""
    return value.strip() if isinstance(value, str) else ""


def _creator(author: Author) -> Node:
    return {"@type": "sc:Organization" if author.name else "sc:Person", "name": author.shown}


def _responsible(described: Described) -> Node:
    """The RAI vocabulary: what was counted, then what the corpus lead says."""
    card, facts = described.project.settings.release.card, described.facts
    made = [
        f"{name}: {each.how or 'no person; it is not said how it was made'}"
        for name, each in described.project.contributors.items()
        if not each.person
    ]
    found: dict[str, object] = {
        "dataCollection": stripped(card.collection) or None,
        "dataCollectionType": "Document analysis",
        "dataCollectionMissingData": _missing(described),
        "dataPreprocessingProtocol": (
            "Texts are frozen after named cleaning rules and Unicode normalisation (NFC); "
            "offsets are Unicode code points into the frozen text."
        ),
        "dataAnnotationProtocol": (
            "Each annotator worked in a Label Studio project of their own under GUIDELINES.md. "
            + stripped(card.process)
        ).strip(),
        "dataAnnotationPlatform": "Label Studio",
        "dataAnnotationAnalysis": list(_analysis(described)) or None,
        "annotationsPerItem": "; ".join(_per_item(described)) or None,
        "annotatorDemographics": stripped(card.annotators) or None,
        "machineAnnotationTools": made or None,
        "dataUseCases": stripped(card.uses) or None,
        "dataLimitations": _limitations(card, facts.articles),
        "personalSensitiveInformation": stripped(card.sensitive) or None,
        "dataReleaseMaintenancePlan": stripped(card.maintenance) or None,
    }
    return {f"rai:{name}": value for name, value in found.items() if value is not None}


def _missing(described: Described) -> str | None:
    count = len(described.facts.withheld)
    if not count:
        return None
    return f"The texts of {many(count, 'article')} may not be redistributed and are null in the tables."


def _limitations(card: Card, articles: int) -> list[str] | None:
    few = (
        [f"With {many(articles, 'article')} it is a demonstration."]
        if articles < DEMONSTRATION
        else []
    )
    return [*few, *filter(None, [stripped(card.limitations)])] or None


def _analysis(described: Described) -> Iterator[str]:
    """The agreement of each layer, in words."""
    for layer, measured in described.agreement.items():
        known = list(_told(measured))
        for name, figure in known:
            yield f"{layer}: {name} between annotators {_with_interval(figure)}"
        if described.facts.decided[layer] and not known:
            yield f"{layer}: {measured.nothing}, so no agreement can be given"


def _told(measured: LayerAgreement) -> Iterator[tuple[str, Estimate | Distanced]]:
    """The figure of spans, or of a layer where none is marked those of attributes."""
    exact = measured.figures.get("exact_f1")
    if exact and exact.value is not None:
        yield "exact F1", exact
        return
    for name, each in measured.attributes.items():
        if each.alpha.value is not None:
            yield f"alpha of {name}", each.alpha


def _with_interval(said: Estimate | Distanced) -> str:
    if said.low is None:
        return f"{said.value:.3f}"
    return f"{said.value:.3f} (95 % interval {said.low:.3f} to {said.high:.3f})"


def _per_item(described: Described) -> Iterator[str]:
    for (layer, count), articles in sorted(described.facts.annotator_counts.items()):
        yield f"{layer}: {count} on {many(articles, 'article')}"


def _provenance(described: Described) -> Node:
    """PROV: from which sources, by which activity and program, and attributed to whom."""
    facts = described.facts
    sources = dict.fromkeys(source for source, _, _ in sorted(facts.sources))
    activity: Node = {
        "@type": "prov:Activity",
        "prov:label": "Annotation in Label Studio, adjudication and release",
        "prov:wasAssociatedWith": {
            "@type": "prov:SoftwareAgent",
            "prov:label": f"qawl {described.manifest.made_with['qawl']}",
        },
    }
    times = {"prov:startedAtTime": facts.begun, "prov:endedAtTime": facts.date}
    activity |= {name: day for name, day in times.items() if day}
    return {
        "prov:wasDerivedFrom": [{"@type": "prov:Entity", "prov:label": each} for each in sources],
        "prov:wasGeneratedBy": activity,
        "prov:wasAttributedTo": [_agent(described, each) for each in _annotators(described)],
    }


def _annotators(described: Described) -> list[str]:
    return sorted({annotator for _, annotator in described.facts.annotated})


def _agent(described: Described, annotator: str) -> Node:
    known = described.project.contributors.get(annotator)
    kind = (
        "prov:Agent" if known is None else "prov:Person" if known.person else "prov:SoftwareAgent"
    )
    return {"@type": kind, "prov:label": annotator}
