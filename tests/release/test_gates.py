"""Each gate of a release closes, says how to pass it, and lets through what passes it."""

import msgspec
import pytest
from click.testing import CliRunner

from corpora import annotate, write_articles
from qawl import cli
from qawl.articles import store as article_store
from qawl.core import project
from qawl.core.records import Annotation, Span
from qawl.release import gates
from qawl.release.rights import privacy
from qawl.release.versions import manifest
from strategies import article

TEXT = "قال أحمد نعم، راسلوا press@news.ps"


def settings(made, lines):
    """The corpus with these lines as its settings."""
    (made.root / "qawl.yaml").write_text(f"name: trial\nlayers: [quote]\n{lines}\n", "utf-8")
    return project.load(made.root)


def record(annotator, text=TEXT, speaker=None, status="submitted"):
    """One cue that an annotator marked."""
    frozen = article(text)
    return Annotation(
        article_id=frozen.id,
        layer="quote",
        annotator=annotator,
        status=status,
        text_sha256=frozen.text_sha256,
        scheme_version="0.1",
        spans=(Span("x", "CUE", 0, 3, "قال", {"speaker": speaker} if speaker else {}),),
    )


def collected(made, *records):
    """The corpus with these annotations."""
    annotate(made, "quote", sorted(records, key=lambda each: each.article_id))


@pytest.fixture
def made(make_corpus):
    """A corpus with one free article and the layer of quotes."""
    return make_corpus(TEXT, settings="layers: [quote]", redistribute=True, license="CC0-1.0")


def test_a_new_corpus_passes_and_is_released(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE.txt").write_text("قال أحمد نعم.\n", "utf-8")
    run = CliRunner().invoke
    assert run(cli.group, ["init", "trial"]).exit_code == 0
    monkeypatch.chdir(tmp_path / "trial")
    assert run(cli.group, ["ingest", "../FILE.txt"]).exit_code == 0
    done = run(cli.group, ["release", "0.1.0"])
    assert done.exit_code == 0, done.output


def test_a_source_without_a_licence_closes_the_gate(made):
    named = article("نص", source="The Daily", redistribute=False)
    write_articles(made, [named, article("نص آخر", redistribute=False)])
    (said,) = gates.failing(made)
    assert said.startswith("no licence decision for The Daily (1): give license and redistribute")
    for licence, count in (("TODO", 1), ("LicenseRef-unknown", 0), ("CC-BY-4.0", 0)):
        write_articles(made, [article("نص", source="The Daily", license=licence)])
        assert len(list(gates.failing(made))) == count, licence


def test_a_withdrawn_source_needs_no_licence(made):
    from qawl.articles import withdrawal

    named = article("نص", source="The Daily")
    write_articles(made, [named])
    withdrawal.withdraw(made, named.id, "no licence")
    assert list(gates.failing(made)) == []


@pytest.mark.parametrize("value", ["", "TODO", "'<who>'", "'[More Information Needed]'"])
def test_an_unfilled_field_of_the_card_closes_the_gate(made, value):
    (said,) = gates.failing(settings(made, f"release: {{card: {{funding: {value}}}}}"))
    assert said.startswith("the card is unfilled: funding (fill release.card.funding in qawl.yaml")
    assert list(gates.failing(settings(made, "release: {card: {funding: not stated}}"))) == []


def test_an_unfilled_language_closes_the_gate(made):
    (said,) = gates.failing(settings(made, "release: {card: {languages: {ar: }}}"))
    assert "release.card.languages.ar" in said


def test_a_corpus_that_is_no_demonstration_must_say_what_it_is(made):
    write_articles(made, [article(f"نص {number}", redistribute=True) for number in range(100)])
    (said,) = gates.failing(made)
    assert "rationale, annotators, contact" in said
    card = "{rationale: not stated, annotators: not stated, contact: not stated}"
    assert list(gates.failing(settings(made, f"release: {{card: {card}}}"))) == []


def closed_by_agreement(made):
    """Whether the gate of agreement is closed."""
    return any("there is no agreement" in said for said in gates.failing(made))


def test_a_plan_for_two_without_agreement_closes_the_gate(made):
    collected(made, record("a1"))
    assert not closed_by_agreement(made)
    planned = settings(made, "overlap: {quote: 2}")
    assert closed_by_agreement(planned)
    assert not closed_by_agreement(settings(made, "overlap: {quote: 1}"))
    collected(planned, record("a1"), record("a2"))
    assert not closed_by_agreement(planned)


def test_two_annotators_of_different_articles_close_the_gate(made):
    other = "قال سعيد لا"
    write_articles(made, [*article_store.articles(made), article(other, redistribute=True)])
    collected(made, record("a1"), record("a2", other))
    assert closed_by_agreement(made)
    collected(made, record("a1"), record("a2", other, status="skipped"))
    assert not any(
        "agreement" in each for each in gates.failing(settings(made, "overlap: {quote: 1}"))
    )


def test_a_layer_that_nobody_annotated_asks_for_nothing(made):
    assert not closed_by_agreement(settings(made, "overlap: {quote: 2}"))


@pytest.mark.parametrize("speaker", ["أحمد layla@news.ps", "مراسلنا <x.y+z@mail.news.ps>"])
def test_an_address_that_an_annotator_typed_closes_the_gate(made, speaker):
    collected(made, record("a1", speaker=speaker))
    (said,) = [each for each in gates.failing(made) if "e-mail" in each]
    assert f"speaker of span x in article {article(TEXT).id}, by a1 (quote)" in said
    assert "news.ps" not in said


@pytest.mark.parametrize("speaker", ["press@news.ps", "user@example.org", "@press", "a@b"])
def test_what_was_published_or_is_no_address_passes(made, speaker):
    collected(made, record("a1", speaker=speaker))
    assert list(privacy.found(made)) == []


def test_an_address_that_stands_only_in_a_withheld_text_is_not_published(made):
    write_articles(made, [article(TEXT, redistribute=False)])
    collected(made, record("a1", speaker="press@news.ps"))
    assert len(list(privacy.found(made))) == 1


def test_a_name_that_this_machine_knows_closes_the_gate(made):
    collected(made, record("a1", speaker="ليلى حداد"), record("a2", speaker="ليلى حدادين"))
    assert list(privacy.found(made)) == []
    made.state.mkdir(exist_ok=True)
    (made.state / "names.txt").write_text("ليلى حداد\n\n", "utf-8")
    (said,) = privacy.found(made)
    assert said.endswith("by a1 (quote)")


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("release: {card: {process: ask me@news.ps}}", "release.card.process"),
        ("release: {card: {glossary: {term: me@news.ps}}}", "release.card.glossary"),
        ("annotators: [{name: a1, how: me@news.ps}]", "how, of a1"),
        (
            "annotators: [layla]\nrelease: {authors: [{family: Haddad, given: Layla}]}",
            "pseudonym layla",
        ),
    ],
)
def test_what_the_lead_wrote_is_searched(made, lines, place):
    (said,) = gates.failing(settings(made, lines))
    assert place in said


