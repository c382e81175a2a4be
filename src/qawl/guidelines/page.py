"""The guidelines as HTML: a page of all layers, and what a project of Label Studio shows of one."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import jinja2
from markupsafe import Markup

from qawl.articles import store as article_store
from qawl.core.phrases import phrases
from qawl.core.project import Project
from qawl.guidelines import examples, versions
from qawl.guidelines.guide import Guide, guide
from qawl.guidelines.versions import Change, GuidelinesVersion
from qawl.scheme import scheme as schemes
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import Scheme

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Briefing:
    """What a layer's annotators are told, and what they were told before."""

    scheme: Scheme
    guide: Guide
    past: Sequence[GuidelinesVersion]
    worked: Mapping[str, str]

    def html(self, annotator: str | None = None, *, unfolded: bool = False) -> Markup:
        """The guidelines with what changed since an annotator worked; without a name, since anybody did.

        Examples from gold are folded, or `unfolded`.
        """
        since = self._since(annotator)
        say = phrases(self.guide.language)
        return Markup(  # noqa: S704 - the template escapes
            _template("layer.html.j2").render(
                guide=self.guide,
                say=say,
                since=since,
                changes=self.changes(since),
                instead=lambda label: (
                    say("guidelines.instead", label=self.scheme.called(label, self.guide.language))
                    if label
                    else say("guidelines.not_marked")
                ),
                open=unfolded,
            )
        )

    def changes(self, since: str | None) -> list[Change]:
        """What is said otherwise than when this version was told."""
        return versions.changes(self.past, since, self.guide.said)

    def _since(self, annotator: str | None) -> str | None:
        if annotator is not None:
            return self.worked.get(annotator)
        there = {*self.worked.values()}
        return next(
            (each.scheme_version for each in self.past if each.scheme_version in there), None
        )


def briefings(project: Project) -> dict[str, Briefing]:
    """The briefing of each layer of a corpus."""
    current = schemes.load_all(project)
    shown = examples.of_corpus(project, current)
    written = languages(project)
    return {
        layer: Briefing(
            each,
            guide(each, project.settings.language, written, shown),
            versions.history(project, layer),
            versions.last_worked(project, layer),
        )
        for layer, each in current.items()
    }


def languages(project: Project) -> Collection[str]:
    """The languages of a corpus's articles; that of the corpus where there are none yet."""
    return {each.language for each in article_store.heads(project)} or {project.settings.language}


def page(project: Project) -> str:
    """The guidelines of all layers as one self-contained page."""
    language = project.settings.language
    say = phrases(language)
    return _template("page.html.j2").render(
        language=say.language,
        rtl=is_rtl(say.language),
        title=say("guidelines.title", name=project.settings.release.title or project.settings.name),
        layers=[each.html(unfolded=True) for each in briefings(project).values()],
    )


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["brackets"] = lambda words: list(_pieces(words))
    return environment.from_string(files("qawl.guidelines").joinpath(name).read_text("utf-8"))


def _pieces(words: str) -> Iterator[tuple[bool, str]]:
    """(whether it stood in brackets, the piece) of an example as schemes write it."""
    at = 0
    for found in _BRACKETS.finditer(words):
        yield False, words[at : found.start()]
        yield True, found[1]
        at = found.end()
    yield False, words[at:]
