"""Quotes by rule, on sentences written for these tests: both word orders, every kind of mark."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qawl.suggest.cues import lexicon
from qawl.suggest.quotes import quotes
from qawl.suggest.words import quoted


def parts(text, language):
    """(kind, content, cue, source, addressee) of each quote as surfaces."""
    return [
        (
            each.kind,
            *(
                text[part.start : part.end] if part else None
                for part in (each.content, each.cue, each.source, each.addressee)
            ),
        )
        for each in quotes(text, language)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "قالت الوزيرة إن المشروع سيبدأ غدا.",
            ("indirect", "إن المشروع سيبدأ غدا", "قالت", "الوزيرة", None),
        ),
        (
            "وأكّد المدير للصحافيين أن العمل مستمر.",
            ("indirect", "أن العمل مستمر", "أكّد", "المدير", "للصحافيين"),
        ),
        ("وأضاف: «لن نتراجع أبدا».", ("direct", "«لن نتراجع أبدا»", "أضاف", None, None)),
        ("قال سامي: “نعم، نحن هنا”.", ("direct", "“نعم، نحن هنا”", "قال", "سامي", None)),
        (
            "«لم يصل أحد بعد»، قال الحارس.",
            ("direct", "«لم يصل أحد بعد»", "قال", "الحارس", None),
        ),
        (
            "وبحسب الشرطة، أصيب ثلاثة أشخاص بجروح.",
            ("indirect", "أصيب ثلاثة أشخاص بجروح", "حسب", "الشرطة", None),
        ),
        ("وقيل إن المحل أغلق أبوابه.", ("indirect", "إن المحل أغلق أبوابه", "قيل", None, None)),
        (
            "لكن تقريرا للجنة أكد أن الجسر آمن.",
            ("indirect", "أن الجسر آمن", "أكد", "تقريرا للجنة", None),
        ),
        (
            "أعلن الناطق أن الفريق «سيصل غدا» إلى الملعب.",
            ("mixed", "أن الفريق «سيصل غدا» إلى الملعب", "أعلن", "الناطق", None),
        ),
    ],
)
def test_an_arabic_quote_has_its_parts(text, expected):
    assert parts(text, "ar") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The mayor said that the bridge would close in May.",
            ("indirect", "that the bridge would close in May", "said", "The mayor", None),
        ),
        (
            "“We will rebuild it,” said Ada Moor.",
            ("direct", "“We will rebuild it,”", "said", "Ada Moor", None),
        ),
        (
            '"We will rebuild it," Moor told the Gazette.',
            ("direct", '"We will rebuild it,"', "told", "Moor", "the Gazette"),
        ),
        (
            "The road will close for a year, the council said on Friday.",
            ("indirect", "The road will close for a year", "said", "the council", None),
        ),
        (
            "According to the police, three people were hurt.",
            ("indirect", "three people were hurt", "According to", "the police", None),
        ),
        (
            "She wrote on her blog: “Nobody asked us first.”",
            ("direct", "“Nobody asked us first.”", "wrote", "She", None),
        ),
    ],
)
def test_an_english_quote_has_its_parts(text, expected):
    assert parts(text, "en") == [expected]


def test_an_interrupted_quote_goes_on():
    found = quotes("«لم نتأخر يوما واحدا»، قال المدير، «بل سلمنا المشروع قبل موعده».", "ar")
    assert [each.kind for each in found] == ["direct", "continuation"]
    assert found[1].follows == 0


def test_an_unexpressed_subject_is_the_source_before_it():
    text = "قالت الوزيرة إن المشروع سيبدأ غدا. وأضافت أن الكلفة لم ترتفع."
    found = quotes(text, "ar")
    assert [each.status for each in found] == ["named", "implicit"]
    assert found[1].source == found[0].source


def test_scare_quotes_and_silent_verbs_are_no_quotes():
    assert not quotes("زار الوزير «الملعب» الجديد وقال كلمة قصيرة.", "ar")
    assert not quotes("He said a prayer near the “old” mill.", "en")


def test_a_language_without_a_lexicon_has_quoted_sentences_alone():
    assert parts("Er sagte: „Wir kommen morgen früh wieder.“", "de") == [
        ("direct", "„Wir kommen morgen früh wieder.“", None, None, None)
    ]


def test_a_quote_over_two_paragraphs_is_one():
    text = "وجاء في البيان: «تموَّل المحطة من الموازنة.\nولن ترتفع الفاتورة هذا العام».\nانتهى."
    assert [text[each.start : each.end] for each in quoted(text)] == [
        text[16 : text.index("»") + 1]
    ]


def test_unbalanced_marks_swallow_nothing():
    assert quoted("قال «نعم ثم مضى.\nوبقي الناس.") == ()


@given(
    st.text(alphabet='قالت إن أن«»“”".،:\nو ب he said that a,.’', max_size=120),
    st.sampled_from(["ar", "en", "fr"]),
)
def test_any_text_gives_stretches_of_it(text, language):
    for each in quotes(text, language):
        for part in (each.content, each.cue, each.source, each.addressee):
            assert part is None or 0 <= part.start < part.end <= len(text)


def pieces(text, language):
    """(kind, content, cue, source, follows) of each quote."""
    return [
        (
            each.kind,
            text[each.content.start : each.content.end],
            each.cue and text[each.cue.start : each.cue.end],
            each.source and text[each.source.start : each.source.end],
            each.follows,
        )
        for each in quotes(text, language)
    ]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "The bridge, the council said, will stay closed until May.",
            "en",
            [
                ("indirect", "The bridge", "said", "the council", None),
                ("continuation", "will stay closed until May", None, None, 0),
            ],
        ),
        (
            "Prices, according to the ministry, rose by 4%.",
            "en",
            [
                ("indirect", "Prices", "according to", "the ministry", None),
                ("continuation", "rose by 4%", None, None, 0),
            ],
        ),
        (
            "“We knew it,” said Lee. “We always knew.”",
            "en",
            [
                ("direct", "“We knew it,”", "said", "Lee", None),
                ("continuation", "“We always knew.”", None, None, 0),
            ],
        ),
        (
            "The road, Lee added in a statement, “will never reopen”.",
            "en",
            [
                ("mixed", "The road", "added", "Lee", None),
                ("continuation", "“will never reopen”", None, None, 0),
            ],
        ),
        (
            "Ana Lopes, a shopkeeper in the old town, said she had lost everything.",
            "en",
            [
                (
                    "indirect",
                    "she had lost everything",
                    "said",
                    "Ana Lopes, a shopkeeper in the old town",
                    None,
                )
            ],
        ),
        (
            "The minister urged residents to stay at home and vowed to rebuild.",
            "en",
            [
                ("indirect", "to stay at home", "urged", "The minister", None),
                ("indirect", "to rebuild", "vowed", "The minister", None),
            ],
        ),
        (
            "The club had “no choice left”, he said.",
            "en",
            [("mixed", "The club had “no choice left”", "said", "he", None)],
        ),
        (
            "“I pay for this,” said Ben Okafor, 29, who commutes.",
            "en",
            [("direct", "“I pay for this,”", "said", "Ben Okafor", None)],
        ),
        (
            "ونقلت الوكالة عن شاهد قوله: «ظننت أنها غارة».",
            "ar",
            [("direct", "«ظننت أنها غارة»", "قوله", "شاهد", None)],
        ),
        (
            "وقال مدير المدرسة، رامي سعد، إن الباب مفتوح.",
            "ar",
            [("indirect", "إن الباب مفتوح", "قال", "مدير المدرسة، رامي سعد", None)],
        ),
        (
            "أعلن البنك المركزي رفع أسعار الفائدة.",
            "ar",
            [("indirect", "رفع أسعار الفائدة", "أعلن", "البنك المركزي", None)],
        ),
        (
            "واتهم النائب الحكومة بإهدار المال العام.",
            "ar",
            [("indirect", "الحكومة بإهدار المال العام", "اتهم", "النائب", None)],
        ),
        (
            "ارتفعت الأسعار خمسة في المئة، على حد قول الشركة.",
            "ar",
            [("indirect", "ارتفعت الأسعار خمسة في المئة", "على حد قول", "الشركة", None)],
        ),
        (
            "وحذر خبراء من انهيار السد، وأكد الوزير أن الوضع آمن.",
            "ar",
            [
                ("indirect", "انهيار السد", "حذر", "خبراء", None),
                ("indirect", "أن الوضع آمن", "أكد", "الوزير", None),
            ],
        ),
        (
            "She described the ruling as “a victory for every parent”.",
            "en",
            [("mixed", "“a victory for every parent”", "described", "She", None)],
        ),
        ("It was among the claims that the reports made.", "en", []),
    ],
)
def test_the_forms_of_news(text, language, expected):
    assert pieces(text, language) == expected


def test_a_request_has_who_asks_and_who_is_asked():
    assert parts("وطالبت النقابة الحكومة بالتراجع عن القرار.", "ar") == [
        ("indirect", "بالتراجع عن القرار", "طالبت", "النقابة", "الحكومة")
    ]
    assert parts("وقال الطبيب لـ«المدى» إن اللقاح آمن.", "ar") == [
        ("indirect", "إن اللقاح آمن", "قال", "الطبيب", "المدى")
    ]


def test_a_pronoun_leads_to_the_name_that_it_stands_for():
    text = "Ada Moor said the bridge was safe. She added that it would open soon."
    found = quotes(text, "en")
    assert found[1].status == "pronoun"
    assert found[1].antecedent == found[0].source


@pytest.mark.parametrize(
    "text",
    [
        ", she said, and two thirds of them died within hours.",
        "He said that the builders had lost the colony, of which",
        "She said that they won by ten, he points",
    ],
)
def test_a_sentence_that_begins_or_ends_in_its_midst_ends_no_run(suggested, text):
    suggested(text, "en")


ODD = {
    "en": [
        "{}",
        "20 {}.",
        "He {}",
        "He {}, and",
        "“It is so,” she {}",
        "which {}",
        ", {} and",
        "{} “so",
        "{}, {}",
    ],
    "ar": [
        "{}",
        "20 {}.",
        "{} أحمد",
        "أحمد {}، و",
        "«نعم هو كذا»، {}",
        "الذي {}",
        "، {} أن",
        "{} «كذا",
        "{} و{}",
    ],
}


@pytest.mark.parametrize("language", ODD)
def test_no_cue_ends_the_rules_wherever_it_stands(language):
    """A cue with nothing behind it, or before it."""
    for cue in lexicon(language).cues:
        for frame in ODD[language]:
            text = frame.replace("{}", cue)
            for each in quotes(text, language):
                assert 0 <= each.content.start < each.content.end <= len(text)


def test_no_run_of_words_of_a_real_article_ends_the_rules():
    """Headlines, captions and what a cleaner left begin and end anywhere."""
    path = Path(__file__).parents[1] / "data" / "fresh" / "articles.jsonl"
    for article in map(json.loads, path.read_text("utf-8").splitlines()):
        text = article["text"]
        places = [each.span() for each in re.finditer(r"\S+", text)]
        for first, last in zip(places, [*places[11:], *places[-1:] * 11], strict=True):
            cut = text[first[0] : last[1]]
            for each in quotes(cut, article["language"]):
                assert 0 <= each.content.start < each.content.end <= len(cut)
