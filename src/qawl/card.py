"""The dataset card: README.md of a release, made from the numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import jinja2
import yaml

from qawl.columns import Columns, card_features
from qawl.project import Project
from qawl.scheme import Scheme, load_all, title_in
from qawl.tables import Annotated
from qawl.token_table import Unsaid

SIZES = (("n<1K", 1_000), ("1K<n<10K", 10_000), ("10K<n<100K", 100_000), ("100K<n<1M", 1_000_000))


@dataclass(slots=True)
class Facts:
    """What is counted while a release is written; `date` is the day of the newest annotation."""

    articles: int = 0
    code_points: int = 0
    withheld: list[str] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    sources: Counter[tuple[str, str]] = field(default_factory=Counter)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    annotated: Counter[tuple[str, str]] = field(default_factory=Counter)
    incomplete: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    iob2: Unsaid = field(default_factory=Unsaid)
    date: str | None = None
    _ids: list[str] = field(default_factory=list)

    def count(self, item: Annotated) -> None:
        """Adds one article."""
        article = item.article
        self.articles += 1
        self._ids.append(article.id)
        self.code_points += len(article.text)
        self.languages[article.language] += 1
        self.sources[article.source or "unknown", article.license or "undecided"] += 1
        if not article.redistribute:
            self.withheld.append(article.id)
        for layer, gold in item.gold.items():
            self.decided[layer] += 1
            self.incomplete[layer] += not gold.complete
            self.labels.update((layer, span.label) for span in gold.spans)
        for record in item.annotations:
            self.annotated[record.layer, record.annotator] += 1
            day = (record.provenance.updated_at or record.provenance.created_at or "")[:10]
            if day and (self.date is None or day > self.date):
                self.date = day

    def splits(self, assigned: Mapping[str, str]) -> Counter[str]:
        """How many articles each split has."""
        return Counter(assigned[identity] for identity in self._ids)


def text(
    project: Project,
    version: str,
    columns: Mapping[str, Columns],
    content: Mapping[str, Mapping[str, Any]],
    facts: Facts,
    open_gates: list[str],
    measured: Mapping[str, Any],
) -> str:
    """The card: YAML for loaders, then words for people."""
    schemes = load_all(project)
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, not HTML
    )
    template = environment.from_string(
        files("qawl").joinpath("templates/card.md.j2").read_text("utf-8")
    )
    filled = {name.partition("/")[0] for name in content}
    return template.render(
        metadata=metadata(project, columns, content, facts),
        name=project.settings.name,
        version=version,
        repo=project.settings.release.repo or f"exports/releases/{version}",
        license=project.settings.release.license,
        facts=facts,
        content=content,
        empty=[name for name in columns if name not in filled],
        splits=sorted({name.partition("/")[2] for name in content}),
        layers=[
            {**_layer(scheme, facts), "agreement": _agreement(measured.get(layer, {}))}
            for layer, scheme in schemes.items()
        ],
        people={name: each.person for name, each in project.annotators.items()},
        made={
            name: each.how or "it is not said how"
            for name, each in project.annotators.items()
            if not each.person
        },
        open_gates=open_gates,
    )


def _agreement(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of a layer that are defined, for a table."""
    figures = [
        {"name": name, **each}
        for name, each in said.items()
        if isinstance(each, dict) and each.get("value") is not None
    ]
    for attribute, found in said.get("attributes", {}).items():
        figures += [
            {"name": f"{attribute}, {name}", **found[name]}
            for name in ("cohen_kappa", "ac1", "alpha")
            if found[name]["value"] is not None
        ]
    return figures


def _layer(scheme: Scheme, facts: Facts) -> dict[str, Any]:
    """What the card says of a layer."""
    return {
        "name": scheme.layer,
        "version": scheme.version,
        "title": title_in(scheme.title, "en", scheme.layer),
        "labels": [
            {
                "name": label.name,
                "ar": label.title.get("ar", ""),
                "en": title_in(label.title, "en", label.name),
                "definition_ar": label.definition.get("ar", ""),
                "definition_en": title_in(label.definition, "en"),
                "n": facts.labels[scheme.layer, label.name],
            }
            for label in scheme.labels
        ],
        "attributes": scheme.attributes,
        "relations": scheme.relations,
        "decided": facts.decided[scheme.layer],
        "incomplete": facts.incomplete[scheme.layer],
        "annotators": {
            annotator: count
            for (layer, annotator), count in sorted(facts.annotated.items())
            if layer == scheme.layer
        },
    }


def metadata(
    project: Project,
    columns: Mapping[str, Columns],
    content: Mapping[str, Mapping[str, Any]],
    facts: Facts,
) -> str:
    """The YAML at the head of the card; empty tables and splits are left out, loaders choke on them."""
    configs: list[dict[str, Any]] = []
    infos: list[dict[str, Any]] = []
    for config, kinds in columns.items():
        parts = {
            name.partition("/")[2]: said
            for name, said in content.items()
            if name.partition("/")[0] == config
        }
        if not parts:
            continue
        entry: dict[str, Any] = {
            "config_name": config,
            "data_files": [{"split": split, "path": said["path"]} for split, said in parts.items()],
        }
        if not configs:
            entry["default"] = True
        configs.append(entry)
        size = sum(said["bytes"] for said in parts.values())
        infos.append(
            {
                "config_name": config,
                "features": card_features(kinds),
                "splits": [
                    {"name": split, "num_bytes": said["bytes"], "num_examples": said["rows"]}
                    for split, said in parts.items()
                ],
                "download_size": size,
                "dataset_size": size,
            }
        )
    head = {
        "pretty_name": project.settings.name,
        "language": sorted(facts.languages),
        "license": project.settings.release.license,
        "task_categories": ["token-classification"],
        "tags": ["news", "named-entity-recognition", "quotation-attribution", "claim-detection"],
        "size_categories": [_size(facts.articles)],
        "configs": configs,
        "dataset_info": infos,
    }
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1000)


def _size(count: int) -> str:
    return next((name for name, below in SIZES if count < below), "n>1M")
