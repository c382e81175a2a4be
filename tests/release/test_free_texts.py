"""Withheld text is found however it is spelt and wherever its pieces stand; what may be told comes back."""

import html
import json
import re
import shutil
import unicodedata
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import corpora
from qawl import cli
from qawl.release.rights import runs, withheld
from qawl.setup import init
from strategies import article

ARABIC = (
    "قالَ المُعلِّمُ سامي البحّارُ إنَّ المكتبةَ الجديدةَ ستُفتَحُ صباحَ الأحدِ قربَ السوقِ القديمِ بعدَ عملٍ "
    "طويلٍ مع أهلِ الحيِّ وأضافَ أنَّ الأطفالَ سيزرعونَ الأشجارَ حولَها."
)
TEXTS = {
    "ar": ARABIC,
    "he": "הַמּוֹרֶה אָמַר כִּי הַסִּפְרִיָּה הַחֲדָשָׁה תִּפָּתַח בְּיוֹם רִאשׁוֹן לְיַד הַשּׁוּק הַיָּשָׁן אַחֲרֵי עֲבוֹדָה אֲרֻכָּה",
    "fr": "L’école élémentaire où l’élève a été reçu célébrera sa première fête d’été près du marché à côté du théâtre",
    "ko": "교사는 새 도서관이 일요일 아침 오래된 시장 근처에서 문을 연다고 말했다 아이들은 나무를 심을 것이다",
    "zh": "教师说新图书馆星期日早上在旧市场附近开门孩子们将在周围种树大家都很高兴欢迎各地朋友前来参观",
}
WORDS = ARABIC.split()


def bare(text):
    """Without marks, as people type."""
    kept = (
        each for each in unicodedata.normalize("NFD", text) if unicodedata.category(each) != "Mn"
    )
    return unicodedata.normalize("NFC", "".join(kept))


SPELT = {
    "as it stands": str,
    "without marks": bare,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "stretched": lambda text: "ـ".join(bare(text)),
    "a word a line": lambda text: "\n".join(bare(text).split()),
    "other spaces": lambda text: bare(text).replace(" ", "\u00a0\t\u2003"),
    "no spaces": lambda text: "".join(bare(text).split()),
    "a letter a word": lambda text: " ".join("".join(bare(text).split())),
    "in capitals": lambda text: bare(text).upper(),
    "wide": lambda text: "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in bare(text)),
    "with points": lambda text: "؛".join(bare(text).split()),
    "with marks nobody sees": lambda text: "\u200f\u200b".join(bare(text)),
}  # fmt: skip


def other_keyboard(text):
    """As typed in Iran, or in a hurry: other letters for the same sounds, no hamza, other digits."""
    return bare(text).translate(str.maketrans("يكةأإآؤئى", "یکهاااويی"))


TYPED = {
    "letters of another keyboard": other_keyboard,
    "in the references of HTML": lambda text: "".join(f"&#{ord(each)};" for each in bare(text)),
    "in names of HTML": lambda text: html.escape(bare(text)).replace("é", "&eacute;"),
    "as an address has it": quote,
    "in the escapes of JSON": json.dumps,
    "with tags between letters": lambda text: "<b>".join(bare(text)),
    "a part of an address": lambda text: f"https://a.example/?q={quote(bare(text))}&x=1",
    "two escapes in each other": lambda text: html.escape(quote(text)),
}  # fmt: skip


