"""Encodings of Arabic and English news."""

import pytest

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
        decode(
            "Пароход пришёл в порт утром, сказал капитан, и добавил, что погода была хорошая.".encode(
                "koi8-r"
            )
        )
