"""Signs and names that mean two things: gershayim and quotation marks, days of the week and places or people."""

import pytest


# As Hebrew papers type them: with the straight mark of most keyboards, the sign itself (phones, macOS), Word's curly
# one; with vowel signs; acronyms with endings; a quote that opens behind a preposition; several in one paragraph.
@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('דובר צה"ל מסר: "הכוחות ייצאו מן העיר בקרוב" והוסיף כי מנכ"ל החברה יודע.', ['"הכוחות ייצאו מן העיר בקרוב"']),
        ("דובר צה״ל מסר: ״הכוחות ייצאו מן העיר בקרוב״ והוסיף כי מנכ״ל החברה יודע.", ["״הכוחות ייצאו מן העיר בקרוב״"]),
        ("דובר צה”ל מסר: “כוחות צה”ל ייצאו מן העיר בקרוב” והלך.", ["“כוחות צה”ל ייצאו מן העיר בקרוב”"]),
        ('מנכ"לית החברה ויו"ר הוועד אמרו: "אין לנו דו"חות על כך" והלכו.', ['"אין לנו דו"חות על כך"']),
        ('כך נכתב ב"הארץ של היום ומחר" לפני שבוע.', ['"הארץ של היום ומחר"']),
        ('הוא אמר ש"הארץ של כולנו היא כאן" וש"ס תתנגד.', ['"הארץ של כולנו היא כאן"']),
        ('הרמטכ"ל אמר כי צה"ל ייצא מהעיר.', []),
        ('מַנְכַּ"ל החברה אמר: "נפתח את הנמל ביום ראשון" והלך.', ['"נפתח את הנמל ביום ראשון"']),
        ('הנשיא: "ארה"ב לא תחתום על כך היום".', ['"ארה"ב לא תחתום על כך היום"']),
    ],
)  # fmt: skip
def test_gershayim_of_acronyms_are_no_quotation_marks(suggested, text, quotes):
    assert suggested(text, "he") == [("CONTENT", each) for each in quotes]


def test_an_acronym_is_one_word_of_its_name(suggested):
    found = suggested('נשיא ארה"ב ביקר בישראל.', "he", "entity")
    assert ("GPE", "ב") not in found


def test_other_words_in_straight_marks_are_quotes_as_before(suggested):
    text = 'He is 6\'2" tall. "The port of Haifa will open," said the mayor of 45.'
    assert ("CONTENT", '"The port of Haifa will open,"') in suggested(text, "en")


def test_a_day_is_no_place(suggested):
    assert suggested("وزیر روز دوشنبه گفت که بندر تهران باز می‌شود.", "fa", "entity") == [
        ("GPE", "تهران")
    ]


# Agencies put the day right behind the verb: “said Tuesday”.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Minister Omar Haddad said Monday the port would open.",
            {("SOURCE", "Minister Omar Haddad"), ("CONTENT", "the port would open"), ("CUE", "said")},
        ),
        (
            "The town bank, Smith said Tuesday, is closed.",
            {("SOURCE", "Smith"), ("CONTENT", "The town bank"), ("CUE", "said"), ("CONTENT", "is closed")},
        ),
        ("The shop is shut, Mr. Smith, 45, said Tuesday.", set()),
        (
            "The road was closed for days, said Ada Moor Friday.",
            {("SOURCE", "Ada Moor"), ("CONTENT", "The road was closed for days"), ("CUE", "said")},
        ),
        (
            "Smith said Monday was a good day for the port.",
            {("SOURCE", "Smith"), ("CONTENT", "Monday was a good day for the port"), ("CUE", "said")},
        ),
    ],
)  # fmt: skip
def test_a_day_behind_the_verb_is_neither_said_nor_who_says_it(suggested, text, expected):
    assert {*suggested(text, "en")} == expected


def test_a_claim_in_two_pieces_without_marks_is_whole_words(suggested):
    found = suggested("The town bank, Smith said, is closed for good.", "en", "claim")
    assert ("CLAIM", "is closed for good") in found
