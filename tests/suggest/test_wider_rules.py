"""What the rules find in sentences made here: each rule where it applies, and beside it where it does not."""

import pytest

from qawl.suggest.claims import claims
from qawl.suggest.entities import entities
from qawl.suggest.gazetteer import learned
from qawl.suggest.quotes import quotes
from qawl.suggest.words import quoted
from strategies import article

ENTITIES = [
    # dates and times
    ("en", "date", "Sales fell in the late 1980s and rose in 1991 again.", ["late 1980s", "1991"]),
    ("en", "date", "Anna Berg, 64, and Tom Hale, 71. Both left before Easter.", ["64", "71", "Easter"]),
    ("en", "date", "It ended a year-long dispute.", ["year-long"]),
    ("en", "date", "They hired 64 people, 71 of them in 2,000 offices.", []),
    ("en", "time", "Kane scored in the 12th minute and sings every morning.", ["12th minute", "every morning"]),
    ("ar", "date", "يبدأ في الثالث من مارس ويستمر حتى اليوم الاثنين.", ["الثالث من مارس", "اليوم الاثنين"]),
    ("ar", "date", "خلال الأشهر الستة الأولى من العام، وفي ثمانينيات القرن الماضي.",
     ["الأشهر الستة الأولى من العام", "ثمانينيات القرن الماضي"]),
    ("ar", "time", "تأخر بخمس ساعات وسجل في الدقيقة 70.", ["خمس ساعات", "الدقيقة 70"]),
    ("ar", "time", "لست مسؤولا عن ذلك.", []),
    # numbers
    ("en", "number", "Two thirds of them voted, and the hosts won 3-1.", ["Two thirds", "3-1"]),
    ("en", "number", "The season 2019-20, page 3-14159 and 12-14 May.", []),
    # languages and peoples
    ("en", "language", "She takes German lessons and learned Finnish.", ["German", "Finnish"]),
    ("en", "nationality", "A German court heard a Finnish witness.", ["German", "Finnish"]),
    # persons, posts and bodies
    ("en", "person", "Fisheries Minister Helen Marsh met Iceland's Peter Olsen.", ["Helen Marsh", "Peter Olsen"]),
    ("en", "office", "Fisheries Minister Helen Marsh met United coach Carl Brand, a geologist.",
     ["Fisheries Minister", "United coach", "geologist"]),
    ("en", "office", "A spokesman for the ministry spoke to a Danish painter.",
     ["spokesman for the ministry", "painter"]),
    ("en", "place", "Norway's ministry and Oslo’s mayor agreed.", ["Norway", "Oslo"]),
    ("en", "organisation", "Lagos Sharks beat Accra. Sharks fans sang.", ["Lagos Sharks", "Sharks"]),
    ("en", "organisation", "The Bakers' Union and Japan's Institute of Physics.",
     ["Bakers' Union", "Institute of Physics"]),
    ("en", "organisation", "Texas Republicans and Georgia Democrats met.", []),
    ("en", "office", "Former Mayor Joan Reed met Kenyan doctors.", ["Mayor", "doctors"]),
    ("en", "organisation", "NHS England and the BBC agreed.", ["NHS England", "BBC"]),
    ("en", "person", "NHS England said so, and Spain's Ana Ruiz did too.", ["Ana Ruiz"]),
    ("en", "event", "Tropical Storm Otto passed.", ["Tropical Storm Otto"]),
    ("en", "place", "In May's vote the U.S. Senate lost.", ["U.S."]),
    ("en", "office", "Former Kenyan president Ana Ruiz left.", ["president"]),
    ("en", "number", "About 7.4m people moved 3.5m high walls.", ["7.4m"]),
    ("en", "law", "It broke the Parks and Gardens Act 1982.", ["Parks and Gardens Act 1982"]),
    ("en", "region", "Ferries to the Aegean islands and the Nile delta stopped.", ["Aegean islands", "Nile delta"]),
    ("ar", "office", "قال محافظ أسوان إن مديرة شركة «الأفق» الوطنية غادرت.",
     ["محافظ أسوان", "مديرة شركة «الأفق» الوطنية"]),
    ("ar", "office", "تحدث سائق حافلة وطبيبة أسنان.", ["سائق حافلة", "طبيبة أسنان"]),
    ("ar", "office", "وصف الاجتماع دبلوماسيا بأنه صعب.", []),
    ("ar", "organisation", "أنقذ خفر السواحل اللبناني والدفاع المدني الركاب.",
     ["خفر السواحل اللبناني", "الدفاع المدني"]),
    ("ar", "organisation", "صادرت شركة «الأفق» للصناعات الغذائية البيان.", ["شركة «الأفق» للصناعات الغذائية"]),
    ("ar", "organisation", "دعا المركز الليبي لحقوق الإنسان وكالة فرانس برس.",
     ["المركز الليبي لحقوق الإنسان", "وكالة فرانس برس"]),
    ("ar", "organisation", "في جامعة الملك سعود تحدث المدير السابق لوكالة الأنباء.",
     ["جامعة الملك سعود", "وكالة الأنباء"]),
    ("ar", "office", "قال المتحدث باسم البيت الأبيض لصحيفة «الأفق» وأمير منطقة مكة.",
     ["المتحدث باسم البيت الأبيض", "أمير منطقة مكة"]),
    ("ar", "place", "قفزت بورصة الكويت في مشهد نادر أمام سالم.", ["الكويت"]),
    ("ar", "person", "بعث ببرقية تهنئة إلى الفريق.", []),
    ("ar", "person", "حسن أبو زيد هو الفائز، لكنه غاب.", ["حسن أبو زيد"]),
    # peoples that no country of CLDR has the name of, and broken plurals
    ("ar", "nationality", "التقى الفلسطينيون والوزير العماني السفيرة البريطانية وممثل المسلمين الأفارقة.",
     ["الفلسطينيون", "العماني", "البريطانية", "المسلمين"]),
    ("ar", "place", "في المملكة العربية السعودية يعيش كثيرون، وفي السعودية يعملون.",
     ["المملكة العربية السعودية", "السعودية"]),
    # a name ends before a body, behind a kunya, and not at آل; not every nearby noun makes one
    ("ar", "person", "من يتحدث باسم الحكومة؟ قال أمين عام الوزارة إن الأمر بسيط، بحسب الوزارة.", []),
    ("ar", "person", "سجل وسام أبو علي هدف التقدم، وصافح محمد بن عبد الرحمن آل ثاني.",
     ["وسام أبو علي", "محمد بن عبد الرحمن آل ثاني"]),
    ("ar", "person", "قال منير مصطفى لوكالة الأنباء إن الحريق أخمد.", ["منير مصطفى"]),
    ("ar", "facility", "قضت المحكمة بسجن مدير عام سابق.", []),
    ("ar", "organisation", "يقع مركز الزلزال قرب مركز المدينة، وقال مركز الدراسات إنه قوي.", ["مركز الدراسات"]),
    ("ar", "date", "خلال الأسبوعين الماضيين وفي الربع الثالث من العام 2025 وفي الشهرين المقبلين.",
     ["الأسبوعين الماضيين", "الربع الثالث من العام 2025", "الشهرين المقبلين"]),
    ("ar", "time", "تستمر حتى منتصف الليل، ولا يهدأ الليل.", ["منتصف الليل", "الليل"]),
    ("ar", "quantity", "بلغت السرعة 85 كيلومترا في الساعة والشاشة 10.2 بوصة.",
     ["85 كيلومترا في الساعة", "10.2 بوصة"]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "label", "text", "wanted"), ENTITIES)