@pytest.fixture
def release(tmp_path):
    """release(text, annotators' attributes by word, …) → (the outcome of a draft, what anybody reads in it)."""
    root = tmp_path / "c"

    def result(text, given, number):
        found = []
        places = [each.span() for each in re.finditer(r"\S+" if " " in text else r"\S", text)]
        for at, attributes in given.items():
            start, end = places[at]
            value = {"start": start, "end": end, "labels": ["SOURCE"]}
            where = {"id": f"r{number}{at}", "to_name": "text"}
            found.append({**where, "from_name": "toy", "type": "labels", "value": value})
            for name, typed in attributes.items():
                found.append(
                    {
                        **where,
                        "from_name": name,
                        "type": "textarea",
                        "value": {**value, "text": [typed]},
                    }
                )
        return found

    def run(text, *people, settings="", scheme=""):
        shutil.rmtree(root, ignore_errors=True)
        init.init(root, name="c")
        (root / "qawl.yaml").write_text(
            f"name: c\nlayers: [toy]\nannotators: [a1, a2]\n{settings}", "utf-8"
        )
        (root / "label_config" / "toy.yaml").write_text(SCHEME + scheme, "utf-8")
        line = {"text": text, "source": "s", "license": "LicenseRef-x", "redistribute": False}
        (root / "in.jsonl").write_text(json.dumps(line), "utf-8")
        annotations = [
            {"id": number, "completed_by": number, "result": result(text, given, number)}
            for number, given in enumerate(people, start=1)
        ]
        (root / "export.json").write_text(
            json.dumps([{"id": 1, "data": {"text": text}, "annotations": annotations}]), "utf-8"
        )
        for arguments in (
            ["scheme"],
            ["ingest", "in.jsonl"],
            ["pull", "--from", "export.json", "--layer", "toy"],
            ["adjudicate"],
        ):
            done = CliRunner().invoke(cli.group, ["-C", str(root), *arguments])
            assert done.exit_code == 0, done.output
        done = CliRunner().invoke(cli.group, ["-C", str(root), "release", "0.1.0", "--draft"])
        return done, root / "exports" / "releases" / "0.1.0"

    return run


SCHEME = """
format: 1
layer: toy
version: "1"
title: {en: Toy}
labels:
  - {name: SOURCE, title: {en: a}, definition: {en: a}, example: {en: "[a]"}, color: "#111111", hotkey: a}
attributes:
  - {name: speaker, title: {en: s}, of: [SOURCE], kind: text}
  - {name: note, title: {en: n}, of: [SOURCE], kind: text}
"""


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return " ".join(map(strings, value))
    return value if isinstance(value, str) else ""


def letters(text):
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(each for each in plain if each.isalnum() and each != "ـ")


def longest(text, folder):
    """Letters of the text that stand in a row in a file of the release, most of all."""
    wanted, worst = letters(text), 0
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            columns = [strings(table[name].to_pylist()) for name in table.column_names]
            held = [strings(table.to_pylist()), *columns]
        else:
            held = [path.read_text("utf-8", "replace")]
            held += [strings(json.loads(held[0]))] if path.suffix == ".json" else []
        for each in map(letters, held):
            for start in range(len(wanted)):
                while start + worst < len(wanted) and wanted[start : start + worst + 1] in each:
                    worst += 1
    return worst


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("ways", [SPELT, TYPED], ids=["spelt", "typed"])
def test_withheld_text_is_found_however_it_is_spelt(release, language, ways):
    """Annotators paste from web pages, addresses and files of JSON, and type on keyboards of their own."""
    text = TEXTS[language]
    given = {
        at: {"speaker": spelt(text), "note": f"own words {name}"}
        for at, (name, spelt) in enumerate(ways.items())
    }
    done, folder = release(text, given, given)
    assert done.exit_code == 0, done.output
    assert longest(text, folder) < runs.RUN
    rows = pq.read_table(folder / "toy").to_pylist()
    assert [row["speaker"] for row in rows] == [None] * len(ways)
    assert [row["note"] for row in rows] == [each["note"] for each in given.values()]


SPLIT = {
    "two attributes of a span": [{1: {"speaker": bare(ARABIC)[:19], "note": bare(ARABIC)[19:38]}}] * 2,
    "a word a span": [{at: {"speaker": bare(word)} for at, word in enumerate(WORDS)}] * 2,
    "by turns": [{at: {("speaker", "note")[at % 2]: bare(word)} for at, word in enumerate(WORDS)}] * 2,
    "fifteen code points a span": [{at: {"note": bare(ARABIC)[15 * at : 15 * at + 15]} for at in range(9)}] * 2,
    "in another order": [{8 - at: {"note": bare(ARABIC)[15 * at : 15 * at + 15]} for at in range(9)}] * 2,
    "half by one, half by the other": [{1: {"note": bare(ARABIC)[40:59]}}, {1: {"note": bare(ARABIC)[59:78]}}],
    "overlapping": [{at: {"note": bare(ARABIC)[9 * at : 9 * at + 17]} for at in range(9)}] * 2,
    "with a word of one's own": [{at: {"note": f"أي {bare(ARABIC)[19 * at : 19 * at + 19]}"} for at in range(6)}] * 2,
}  # fmt: skip


