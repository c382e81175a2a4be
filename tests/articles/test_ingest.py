"""Piles of articles in, a clean frozen corpus out; what can't be read is set aside with its reason."""

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from conftest import ROOT
from qawl.articles import ingest, source_files
from qawl.articles import store as article_store
from qawl.articles.received import LONGEST, SetAside
from qawl.core import files as core_files
from qawl.core import project
from qawl.core.errors import InputError
from qawl.core.text import received
from qawl.setup import init

PAGES = ROOT / "tests" / "data" / "pages"
NEWS = (
    "استقبل الميناء القديم أول باخرة منذ أحد عشر عاما، وقال المدير إن العمل ينتهي قبل نهاية العام."
)
OTHER = "باع مزارعو الوادي معظم القمح قبل موعد الحصاد بأسبوعين بعدما حذرت الأرصاد من أمطار غزيرة."


@pytest.fixture
def trial(tmp_path):
    """An empty corpus."""
    return init.init(tmp_path / "trial", name="trial")


@pytest.fixture
def pile(tmp_path):
    """pile(name=content, …) → a folder outside the corpus with these files."""
    folder = tmp_path / "pile"

    def make(files):
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make


def take(trial, *paths, mapping=None, **options):
    return ingest.ingest(trial, source_files.read(paths, mapping or {}, trial.root), **options)


def articles(trial):
    return {each.received: each for each in article_store.articles(trial)}


def aside(trial):
    return {
        (each.path, each.line): each.reason
        for each in core_files.read(trial.corpus / "set-aside.jsonl", SetAside)
    }


def lines(*records):
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records).encode()


def qawl(trial, *arguments, **options):
    command = [sys.executable, "-m", "qawl", "-C", trial.root, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


# Readers


def test_pages_in_windows_1256_and_utf8(trial):
    take(trial, PAGES)
    found = articles(trial)
    harbour = found["pages/harbour.windows-1256.html"]
    assert harbour.title == "الميناء القديم يستقبل أول باخرة بعد ترميمه"
    assert (harbour.source, harbour.published, harbour.language) == (
        "صحيفة المرسى",
        "2024-05-18",
        "ar",
    )
    assert harbour.url == "https://almarsa.example/news/4711"
    assert "اقرأ أيضا" not in harbour.text
    assert "شارك الخبر" not in harbour.text
    assert "شارك الخبر" in received(harbour.text, harbour.edits)
    wheat = found["pages/wheat.utf-8.html"]
    assert wheat.text.endswith("حتى مساء الثلاثاء.")
    assert wheat.published is None
    ((place, said),) = aside(trial).items()
    assert place == ("pages/menu.html", None)
    assert said.startswith("no article found in the page: no line has 12 words; ")
    assert said.endswith("save its text as .txt"), "a short article looks like a menu"


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("dump.jsonl", bytes),
        ("dump.jsonl.gz", gzip.compress),
        ("dump.jsonl.zst", zstandard.ZstdCompressor().compress),
    ],
)
def test_json_lines_with_mapped_fields(trial, pile, name, pack):
    content = lines({"id": 7, "body": NEWS, "date": "18 أيار 2024"}, {"body": OTHER, "date": None})
    folder = pile({name: pack(content)})
    take(trial, folder, mapping={"text": "body", "published": "date"})
    first = articles(trial)[f"pile/{name}:1"]
    assert (first.text, first.source_id) == (NEWS, "7")
    assert (first.published, first.published_read) == ("2024-05-18", "18 أيار 2024")
    assert articles(trial)[f"pile/{name}:2"].text == OTHER


def test_json_lines_in_windows_1256(trial, pile):
    take(
        trial,
        pile({"dump.jsonl": lines({"text": NEWS}, {"text": OTHER}).decode().encode("cp1256")}),
    )
    assert {each.text for each in article_store.articles(trial)} == {NEWS, OTHER}


def test_parquet(trial, tmp_path):
    path = tmp_path / "big.parquet"
    pq.write_table(pa.table({"body": [NEWS, None, OTHER], "source": ["أ", "ب", "ب"]}), path)
    take(trial, path, mapping={"text": "body"})
    assert {place: each.source for place, each in articles(trial).items()} == {
        "big.parquet:1": "أ",
        "big.parquet:3": "ب",
    }
    assert list(aside(trial)) == [("big.parquet", 2)]