def test_entities(language, label, text, wanted):
    found = entities(text, language, learned(()), quotes(text, language))
    assert [text[each.start : each.end] for each in found if each.label == label] == wanted


def test_an_ordinal_that_gold_has_is_none_in_the_name_of_a_month():
    """Learned from other articles, الأول stood as an ordinal in كانون الأول."""
    text = "قبل 31 كانون الأول حل الفريق الثاني."
    known = learned((("الأول", "ordinal"), ("الثاني", "ordinal")))
    found = entities(text, "ar", known, ())
    assert [text[m.start : m.end] for m in found if m.label == "ordinal"] == ["الثاني"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("'We are done,' he said. 'Nobody came.'", ["'We are done,'", "'Nobody came.'"]),
        ("The players' union and the boys' school don't agree.", []),
        ("He sang 'the players' song' twice.", ["'the players' song'"]),
        ("Rock 'n' roll in the '90s.", ["'n'"]),
        ("'Tis the season.\nIt isn't over.", []),
    ],
)
def test_a_straight_single_mark_opens_and_closes_and_is_an_apostrophe_else(text, wanted):
    """British papers quote with it."""
    assert [text[each.start : each.end] for each in quoted(text)] == wanted


def test_a_quote_whose_paragraphs_open_anew_is_one():
    text = "“We left at dawn.\n\n“Nobody stayed behind,” said Ann Lee.\n\nIt rained."
    assert [text[each.start : each.end] for each in quoted(text)] == [text[: text.index("”") + 1]]


