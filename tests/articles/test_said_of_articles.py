"""Licences and languages of articles are checked where they come in, and found where they are settled."""

import json

import msgspec
import pytest

from corpora import main, write_articles
from qawl.articles import store as article_store
from qawl.core import project
from qawl.setup import init

TEXT = "Layla Haddad works for Northwind in Amman."
OTHER = "Sami Noor sings in Beirut every night."


@pytest.fixture
def root(tmp_path):
    """The folder of an empty corpus."""
    return init.init(tmp_path / "c", name="c", language="en").root


def ingest(root, *records):
    (root / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    return main(root, "ingest", "in.jsonl")


def stored(root):
    return {each.text: each for each in article_store.articles(project.load(root))}


def aside(root):
    path = root / "corpus" / "set-aside.jsonl"
    return [json.loads(line)["reason"] for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "licence",
    [
        *("cc by 4", "free for all!!", "CC BY-SA 4.0", "© Reuters 2024", "All rights reserved"),
        *("https://creativecommons.org/licenses/by/4.0/", "MIT OR", "رخصة المشاع", "TODO", "n/a"),
        *("LicenseRef-two words", "\x00", "GPL-3.0-only or none"),
    ],
)
def test_a_text_is_not_shown_under_a_licence_that_nobody_knows(root, licence):
    """As newsrooms, sites and spreadsheets write them: what a release says of a text must mean something."""
    fields = {"source": "s", "redistribute": True}
    status, _ = ingest(root, {"text": TEXT, "license": licence, **fields}, {"text": OTHER})
    assert status == 0
    assert list(stored(root)) == [OTHER]
    (why,) = aside(root)
    assert "license" in why
    assert "is not a licence that the Hub or SPDX knows: give a name such as cc-by-4.0" in why
    status, said = ingest(root, {"text": TEXT, "license": licence, **fields})
    assert status == 1
    assert "1 × a field has the wrong form" in said


@pytest.mark.parametrize("licence", ["proprietary", "All rights reserved", "© Reuters 2024"])
def test_what_a_source_calls_its_rights_grants_nothing_and_stands_as_it_is(root, licence):
    """A text that no release shows needs no licence that a program can read."""
    withheld = {"source": "s", "license": licence, "redistribute": False}
    assert ingest(root, {"text": TEXT, **withheld}, {**withheld, "text": OTHER})[0] == 0
    assert {each.license for each in stored(root).values()} == {licence}
    assert "licence-unknown" not in main(root, "validate")[1]


@pytest.mark.parametrize(
    "licence",
    [
        *("CC-BY-4.0", "cc-by-4.0", "cc0-1.0", "LicenseRef-AFP-all-rights-reserved", "other"),
        *(
            "CC-BY-SA-4.0 OR LicenseRef-x",
            "odbl",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            None,
            "",
        ),
    ],
)
def test_licences_that_spdx_or_the_hub_knows_are_taken_as_they_stand(root, licence):
    assert ingest(root, {"text": TEXT, "license": licence, "source": "s"})[0] == 0
    assert stored(root)[TEXT].license == (licence or None)


def test_white_space_around_a_licence_and_a_language_is_none_of_them(root, tmp_path):
    """As spreadsheets and templates have it."""
    ingest(
        root,
        {"text": TEXT, "license": " cc-by-4.0\n", "language": "ar "},
        {"text": OTHER, "license": "  "},
    )
    found = stored(root)
    assert (found[TEXT].license, found[TEXT].language) == ("cc-by-4.0", "ar")
    assert found[OTHER].license is None
    (tmp_path / "_source.yaml").write_text('license: ""\nlanguage: " fr"\n', "utf-8")
    (tmp_path / "a.txt").write_text("Il chante à Beyrouth.", "utf-8")
    assert main(root, "ingest", str(tmp_path / "a.txt"))[0] == 0
    assert stored(root)["Il chante à Beyrouth."].language == "fr"


@pytest.mark.parametrize(
    "language",
    [
        *("Arabic", "xx-yy-zz", "English (UK)", "العربية", "english", "e", "ar-", "en-x"),
        *("xx_yy_zz", "en_US.UTF-8", "ar-LB-LB", "zh-Hans-Hant", "en-1", "ﬁ", "K0"),
    ],
)
def test_an_article_with_no_language_tag_is_set_aside_as_language_is_refused(root, language):
    status, _ = ingest(root, {"text": TEXT, "language": language}, {"text": OTHER})
    assert status == 0
    assert list(stored(root)) == [OTHER]
    assert "language" in aside(root)[0]
    assert "is not a language tag: give a code of two or three letters" in aside(root)[0]
    (root / "qawl.yaml").write_text(f"name: c\nlanguage: {json.dumps(language)}\n", "utf-8")
    status, said = main(root, "status")
    assert status == 1
    assert "is not a language tag" in said


@pytest.mark.parametrize(
    "language",
    [
        *("ar", "arz", "pt-BR", "zh-Hant-HK", "zh-cmn-Hans-CN", "es-419", "sl-rozaj-biske-1994"),
        *("de-CH-1901", "en-US-u-islamcal", "az-Arab-x-aze-derbend", "ar-LB", "ur-Latn", "und"),
        *("sr-Latn-RS-ekavsk", "en-a-bbb-x-a-ccc", "de-x-ab-abcd"),
    ],
)
def test_language_tags_are_taken_as_they_stand(root, language):
    """Tags of RFC 5646, its own examples among them."""
    status, said = ingest(root, {"text": TEXT, "language": language})
    assert status == 0
    assert stored(root)[TEXT].language == language
    assert "BCP 47" not in said


TAGS = {
    "en_US": "en-US", "AR": "ar", "ar-eg": "ar-EG", "EN-us": "en-US", "zh_hant_tw": "zh-Hant-TW",
    "PT_br": "pt-BR", "ES_419": "es-419", "sl_ROZAJ": "sl-rozaj", "EN-us-X-AB": "en-US-x-ab",
}  # fmt: skip
"""As locales, spreadsheets and content systems write tags → as BCP 47 does."""


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_in_another_spelling_is_that_tag(root, tmp_path, tag):
    """Such articles were set aside, or made one language two: by records, files beside, pages and adoption."""
    spelt = TAGS[tag]
    status, said = ingest(root, {"text": TEXT, "language": tag}, {"text": OTHER, "language": tag})
    assert status == 0
    assert {each.language for each in stored(root).values()} == {spelt}
    assert f"language    written as BCP 47 has it: {tag} → {spelt} (2)" in said
    (tmp_path / "_source.yaml").write_text(f"language: {tag}\n", "utf-8")
    (tmp_path / "a.txt").write_text("The third article is short.", "utf-8")
    said = json.loads(main(root, "ingest", str(tmp_path / "a.txt"), "--json")[1])
    assert said["languages_respelt"] == {tag: 1}
    assert {each.language for each in stored(root).values()} == {spelt}
    task = {"id": 1, "data": {"text": TEXT, "language": tag}}
    (tmp_path / "export.json").write_text(json.dumps([task]), "utf-8")
    config = "<View><Text name='text' value='$text'/><Labels name='x' toName='text'><Label value='A'/></Labels></View>"
    (tmp_path / "config.xml").write_text(config, "utf-8")
    given = (str(tmp_path / "export.json"), str(tmp_path / "config.xml"))
    status, said = main(root, "adopt", *given, "--into", str(tmp_path / "new"))
    assert status == 0, said
    assert f"written as BCP 47 has it: {tag} → {spelt} (1)" in said
    assert {each.language for each in stored(tmp_path / "new").values()} == {spelt}
    assert f"language: {spelt}\n" in (tmp_path / "new" / "qawl.yaml").read_text("utf-8")


@pytest.mark.parametrize("said", ["license: cc by 4\nredistribute: true\n", "language: Arabic\n"])
@pytest.mark.parametrize("name", ["_source.yaml", "a.yaml"])
def test_files_beside_articles_are_checked_too(root, tmp_path, said, name):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, "utf-8")
    (folder / name).write_text(said, "utf-8")
    status, _ = main(root, "ingest", str(folder))
    assert status == 1
    (why,) = aside(root)
    assert why.startswith(f"its metadata is wrong: {name}: {said.split(':')[0]}: ")