def test_standard_input(trial):
    done = qawl(trial, "ingest", "-", input=lines({"text": NEWS}).decode())
    assert done.returncode == 0
    assert list(articles(trial)) == ["stdin:1"]


def test_metadata_beside_an_article_overrides_that_of_its_folder(trial, pile):
    folder = pile(
        {
            "a.txt": NEWS,
            "b.txt": OTHER,
            "_source.yaml": "source: المرسى\nlicense: CC-BY-4.0\nredistribute: true\n",
            "b.json": '{"redistribute": false, "published": "2024-05-18", "title": "قمح"}',
            "README.md": "not an article",
        }
    )
    take(trial, folder)
    one, other = articles(trial)["pile/a.txt"], articles(trial)["pile/b.txt"]
    assert (one.source, one.license, one.redistribute) == ("المرسى", "CC-BY-4.0", True)
    assert (other.license, other.redistribute, other.published, other.title) == (
        "CC-BY-4.0",
        False,
        "2024-05-18",
        "قمح",
    )
    assert not aside(trial)


def test_unknown_rights_mean_withheld_and_are_listed(trial, pile):
    outcome = take(
        trial,
        pile(
            {
                "a.jsonl": lines(
                    {"text": NEWS, "redistribute": True}, {"text": OTHER, "source": "المرسى"}
                )
            }
        ),
    )
    assert not any(each.redistribute for each in article_store.articles(trial))
    assert dict(outcome.undecided) == {"(no source)": 1, "المرسى": 1}


# Again, more, and changed


def test_the_same_again_changes_nothing(trial, pile):
    folder = pile(
        {
            "a.txt": f"{NEWS}\r\nشارك الخبر",
            "b.jsonl": lines({"text": OTHER, "id": 1}),
            "c.txt": b"",
            "d.txt": NEWS,
            "e.html": "<p>x",
        }
    )
    take(trial, folder)
    before = {path.name: path.read_bytes() for path in trial.corpus.iterdir() if path.is_file()}
    again = take(trial, folder)
    assert not again.changed
    assert {
        path.name: path.read_bytes() for path in trial.corpus.iterdir() if path.is_file()
    } == before
    assert qawl(trial, "ingest", folder).stdout.endswith("nothing to do\n")


def test_what_ingest_wrote_is_no_input(trial, pile):
    shutil.copytree(
        pile({"a.txt": f"{NEWS}\nإعلان", "b.txt": b""}),
        trial.corpus / "sources",
        dirs_exist_ok=True,
    )
    take(trial, trial.corpus)
    again = take(trial, trial.corpus)
    assert (again.read, again.changed) == (1, False)


def test_order_of_input_makes_no_difference(trial, tmp_path, pile):
    folder = pile({f"{number}.txt": f"{NEWS} {number}" for number in range(5)})
    other = init.init(tmp_path / "other", name="other")
    files = sorted(folder.iterdir())
    take(trial, *files)
    take(other, *reversed(files))
    assert (trial.corpus / "articles.jsonl").read_bytes() == (
        other.corpus / "articles.jsonl"
    ).read_bytes()


def test_changed_source_gets_a_new_article_and_a_finding(trial, pile):
    folder = pile({"a.txt": NEWS})
    take(trial, folder)
    (old,) = article_store.articles(trial)
    outcome = take(trial, pile({"a.txt": OTHER}))
    assert [each.check for each in outcome.findings] == ["source-changed"]
    assert outcome.findings[0].article_id == old.id
    assert {each.text for each in article_store.articles(trial)} == {NEWS, OTHER}
    assert not take(trial, folder).changed


def test_metadata_that_says_more_later_updates_the_article_but_not_its_text(trial, pile):
    folder = pile({"a.txt": NEWS})
    take(trial, folder)
    outcome = take(
        trial, pile({"a.yaml": "license: CC0-1.0\nredistribute: true\npublished: 18/5/2024\n"})
    )
    (article,) = article_store.articles(trial)
    assert (outcome.updated, outcome.frozen, +outcome.undecided) == (1, 0, {})
    assert (article.license, article.redistribute, article.published, article.text) == (
        "CC0-1.0",
        True,
        "2024-05-18",
        NEWS,
    )
    assert not take(trial, folder).changed


