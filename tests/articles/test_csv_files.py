"""CSV and TSV as Excel, pandas, LibreOffice, databases and old machines write them."""

import csv
import gzip
import io
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from qawl import cli
from qawl.articles import csv_files, source_files
from qawl.articles.received import Received
from qawl.setup import init

NEWS = "استقبل الميناء القديم أول باخرة منذ أحد عشر عاما، وقال المدير إن العمل ينتهي من المرفأ قبل نهاية العام."
OTHER = 'قال المدير "غدا"، ثم مضى\nإلى البيت؛ والباقي في الصباح.'


@pytest.fixture(scope="module")
def ingest(tmp_path_factory):
    """ingest(content, name) → (texts by where they came from, what was set aside, exit code)."""
    tmp_path = tmp_path_factory.mktemp("tables")
    made = init.init(tmp_path / "trial", name="trial")

    def run(content, name="news.csv", *options):
        for left in ("articles.jsonl", "set-aside.jsonl"):
            (made.corpus / left).unlink(missing_ok=True)
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = CliRunner().invoke(cli.group, ["-C", str(made.root), "ingest", str(path), *options])
        assert not isinstance(done.exception, Exception) or isinstance(done.exception, SystemExit)

        def lines(file):
            there = made.corpus / file
            return (
                [json.loads(each) for each in there.read_text("utf-8").split("\n") if each]
                if there.exists()
                else []
            )

        texts = {each["received"]: each["text"] for each in lines("articles.jsonl")}
        aside = {each["line"]: each["reason"] for each in lines("set-aside.jsonl")}
        return texts, aside, done

    return run


def table(*rows, **dialect):
    out = io.StringIO()
    csv.writer(out, **dialect).writerows(rows)
    return out.getvalue()


ROWS = (["id", "text", "published"], ["1", NEWS, "2024-05-18"], ["2", OTHER, ""])


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("news.csv", {}),
        ("news.CSV", {"delimiter": ";"}),
        ("news.csv", {"delimiter": "|", "quoting": csv.QUOTE_ALL, "lineterminator": "\n"}),
        ("news.csv", {"delimiter": "\t", "lineterminator": "\r"}),
        ("news.csv", {"escapechar": "\\", "doublequote": False}),
        ("news.tsv", {"delimiter": "\t"}),
        ("news.tab", {"delimiter": "\t", "quoting": csv.QUOTE_ALL}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1256"])
def test_rows_are_articles_whatever_wrote_them(ingest, name, dialect, encoding):
    texts, aside, done = ingest(table(*ROWS, **dialect).encode(encoding), name)
    assert list(texts.values()) in ([NEWS, OTHER], [OTHER, NEWS])
    assert (aside, done.exit_code) == ({}, 0)
    # lines as an editor counts them: the second article goes over two
    assert set(texts) == {f"{name}:2", f"{name}:3"}


def test_arabic_headers_are_mapped(ingest):
    content = table(["المعرف", "النص", "المصدر"], ["7", NEWS, "المرسى"])
    texts, aside, _ = ingest(content, "a.csv", "--map", "text=النص,source=المصدر")
    assert (list(texts.values()), aside) == ([NEWS], {})
    texts, aside, done = ingest(content, "b.csv")
    assert done.exit_code == 1
    assert aside == {
        None: (
            "no column `text`: the columns are المعرف, النص, المصدر; say which of them holds the text, as in "
            "--map 'text=النص'"
        )
    }


def test_what_excel_adds_is_no_article(ingest):
    texts, _, _ = ingest(f"sep=;\r\n\r\nid;text\r\n1;{NEWS}\r\n;\r\n\r\n")
    assert texts == {"news.csv:4": NEWS}


def test_a_semicolon_or_a_comma_in_every_text_is_no_delimiter(ingest):
    first, other = "One; two, three; four.", "Five, six; seven, eight."
    assert set(ingest(f"text\n{first}\n{other}\n")[0].values()) == {first, other}
    texts, aside, _ = ingest(f'id,text\n1,"{first}"\n2,{other}\n', "b.csv")
    assert texts["b.csv:2"] == first
    # unquoted, the comma makes more fields: nobody can tell which is whose
    assert aside == {3: "fields and columns differ in number: 4 and 2"}


def test_a_quotation_mark_that_is_never_closed_swallows_nothing(ingest):
    texts, aside, _ = ingest(f'id,text\n1,"{NEWS}"\n2,"open\n3,rest\n4,rest\n')
    assert texts == {"news.csv:2": NEWS}
    assert list(aside) == [3]
    assert "the rest was not read" in aside[3]


def test_marks_inside_fields_of_a_tsv_stay(ingest):
    spoken = '"Soon", said the mayor of Tyre.'
    assert ingest(f"id\ttext\n1\t{spoken}\n", "a.tsv")[0] == {"a.tsv:2": spoken}


def test_a_row_in_another_encoding_is_set_aside(ingest):
    content = b"id,text\n" + b"1,One two three.\n" * 3 + f"2,{NEWS}\n".encode()
    content += "3,السفينة في المرفأ\n".encode("cp1256") + b"4,Last one.\n"
    texts, aside, _ = ingest(content)
    assert set(texts.values()) == {"One two three.", NEWS, "Last one."}
    assert aside[6] == "not in the encoding of the file"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,text,text\n1,a,b\n", "two columns of one name: text"),
        ("id,text\n", "no rows"),
        (b"\x00\x01\x02\xff" * 9, "binary"),
        ("body\nx\n", "no column `text`"),
    ],
)
def test_a_file_that_is_no_table_of_articles_is_one_line(ingest, content, reason):
    texts, aside, done = ingest(content)
    assert (texts, done.exit_code) == ({}, 1)
    assert list(aside) == [None]
    assert reason in aside[None]