def test_a_page_that_declares_no_language_tag_gets_that_of_the_corpus(root, tmp_path):
    """As sites write it: a name, a locale of POSIX, a list."""
    body = f"<article><h1>News</h1><p>{TEXT} {OTHER} They met twice this week.</p></article>"
    for number, lang in enumerate(("Arabic", "xx-yy-zz", "en_GB", "fr, ar", "fr")):
        page = f"<html lang='{lang}'><head><title>News {number}</title></head><body>{body}</body></html>"
        (tmp_path / f"{number}.html").write_text(page.replace("week", f"week {number}"), "utf-8")
        assert main(root, "ingest", str(tmp_path / f"{number}.html"))[0] == 0
    found = {each.received: each.language for each in stored(root).values()}
    assert [*found.values()].count("en") == 3
    assert {"en-GB", "fr"} <= {*found.values()}


def settle(root, **said):
    """Articles as an earlier version froze them, each with these fields."""
    ingest(
        root,
        *({"text": f"{TEXT} {number}", "source": "s", "license": "CC0-1.0"} for number in range(3)),
    )
    made = project.load(root)
    settled = [msgspec.structs.replace(each, **said) for each in article_store.articles(made)]
    write_articles(made, settled)
    return settled


@pytest.mark.parametrize(
    ("said", "check"),
    [
        ({"license": "free for all!!", "redistribute": True}, "licence-unknown"),
        ({"language": "Arabic"}, "language-unknown"),
    ],
)
def test_settled_articles_are_one_finding_a_name_and_close_a_release(root, said, check):
    settled = settle(root, **said)
    status, told = main(root, "validate", "--json")
    assert status == 1
    (found,) = [each for each in json.loads(told)["findings"] if each["check"] == check]
    assert found["article_id"] == settled[0].id
    assert "the same 2 times more" in found["message"]
    assert "ingest it again" in found["message"]
    status, told = main(root, "release", "0.1.0")
    assert status == 1
    assert check in told
    assert not (root / "exports" / "releases" / "0.1.0").exists()
    ingest(
        root,
        *(
            {"text": f"{TEXT} {n}", "source": "s", "license": "CC0-1.0", "language": "en"}
            for n in range(3)
        ),
    )
    assert check not in main(root, "validate")[1]


