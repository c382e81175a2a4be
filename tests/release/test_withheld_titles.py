"""Withheld or withdrawn: no title and no context of the article either, in any file, whoever wrote it there."""

import json

import pyarrow.parquet as pq
import pytest

from corpora import main, qawl
from qawl.core import files
from qawl.release.rights.withheld import strings

TEXT = "Mona Haddad joined Cedar Bank in Tripoli on Monday morning."
OTHER = "The ferry to Arwad leaves at noon, said the captain of the line."
TITLE = "Explosive *revelations* shake the ministry of works"
KICKER = "A kicker line that stands above the headline"
SCHEME = """
format: 1
layer: toy
labels: [PER, ORG]
attributes:
  - {name: note, kind: text}
  - {name: more, kind: texts}
  - {name: gloss, kind: text, of: [PER]}
context: [headline]
"""
SETTINGS = """
name: c
language: en
layers: [toy]
annotators: [a1]
overlap: {toy: 1}
release: {license: cc-by-4.0, splits: {train: 1.0}}
"""


def article(text, **more):
    return {"text": text, "source": "S", "license": "CC-BY-4.0", "redistribute": True, **more}


def span(word, **attributes):
    start = TEXT.index(word)
    value = {"start": start, "end": start + len(word), "text": word}
    region = {"id": word, "to_name": "text"}
    yield {**region, "from_name": "toy", "type": "labels", "value": {**value, "labels": ["PER"]}}
    for name, text in attributes.items():
        typed = {**value, "text": [text]}
        yield {**region, "from_name": name, "type": "textarea", "value": typed}


def note(name, *texts):
    value = {"text": [*texts]}
    yield {"id": name, "from_name": name, "to_name": "text", "type": "textarea", "value": value}


def pull(root, *results, day=1, text=TEXT):
    stamp = f"2025-05-{day:02}T10:00:00Z"
    annotation = {
        "id": 101,
        "completed_by": 1,
        "result": [each for result in results for each in result],
        "created_at": "2025-05-01T10:00:00Z",
        "updated_at": stamp,
    }
    task = {"id": 1, "data": {"text": text}, "annotations": [annotation]}
    (root / "export.json").write_text(json.dumps([task]))
    qawl(root, "pull", "--from", "export.json", "--annotator", "a1")
    qawl(root, "adjudicate")