def test_flags_and_rights_of_a_row(ingest):
    rows = [
        ["text", "license", "redistribute"],
        [NEWS, "CC0-1.0", "TRUE"],
        ["Two words.", "", "maybe"],
    ]
    _, aside, _ = ingest(gzip.compress(table(*rows).encode()), "a.csv.gz")
    assert list(aside) == [3]
    assert "redistribute" in aside[3]


def test_a_text_longer_than_an_article_and_one_nearly_so(ingest):
    texts, aside, _ = ingest(table(["text"], ["ا" * 1_000_001], ["ب" * 999_999], [NEWS]))
    assert sorted(map(len, texts.values())) == [len(NEWS), 999_999]
    assert aside == {2: "too long for an article: 1000001 code points"}


def test_a_field_longer_than_what_is_looked_at_first(ingest, monkeypatch):
    monkeypatch.setattr(csv_files, "HEAD", 1000)
    long = 'سطر، فيه "" علامة \\ واحدة\n' * 90
    texts, aside, _ = ingest(table(["id", "text"], ["1", long], ["2", NEWS]))
    assert ([len(each) for each in texts.values()], aside) in (
        ([len(long.strip()), len(NEWS)], {}),
        ([len(NEWS), len(long.strip())], {}),
    )


def test_what_stands_before_the_damage_is_read(ingest):
    rows = [[str(number), f"{NEWS} {number} {number * 7919 % 100_003}"] for number in range(900)]
    packed = gzip.compress(table(["id", "text"], *rows).encode())
    texts, aside, _ = ingest(packed[:-900], "cut.csv.gz")
    assert len(texts) > 400
    assert ["cut off or damaged" in each for each in aside.values()] == [True]


def test_endings_that_are_not_read_are_named(ingest):
    for name in ("news.xml", "news.json", "news.doc"):
        texts, aside, done = ingest(f'<text>"{NEWS}"</text>', name)
        ending = f".{name.partition('.')[2]}"
        assert (texts, done.exit_code) == ({}, 1)
        assert aside[None].startswith(f"not a kind of file that is read ({ending})")
        assert f"({ending})" in done.output
    assert ingest(NEWS, "article")[0] == {"article": NEWS}


@pytest.mark.parametrize("name", ["news.csv.txt", "News.JSONL.txt", "news.tsv.TXT"])
def test_a_table_that_an_editor_saved_as_text_is_not_one_article(ingest, name):
    """Windows hides the second ending; all rows, with their commas and headings, were frozen as one text."""
    texts, aside, done = ingest(table(*ROWS), name)
    assert (texts, done.exit_code) == ({}, 1)
    assert "take .txt off" in aside[None]
    assert list(ingest(NEWS, "news.v2.txt")[0].values()) == [NEWS]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), min_size=1, max_size=8
    ),
    st.sampled_from(",;\t|"),
)
def test_what_python_writes_is_read_back(tmp_path_factory, texts, delimiter):
    texts = [f"{each}x" for each in texts]
    content = table(["id", "text"], *enumerate(texts), delimiter=delimiter).encode()
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(content)
    found = list(source_files.read([path], {}, ROOT))
    assert [each.text for each in found if isinstance(each, Received)] == texts


def test_the_head_may_end_inside_a_character_or_a_row(ingest, monkeypatch):
    content = table(["id", "text"], *([str(number), f"{NEWS} {number}"] for number in range(40)))
    for size in range(900, 905):
        monkeypatch.setattr(csv_files, "HEAD", size)
        for encoding in ("utf-8", "utf-16", "cp1256"):
            texts, aside, _ = ingest(content.encode(encoding), f"{size}{encoding}.csv")
            assert not aside
            assert len(set(texts.values())) == 40


def test_a_table_of_very_many_columns_is_read(ingest):
    """Spreadsheets of surveys are wide; each column was looked up among all, which took minutes: then this test does."""
    names = ",".join(f"c{number}" for number in range(100_000))
    got = ingest(f"text,{names}\n{NEWS}{',x' * 100_000}\n", "wide.csv")
    assert got[0], got