def test_other_line_ends_are_no_new_article_and_metadata_still_counts(trial, pile):
    # git turns line ends into CR LF on Windows, in the sources too.
    text = f"{NEWS}\n\n{OTHER}\n"
    folder = pile({"a.txt": text, "rows.jsonl": json.dumps({"id": "7", "text": text + "!"})})
    take(trial, folder)
    before = articles(trial)
    rows = json.dumps({"id": "7", "text": f"{text}!".replace("\n", "\r\n")})
    files = {"a.txt": text.replace("\n", "\r\n"), "rows.jsonl": rows}
    outcome = take(trial, pile(files))
    assert (outcome.known, outcome.frozen, outcome.changed, outcome.findings) == (2, 0, False, [])
    outcome = take(trial, pile({"_source.yaml": "license: CC0-1.0\nredistribute: true\n"}))
    assert (outcome.known, outcome.updated, outcome.findings) == (2, 2, [])
    assert {each.license for each in articles(trial).values()} == {"CC0-1.0"}
    assert {each.text for each in articles(trial).values()} == {
        each.text for each in before.values()
    }
    assert not +outcome.undecided


def test_frozen_text_stays_when_a_line_turns_out_to_recur(trial, pile):
    note = "تصدر المرسى عن دار السنديان"
    take(trial, pile({"0.txt": f"{NEWS} صفر\n{note}"}))
    (first,) = article_store.articles(trial)
    take(trial, pile({f"{number}.txt": f"{NEWS} رقم {number}\n{note}" for number in range(1, 9)}))
    texts = {place: each.text for place, each in articles(trial).items()}
    assert texts.pop("pile/0.txt") == first.text
    assert not any(note in text for text in texts.values())
    folder = pile({"9.txt": f"{NEWS} تسعة\n{note}"})
    take(trial, folder)
    assert articles(trial)["pile/9.txt"].text == f"{NEWS} تسعة"
    assert not take(trial, folder).changed


def test_a_line_of_marks_alone_is_no_chrome(trial, pile):
    """Corpora come with a word or a sentence a line: the mark that ends one recurs in every article."""
    menu = "أخبار المرسى"
    texts = [
        f"{menu}\n{NEWS} رقم {number}\n.\nنعم {number}\n؟\n***\n{OTHER} {number}\n…"
        for number in range(8)
    ]
    take(trial, pile({f"{number}.txt": text for number, text in enumerate(texts)}))
    assert {each.text for each in article_store.articles(trial)} == {
        text.removeprefix(f"{menu}\n") for text in texts
    }


