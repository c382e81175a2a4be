"""Level 1: do the frozen articles say licences and languages that there are?"""

from collections.abc import Iterator

from qawl.articles import metadata, withdrawal
from qawl.articles import store as article_store
from qawl.articles.splits import splits_of
from qawl.core.findings import finding
from qawl.core.project import Project
from qawl.core.records import Finding

ADVICE = (
    "give the right one in a _source.yaml or ARTICLE.yaml beside the file that the article is from, or "
    "in its record, and ingest it again"
)
_CHECKS = {"license": "licence-unknown", "language": "language-unknown"}
CHECKS = (*_CHECKS.values(),)
"""Checks of a name that an article says; many articles of a source say the same."""


def findings(project: Project) -> Iterator[Finding]:
    """What is wrong with articles, whoever annotated them; also a text that stands in two splits."""
    split_of = splits_of(project)
    out = withdrawal.ids(project)
    first: dict[str, str] = {}
    for article in article_store.heads(project):
        if article.id not in out:
            granted = article.license if article.redistribute else None
            for name, wrong in metadata.odd(article.language, granted).items():
                yield finding(_CHECKS[name], wrong, article_id=article.id)
        other = first.setdefault(article.text_sha256, article.id)
        if split_of[other] != split_of[article.id]:
            message = f"its text is that of {other}, which is in {split_of[other]}"
            yield finding("split-leak", message, article_id=article.id)