def ingest(root, *articles):
    (root / "in.jsonl").write_text("\n".join(map(json.dumps, articles)))
    qawl(root, "ingest", "in.jsonl")
    lines = (root / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
    return {each["text"]: each["id"] for each in map(json.loads, lines)}


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "c"
    qawl(tmp_path, "init", "c", "--language", "en")
    for path in (root / "label_config").iterdir():
        path.unlink()
    (root / "label_config" / "toy.yaml").write_text(SCHEME)
    (root / "qawl.yaml").write_text(SETTINGS)
    qawl(root, "scheme")
    return root


def release(root):
    """The newest release, built for what changed."""
    qawl(root, "release", "--bump")
    return max((root / "exports" / "releases").iterdir(), key=lambda path: path.name)


def shown(folder):
    """Everything that anybody can read in a release, file by file."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            yield path.name, "\n".join(strings(pq.read_table(path).to_pylist()))
        elif path.is_file():
            yield path.name, path.read_text("utf-8").replace("\\", "")


def test_title_and_context_of_a_withheld_article_stand_nowhere(root):
    # Annotators note the headline that they see above the text; a content management system names an
    # article by its headline. The corpus lead takes the rights back after two releases that had them.
    given = article(
        TEXT,
        title=TITLE,
        source_id=TITLE,
        url=f"https://s.example/{TITLE.replace(' ', '-')}",  # many addresses spell the headline
        context={"headline": {"kicker": KICKER}, "n": [1, KICKER]},
    )
    ingest(root, given)
    pull(root, span("Mona Haddad", gloss=f"as in “{KICKER}”"))
    release(root)
    pull(
        root,
        span("Mona", gloss=f"as in “{KICKER}”"),
        note("note", TITLE.replace("*", "")),
        note("more", KICKER[:19], KICKER[19:], "her own words"),
        day=2,
    )
    second = release(root)
    assert "“Explosive *revelations*" in dict(shown(second))["CHANGELOG.md"]
    ingest(root, {**given, "redistribute": False})
    third = release(root)
    assert third != second
    for name, text in shown(third):
        assert "revelations* shake" not in text, name
        assert "revelations shake" not in text, name
        assert "A kicker line that" not in text or "stands above" not in text, name
    told = dict(shown(third))
    assert "PER re-bounded" in told["CHANGELOG.md"]  # what changed is told still
    (row,) = pq.read_table(third / "articles" / "train.parquet").to_pylist()
    assert row["source_id"] is None
    assert row["toy_more"][2] == "her own words"
    assert qawl(root, "verify", third).exit_code == 0


def test_what_free_articles_share_with_a_withheld_title_is_no_secret(root):
    # The agency that the source column names, and a series title that a free article has too.
    agency, series = "Associated Press International", "The week in Tripoli: what has changed"
    ingest(
        root,
        article(OTHER, title=series, source=agency),
        article(
            TEXT, title=series, source=agency, redistribute=False, context={"headline": agency}
        ),
    )
    pull(root, span("Mona"), note("note", series))
    (path,) = (release(root) / "articles").iterdir()
    rows = {each["text"]: each for each in pq.read_table(path).to_pylist()}
    assert rows[None]["toy_note"] == series
    assert rows[OTHER]["title"] == series


def refused_as_title(root, quoted):
    """A release whose title quotes a withheld text is refused, and its place is named."""
    (root / "qawl.yaml").write_text(
        SETTINGS.replace("{license", f"{{title: {json.dumps(quoted)}, license")
    )
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 1, said
    assert "take it out of release.title in qawl.yaml" in said


@pytest.mark.parametrize("way", ["withheld", "withdrawn", "withdrawn from a withheld source"])
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("The New York Times", "The mayor told The New York Times on Monday that water is back."),
        ("South China Morning Post", "«South China Morning Post» counts nine boats in the bay."),
        (
            "وكالة الأنباء الفلسطينية وفا",
            "رام الله - وَكَالَةُ الأنباء الفلسطينيّة وفا - قال رئيس البلدية إن الماء عاد.",
        ),
    ],
)
def test_a_text_that_names_its_paper_stops_no_release(root, way, source, text):
    """Every release was refused, with nothing that could be changed: the source stands in card and tables."""
    other = {"source": source, "redistribute": way != "withdrawn from a withheld source"}
    ids = ingest(
        root,
        article(text, source=source, redistribute=way != "withheld"),
        article(OTHER, **other),
    )
    if way != "withheld":
        qawl(root, "withdraw", ids[text], "--reason", f"{source} asked")
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 0, said
    for quoted in (text[6:40], text[-30:]):
        refused_as_title(root, quoted)


def test_a_card_of_the_leads_own_that_quotes_a_withheld_text_is_named(root):
    ingest(root, article(TEXT, redistribute=False))
    (root / "card.md.j2").write_text(f"---\n{{{{ metadata }}}}---\nIt begins: {TEXT}\n", "utf-8")
    code, said = main(root, "release", "0.1.0", "--draft")
    assert (code, "card.md.j2" in said) == (1, True), said


def test_an_author_whose_name_stands_in_a_withheld_text_is_cited(root):
    """A faculty publishes the dataset, and a text of somebody else quotes it."""
    name = "Faculty of Arts of the University of the Orontes"
    settings = SETTINGS.replace("{license", f"{{authors: [{{name: {name}}}], license")
    (root / "qawl.yaml").write_text(settings)
    text = f"The {name} opens on Monday, says the rector."
    ingest(root, article(text, redistribute=False))
    pull(root, note("note", name), text=text)
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 0, said
    path = root / "exports" / "releases" / "0.1.0" / "articles" / "train.parquet"
    assert pq.read_table(path)["toy_note"].to_pylist() == [name]
    # What was kept of the release before is not taken for one that nobody cites.
    (root / "qawl.yaml").write_text(SETTINGS)
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    assert pq.read_table(path)["toy_note"].to_pylist() == [None]


@pytest.mark.parametrize("form", ["jsonl", "label-studio", "brat", "prodigy"])
def test_an_export_leaves_out_and_counts_what_somebody_typed_of_a_withheld_text(root, form):
    """It had the passage, and its report said that it may be passed on; no release has it."""
    ingest(root, article(TEXT), article(OTHER, redistribute=False))
    pull(root, span("Mona Haddad", gloss=f"as it says there: {OTHER}"), note("more", "hers", OTHER))
    for more, there in ((), False), (("--with-withheld",), True):
        folder = root / f"out-{len(more)}"
        qawl(root, "export", form, "--to", folder, *more)
        report = json.loads((folder / "report.json").read_text("utf-8"))
        assert report["counts"].get("value-withheld", 0) == (0 if there else 2)
        said = [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()]
        assert report["may_be_passed_on"] is not there
        assert any(OTHER[:30] in each for each in said) is (there and form != "prodigy")


@pytest.mark.parametrize("who", [(), ("--annotator", "a1")])
@pytest.mark.parametrize("form", ["jsonl", "tei", "label-studio"])
def test_values_that_stay_null_in_a_restored_copy_are_counted_by_its_export(root, form, who):
    """Those of the article and of annotators were left out without a word; a path of a tree of which a part is
    null went out as it was, and ended TEI in a fault."""
    tree = "  - {name: field, kind: tree, multiple: true, of: [PER], values: [law, {name: arts, values: [music]}]}"
    path = root / "label_config" / "toy.yaml"
    path.write_text(SCHEME.replace("attributes:", f"attributes:\n{tree}"), "utf-8")
    qawl(root, "scheme")
    ingest(root, *(article(each, redistribute=False) for each in (TEXT, OTHER)))
    (mona,) = span("Mona")
    typed = {"taxonomy": [["law"], ["arts", TEXT[5:40]]], "start": 0, "end": 4, "text": "Mona"}
    of_tree = {**mona, "from_name": "field", "type": "taxonomy", "value": typed}
    pull(root, [mona, of_tree], note("note", OTHER), note("more", "her own words", OTHER))
    code, said = main(root, "release", "0.1.0", "--draft")
    assert (root / "exports" / "releases" / "0.1.0").is_dir(), (code, said)
    (root / "copy.txt").write_text(TEXT, "utf-8")
    main(root, "restore", "exports/releases/0.1.0", "--articles", "copy.txt", "--to", "full")
    more = ("--with-withheld", *who)
    code, said = main(root, "export", form, "--from", "full", "--to", "out", *more)
    assert code == 0, said
    report = json.loads((root / "out" / "report.json").read_text("utf-8"))
    assert report["counts"]["value-withheld"] == 3


def test_a_text_that_names_where_an_author_works_stops_no_release(root):
    """News quotes people of a university, and one of them makes the dataset."""
    where = "University of the Orontes"
    author = f"{{family: Lee, given: Ana, affiliation: {where}}}"
    settings = SETTINGS.replace("{license", f"{{authors: [{author}], license")
    (root / "qawl.yaml").write_text(settings)
    text = f"A professor of the {where} says that the water is back."
    ids = ingest(root, article(text, redistribute=False), article(OTHER))
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    qawl(root, "withdraw", ids[text], "--reason", f"the {where} asked for it")
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    contact = json.dumps({"contact": text})
    (root / "qawl.yaml").write_text(settings.replace("{authors", f"{{card: {contact}, authors"))
    code, said = main(root, "release", "0.1.0", "--draft")
    assert (code, "take it out of release.card.contact in qawl.yaml" in said) == (1, True), said


@pytest.mark.parametrize(
    "text",
    [
        "The clerk is said to have leaked sensitive information to a friend in the port.",
        "The march is a demonstration of the will of the dockers, says their union.",
    ],
)
def test_a_text_that_has_words_of_qawl_stops_no_release(root, text):
    """Every release was refused: these words stand in each card, whatever the corpus lead writes."""
    ids = ingest(root, article(text, redistribute=False), article(OTHER))
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    qawl(root, "withdraw", ids[text], "--reason", "asked for")
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    refused_as_title(root, text[10:40])


def test_a_text_that_has_the_title_of_a_value_stops_no_release(root):
    """Topics of news are called as news calls them; a definition is looked at as before."""
    value = {"name": "sci", "title": {"en": "Science and Technology"}}
    topics = {"name": "topic", "kind": "choice", "values": [value]}
    path = root / "label_config" / "toy.yaml"
    said = SCHEME.replace("attributes:", f"attributes:\n  - {json.dumps(topics)}")
    path.write_text(said, "utf-8")
    qawl(root, "scheme")
    text = "The minister for science and technology spoke of boats in the bay."
    ingest(root, article(text, redistribute=False), article(OTHER))
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    older = {"renamed": [{"label": "Science and Technology", "to": "PER"}], "from": ["0"]}
    path.write_text(f"{SCHEME}version: '1'\nchanges: {json.dumps([older])}\n", "utf-8")
    qawl(root, "scheme")
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    path.write_text(said.replace("Science and Technology", text * 2), "utf-8")
    qawl(root, "scheme")
    code, told = main(root, "release", "0.1.0", "--draft")
    assert (code, "take it out of label_config/toy.yaml" in told) == (1, True)


@pytest.mark.parametrize("way", ["withheld", "withdrawn"])
@pytest.mark.parametrize(
    "text",
    [
        "The site has politics, economy, sports, culture, and all that a reader asks for.",
        "Home\nPolitics\nEconomy\nSports\nCulture\nThe boats came back to the bay.",
    ],
)
def test_a_text_that_lists_the_values_of_a_choice_stops_no_release(root, way, text):
    """The menu of a site lists topics as a scheme does: every release was refused."""
    topics = "  - {name: topic, kind: choice, values: [politics, economy, sports, culture]}"
    path = root / "label_config" / "toy.yaml"
    path.write_text(SCHEME.replace("attributes:", f"attributes:\n{topics}"), "utf-8")
    qawl(root, "scheme")
    ids = ingest(root, article(text, redistribute=way != "withheld"), article(OTHER))
    if way == "withdrawn":
        qawl(root, "withdraw", ids[text], "--reason", "asked for")
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 0, said
    refused_as_title(root, text[-30:])


def test_a_headline_that_a_free_article_has_is_free_in_a_text_too(root):
    """Two papers take one headline of an agency, and one of them has it in the text."""
    headline = "A blast shakes the port of Tripoli"
    ingest(
        root,
        article(f"{headline}\n{TEXT}", redistribute=False),
        article(OTHER, title=headline),
    )
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 0, said


@pytest.mark.parametrize("where", ["first", "second", "last"])
def test_a_line_of_a_free_article_that_a_withheld_text_has_stops_no_release(root, where):
    """Guidelines show lines of free articles: before a line stands a space there, after it a line feed. Agencies
    begin and end many lines alike, and a withheld text has them between others: the release was refused."""
    common = "The captain of the port"
    free = {
        "first": f"{common} sees Mona.",
        "second": f"Boats came back.\n{common} sees Mona.",
        "last": f"Mona, says {common}",
    }[where]
    ingest(
        root, article(f"Nobody asked. {common}\nstayed at home.", redistribute=False), article(free)
    )
    at = free.index("Mona")
    value = {"start": at, "end": at + 4, "text": "Mona", "labels": ["PER"]}
    region = {"id": "1", "to_name": "text", "from_name": "toy", "type": "labels", "value": value}
    pull(root, [region], text=free)
    told = dict(shown(release(root)))["GUIDELINES.md"]
    assert common in told


def test_a_title_that_a_changelog_names_may_stand_in_a_withheld_text(root):
    """A letter behind it that is that of the changelog was enough to refuse the release."""
    headline = "Prime minister visits Paris"
    hidden = f"The paper wrote «{headline}», perhaps in haste."
    ingest(root, article(TEXT, title=headline), article(hidden, redistribute=False))
    pull(root, span("Mona"))
    release(root)
    pull(root, span("Mona Haddad"), day=2)
    told = dict(shown(release(root)))["CHANGELOG.md"]
    assert f"“{headline}”: PER" in told


@pytest.mark.parametrize("scheme", ["https://", ""])
@pytest.mark.parametrize("own", [True, False])
def test_a_text_that_links_to_its_own_site_stops_no_release(root, own, scheme):
    """Every release was refused: addresses are published, and all of a site begin alike."""
    link = f"{scheme}www.the-paper.example/world/2024/may/01/boats"
    text = f"{TEXT} Read more: {link}"
    other = f"{scheme}www.the-paper.example/world/2024/may/02/ferry"
    ids = ingest(
        root,
        article(text, redistribute=False, url=link if own else None),
        article(OTHER, url=other, source_id=other),
    )
    assert main(root, "release", "0.1.0", "--draft")[0] == 0
    ids |= ingest(root, article("A third text, of another boat.", url=f"{link} {TEXT}"))
    assert main(root, "release", "0.1.0", "--draft")[0] == 1


def test_a_text_in_the_field_of_the_source_refuses_the_release_and_says_where(root):
    """A mapping of fields that went wrong is no name of a paper."""
    text = f"{TEXT} {OTHER}"
    ids = ingest(root, article(text, source=text, redistribute=False))
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 1
    assert f"take it out of the source of article {ids[text]}\n" in said


def test_a_withheld_title_in_the_card_refuses_the_release_and_says_where(root):
    ingest(root, article(TEXT, title=TITLE, redistribute=False))
    (root / "qawl.yaml").write_text(
        SETTINGS.replace("{license", f"{{title: {json.dumps(TITLE)}, license")
    )
    pull(root, span("Mona"))
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 1
    assert "take it out of release.title in qawl.yaml" in said


def test_a_place_that_holds_withheld_text_several_times_is_named_once(root):
    """A definition and an example that quote one article: the file was named for each."""
    ingest(root, article(TEXT, redistribute=False))
    path = root / "label_config" / "toy.yaml"
    said = {"definition": {"en": TEXT}, "example": {"en": f"[Mona] {TEXT}"}}
    labels = json.dumps([{"name": "PER", **said}])
    path.write_text(SCHEME.replace("[PER, ORG]", labels), "utf-8")
    qawl(root, "scheme")
    pull(root, span("Mona"))
    code, told = main(root, "release", "0.1.0", "--draft")
    assert code == 1
    assert told.endswith("take it out of label_config/toy.yaml\n")


def test_a_withdrawn_article_leaves_no_title_and_takes_its_reason_back(root):
    # A reason that was given before reasons were checked, or by hand; then one that may be published.
    ids = ingest(root, article(TEXT, title="Short"), article(OTHER))
    pull(root, span("Mona Haddad"))
    release(root)
    pull(root, span("Mona"), day=2)
    assert "“Short”" in dict(shown(release(root)))["CHANGELOG.md"]
    identity = ids[TEXT]
    lines = [{"format": 1, "article_id": identity, "reason": f"untrue: {TEXT}"}]
    files.write(root / "corpus" / "withdrawn.jsonl", lines)
    code, said = main(root, "release", "--bump")
    assert code == 1
    assert f"the reason why {identity} was withdrawn (`qawl withdraw {identity} --reason" in said
    said = qawl(root, "withdraw", identity, "--reason", "Nadia asked, of the bank").output
    assert "the next release gives the new reason" in said
    third = dict(shown(release(root)))
    assert "“Short”" not in third["CHANGELOG.md"]
    assert "Nadia asked" in third["CHANGELOG.md"]
    assert "PER re-bounded" in third["CHANGELOG.md"]
    qawl(root, "withdraw", identity, "--reason", "the publisher asked")
    for name, text in shown(release(root)):
        assert "Nadia" not in text, name
    again = qawl(root, "withdraw", identity, "--reason", "the publisher asked").output
    assert "withdrawn before, for this reason" in again


@pytest.mark.parametrize("rights", [True, False])
def test_a_reason_that_may_not_be_published_is_refused_where_it_is_given(root, rights):
    ids = ingest(root, article(TEXT, title=TITLE, redistribute=rights), article(OTHER))
    pull(root, span("Mona Haddad"))
    (root / ".qawl").mkdir(exist_ok=True)
    (root / ".qawl" / "names.txt").write_text("Layla Saab\n")
    for reason in (f"it says that {TEXT}", f"“{TITLE.upper()}” is wrong", "Layla Saab asked"):
        code, said = main(root, "withdraw", ids[TEXT], "--reason", reason)
        assert code == 1, said
        assert "releases publish" in said
    assert main(root, "withdraw", ids[TEXT], "--reason", f"a copy of “{OTHER}”")[0] == 0


def test_nobody_waits_for_a_withdrawn_article(root):
    ids = ingest(root, article(TEXT), article(OTHER))
    pull(root, span("Mona Haddad"))
    (path,) = (release(root) / "toy").iterdir()
    (row,) = pq.read_table(path).to_pylist()
    address = f"c@0.1.0#{row['article_id']}:{row['id']}"
    qawl(root, "correct", address, "--delete", "--by", "R", "--reason", "no name")
    assert "1 correction of a reader waits" in qawl(root, "adjudicate").output
    assert " pending: " in qawl(root, "correct").output
    qawl(root, "withdraw", ids[TEXT], "--reason", "asked")
    assert "waits" not in qawl(root, "adjudicate").output
    assert " withdrawn: " in qawl(root, "correct").output