def test_killed_at_any_moment_leaves_the_corpus_as_before_or_after(trial, pile):
    take(trial, pile({"a.txt": NEWS}))
    before = (trial.corpus / "articles.jsonl").read_bytes()
    dump = (
        pile(
            {
                "b.jsonl": lines(
                    *({"text": f"{OTHER} {number}", "id": number} for number in range(4000))
                )
            }
        )
        / "b.jsonl"
    )
    command = [sys.executable, "-m", "qawl", "-C", trial.root, "ingest", dump]
    for wait in (0.15, 0.4, 0.8, 1.2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        now = (trial.corpus / "articles.jsonl").read_bytes()
        assert now == before or now.count(b"\n") == 4001
    assert qawl(trial, "ingest", dump).returncode == 0
    assert len(list(article_store.articles(trial))) == 4001
    assert sorted(each.name for each in trial.corpus.iterdir()) == [
        "README.md",
        "articles.jsonl",
        "sources",
    ]
    assert not (trial.state / "ingest").exists()


# Bad input


def test_bad_input_is_set_aside_with_place_and_reason(trial, pile, tmp_path):
    (tmp_path / "secret.txt").write_text(OTHER, "utf-8")
    folder = pile(
        {
            "good.txt": NEWS,
            "empty.txt": b"",
            "blank.txt": " \n\t\r\n",
            "unseen.txt": "\u200f\u200b\n\u200e",  # these were frozen, for annotators to look at
            "chrome.txt": "شارك الخبر\nنسخ الرابط",
            "unseen_chrome.txt": "\u200b\nشارك الخبر\nنسخ الرابط",
            "picture.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe",
            "long.txt": "ا" * (LONGEST + 1),
            "menu.html": (PAGES / "menu.html").read_bytes(),
            "paper.pdf": b"%PDF-1.7",
            "broken.jsonl": lines({"text": OTHER})
            + b'{"text": \n[1]\n{"body": "x"}\n{"text": "x", "redistribute": "yes"}\n',
            "twice.jsonl": lines(
                {"id": 5, "source": "س", "text": f"{NEWS} أولا"},
                {"id": 5, "source": "س", "text": f"{NEWS} ثانيا"},
            ),
            "cut.jsonl.gz": gzip.compress(os.urandom(3000).hex().encode())[:-900],
            "fake.parquet": b"PAR1 no",
            "empty.jsonl": b"\n\n",
            "wrong/x.txt": OTHER,
            "wrong/_source.yaml": "licence: CC0-1.0\n",
            "alone.json": "{}",
            "tongue.jsonl": lines({"text": OTHER, "language": "Arabic, Standard"}),
        }
    )
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loose.txt").symlink_to(folder / "nothing.txt")
    (folder / "up").symlink_to(tmp_path)
    outcome = take(trial, folder)
    reasons = {
        f"{path.removeprefix('pile/')}:{line or ''}": reason
        for (path, line), reason in aside(trial).items()
    }
    expected = {
        "empty.txt:": "empty file", "blank.txt:": "white space only", "chrome.txt:": "nothing is left", "picture.txt:": "binary",
        "unseen.txt:": "white space only", "unseen_chrome.txt:": "nothing is left",
        "long.txt:": "too long", "menu.html:": "no article", "paper.pdf:": "not a kind of file", "broken.jsonl:2": "not JSON",
        "broken.jsonl:3": "not a JSON object", "broken.jsonl:4": "no field `text`", "broken.jsonl:5": "redistribute",
        "twice.jsonl:2": "two articles with one id", "cut.jsonl.gz:1": "cut off", "fake.parquet:": "not parquet", "empty.jsonl:": "no lines",
        "wrong/x.txt:": "licence", "link.txt:": "leaves the folder", "loose.txt:": "not a file", "up:": "leaves the folder", "alone.json:": "not a kind",
        "tongue.jsonl:1": "language",
    }  # fmt: skip
    assert set(reasons) == set(expected)
    for place, words in expected.items():
        assert words in reasons[place], place
    assert outcome.frozen == 3
    assert {each.text for each in article_store.articles(trial)} == {NEWS, OTHER, f"{NEWS} أولا"}


def test_one_odd_file_is_set_aside_by_name_and_the_rest_goes_on(trial, pile):
    """Files of old machines and of other tools; each of them ended a whole ingest, or said nothing."""
    deep = "[" * 100_000 + "]" * 100_000
    folder = pile(
        {
            "a.txt": NEWS,
            "deep.jsonl": lines({"text": OTHER}) + f'{{"text": "x", "a": {deep}}}\n'.encode(),
            "deep.html": "<div>" * 50_000 + NEWS + "</div>" * 50_000,
            "notes.txt": f"{NEWS} notes",
            "notes.yaml": f"title: {deep}",
            "half.txt": f"{NEWS} half",
            "half.yaml": 'title: "\\ud800"',
            "half_inside.txt": f"{NEWS} half inside",
            "half_inside.yaml": 'context: {seen: [1, {by: "\\udfff"}]}',
            "deep_latin.jsonl": f'{{"text": "Le maire a déclaré hier que les rues étaient à nettoyer", "a": {deep}}}'.encode(
                "latin-1"
            ),
            "wide.txt": f"{NEWS} wide",
            "wide.yaml": "source: Post".encode("utf-16") + b"!",
            "names.html": b'<meta charset="idna"><p>' + f"{NEWS} names".encode("cp1256"),
            "long_ago.jsonl": lines(
                {"text": f"{NEWS} 1", "published": "منذ 99999999999 يوم", "crawled": "2024-05-05"},
                {"text": f"{NEWS} 2", "published": 10**18},
            ),
        }
    )
    table = {
        "text": [f"{NEWS} 3", f"{NEWS} 4"],
        "published": pa.array([0, 2**50], pa.timestamp("s")),
        "seen": pa.array([2**50, 2**50], pa.timestamp("s")),
    }
    pq.write_table(pa.table(table), folder / "times.parquet")
    done = qawl(trial, "ingest", folder)
    assert (done.returncode, done.stderr) == (0, "")
    reasons = {
        f"{path.removeprefix('pile/')}:{line or ''}": reason
        for (path, line), reason in aside(trial).items()
    }
    expected = {
        "deep.jsonl:2": "nested too deeply", "deep.html:": "not an HTML page", "notes.txt:": "notes.yaml: lists or objects are nested",
        "half.txt:": "half a character", "half_inside.txt:": "half_inside.yaml, line 1, column 26", "deep_latin.jsonl:1": "nested too deeply",
        "wide.txt:": "wide.yaml: not UTF-16", "times.parquet:2": "a value that can't be read",
    }  # fmt: skip
    assert set(reasons) == set(expected)
    for place, words in expected.items():
        assert words in reasons[place], place
    assert len(articles(trial)) == 6


def test_odd_values_inside_records_take_no_others_with_them(trial, pile):
    """As scrapers write them: whole pages of objects in one field, and half of an emoji in any field."""
    odd = [
        '{"text": "Sami met Layla.", "context": {"a": %s}}' % ("[" * 500 + "]" * 500),
        '{"text": "half \\ud83d of it"}',
        '{"text": "fine", "context": {"note": "x\\ude00"}}',
        '{"text": "fine", "other": "x\\udbff"}',
        '{"text": "whole \\ud83d\\ude00 of it"}',
        '{"text": "as deep as it may be", "context": {"a": %s}}' % ("[" * 90 + "]" * 90),
    ]
    folder = pile({"odd.jsonl": ("\n".join(odd) + "\n").encode()})
    done = qawl(trial, "ingest", folder)
    assert (done.returncode, done.stderr) == (0, "")
    reasons = [reason for _, reason in sorted(aside(trial).items())]
    assert "context: lists or objects are nested too deeply" in reasons[0]
    assert [each.rpartition(": ")[2] for each in reasons[1:]] == [
        "in its text", "in its context", "in its other",
    ]  # fmt: skip
    assert len(articles(trial)) == 2


def test_a_long_text_of_many_lines_of_windows_is_known_again(trial, pile):
    """What was received is rebuilt from the edits: it was copied whole for each line end."""
    folder = pile({"long.txt": "".join(f"line {number}\r\n" for number in range(80_000))})
    for counts in ({"frozen": 1, "known": 0}, {"frozen": 0, "known": 1}):
        done = qawl(trial, "ingest", folder, "--json")
        assert counts.items() <= json.loads(done.stdout).items()


def test_file_names_that_are_not_utf8(trial, pile):
    folder = pile({"a.txt": NEWS, "_source.yaml": "source: المرسى\n"})
    names = (b"\xc7\xcd.txt", b"\xc7\xcd/x.txt", b"\xff.txt", rb"\udcff.txt")
    for number, name in enumerate(names, start=1):
        path = folder / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{NEWS} {number}", "utf-8")
    done = qawl(trial, "ingest", folder)
    assert (done.returncode, done.stderr) == (0, "")
    # a name is told with escapes; a file whose own name has them keeps it
    assert {place: each.text[-1] for place, each in articles(trial).items()} == {
        "pile/a.txt": ".", r"pile/\udcc7\udccd.txt": "1", r"pile/\udcc7\udccd/x.txt": "2", r"pile/\udcff.txt": "4",
    }  # fmt: skip
    (reason,) = aside(trial).values()
    assert "its name is not UTF-8" in reason
    assert not take(trial, pile({})).changed


def test_controls_in_records_go_from_the_text_and_from_what_is_said_of_it(trial, pile):
    text = f"\x00{NEWS}\x1b[0m\x00\x00\x85{OTHER}"
    record = {"text": text, "title": "عنوان\x00\x1b", "source": "المر\ufeffسى"}
    take(trial, pile({"a.jsonl": lines(record), "b.jsonl": lines({"text": "\x00\x00\x01"})}))
    (article,) = article_store.articles(trial)
    assert article.text == f"{NEWS}[0m\n{OTHER}"
    assert received(article.text, article.edits) == text
    assert (article.title, article.source) == ("عنوان", "المرسى")
    assert list(aside(trial).values()) == ["no text, or white space only"]


def test_long_line_is_passed_over_without_being_kept(trial, monkeypatch):
    monkeypatch.setattr(source_files, "LONGEST_FILE", 1000)
    stream = io.BytesIO(b'{"text": "' + b"x" * 5000 + b'"}\n' + lines({"text": NEWS}))
    found = list(source_files.read_lines(stream, "dump.jsonl", {}, source_files.Metadata()))
    assert found[0] == SetAside(
        path="dump.jsonl", line=1, reason="too long for an article", check="text-long"
    )
    assert (found[1].line, found[1].text) == (2, NEWS)


@pytest.mark.parametrize(
    "text",
    [
        "\ue0a1\ue0a2 \ue0a3\ue0a4",  # letters of a font of one's own, as small languages have them
        "\U000105c0\U000105c1 \U000105c2",  # Todhri, of Unicode 16
        "\U0001f600 \u2764\ufe0f",
        "\u2801\u2803 \u2809",
    ],
)
def test_a_text_in_letters_that_python_does_not_know_is_an_article(trial, pile, text):
    """They were taken for texts that show nothing."""
    take(trial, pile({"a.txt": text}))
    assert [each.text for each in article_store.articles(trial)] == [text]
    assert aside(trial) == {}


def test_rights_that_a_copy_says_and_the_article_has_not_are_named(trial, pile):
    """A file has another place by its own path than in its folder. Who took the leave to show a text back
    that way heard of a copy alone, and the next release still had the text."""
    given = {"text": NEWS, "license": "CC-BY-4.0", "redistribute": True}
    folder = pile({"a.jsonl": lines(given)})
    assert qawl(trial, "ingest", folder).returncode == 0
    copied = qawl(trial, "ingest", folder / "a.jsonl").stdout
    assert "a.jsonl:1: pile/a.jsonl:1\n" in copied
    pile({"a.jsonl": lines({**given, "license": "CC0-1.0", "redistribute": False})})
    told = qawl(trial, "ingest", folder / "a.jsonl").stdout
    assert "what it says of license and redistribute does not count" in told
    (article,) = article_store.articles(trial)
    assert (article.license, article.redistribute) == ("CC-BY-4.0", True)
    assert qawl(trial, "ingest", folder).returncode == 0  # as the message says
    (article,) = article_store.articles(trial)
    assert (article.license, article.redistribute) == ("CC0-1.0", False)


def test_rights_that_a_copy_of_the_same_run_says_are_named(trial, pile):
    """The second record of a text is set aside: that its text must not be shown was lost without a word."""
    folder = pile(
        {
            "a.jsonl": lines({"text": NEWS, "license": "CC-BY-4.0", "redistribute": True}),
            "b.jsonl": lines({"text": NEWS, "redistribute": False}),
            "c.jsonl": lines({"text": NEWS, "redistribute": True}),  # the same, with that licence
            "d.jsonl": lines({"text": NEWS}),
            "g.jsonl": lines({"text": NEWS, "license": "cc-by-4.0"}),  # as the Hub spells it
            # Cleaning makes these the same text: that is known once all are read.
            "e.jsonl": lines({"text": f"{NEWS}\r\n", "redistribute": False}),
            "f.jsonl": lines({"text": f"{NEWS}\n\n"}, {"text": f" {NEWS}", "redistribute": True}),
        }
    )
    for _ in range(2):
        assert qawl(trial, "ingest", folder).returncode == 0
        said = aside(trial)
        assert "what it says of redistribute does not count" in said["pile/b.jsonl", 1]
        assert said["pile/e.jsonl", 1] == said["pile/b.jsonl", 1]
        assert said["pile/c.jsonl", 1] == said["pile/d.jsonl", 1] == said["pile/g.jsonl", 1]
        assert said["pile/f.jsonl", 1] == said["pile/f.jsonl", 2] == said["pile/d.jsonl", 1]
        assert said["pile/d.jsonl", 1].endswith(": pile/a.jsonl:1")


def test_mended_file_is_no_longer_set_aside(trial, pile):
    folder = pile({"a.txt": b"", "b.txt": b""})
    take(trial, folder)
    assert len(aside(trial)) == 2
    take(trial, pile({"a.txt": NEWS}))
    assert list(aside(trial)) == [("pile/b.txt", None)]
    take(trial, pile({"b.txt": OTHER}))
    assert not aside(trial)
    assert not (trial.corpus / "set-aside.jsonl").exists()


def test_exit_codes(trial, pile, tmp_path):
    folder = pile({"a.txt": NEWS, "b.txt": b""})
    assert qawl(trial, "ingest", folder).returncode == 0
    assert qawl(trial, "ingest", "--strict", folder).returncode == 1
    assert qawl(trial, "ingest", folder / "b.txt").returncode == 1
    missing = qawl(trial, "ingest", tmp_path / "none")
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert qawl(trial, "ingest", "--map", "body", folder).returncode == 2
    assert qawl(trial, "ingest").returncode == 2


def test_relative_date_is_refused_and_named(trial, pile):
    outcome = take(
        trial,
        pile(
            {
                "a.jsonl": lines(
                    {"text": NEWS, "published": "منذ ساعتين"},
                    {"text": OTHER, "published": "أمس", "crawled": "2024-05-18"},
                )
            }
        ),
    )
    assert [each.check for each in outcome.findings] == ["date-refused"]
    dates = {
        each.text: (each.published, each.published_read) for each in article_store.articles(trial)
    }
    assert dates == {NEWS: (None, "منذ ساعتين"), OTHER: ("2024-05-17", "أمس")}


def test_wrong_pattern_in_the_settings_is_one_line(trial):
    (trial.root / "qawl.yaml").write_text('name: trial\ningest: {chrome: ["("]}\n', "utf-8")
    done = qawl(trial, "ingest", trial.root)
    assert done.returncode == 1
    assert "ingest.chrome" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "patterns",
    [
        ["(?i)FROM OUR desk"], ["(?x) from \\  our \\  desk  # said below all"], ["(our)x", "from (our) desk"],
        ["(?P<who>our)", "from (?P<who>our) desk"], [r"(.)rom our desk(?<=k)"], [r"from (o)ur desk|\1"], [r".*(\w)\1.*", "from our desk"],
    ],
)  # fmt: skip
def test_patterns_have_flags_and_groups_of_their_own(trial, pile, patterns):
    """All were one expression: flags and names of groups ended ingest, and `\\1` was a group of Qawl's."""
    settings = json.dumps({"name": "trial", "ingest": {"chrome": patterns}})
    (trial.root / "qawl.yaml").write_text(settings, "utf-8")
    done = qawl(trial, "ingest", pile({"a.txt": f"{NEWS}\nfrom our desk\nShare this article\n"}))
    assert (done.returncode, done.stderr) == (0, "")
    (article,) = articles(trial).values()
    assert article.text == NEWS


