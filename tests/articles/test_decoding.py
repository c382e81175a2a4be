"""Encodings of news: told where they are beyond doubt, else set aside."""

import contextlib
import gzip
import json
import unicodedata

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.articles.decoding import decode

ARABIC = "قال المتحدث إن السفينة وصلت من المرفأ في الصباح، وأضاف أن «الطقس هادئ» على الساحل."
ENGLISH = "The harbour “will open on Monday”, the mayor said – at last. Café owners cheered."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_arabic_is_read(encoding):
    assert decode(ARABIC.encode(encoding)) == ARABIC


def test_iso_8859_6_is_told_from_windows_1256():
    plain = ARABIC.replace("«", '"').replace("»", '"')
    assert decode(plain.encode("iso8859_6")) == plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1252"])
def test_english_is_read(encoding):
    assert decode(ENGLISH.encode(encoding)) == ENGLISH


def test_mark_of_utf8_stays_for_the_rule_that_records_it():
    assert decode(ARABIC.encode("utf-8-sig")) == "\ufeff" + ARABIC


def test_declared_charset_counts_in_pages_alone():
    page = '<meta charset="iso-8859-5"><p>Привет'.encode("iso8859_5")
    assert "Привет" in decode(page, declares=True)
    with pytest.raises(ValueError, match="encoding is unknown"):
        decode(page)


def test_binary_is_refused():
    with pytest.raises(ValueError, match="binary"):
        decode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xfe")
    with pytest.raises(ValueError, match="encoding is unknown"):
        decode(bytes(range(128, 256)))


CHINESE = "部长表示，港口将在维修两个月后于周一开放。当地居民对这一决定表示欢迎，但也有人对旧码头的安全提出疑问。"
TAIWAN = "部長表示，港口將在維修兩個月後於週一開放。當地居民對這一決定表示歡迎，但也有人提出疑問。"
JAPANESE = (
    "大臣は月曜日に港が開くと述べた。地元の住民はこの決定を歓迎したが、疑問を呈する人もいた。"
)
KOREAN = (
    "장관은 두 달간의 수리 끝에 월요일에 항구가 열릴 것이라고 말했다. 주민들은 이 결정을 환영했다."
)
RUSSIAN = "Пароход пришёл в порт утром, сказал капитан, и добавил, что погода была хорошая. Министр не ответил."
UKRAINIAN = "Міністр повідомив, що порт відкриється в понеділок після двох місяців ремонту, і мешканці це вітали."
SERBIAN = "Министар је рекао да ће лука бити отворена у понедељак после два месеца поправки."
GREEK = "Ο υπουργός είπε ότι το λιμάνι θα ανοίξει τη Δευτέρα μετά από δύο μήνες επισκευών."
HEBREW = "השר אמר כי הנמל ייפתח ביום שני לאחר חודשיים של תיקונים, והתושבים בירכו על ההחלטה."
TURKISH = "Başbakan pazartesi günü limanın gelecek hafta açılacağını ve tüccarların rahatlayacağını söyledi."
POLISH = "Minister powiedział, że port zostanie otwarty w poniedziałek; łódź. Mieszkańcy nie byli zadowoleni."
CZECH = "Ministr řekl, že přístav bude otevřen v pondělí po dvou měsících oprav. Obyvatelé rozhodnutí uvítali."
HUNGARIAN = (
    "A miniszter azt mondta, hogy a kikötő hétfőn nyílik meg két hónapos javítás után, őszintén."
)
CROATIAN = "Ministar je rekao da će luka biti otvorena u ponedjeljak, što će radnici pozdraviti."
LATVIAN = "Ministrs sacīja, ka osta tiks atvērta pirmdien pēc divu mēnešu remonta un tas ir labi."
GERMAN = (
    "Der Ministerpräsident sagte am Montag, dass der Hafen öffnen werde und die Straßen frei seien."
)
FRENCH = "Le ministre a déclaré que le cœur du port ouvrirait lundi après deux mois de réparations."
SPANISH = "El ministro dijo que el puerto abrirá el lunes; ¿qué pasará mañana? Los vecinos están satisfechos."
ICELANDIC = (
    "Ráðherrann sagði að höfnin yrði opnuð á mánudag eftir tveggja mánaða viðgerðir og fögnuðu því."
)
PERSIAN = (
    "وزير گفت كه بندر روز دوشنبه پس از دو ماه تعمير باز مي شود و مردم از اين تصميم استقبال كردند"
)
ACRONYMS = 'דובר צה"ל אמר כי מנכ"ל החברה לא היה שם, וכי ארה"ב לא תגיב על כך'
DOTS = "He paused…then left the café, and that was it…or so the mayor said of the “plan”."
THAI = "รัฐมนตรีกล่าวว่าท่าเรือจะเปิดในวันจันทร์หลังจากซ่อมแซมสองเดือน"
HINDI = "मंत्री ने कहा कि बंदरगाह सोमवार को खुलेगा और लोग खुश हैं।"
SIGNS = "The area of 50 km² costs £5 – 2½ times the price in €, said M. d´Ivoire of São Tomé; it’s 30°C."
INCLUSIVE = "Les étudiant·es et les citoyen·ne·s de la ville ont dit que les élu·e·s ne sont pas dans la rue."
CATALAN = "El president va dir que la col·lecció de la vila és a la paral·lela i que els carrers no són nets."
NAMES = "The eBay and YouTube offices in São Paulo said the naïve “plan” of iPhone makers was for the café."

