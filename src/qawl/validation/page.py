"""The findings of a corpus as one self-contained page, to hand to annotators."""

from importlib.resources import files
from itertools import groupby

import jinja2

from qawl.articles import store as article_store
from qawl.core.excerpts import around
from qawl.core.findings import CHECKS
from qawl.core.phrases import phrases
from qawl.core.project import Project
from qawl.core.records import Finding
from qawl.scheme import scheme
from qawl.scheme.languages import is_rtl
from qawl.scheme.titles import title_in
from qawl.validation.validate import Summary

AROUND = 60
"""Code points of text shown on either side of a span."""


def page(project: Project, found: list[Finding], counts: Summary) -> str:
    """The page, in the order of `found`; each with the text around it and the address of its task."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(
        files("qawl.validation").joinpath("findings.html.j2").read_text("utf-8")
    )
    articles = article_store.by_id(project)
    say = phrases(project.settings.language)
    schemes = scheme.load_all(project)

    def called(layer: str | None, name: str) -> str:
        return schemes[layer].called(name, say.language) if layer in schemes else name

    return template.render(
        name=project.settings.name,
        say=say,
        rtl=is_rtl(say.language),
        right=frozenset(each.id for each in article_store.heads(project) if is_rtl(each.language)),
        counts=counts,
        checks=CHECKS,
        explained={
            each.id: say.get(f"check.{each.id}", each.explanation) for each in CHECKS.values()
        },
        titles={
            layer: title_in(each.title, say.language, layer) for layer, each in schemes.items()
        },
        called=called,
        groups=[
            (check, [(each, _around(each, articles)) for each in group])
            for check, group in groupby(found, key=lambda each: each.check)
        ],
    )


def _around(found: Finding, articles: article_store.Articles) -> tuple[str, str, str] | None:
    """The text before, in and after a span."""
    article = articles.get(found.article_id or "")
    if found.span is None or article is None:
        return None
    return around(article.text, found.span.start, found.span.end, AROUND)