def said(text, language):
    """(content, source) of each quote."""
    return [
        (text[each.content.start : each.content.end], each.source and text[each.source.start : each.source.end])
        for each in quotes(text, language)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "According to the town's archivist, Joan Reed, the mill burned down in March.",
         [("the mill burned down in March", "the town's archivist, Joan Reed")]),
        ("en", "Three people were hurt in the fire, reports said.",
         [("Three people were hurt in the fire", "reports")]),
        ("en", "At about 8:30 p.m. the bridge fell, officials said.",
         [("At about 8:30 p.m. the bridge fell", "officials")]),
        ("ar", "لكن والي الولاية، سالم بن زيد، قال إن الجسر آمن.",
         [("إن الجسر آمن", "والي الولاية، سالم بن زيد")]),
        ("ar", "وقال يومها الوزير إن الجسر آمن.", [("إن الجسر آمن", "الوزير")]),
        ("ar", "ارتفع منسوب المياه أمس، وفق الهيئة التي تراقب النهر.", [("ارتفع منسوب المياه أمس", "الهيئة")]),
        ("ar", "قال الوزير إن الكلفة ارتفعت، لكنه أكد أن العمل مستمر.",
         [("إن الكلفة ارتفعت", "الوزير"), ("أن العمل مستمر", "الوزير")]),
        ("ar", "أجاب النجار من دون أن يلتفت: «الخشب لا يكذب أبدا».", [("«الخشب لا يكذب أبدا»", "النجار")]),
        # the name of an outlet or a work before the verb is not what is said
        ("ar", "في حوار مع «القبس»، كشف الطاهي جاسم العنزي أنه رفض العرض.",
         [("أنه رفض العرض", "الطاهي جاسم العنزي")]),
        ("ar", "وعن روايتها «باب الواد» توضح الكاتبة أنها احتاجت سبع سنوات.",
         [("أنها احتاجت سبع سنوات", "الكاتبة")]),
        ("ar", "«لن نتراجع»، قال الوزير إثر الجلسة.", [("«لن نتراجع»", "الوزير")]),
        # what goes on behind an inverted verb is no speaker
        ("ar", "«أكتب عند الفجر»، تقول، «حين ينام الضجيج».",
         [("«أكتب عند الفجر»", None), ("«حين ينام الضجيج»", None)]),
        # where a speaker ends
        ("ar", "حذر تقرير صادر عن برنامج الأغذية من أن الأسعار ترتفع.",
         [("أن الأسعار ترتفع", "تقرير صادر عن برنامج الأغذية")]),
        ("ar", "وقال محللون في المصرف في مذكرة إن الفائض كبير.", [("إن الفائض كبير", "محللون في المصرف")]),
        ("ar", "وأفادت السلطات المحلية لإقليم الرحامنة بأن الطريق قطع.",
         [("بأن الطريق قطع", "السلطات المحلية لإقليم الرحامنة")]),
        ("ar", "وقال منير مصطفى لوكالة الأنباء إن الحريق أخمد.", [("إن الحريق أخمد", "منير مصطفى")]),
        ("ar", "لا يزال ثلاثون شخصا مفقودين، وفقا لما أكده الناطق وليد الشطربي لإذاعة محلية.",
         [("لا يزال ثلاثون شخصا مفقودين", "الناطق وليد الشطربي")]),
        ("ar", "وأوضحت الشركة في بيان نشر على موقعها أنها توسعت.", [("أنها توسعت", "الشركة")]),
        # nouns of deeds
        ("ar", "أعلن خفر السواحل انتشال 14 جثة قبالة الساحل.", [("انتشال 14 جثة قبالة الساحل", "خفر السواحل")]),
        ("ar", "كشف وزير الفلاحة، الثلاثاء، عن اقتناء 500 حاصدة جديدة.",
         [("اقتناء 500 حاصدة جديدة", "وزير الفلاحة")]),
    ],
)  # fmt: skip
def test_who_says_what(language, text, wanted):
    assert said(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "“He is late; she is ill,” said Ann Lee. The shop closed on Monday. Who knows?",
         [("He is late", True), ("she is ill", True), ("The shop closed on Monday", False)]),
        ("en", "The shop closed when the rain came, and nobody saw it.", []),
        ("en", "“Why did it close so early?” said Ann Lee.", []),
        ("ar", "قالت الوزيرة إنها تثق بالفريق، لكن الوقت ضيق. وأغلقت المدارس أبوابها.",
         [("تثق بالفريق", True), ("وأغلقت المدارس أبوابها", False)]),
        ("de", "Der Laden schloss am Montag.", []),
        # clauses side by side without a comma, with their own subject or verb
        ("en", "Ann Lee said the dam had cracked and was emptied and that nobody was hurt.",
         [("the dam had cracked", True), ("was emptied", True), ("nobody was hurt", True)]),
        ("en", "Ann Lee said the dam and the bridge were safe.", [("the dam and the bridge were safe", True)]),
        ("ar", "وأوضحت البلدية أن السد امتلأ وأن القرية أخليت.",
         [("السد امتلأ", True), ("القرية أخليت", True)]),
        ("ar", "وأوضحت البلدية أن السد والجسر سليمان.", [("السد والجسر سليمان", True)]),
        # what is asked for, or asked, is claimed by nobody
        ("ar", "ودعا النائب الحكومة إلى نشر نص الاتفاق كاملا.", []),
        ("ar", "وتساءل النائب عما إذا كانت الوزارة تعلم بالأمر.", []),
        # what somebody else says within a quote is the claim, not that they say it
        ("ar", "وقال المدرب: «قلت للاعبين إن الشوط الثاني لنا».", [("الشوط الثاني لنا", True)]),
        ("en", "“But the dam held,” said Ann Lee.", [("the dam held", True)]),
        # clauses of a content that words without a comma part, and what is no clause
        ("ar", "وقال المدير إن الحملة ستنطلق غدا وستشمل مليون شخص.",
         [("الحملة ستنطلق غدا", True), ("وستشمل مليون شخص", True)]),
        ("ar", "وقال المدير: «لسنا قلقين من السعر، فالموازنة بنيت على حذر».",
         [("لسنا قلقين من السعر", True), ("فالموازنة بنيت على حذر", True)]),
        ("ar", "ارتفعت الصادرات بقوة، في حين تراجعت الأسعار، وفق تقرير للوزارة.",
         [("ارتفعت الصادرات بقوة", True), ("تراجعت الأسعار", True)]),
        ("en", "“Look, I had a good run,” said Ann Lee.", [("I had a good run", True)]),
        ("en", "Ann Lee warned staff not to speak to the press.", []),
        # main clauses of a sentence, with numbers, ages and when it was
        ("en", "Three schools use the pool for lessons; the council, which owns it, has 4,200 members.",
         [("Three schools use the pool for lessons", False)]),
        ("en", "Ann Lee, 71, has lived by the sea since 1949.",
         [("Ann Lee, 71, has lived by the sea since 1949", False)]),
        ("en", "More than 4,200 people have signed the petition after the flood.",
         [("More than 4,200 people have signed the petition after the flood", False)]),
    ],
)  # fmt: skip
def test_claims_are_clauses_of_quotes_and_short_plain_sentences(language, text, wanted):
    """In a language whose ways of quoting are not known, nobody can say whose claim a sentence is."""
    found = claims(article(text, language=language))
    assert [(text[each.start : each.end], said is not None) for each, said in found] == wanted