# Archives of papers and exports of old systems: editors of Windows, mail of Japan, databases of the nineties, Word's
# "Unicode text" without a mark.
READ = [
    (CHINESE, "gb18030 gb2312 utf-16-le utf-16-be utf-32-le"), (TAIWAN, "big5 utf-16-le"),
    (JAPANESE, "shift_jis euc_jp iso2022_jp utf-16-le"), (KOREAN, "euc_kr utf-16-be iso2022_kr"),
    (RUSSIAN, "koi8_r cp1251 cp866 iso8859_5 mac_cyrillic utf-16-le utf-16-be"), (UKRAINIAN, "koi8_u cp1251"),
    (SERBIAN, "cp1251 iso8859_5"), (GREEK, "cp1253 iso8859_7 utf-16-le"), (HEBREW, "cp1255 iso8859_8 utf-16-le"),
    (TURKISH, "cp1254 iso8859_9"), (POLISH, "cp1250 iso8859_2 cp852 utf-16-le"), (CZECH, "cp1250 iso8859_2"),
    (HUNGARIAN, "cp1250 iso8859_2"), (CROATIAN, "cp1250 iso8859_2"), (LATVIAN, "cp1257 iso8859_13"),
    (GERMAN, "cp1252 mac_roman cp850"), (FRENCH, "cp1252 iso8859_15 mac_roman"), (SPANISH, "cp1252 mac_roman"),
    (ICELANDIC, "cp1252"), (PERSIAN, "cp1256"), (THAI, "cp874 tis_620 utf-16-le"), (HINDI, "utf-16-le utf-32-be"),
    (SIGNS, "cp1252"), (ACRONYMS, "cp1255"), (DOTS, "cp1252"), (NAMES, "cp1252"), (INCLUSIVE, "cp1252 iso8859_15"), (CATALAN, "cp1252"),
]  # fmt: skip


def _ingested(home, files):
    """The texts that `qawl ingest` freezes of files, by name, and what it sets aside."""
    for name, content in files.items():
        (home / "s").mkdir(exist_ok=True)
        (home / "s" / name).write_bytes(content)
    with contextlib.chdir(home):
        run = CliRunner().invoke(cli.group, ["init", ".", "--language", "en"])
        assert run.exit_code == 0, run.output
        run = CliRunner().invoke(cli.group, ["ingest", "s"])
        assert run.exception is None or isinstance(run.exception, SystemExit), run.output

    def lines(name):
        path = home / "corpus" / name
        return map(json.loads, path.read_text("utf-8").splitlines()) if path.exists() else ()

    texts = {each["received"].removeprefix("s/"): each["text"] for each in lines("articles.jsonl")}
    return texts, {
        each["path"].removeprefix("s/"): each["reason"] for each in lines("set-aside.jsonl")
    }


def test_code_pages_of_many_languages_are_read(tmp_path):
    files = {
        f"{at}-{name}.txt": (text, text.encode(name))
        for at, (text, names) in enumerate(READ)
        for name in names.split()
    }
    texts, aside = _ingested(tmp_path, {name: content for name, (_, content) in files.items()})
    assert not {
        name: reason
        for name, reason in aside.items()
        if "same text" not in reason and "copy" not in reason
    }
    assert all(texts.get(name, text) == text for name, (text, _) in files.items())
    assert {*texts.values()} >= {text for text, _ in READ}


# Texts too short to be told, or of no language that has such a page; a text that an editor damaged; EBCDIC of a host.
@pytest.mark.parametrize(
    "content",
    [
        "部长表示，港口将开放。".encode("gb18030"), "Пароход пришёл.".encode("koi8_r"), "Zażółć gęślą jaźń".encode("cp1250"),
        "Ministr řekl,".encode("cp1250"), "La ministro diris ke la haveno malfermiĝos kaj ĉiuj ĝojas".encode("iso8859_3"), "Başbakan dün açıkladı".encode("cp1254"), "Minister powiedzia³".encode("cp1252"),
        "He said: “The harbour – at last – is open”, and it’s late.".encode() + b"\xff", "Հայաստան".encode("utf-16-le"),
        "The minister said the port would open.".encode("cp037"), "მინისტრი".encode("utf-16-be"),
        "Президент России прибыл".encode("koi8_r"), "Президент России".encode("cp1251"), "今日新闻".encode("gb18030"),
        "北京发生火灾".encode("gb18030"), "Vláda na to nemá".encode("cp1250"), "Vláda na to".encode("cp1250"),
    ],
)  # fmt: skip
def test_what_is_in_doubt_is_set_aside_with_a_way_on(tmp_path, content):
    texts, aside = _ingested(tmp_path, {"a.txt": content})
    assert not texts
    assert "encoding is unknown" in aside["a.txt"] or "binary" in aside["a.txt"]