def test_a_text_without_a_licence_is_not_released_whatever_its_article_says(root):
    """An earlier version froze it so: the release had the text, under a licence "not known"."""
    settle(root, license=None, redistribute=True)
    status, told = main(root, "release", "0.1.0")
    assert (status, "no licence decision for s (3)" in told) == (1, True), told


def test_a_withdrawn_article_and_one_that_passes_close_nothing(root):
    settled = settle(root, license="cc by 4", redistribute=True)
    assert main(root, "withdraw", settled[0].id, "--reason", "asked for")[0] == 0
    (root / "qawl.yaml").write_text(
        "name: c\nlanguage: en\ndispensations:\n"
        f"  - {{check: licence-unknown, articles: [{settled[1].id}], reason: the contract says so}}\n",
        "utf-8",
    )
    _, told = main(root, "validate", "--json")
    (found,) = [each for each in json.loads(told)["findings"] if each["check"] == "licence-unknown"]
    assert found["article_id"] == settled[2].id
    assert "times more" not in found["message"]


EXPORT = [{"id": 1, "data": {"text": TEXT}, "annotations": [{"id": 1, "result": []}]}]
FOREIGN = {
    "an export of Label Studio": json.dumps(EXPORT).encode(),
    "one task": json.dumps({**EXPORT[0], "created_at": "2024-01-01"}).encode(),
    "an export as PowerShell saves it": json.dumps(EXPORT).encode("utf-16"),
    "an export with a byte order mark": b"\xef\xbb\xbf" + json.dumps(EXPORT, indent=2).encode(),
    "a large export": json.dumps(EXPORT * 20_000).encode(),
    "JSON Lines": b'{"text": "a", "label": [[0, 1, "PER"]]}\n{"text": "b", "label": []}\n',
    "a damaged export": json.dumps(EXPORT).encode()[:-9],
    "questions": json.dumps({"version": "1.1", "data": [{"paragraphs": []}]}).encode(),
    "a CAS": json.dumps({"%TYPES": {}, "%FEATURE_STRUCTURES": []}).encode(),
    "a number": b"5",
}
"""What stands beside articles.jsonl in the folders of teams; each kept its articles out."""


@pytest.mark.parametrize("what", FOREIGN)
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_no_metadata_by_its_shape_is_named_and_keeps_nothing_out(
    root, tmp_path, what, whole
):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "news.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", "utf-8")
    (folder / "news.json").write_bytes(FOREIGN[what])
    (folder / "_source.yaml").write_text("source: the desk\n", "utf-8")
    status, told = main(root, "ingest", str(folder if whole else folder / "news.jsonl"))
    assert status == 0
    assert stored(root)[TEXT].source == "the desk"
    (line,) = (root / "corpus" / "set-aside.jsonl").read_text("utf-8").splitlines()
    named = json.loads(line)
    assert named["check"] == "note-foreign"
    assert named["path"].endswith("news.json")
    assert named["reason"].endswith("no metadata of it: news.jsonl")
    assert "1 × named like a file of articles, and by its shape no metadata of it" in told
    again = [*map(str, [folder if whole else folder / "news.jsonl"]), "--strict"]
    assert main(root, "ingest", *again)[0] == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"licence": "CC0-1.0"}', "licence"),
        ('{"title": "News", "sections": ["a"]}', "sections"),
        ('{"source": ["a"]}', "source"),
        ('{"title": "News"', "not YAML"),
    ],
)
def test_metadata_that_is_wrong_keeps_its_articles_out_as_before(root, tmp_path, content, says):
    (tmp_path / "news.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", "utf-8")
    (tmp_path / "news.json").write_text(content, "utf-8")
    status, _ = main(root, "ingest", str(tmp_path / "news.jsonl"))
    assert status == 1
    (why,) = aside(root)
    assert why.startswith("its metadata is wrong: news.json")
    assert says in why


def test_metadata_beside_a_file_is_read(root, tmp_path):
    (tmp_path / "news.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", "utf-8")
    said = {"source": "the wire", "license": "CC0-1.0", "context": {"desk": ["a", "b"]}}
    (tmp_path / "news.json").write_text(json.dumps(said, indent=1), "utf-8")
    assert main(root, "ingest", str(tmp_path / "news.jsonl"))[0] == 0
    (article,) = stored(root).values()
    assert (article.source, article.context) == ("the wire", {"desk": ["a", "b"]})


def test_a_context_of_very_many_fields_is_read_from_a_file_beside_the_text(root, tmp_path):
    """Each key was compared with all others: a megabyte of them took minutes."""
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    said = {"context": {f"field {number}": number for number in range(40_000)}}
    (tmp_path / "a.json").write_text(json.dumps(said), "utf-8")
    assert main(root, "ingest", str(tmp_path / "a.txt"))[0] == 0
    assert len(stored(root)[TEXT].context) == 40_000