def test_a_contact_may_be_an_address(made):
    assert list(gates.failing(settings(made, "release: {card: {contact: me@news.ps}}"))) == []


def test_the_reason_of_a_withdrawal_is_searched(made):
    """One that an earlier version, or a person, wrote into the file."""
    from qawl.articles import withdrawal

    withdrawal.withdraw(made, article(TEXT).id, "the publisher asked")
    path = made.withdrawn_file
    path.write_text(path.read_text("utf-8").replace("the publisher", "me@news.ps"), "utf-8")
    (said,) = privacy.found(made)
    assert said.startswith("the reason why")


def test_a_draft_lists_open_gates_without_what_they_found(made, monkeypatch):
    collected(made, record("a1", speaker="layla@news.ps"))
    monkeypatch.chdir(made.root)
    run = CliRunner().invoke
    refused = run(cli.group, ["release", "0.1.0"])
    assert refused.exit_code == 1
    assert "gate: an e-mail address" in refused.output
    draft = run(cli.group, ["release", "0.1.0", "--draft"])
    assert draft.exit_code == 1  # cues have no speaker, which no table can hold
    card = (made.exports / "releases" / "0.1.0" / "README.md").read_text("utf-8")
    assert "> - an e-mail address" in card
    assert "layla" not in card
    collected(made, record("a1"))
    done = run(cli.group, ["release", "0.1.0"])
    assert done.exit_code == 0, done.output  # a draft gives way to the release
    assert not manifest.load(made.exports / "releases" / "0.1.0").draft


@pytest.mark.parametrize("released", [False, True])
def test_a_gate_says_that_gold_keeps_what_is_let_pass(made, monkeypatch, released):
    """A dispensation changes gold: a span that the scheme refuses is in it then. The gate did not say so."""
    monkeypatch.chdir(made.root)
    run = CliRunner().invoke
    if released:
        assert run(cli.group, ["release", "0.1.0"]).exit_code == 0
    refused = record("a1")
    collected(made, msgspec.structs.replace(refused, spans=(Span("x", "NONE", 0, 3, "قال", {}),)))
    said = run(cli.group, ["release", "0.2.0"]).output
    assert "pass (gold then keeps these spans and values as they are)" in said