@pytest.mark.parametrize("how", SPLIT)
def test_pieces_that_make_a_run_together_are_found(release, how):
    done, folder = release(ARABIC, *SPLIT[how])
    assert done.exit_code == 0, done.output
    shown = {
        each["value"]
        for row in pq.read_table(folder / "annotations").to_pylist()
        for span in row["spans"]
        for each in span["attributes"]
        if each["value"]
    }
    # every run of the text, letter by letter: is it covered by pieces that anybody reads?
    text = letters(ARABIC)
    covered = [False] * len(text)
    for piece in map(letters, shown):
        at = text.find(piece)
        while piece and at >= 0:
            covered[at : at + len(piece)] = [True] * len(piece)
            at = text.find(piece, at + 1)
    stretches = "".join("x" if each else " " for each in covered).split()
    if "own" not in how:
        assert max(map(len, stretches), default=0) < runs.RUN
    assert longest(ARABIC, folder) < runs.RUN


def test_of_pieces_as_they_stand_all_comes_back(release, tmp_path):
    pieces = [ARABIC[19 * at : 19 * at + 19].strip() for at in range(6)]
    given = {at: {"note": f"أي {piece}"} for at, piece in enumerate(pieces)}
    _, folder = release(ARABIC, given, given)
    (tmp_path / "copy.txt").write_text(ARABIC, "utf-8")
    arguments = [
        "restore",
        str(folder),
        "--articles",
        str(tmp_path / "copy.txt"),
        "--to",
        str(tmp_path / "full"),
    ]
    assert CliRunner().invoke(cli.group, arguments).exit_code == 0
    notes = pq.read_table(tmp_path / "full" / "toy")["note"].to_pylist()
    assert notes == [each["note"] for each in given.values()]


def test_names_that_stand_in_the_text_are_shown(release):
    names = {
        1: {"speaker": "سامي البحار"},
        5: {"speaker": "المكتبة الجديدة"},
        9: {"note": "قرب السوق"},
    }
    _, folder = release(ARABIC, names, names)
    rows = pq.read_table(folder / "toy").to_pylist()
    assert [row["speaker"] or row["note"] for row in rows] == [
        "سامي البحار",
        "المكتبة الجديدة",
        "قرب السوق",
    ]


@pytest.mark.parametrize(
    ("settings", "scheme", "file"),
    [
        ("release: {card: {summary: '%s'}}\n", "", "README.md"),
        ("release: {title: '%s'}\n", "", "CHANGELOG.md"),
        ("", "instructions: {en: '%s'}\n", "GUIDELINES.md"),
    ],
)
def test_withheld_text_in_documents_refuses_the_release(release, settings, scheme, file):
    quoted = bare(ARABIC)[10:60]
    done, folder = release(
        ARABIC,
        {1: {"note": "x"}},
        settings=settings.replace("%s", quoted),
        scheme=scheme.replace("%s", quoted),
    )
    assert done.exit_code == 1
    assert f"{file}: " in str(done.exception)
    assert "may not be redistributed" in str(done.exception)
    assert not folder.exists()


def test_an_address_that_spells_the_headline_is_shown(release, tmp_path):
    guard = withheld.Guard(lambda: [article(ARABIC, redistribute=False)])
    slug = "https://site.example/" + "-".join(bare(ARABIC).split()[:6])
    assert guard.run_in(slug)
    assert guard.run_in(slug, exact=True) is None


@given(st.text(), st.text())
def test_folding_is_of_each_letter_alone(one, other):
    folded = runs.folded(f"{one} {other}")
    assert runs.folded(folded) == folded
    assert unicodedata.normalize("NFC", runs.folded(one) + runs.folded(other)) == folded
    assert runs.folded(one.upper().lower()) == runs.folded(one.lower().upper().lower())


SHOWN = "Ada Moor met Bo Lind, the head of a school, on Sunday morning."
OFFICE = "spokesman of the regional council for roads and bridges"
WITHHELD = f"Bo Lind is {OFFICE}, the paper says."


