"""Each cleaning rule: what it removes, and what stays as published."""

import pytest

from qawl.articles import cleaning, recurring_lines
from qawl.core.records import Article
from qawl.core.settings import Ingest
from qawl.core.text import received, sha256


@pytest.mark.parametrize(
    ("rule", "given", "frozen"),
    [
        ("bom", "\ufeffقال", "قال"),
        ("line_ends", "قال\r\nهنا\rثم", "قال\nهنا\nثم"),
        ("control", "قا\x00ل\x1f \x0b هنا", "قال  هنا"),
        ("nfc", "ا\u0654ن", "أن"),
        ("chrome", "خبر\nاقرأ أيضا: خبر آخر\nيتبع", "خبر\nيتبع"),
        ("blank_lines", "خبر\n\n \n\nيتبع", "خبر\n\nيتبع"),
        ("edges", "  خبر \n", "خبر"),
    ],
)
def test_rule_removes_and_records(rule, given, frozen):
    text, edits = cleaning.clean(given)
    assert text == frozen
    assert {edit.rule for edit in edits} == {rule}
    assert received(text, edits) == given


@pytest.mark.parametrize(
    "line",
    [
        "كن أول من يعلق على الخبر", "تحليل التعليقات:", "شارك الخبر", "إقرأ أيضاً: سوق السمك", "مواضيع ذات صلة",
        "تابعونا على تويتر", "الأكثر قراءة", "جميع الحقوق محفوظة © صحيفة المرسى", "اضغط هنا للمزيد", "أضف تعليق",
        "اشترك في نشرتنا البريدية", "Read more: The bats of Harbour Road", "Share this article", "Related stories",
        "Sign up for our newsletter", "© 2024 The Echo. All rights reserved.", "Advertisement", "12 comments",
        "Read more", "READ ALSO | Why did the port close?", "See also – Budget: what we know", "Share this on Facebook, X and WhatsApp",
        "Follow us on Instagram", "Copyright 2024 The Echo. All rights reserved. Do not copy.", "All rights reserved.",
        "اقرأ المزيد", "شاهد أيضا.. انهيار الجسر", "شارك الخبر على فيسبوك وتويتر", "التعليقات (3)", "عدد المشاهدات: ١٢٣",
        "جميع الحقوق محفوظة لموقع المرسى 2024", "اشترك الآن في قناتنا على تلغرام", "انقر هنا للاشتراك في النشرة",
    ],
)  # fmt: skip
def test_lines_of_sites_go(line):
    assert cleaning.clean(f"خبر\n{line}\nيتبع")[0] == "خبر\nيتبع"


# Whole lines of articles that begin as site chrome does, or are one of its words: sentences, fragments of a
# line that a mail client or a newspaper's archive wrapped, headings of one word, a word a line.
@pytest.mark.parametrize(
    "line",
    [
        "شارك عبر الفيديو في المؤتمر وزير الخارجية.", "وقال: اقرأ أيضا ما كتب.", "شارك الخبراء في الندوة أمس.",
        "تابع الوزير: لن نعود.", "Share prices fell on Monday.", "إعلان الهدنة لم يأت بعد", "طباعة الصحف توقفت",
        "Share this burden, the pope told European leaders, or face new deaths at sea.",
        "Watch next year's budget, said Ms Rossi, the Treasury minister.", "See more than one doctor, she advised patients.",
        "Read more: that is what the teacher tells her pupils.", "Watch next-door neighbours argue over a fence",
        "Follow us, the rebels told the villagers.", "Share on Monday what you harvest on Sunday, the abbot said.",
        "Tweet this, the senator said.", "Sign up for flood alerts, the city tells residents.", "Sign up for alerts now",
        "Subscribe to the Times newsletter, the lawyer had urged jurors.", "read next", "share on", "Print", "Share",
        "Copyright law leaves all rights reserved to the author, said Ms Haddad.", "Most popular", "print",
        "(c) all rights reserved to the states under the treaty", "Related stories were told by two drivers.",
        "تابع المزيد من المواطنين الجلسة أمام البرلمان، وقال النائب حداد إن القانون سيسقط.", "شاهد أيضا جثثا في الشارع",
        "شاهد المزيد من الجنود، كما قال، على الحدود", "شارك الموضوع نفسه في مناظرات أخرى", "المشاهدات", "الرئيسية", "طباعة",
        "مشاركة الصفحة الأولى في الجائزة فاجأت الصحيفة", "سجل في قناة الجزيرة حلقة عن الحرب", "شاركوا على فيسبوك صور الضحايا",
        "اشترك في الثورة منذ يومها الأول وكتب عنها في النشرة السرية", "انقر هنا، هكذا قال المحتال لضحيته",
        "جميع الحقوق محفوظة للنساء في الدستور، قالت الوزيرة", "جميع الحقوق محفوظة للمواطنين", "اقرأ المزيد: هذه نصيحة المعلم.",
    ],
)  # fmt: skip
def test_sentences_that_start_alike_stay(line):
    assert cleaning.clean(f"خبر\n{line}\nيتبع")[0] == f"خبر\n{line}\nيتبع"


def test_what_the_publisher_wrote_stays():
    text = 'قار الرَّئيــس «نعم» "لا" ١٢ 12 \u200fهنا\u200e\u2028 أى'
    assert cleaning.clean(text) == (text, ())


def test_own_patterns_come_to_the_built_in_ones():
    chrome = (*cleaning.CHROME, r"مكتب .* - بيروت")
    assert cleaning.clean("خبر\nمكتب الأخبار - بيروت\nشارك الخبر", chrome=chrome)[0] == "خبر"


def story(number, *more, source="المرسى"):
    text = "\n".join([f"هذه هي الفقرة رقم {number} من خبر طويل لا يشبه غيره", *more])
    identity = sha256(text)[:12]
    return Article(
        id=identity,
        text=text,
        text_sha256=sha256(text),
        language="ar",
        source=source,
        group=identity,
        received=f"{number}.txt",
    )


def without_recurring(stories, **settings):
    lines = recurring_lines.Lines()
    for each in stories:
        lines.add(each)
    found = lines.found(Ingest(**settings))
    return [recurring_lines.without(each, found) for each in stories]


def test_line_that_recurs_in_a_source_goes_and_can_be_put_back():
    stories = [story(number, "تصدر المرسى عن دار السنديان") for number in range(6)]
    cleaned = without_recurring(stories)
    assert [each.text for each in cleaned] == [story(number).text for number in range(6)]
    assert [received(each.text, each.edits) for each in cleaned] == [each.text for each in stories]
    assert {edit.rule for each in cleaned for edit in each.edits} == {"recurring"}


def test_line_recurs_by_source_and_share():
    stories = [story(number, "وأضاف:", source=f"صحيفة {number}") for number in range(9)]
    assert without_recurring(stories) == stories
    few = [story(number, *(["وأضاف:"] if number < 5 else [])) for number in range(60)]
    assert without_recurring(few) == few
    assert without_recurring([story(number, "سطر") for number in range(9)], recurring_articles=0)[
        0
    ].text.endswith("سطر")


def test_versions_of_one_story_are_no_sign_of_chrome():
    body = "فقرة طويلة واحدة تتكرر في كل نسخ الخبر كما هي دون أن يتغير منها شيء"
    stories = [
        Article(
            id=f"{number:012x}",
            text=f"{body}\nقال شهود",
            text_sha256="",
            language="ar",
            source="المرسى",
            group="0" * 12,
            received="x",
        )
        for number in range(9)
    ]
    assert without_recurring(stories) == stories