def test_metadata_says_the_encoding_of_files(tmp_path):
    """The way on for what can't be told: the folder's metadata names the encoding, as browsers name it."""
    short = "部长表示，港口将开放。"
    rows = f"text,title\n{short}乙,{short}\n".encode("gb18030")
    line = json.dumps(
        {"text": f"{short}丙", "encoding": "none of ours"}, ensure_ascii=False
    ).encode("gb18030")
    page = f"<html><body><article><p>{short * 30}</p></article></body></html>".encode("gb18030")
    files = {"a.txt": short.encode("gb18030"), "b.csv": rows, "c.jsonl": line, "d.html": page}
    texts, aside = _ingested(tmp_path, {**files, "_source.yaml": b"encoding: GB2312\n"})
    assert not aside
    assert texts == {
        "a.txt": short,
        "b.csv:2": f"{short}乙",
        "c.jsonl:1": f"{short}丙",
        "d.html": short * 30,
    }


def test_a_text_is_frozen_as_it_stands_in_its_file(tmp_path):
    """Editors of DOS end a text with Ctrl-Z; decomposed letters of windows-1258 are composed by a rule."""
    vietnamese = "Bộ trưởng không nói với các báo về cảng và được hỏi"
    cp1258 = "".join(_in_cp1258(each) for each in vietnamese)
    texts, aside = _ingested(
        tmp_path, {"a.txt": f"{RUSSIAN}\x1a".encode("cp866"), "b.txt": cp1258.encode("cp1258")}
    )
    assert not aside
    assert texts == {"a.txt": RUSSIAN, "b.txt": vietnamese}
    lines = (tmp_path / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
    rules = {
        each["received"]: [edit["rule"] for edit in each["edits"]]
        for each in map(json.loads, lines)
    }
    assert rules["s/a.txt"] == ["control"]
    assert {*rules["s/b.txt"]} == {"nfc"}


def _in_cp1258(letter):
    """A letter as windows-1258 has it: whole, or with its tone apart."""
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        base, tone = unicodedata.normalize("NFD", letter)[0], ""
        for mark in unicodedata.normalize("NFD", letter)[1:]:
            if mark in "\u0300\u0301\u0303\u0309\u0323":
                tone = mark
            else:
                base = unicodedata.normalize("NFC", base + mark)
        return base + tone
    return letter


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_a_short_line_has_the_encoding_of_its_file(tmp_path, ending):
    """A dump in KOI8-R with a record too short to be told alone; in a file of UTF-8 it stays in doubt."""
    one, short, other = (
        json.dumps({"text": each}, ensure_ascii=False) for each in (RUSSIAN, "Кот ушёл.", UKRAINIAN)
    )
    koi, mixed = f"{one}\n{short}".encode("koi8_r"), f"{other}\n".encode() + short.encode("koi8_r")
    pack = gzip.compress if ending.endswith("gz") else bytes
    texts, aside = _ingested(tmp_path, {f"a{ending}": pack(koi), f"b{ending}": pack(mixed)})
    assert texts == {
        f"a{ending}:1": RUSSIAN,
        f"a{ending}:2": "Кот ушёл.",
        f"b{ending}:1": UKRAINIAN,
    }
    assert "encoding is unknown" in aside[f"b{ending}"]


@pytest.mark.parametrize(
    ("said", "why"),
    [("utf-99", "none that is known"), ("rot13", "none that is known"), ("utf-8", "not utf-8")],
)
def test_a_wrong_encoding_in_the_metadata_is_named(tmp_path, said, why):
    files = {"a.txt": "Zażółć".encode("cp1250"), "_source.yaml": f"encoding: {said}\n".encode()}
    texts, aside = _ingested(tmp_path, files)
    assert not texts
    assert why in aside["a.txt"]


def test_pages_are_read_as_browsers_read_them():
    """Pages that say ISO-8859-1 or GB2312 are in windows-1252 or GBK: browsers know, and so do their authors."""
    page = '<meta charset="iso-8859-1"><p>“Yes”, he said – at last'
    assert decode(page.encode("cp1252"), declares=True) == page
    page = '<meta charset="gb2312"><p>朱镕基'
    assert decode(page.encode("gbk"), declares=True) == page