@pytest.fixture
def two_articles(tmp_path):
    """A corpus with an article that is shown and one that is withheld; what is typed in the former has an
    office that stands in the latter, as names of offices do."""
    root = init.init(tmp_path / "c", name="c", language="en").root
    (root / "qawl.yaml").write_text("name: c\nlayers: [toy]\nannotators: [a1, a2]\n", "utf-8")
    (root / "label_config/toy.yaml").write_text(
        SCHEME + "  - {name: kin, title: {en: k}, kind: texts}\n", "utf-8"
    )
    given = [
        {"text": SHOWN, "source": "s", "license": "CC-BY-4.0", "redistribute": True},
        {"text": WITHHELD, "source": "t", "license": "LicenseRef-x", "redistribute": False},
    ]
    (root / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in given), "utf-8")
    typed = {"speaker": f"Bo Lind, {OFFICE}", "note": "met on Sunday"}
    place = {"start": 13, "end": 20}
    where = {"id": "r1", "to_name": "text"}
    result = [
        {**where, "from_name": "toy", "type": "labels", "value": {**place, "labels": ["SOURCE"]}},
        *(
            {**where, "from_name": name, "type": "textarea", "value": {**place, "text": [text]}}
            for name, text in typed.items()
        ),
        {"id": "d", "to_name": "text", "from_name": "kin", "type": "textarea", "value": {"text": ["Ada", OFFICE]}},
    ]  # fmt: skip
    works = [{"id": number, "completed_by": number, "result": result} for number in (1, 2)]
    tasks = [
        {"id": 1, "data": {"text": SHOWN}, "annotations": works},
        {"id": 2, "data": {"text": WITHHELD}, "annotations": [{"id": 3, "completed_by": 1, "result": []}]},
    ]  # fmt: skip
    (root / "export.json").write_text(json.dumps(tasks), "utf-8")
    corpora.qawl(root, "scheme")
    corpora.qawl(root, "ingest", root / "in.jsonl")
    corpora.qawl(root, "pull", "--from", root / "export.json", "--layer", "toy")
    corpora.qawl(root, "adjudicate")
    return root


def test_a_free_text_with_words_of_another_withheld_article_is_left_out_alone(two_articles):
    """It refused the release: the name of an office was to be taken out of an annotator's work, or the
    article out of the corpus. Its value is null, all others and the texts are there, and it is counted."""
    done = corpora.qawl(two_articles, "release", "0.1.0", "--draft")
    said = " ".join(done.stderr.split())
    assert (
        "WITHHELD: 4 × a free text with 20 letters of another article, whose text is withheld"
        in said
    )
    assert re.search(r"kin in article \w{12}, by a1 \(toy\)", said)
    folder = two_articles / "exports/releases/0.1.0"
    assert longest(WITHHELD, folder) < runs.RUN
    (row,) = pq.read_table(folder / "toy").to_pylist()
    assert (row["text"], row["speaker"], row["speaker_standoff"]) == ("Bo Lind", None, "[]")
    assert (row["note"], row["note_standoff"]) == ("met on Sunday", None)
    articles = {each["source"]: each for each in pq.read_table(folder / "articles").to_pylist()}
    assert articles["s"]["text"] == SHOWN
    assert (articles["s"]["toy_kin"], articles["s"]["toy_kin_standoff"]) == (
        ["Ada", None],
        [None, "[]"],
    )
    corpora.qawl(two_articles, "verify", folder)
    (two_articles / "copy.txt").write_text(WITHHELD, "utf-8")
    full = two_articles / "full"
    corpora.qawl(
        two_articles, "restore", folder, "--articles", two_articles / "copy.txt", "--to", full
    )
    (restored,) = pq.read_table(full / "toy").to_pylist()
    assert (restored["speaker"], restored["speaker_standoff"]) == (None, "[]")
    again = corpora.qawl(two_articles, "release", "0.1.0", "--draft")
    assert again.stderr == done.stderr  # also where the rows are known from the last build


def test_what_the_corpus_lead_wrote_refuses_as_before(two_articles):
    """Only what annotators typed is left out by itself; the lead can take words out of a title."""
    settings = two_articles / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8") + f"release: {{title: '{OFFICE}'}}\n", "utf-8")
    code, said = corpora.main(two_articles, "release", "0.1.0", "--draft")
    assert code == 1
    assert "take it out of release.title in qawl.yaml" in " ".join(said.split())
