"""Word documents as Word, LibreOffice, Google Docs and others write them: the text that readers see."""

import io
import json
import random
import zipfile
from collections import Counter
from xml.sax.saxutils import escape

import fsspec
import pyarrow.parquet as pq
import pytest

from corpora import main, qawl
from qawl.articles import store, word_files

OFFICE = "http://schemas.openxmlformats.org"
ECMA = f"{OFFICE}/wordprocessingml/2006/main", f"{OFFICE}/officeDocument/2006/relationships"
STRICT = (
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
PACKAGE = f"{OFFICE}/package/2006"
MORE = (
    f'xmlns:mc="{OFFICE}/markup-compatibility/2006" xmlns:m="{OFFICE}/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="urn:wps" xmlns:a="urn:drawing"'
)
NEWS = "The council adopted a new plan for the harbour, the mayor said on Tuesday."


def run(text, properties=""):
    rpr = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{rpr}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def par(*runs, style="", properties="", mark=""):
    """A paragraph of runs, or of texts."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    ppr = f"<w:pPr>{named}{properties}{f'<w:rPr>{mark}</w:rPr>' if mark else ''}</w:pPr>"
    inside = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f"<w:p>{ppr}{inside}</w:p>"


def style(identity, name, more="", based="", kind="paragraph"):
    on = f'<w:basedOn w:val="{based}"/>' if based else ""
    named = f'<w:name w:val="{name}"/>'
    return f'<w:style w:type="{kind}" w:styleId="{identity}">{named}{on}{more}</w:style>'


def links(*each):
    inside = "".join(
        f'<Relationship Id="r{at}" Type="{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(each)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def docx(
    *body,
    styles="",
    numbering="",
    header="",
    title=None,
    dialect=ECMA,
    home="word",
    extra=(),
    more=(),
):
    """A document of these elements; `extra` are further relationships, `more` further entries."""
    w, r = dialect
    root = f'xmlns:w="{w}" {MORE}'
    entries = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        f"{home}/document.xml": f"<w:document {root}><w:body>{''.join(body)}</w:body></w:document>",
    }
    at_root, here = [(f"{r}/officeDocument", f"{home}/document.xml")], [*extra]
    parts = {"styles": styles, "numbering": numbering, "header": header}
    for name, content in parts.items():
        if content:
            entries[f"{home}/{name}.xml"] = f"<w:{name} {root}>{content}</w:{name}>"
            here.append((f"{r}/{name}", f"{name}.xml"))
    if title is not None:
        at_root.append((f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"))
        entries["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"<dc:title>{escape(title)}</dc:title><dc:creator>Desk 4</dc:creator>"
            "<dcterms:created>2013-12-23T23:15:00Z</dcterms:created></cp:coreProperties>"
        )
    entries |= {"_rels/.rels": links(*at_root), f"{home}/_rels/document.xml.rels": links(*here)}
    return packed(entries | dict(more))


def packed(entries):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.fixture(scope="module")
def ingest(tmp_path_factory):
    """ingest(content, name) → the article in such a file, the line that set it aside, what was said."""
    folder = tmp_path_factory.mktemp("word")
    qawl(folder, "init", "corpus_of_one", "--language", "en")
    corpus = folder / "corpus_of_one"

    def ingested(content, name="a.docx", *words):
        for each in ("articles.jsonl", "set-aside.jsonl"):
            (corpus / "corpus" / each).unlink(missing_ok=True)
        path = folder / name
        path.write_bytes(content)
        _, output = main(corpus, "ingest", str(path), *words)
        path.unlink()
        return (*(first(corpus / "corpus" / f"{each}.jsonl") for each in LISTS), output)

    return ingested


LISTS = "articles", "set-aside"


def first(path):
    return json.loads(path.read_text("utf-8").splitlines()[0]) if path.exists() else None


@pytest.fixture
def text(ingest):
    """text(*body) → the text of an article in a document of these elements."""
    return lambda *body, **parts: ingest(docx(*body, **parts))[0]["text"]


@pytest.fixture
def left_out(ingest):
    """left_out(*body) → what was counted as left out of it."""

    def counted(*body, **parts):
        output = ingest(docx(*body, **parts), "a.docx", "--json")[2]
        return json.loads(output.splitlines()[-1])["documents_left_out"]

    return counted


SPACES = [
    ("كت", "اب"),  # a run ends in the middle of a word, as where a spelling checker stopped
    ("12", "٫", "5"),
    ("mid", "dle of", " the word"),
    ("non\u00a0breaking", "\u200fمارك\u200f"),
]


@pytest.mark.parametrize("pieces", SPACES)
def test_runs_are_joined_as_they_are(text, pieces):
    """What is between two runs is between two letters: a space there would make two words of one."""
    runs = [run(each, "<w:rtl/><w:lang w:bidi='ar-LB'/>") for each in pieces]
    marked = [f'{each}<w:proofErr w:type="spellEnd"/>' for each in runs]
    assert text(par(*marked), par(NEWS)) == f"{''.join(pieces)}\n{NEWS}"


IN_SYMBOL = '<w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr>'


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("<w:br/>", "\n"),
        ("<w:cr/>", "\n"),
        ('<w:br w:type="page"/>', "\n"),
        ("<w:tab/>", "\t"),
        ('<w:ptab w:alignment="right"/>', "\t"),
        ("<w:noBreakHyphen/>", "\u2011"),
        ("<w:softHyphen/>", ""),
        ("<w:t>\u00ad</w:t>", ""),
        ("<w:lastRenderedPageBreak/>", ""),
        ("<w:t> </w:t>", ""),  # without xml:space="preserve" Word shows no space either
        ('<w:t xml:space="preserve"> </w:t>', " "),
        ('<w:t xml:space="preserve">\n</w:t>', " "),
        ('<w:sym w:font="Times" w:char="00E9"/>', "é"),
        # The font Symbol draws Greek in the place of Latin letters; its numbers are written in two ways.
        ('<w:sym w:font="Symbol" w:char="0061"/>', "α"),
        ('<w:sym w:font="Symbol" w:char="F057"/>', "Ω"),
        ('<w:sym w:font="symbol" w:char="F0B3"/>', "≥"),
        ('<w:sym w:font="Symbol" w:char="201C"/>', "“"),
        ('<w:sym w:font="Symbol" w:char="F0CE"/>', "∈"),
        ('<w:sym w:font="Symbol" w:char="00E5"/>', "∑"),
        # So does a run whose font it is; "a" was taken for a letter, and the others for what has no text.
        (f"{IN_SYMBOL}<w:t>a</w:t>", "α"),
        (f'{IN_SYMBOL}<w:t xml:space="preserve">a b </w:t>', "α β "),
        (f"{IN_SYMBOL}<w:t>\uf0b3\u201c</w:t>", "≥“"),
        (IN_SYMBOL.replace("/></w:rPr>", "/><w:rtl/></w:rPr>") + "<w:t>a</w:t>", "a"),
    ],
)
def test_what_stands_inside_a_word_is_what_word_shows(text, inside, shown):
    assert text(par(run("har"), f"<w:r>{inside}</w:r>", run("bour"))) == f"har{shown}bour"


SYMBOLIC = "".join(
    (
        style("Sym", "Sym", IN_SYMBOL, kind="character"),
        style("Based", "Based", based="Sym", kind="character"),
        style("Par", "Par", IN_SYMBOL),
        style("Rtl", "Rtl", '<w:rPr><w:rFonts w:cs="Symbol"/></w:rPr>', kind="character"),
    )
)


@pytest.mark.parametrize(
    ("named", "properties", "shown"),
    [
        ("", '<w:rStyle w:val="Sym"/>', "α"),
        ("", '<w:rStyle w:val="Based"/>', "α"),
        ("Par", "", "α"),
        ("Par", '<w:rFonts w:hint="default"/>', "α"),
        ("Par", '<w:rFonts w:ascii="Times" w:hAnsi="Times"/>', "a"),
        ("Par", '<w:rFonts w:asciiTheme="minorHAnsi"/>', "a"),
        ("Par", "<w:rtl/>", "a"),
        ("", '<w:rStyle w:val="Rtl"/>', "a"),
        ("", '<w:rStyle w:val="Rtl"/><w:rtl/>', "α"),
    ],
)
def test_a_font_of_a_style_is_that_of_its_runs(text, named, properties, shown):
    """A symbol font that a style names, in place of the run, was read as letters."""
    body = par(run("a", properties), run(" grows", '<w:rFonts w:ascii="Times"/>'), style=named)
    assert text(body, par(NEWS), styles=SYMBOLIC) == f"{shown} grows\n{NEWS}"


WRAPPED = [
    '<w:ins w:id="1" w:author="A">{}</w:ins>',
    '<w:moveTo w:id="1" w:author="A">{}</w:moveTo>',
    '<w:hyperlink w:anchor="x">{}</w:hyperlink>',
    "<w:smartTag><w:smartTagPr/>{}</w:smartTag>",
    '<w:customXml w:element="x">{}</w:customXml>',
    "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
    '<w:fldSimple w:instr="DATE">{}</w:fldSimple>',
    '<w:bdo w:val="rtl">{}</w:bdo>',
    '<w:dir w:val="rtl">{}</w:dir>',
    '<w:bookmarkStart w:id="0" w:name="x"/>{}<w:bookmarkEnd w:id="0"/>',
    '<w:commentRangeStart w:id="0"/>{}<w:commentRangeEnd w:id="0"/>',
    "<w:ruby><w:rubyPr/><w:rt><w:r><w:t>kana</w:t></w:r></w:rt><w:rubyBase>{}</w:rubyBase></w:ruby>",
    "<mc:AlternateContent><mc:Choice>{0}</mc:Choice><mc:Fallback>{0}</mc:Fallback></mc:AlternateContent>",
]


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_text_in_whatever_wraps_it_is_text(text, wrapped):
    """A library that reads paragraphs as their direct runs loses it without a word."""
    assert (
        text(par("The ", wrapped.format(run("harbour")), " is closed.")) == "The harbour is closed."
    )


def test_paragraphs_in_whatever_wraps_them_are_paragraphs(text):
    block = f"<w:sdt><w:sdtContent>{par('Two')}</w:sdtContent></w:sdt>"
    custom = f'<w:customXml w:element="x">{par("Three")}</w:customXml>'
    assert text(par("One"), block, custom, par("Four")) == "One\nTwo\nThree\nFour"


def cell(*paragraphs, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(paragraphs)}</w:tc>"


def row(*cells, properties=""):
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def test_tables_are_read_cell_by_cell(text):
    """Forms of newsrooms have a whole article in a cell."""
    inner = f"<w:tbl>{row(cell(par('inside')))}</w:tbl>"
    table = f"<w:tbl><w:tblPr/>{row(cell(par('a'), par('b')), cell(par()))}{row(cell(inner, par('c')))}</w:tbl>"
    assert text(par("Before"), table, par("After")) == "Before\na\nb\ninside\nc\nAfter"


REMOVED = '<w:del w:id="1" w:author="A"/>'


@pytest.mark.parametrize("mark", [REMOVED, '<w:moveFrom w:id="1"/>', "<w:vanish/><w:specVanish/>"])
def test_a_paragraph_whose_end_is_deleted_goes_on_in_the_next(text, mark):
    assert text(par("The har", mark=mark), par("bour."), par(NEWS)) == f"The harbour.\n{NEWS}"


def test_deleted_text_does_not_appear(text, left_out):
    gone = '<w:r><w:delText xml:space="preserve">secret </w:delText></w:r>'
    deleted = f'<w:del w:id="1" w:author="A">{gone}</w:del>'
    moved = f'<w:moveFrom w:id="2">{run("secret")}</w:moveFrom>'
    rows = [
        row(cell(par("secret")), properties=REMOVED),
        row(cell(par("secret"), properties='<w:cellDel w:id="3"/>'), cell(par("kept"))),
    ]
    body = (
        par("The ", deleted, "mayor", moved, "."),
        par(deleted, mark=REMOVED),
        par("Next."),
        f"<w:tbl>{''.join(rows)}</w:tbl>",
    )
    assert text(*body) == "The mayor.\nNext.\nkept"
    assert left_out(*body) == {"passages deleted by tracked changes": 5}


def field(*inside):
    """A field as Word spreads it over runs; None parts its code from its result."""
    marks = {
        each: f'<w:r><w:fldChar w:fldCharType="{each}"/></w:r>'
        for each in ("begin", "separate", "end")
    }
    between = [marks["separate"] if each is None else each for each in inside]
    return "".join([marks["begin"], *between, marks["end"]])


def code(words):
    return f"<w:r><w:instrText>{words}</w:instrText></w:r>"


def test_of_fields_the_result_is_text_and_the_code_is_not(text, left_out):
    nested = field(code("MERGEFIELD x"), None, run("secret"))
    branch = field(code("IF "), nested, code("= 1"), None, run("seven"))
    link = field(code('HYPERLINK "http://a.example"'), None, run("the "), run("harbour"))
    body = par("On ", link, " at ", branch, ".")
    assert text(body) == "On the harbour at seven."
    assert left_out(body) == {"texts inside field codes": 1}


def test_a_field_that_never_ends_swallows_nothing(text):
    begun = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    ended = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert (
        text(par(begun, "One", ended, ended), par(begun, "Two"), par(NEWS)) == f"One\nTwo\n{NEWS}"
    )


EMOJI = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="w16se"><w16se:symEx xmlns:w16se="urn:w16se" '
    'w16se:font="Segoe UI Emoji" w16se:char="{}"/></mc:Choice><mc:Fallback><w:t>{}</w:t></mc:Fallback>'
    "</mc:AlternateContent></w:r>"
)


def test_emoji_as_word_writes_them_are_text(text, left_out):
    """Word gives them by their numbers, and for older programs as text beside; both were left out without
    a word."""
    assert (
        text(par("Rain ", EMOJI.format("1F327", "\U0001f327"), " again")) == "Rain \U0001f327 again"
    )
    assert left_out(par(NEWS, EMOJI.format("F0FC", "x"))) == {"symbols of a symbol font": 1}


HIDDEN = [
    run("secret", "<w:vanish/>"),
    run("secret", '<w:vanish w:val="true"/>'),
    run("secret", '<w:rStyle w:val="Unseen"/>'),
    run("secret", '<w:rStyle w:val="AlsoUnseen"/>'),
    "<w:r><w:rPr><w:vanish/></w:rPr><w:tab/></w:r>",
    '<w:r><w:rPr><w:vanish/></w:rPr><w:sym w:font="Times" w:char="00E9"/></w:r>',
]
VANISH = "<w:rPr><w:vanish/></w:rPr>"
UNSEEN = style("Unseen", "Unseen", VANISH, kind="character") + style(
    "AlsoUnseen", "Also", based="Unseen", kind="character"
)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_text_is_not_text(text, left_out, hidden):
    shown = run("mayor", '<w:rStyle w:val="Unseen"/><w:vanish w:val="0"/>')
    body = par("The ", hidden, shown, ".")
    assert text(body, styles=UNSEEN) == "The mayor."
    assert left_out(body, styles=UNSEEN) == {"hidden passages": 1}


def test_a_paragraph_in_a_hidden_style_is_not_text(text):
    styles = style("Note", "Note", VANISH)
    assert text(par("secret", style="Note"), par(NEWS), styles=styles) == NEWS


@pytest.mark.parametrize("at", range(4))
def test_styles_that_are_based_on_one_another_hide_alike(text, at):
    """What is known of one style of a chain or a ring is used for the others, in whatever order they are asked."""
    names = "ABCD"
    ring = "".join(
        style(name, name, VANISH if number == at else "", based=names[number - 3])
        for number, name in enumerate(names)
    )
    line = style("Last", "Last", based="Shown") + style("Shown", "Shown", "<w:rPr/>")
    body = [par("secret", style=name) for name in "DBAC"] + [par(NEWS, style="Last")]
    assert text(*body, styles=ring + line) == NEWS


BOX = f"<wps:txbx><w:txbxContent>{par('secret')}</w:txbxContent></wps:txbx>"
DRAWN = f"<w:drawing><a:x>{BOX}</a:x></w:drawing>"
OLD = f"<w:pict><v:textbox><w:txbxContent>{par('secret')}</w:txbxContent></v:textbox></w:pict>"
BOTH = f"<mc:AlternateContent><mc:Choice Requires='wps'>{DRAWN}</mc:Choice><mc:Fallback>{OLD}</mc:Fallback></mc:AlternateContent>"
LIST = (
    '<w:abstractNum w:abstractNumId="4"><w:lvl w:ilvl="0"><w:numFmt w:val="{}"/>'
    '<w:lvlText w:val="{}"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="4"/></w:num>'
)
IN_LIST = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{}"/></w:numPr>'


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ('<w:r><w:footnoteReference w:id="2"/></w:r>', "footnotes"),
        ('<w:r><w:endnoteReference w:id="2"/></w:r>', "endnotes"),
        ('<w:r><w:commentReference w:id="2"/></w:r>', "comments"),
        (f"<w:r>{DRAWN}</w:r>", "text boxes"),
        (f"<w:r>{OLD}</w:r>", "text boxes"),
        (f"<w:r>{BOTH}</w:r>", "text boxes"),
        ("<m:oMath><m:r><m:t>secret</m:t></m:r></m:oMath>", "formulas"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "symbols of a symbol font"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="0041"/></w:r>', "symbols of a symbol font"),
        ('<w:r><w:sym w:font="Symbol" w:char="0060"/></w:r>', "symbols of a symbol font"),
        (f"<w:r>{IN_SYMBOL}<w:t>`</w:t></w:r>", "symbols of a symbol font"),
        (
            f"<w:r>{IN_SYMBOL.replace('Symbol', 'Wingdings')}<w:t>J</w:t></w:r>",
            "symbols of a symbol font",
        ),
        (
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('secret')}</w:sdtContent></w:sdt>",
            "unfilled fields",
        ),
        ("<w:r><w:drawing><a:blip/></w:drawing></w:r>", None),  # pictures are no text
        ("<w:r><w:pict><v:imagedata/></w:pict></w:r>", None),
    ],
)
def test_what_is_not_running_text_is_left_out_and_counted(ingest, inside, what):
    """Newcomers would think that all of a document is there."""
    article, _, output = ingest(docx(par("The mayor", inside, " said so.")))
    assert article["text"] == "The mayor said so."
    assert (f"            1 × {what} (" in output) == (what is not None)
    assert ("NOT TAKEN" in output) == (what is not None)


def test_strict_fails_where_something_is_left_out(tmp_path):
    qawl(tmp_path, "init", "--language", "en")
    (tmp_path / "a.docx").write_bytes(docx(par(NEWS, run("secret", "<w:vanish/>"))))
    assert main(tmp_path, "ingest", "a.docx")[0] == 0
    assert main(tmp_path, "ingest", "a.docx", "--strict")[0] == 1


def test_numbers_of_lists_are_counted(left_out, text):
    numbering = LIST.format("decimal", "%1.")
    styles = style("List", "List Bullet", f"<w:pPr>{IN_LIST.format(1)}</w:pPr>")
    body = (
        par("One", properties=IN_LIST.format(1)),
        par("Two", style="List"),
        par("Three", properties=IN_LIST.format(0)),  # taken out of the list
        par(properties=IN_LIST.format(1)),
        par(NEWS),
    )
    assert text(*body, styles=styles, numbering=numbering).startswith("One\nTwo\nThree\n\nThe")
    assert left_out(*body, styles=styles, numbering=numbering) == {"numbers or bullets of lists": 2}
    # LibreOffice puts headings into a list that shows nothing
    assert left_out(*body, styles=styles, numbering=LIST.format("none", "")) == {}


def test_headers_with_words_are_counted(left_out):
    assert left_out(par(NEWS), header=par("Desk of the city")) == {"headers and footers": 1}
    assert left_out(par(NEWS), header=par(field(code("PAGE"), None, run("1")))) == {}


TITLES = style("Titre", "Title") + style("Une", "Headline of ours", based="Titre")
HEADINGS = style("Titre1", "heading 1") + style("Heading2", "Heading 2")
HEADLINE, OTHER = "A plan for the harbour", "Minutes of the meeting"


@pytest.mark.parametrize(
    ("first", "second", "said", "title"),
    [
        (par(HEADLINE, style="Titre"), par(NEWS), OTHER, HEADLINE),
        (par(OTHER), par(HEADLINE, style="Une"), None, HEADLINE),
        (par(run("A plan "), run("for  the har"), run("bour")), par(NEWS), HEADLINE, HEADLINE),
        (par(HEADLINE, style="Titre1"), par(NEWS), None, HEADLINE),
        (par(HEADLINE, style="Heading2"), par(NEWS), "", HEADLINE),
        (par(NEWS), par(HEADLINE, style="Titre1"), None, None),  # a heading inside of the text
        (par(NEWS), par(HEADLINE), OTHER, None),  # stayed from a template or an earlier text
        (par(NEWS), par(HEADLINE), "Word Document", None),
        (par(NEWS * 9, style="Titre"), par(HEADLINE), None, None),
        (par(style="Titre"), par(HEADLINE, style="Titre1"), None, HEADLINE),
    ],
)
def test_a_title_is_one_that_the_document_shows(ingest, first, second, said, title):
    """Titles among the properties, authors and dates of creation are those of templates and old texts."""
    article, _, _ = ingest(docx(first, second, title=said, styles=TITLES + HEADINGS))
    assert article["title"] == title
    assert (article["published"], article.get("context")) == (None, None)


def test_what_stands_beside_a_document_overrides_it(tmp_path):
    qawl(tmp_path, "init", "--language", "en")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.docx").write_bytes(docx(par("A title", style="Title"), par(NEWS)))
    (tmp_path / "in/a.yaml").write_text("title: Another\nsource: The Daily\n")
    qawl(tmp_path, "ingest", "in")
    article = first(tmp_path / "corpus/articles.jsonl")
    assert (article["title"], article["source"]) == ("Another", "The Daily")


SHAPES = {
    "word": {},
    "strict": {"dialect": STRICT},
    "elsewhere": {"home": "custom/Text"},
    "dangling": {"extra": [(f"{ECMA[1]}/image", "NULL"), (f"{ECMA[1]}/header", "NULL")]},
    "web": {"extra": [(f"{ECMA[1]}/hyperlink", "http://a.example/?q=%20&amp;x")]},
}


@pytest.mark.parametrize("name", ["a.docx", "A.DOCX", "a.docm"])
@pytest.mark.parametrize("shape", SHAPES)
def test_documents_of_all_makers_are_read(ingest, shape, name):
    content = docx(
        par("A title", style="T"), par(NEWS), styles=style("T", "Title"), **SHAPES[shape]
    )
    article, aside, output = ingest(content, name)
    assert (article["text"], article["title"], aside) == (f"A title\n{NEWS}", "A title", None)
    assert "NOT TAKEN" not in output


def respelt(content, change):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return packed({change(each): archive.read(each) for each in archive.namelist()})


@pytest.mark.parametrize("change", [str.upper, lambda name: name.replace("/", "\\")])
def test_names_of_parts_in_other_spellings_are_found(ingest, change):
    assert ingest(respelt(docx(par(NEWS)), change))[0]["text"] == NEWS


def test_utf_16_and_declared_encodings_are_read(ingest):
    w = f'<w:document xmlns:w="{ECMA[0]}"><w:body>{par("قال الوزير")}</w:body></w:document>'
    for encoding in ("utf-16", "windows-1256"):
        declared = f'<?xml version="1.0" encoding="{encoding}"?>{w}'.encode(encoding)
        assert ingest(docx(more=[("word/document.xml", declared)]))[0]["text"] == "قال الوزير"


def ole(*streams):
    names = b"".join(each.encode("utf-16-le").ljust(128, b"\0") for each in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names + b"\0" * 512


def encrypted(content):
    """An archive whose entries say that they have a password."""
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        content = bytearray(content)
        while (start := content.find(mark, start + 1)) >= 0:
            content[start + at] |= 1
    return bytes(content)


def other(name, content):
    return docx(par(NEWS), more=[(name, content)])


BOMB = b"<w:x>" + b" " * (word_files.LARGEST + 1)
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">]><w:document xmlns:w="'
    + ECMA[0].encode()
    + b'">&a;</w:document>'
)
SHEET = b'<workbook xmlns="urn:x"/>'
ODT = packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})


@pytest.mark.parametrize(
    ("content", "check", "said"),
    [
        (NEWS.encode(), "not-docx", "open it in Word or LibreOffice and save it as .docx"),
        (ODT, "not-docx", "save it as .docx"),
        (other("word/document.xml", SHEET), "not-docx", "save it as .docx"),
        (ole("Root Entry", "WordDocument"), "file-kind", "(an old .doc)"),
        (ole("Root Entry", "EncryptedPackage"), "file-password", "save it without one"),
        (encrypted(docx(par(NEWS))), "file-password", "save it without one"),
        (docx(par(NEWS))[:-40], "file-damaged", ""),
        (other("word/document.xml", b"<w:document"), "file-damaged", "word/document.xml"),
        (other("word/document.xml", BOMB), "text-long", "bytes unpacked"),
        (other("word/document.xml", LAUGHS), "not-docx", "has a DOCTYPE"),
        (docx(), "text-empty", "no text"),
        (docx(par("  ")), "text-empty", "no text"),
        (docx(par(f"<w:r>{DRAWN}</w:r>")), "text-empty", "it has only text boxes"),
        (docx(par("<w:r><w:drawing/></w:r>")), "text-empty", "it has only pictures"),
        (b"", "file-empty", ""),
    ],
)
def test_what_is_no_document_is_set_aside_with_what_to_do(ingest, content, check, said):
    article, aside, output = ingest(content)
    assert (article, aside["check"]) == (None, check)
    assert said in aside["reason"]
    assert said in output


@pytest.mark.parametrize(
    ("ending", "better"),
    [("doc", "docx"), ("odt", "docx"), ("rtf", "docx"), ("dotx", "docx"), ("pdf", "txt")],
)
def test_other_documents_are_refused_with_what_to_save_them_as(ingest, ending, better):
    article, aside, _ = ingest(docx(par(NEWS)), f"a.{ending}")
    assert (article, aside["check"]) == (None, "file-kind")
    assert f"(.{ending}): save it as .{better}" in aside["reason"]


def test_a_damaged_document_among_many_is_the_only_one_set_aside(tmp_path):
    """And what Word leaves beside an open document is no document."""
    qawl(tmp_path, "init", "--language", "en")
    sources = tmp_path / "in" / "deep"
    sources.mkdir(parents=True)
    for number in range(20):
        (sources / f"{number:02}.docx").write_bytes(
            docx(par(f"{NEWS} It was number {number * 37}."))
        )
    (sources / "07.docx").write_bytes(docx(par(NEWS))[:300])
    (sources / "~$08.docx").write_bytes(b"\x05Anna" + b"\0" * 157)
    output = qawl(tmp_path, "ingest", "in").output
    assert "read        19\nfrozen      19\n" in output
    assert "set aside   1\n" in output
    assert "in/deep/07.docx" in output
    assert "nothing to do" in qawl(tmp_path, "ingest", "in").output


def test_documents_in_a_store_are_read(tmp_path):
    pool = fsspec.filesystem("memory")
    pool.pipe("/word/2024/a.docx", docx(par("A title", style="Title"), par(NEWS)))
    pool.pipe("/word/2024/~$a.docx", b"\x05Anna" + b"\0" * 157)
    qawl(tmp_path, "init", "--language", "en")
    output = qawl(tmp_path, "ingest", "memory://word/").output
    pool.store.clear()
    assert first(tmp_path / "corpus/articles.jsonl")["text"] == f"A title\n{NEWS}"
    assert "set aside   0\n" in output


def test_a_document_is_a_copy_that_restores_a_withheld_text(recorded, tmp_path):
    withheld = next(each for each in store.articles(recorded) if not each.redistribute)
    copies = tmp_path / "copies"
    copies.mkdir()
    lines = [par(line) for line in withheld.text.split("\n")]
    (copies / "a.docx").write_bytes(docx(*lines, header=par("Desk")))
    qawl(recorded.root, "release", "0.1.0")
    to = str(tmp_path / "whole")
    qawl(recorded.root, "restore", "0.1.0", "--articles", str(copies), "--to", to)
    rows = pq.read_table(f"{to}/articles").to_pylist()
    assert {row["id"]: row["text"] for row in rows}[withheld.id] == withheld.text


def test_no_damage_is_a_fault(tmp_path):
    """A disk or a mail gateway may change any byte: a line says so, and no article is half."""
    whole = docx(
        par(NEWS), par("A second paragraph."), styles=TITLES, header=par("Desk"), title=OTHER
    )
    (tmp_path / "in").mkdir()
    draw = random.Random(28)
    for number in range(150):
        content = bytearray(whole)
        for _ in range(draw.choice((1, 1, 3, 20))):
            content[draw.randrange(len(content))] = draw.randrange(256)
        (tmp_path / f"in/{number:03}.docx").write_bytes(
            bytes(content[: draw.choice((None, -draw.randrange(1, 900)))])
        )
    qawl(tmp_path, "init", "--language", "en")
    code, output = main(tmp_path, "ingest", "in", "--json")
    said = json.loads(output.splitlines()[-1])
    assert code == 0
    assert said["read"] + sum(said["set_aside"].values()) - said["copies"] == 150
    texts = Counter(
        json.loads(line)["text"]
        for line in (tmp_path / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    )
    assert texts == {f"{NEWS}\nA second paragraph.": 1}