def test_pattern_of_the_settings_is_applied(trial, pile):
    (trial.root / "qawl.yaml").write_text(
        'name: trial\ningest: {chrome: ["مكتب .* - بيروت"]}\n', "utf-8"
    )
    take(project.load(trial.root), pile({"a.txt": f"مكتب الأخبار - بيروت\n{NEWS}"}))
    assert articles(trial)["pile/a.txt"].text == NEWS


def test_lines_that_were_removed_are_counted_and_shown(trial, pile):
    """Saved texts of sites end in menus: who ingests them sees what was taken out of which, and how to keep it."""
    sites = [
        f"Story {name} of the day is told here.\nShare this article\nThe Echo, daily"
        for name in "abcdef"
    ]
    (trial.root / "qawl.yaml").write_text("name: trial\nlanguage: en\n", "utf-8")
    folder = pile({f"{at}.txt": text for at, text in enumerate(sites)})
    done = qawl(trial, "ingest", folder).stdout
    assert (
        "cleaned     6 lines that sites add in 6 articles (edits of rule chrome), such as:" in done
    )
    assert (
        "cleaned     6 lines that recur in their source in 6 articles (edits of rule recurring)"
        in done
    )
    assert (
        done.count("            Share this article\n")
        == done.count("            The Echo, daily\n")
        == 1
    )
    assert "default_chrome: false" in done
    assert "recurring_articles: 0" in done
    assert "cleaned" not in qawl(trial, "ingest", folder).stdout
    (trial.corpus / "articles.jsonl").unlink()
    told = json.loads(qawl(trial, "ingest", folder, "--json").stdout)
    assert told["lines_removed"] == {"chrome": 6, "recurring": 6}
    assert told["recurring"] == 6
    assert told["lines_removed_examples"]["chrome"] == ["Share this article"]


def test_missing_path_is_an_error(trial, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        take(trial, tmp_path / "none")


def test_own_corpus_is_what_ingest_makes_of_its_sources(trial):
    root = ROOT
    shutil.copytree(root / "corpus" / "sources", trial.corpus / "sources", dirs_exist_ok=True)
    take(trial, trial.corpus / "sources")
    assert (trial.corpus / "articles.jsonl").read_bytes() == (
        root / "corpus" / "articles.jsonl"
    ).read_bytes()
    seed = next(each for each in article_store.articles(trial) if not each.redistribute)
    assert seed.text_sha256 == "8d584ac24e8e57e597684db1eccd2248c9d509dc446cbeea89e886890ba6a32e"
    assert len(seed.text) == 3101
    assert [edit.rule for edit in seed.edits] == ["chrome"]
