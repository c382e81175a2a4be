"""The findings of a corpus as one self-contained page, to hand to annotators."""

from importlib.resources import files
from itertools import groupby

import jinja2

from qawl.articles import store as article_store
from qawl.core.findings import CHECKS, LEVELS
from qawl.core.project import Project
from qawl.core.records import Finding
from qawl.core.shown import around
from qawl.scheme.languages import is_rtl
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
    return template.render(
        name=project.settings.name,
        language=project.settings.language,
        rtl=is_rtl(project.settings.language),
        counts=counts,
        checks=CHECKS,
        levels=LEVELS,
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
