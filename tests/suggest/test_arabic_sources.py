"""Who speaks in Arabic, where asides, titles and other verbs stand between the speaker and the words.

The sentences are invented. Each kind has one in which the same words must not be taken.
"""

import json

import pytest
from click.testing import CliRunner

from qawl import cli

SAID = [
    # an aside between the speaker and what is said; عقب is a preposition here
    ("وأوضح الوزير ماجد القاسم، في لقاء عقده عقب زيارة دامت يومين، أن المصنع سيفتح في مايو.",
     "أوضح", "الوزير ماجد القاسم", "أن المصنع سيفتح في مايو"),
    ("وأقر مسؤول في البلدية، طالبا عدم الكشف عن هويته، بأن الميزانية لا تكفي.",
     "أقر", "مسؤول في البلدية", "بأن الميزانية لا تكفي"),
    ("وكان مصدر أمني في بغداد، طلب عدم نشر اسمه، أكد أن المعبر سيفتح غدا.",
     "أكد", "مصدر أمني في بغداد", "أن المعبر سيفتح غدا"),
    ("وقالت سعاد، وهي ممرضة فضلت عدم ذكر اسم عائلتها، إن الأدوية نفدت.",
     "قالت", "سعاد", "إن الأدوية نفدت"),
    # what a verb has as its object is not who speaks
    ("لكن محافظ المدينة، سمير الهاشمي، نفى هذه الأنباء قائلا إن المياه صالحة للشرب.",
     "قائلا", "محافظ المدينة، سمير الهاشمي", "إن المياه صالحة للشرب"),
    ("ونشر النادي بيانا قال فيه إن المدرب باق حتى الصيف.", "قال", "النادي", "إن المدرب باق حتى الصيف"),
    # a title or a nationality before a name that is set apart
    ("ونفى وزير الزراعة، المهندس طارق السعيد، وجود نقص في القمح.",
     "نفى", "وزير الزراعة، المهندس طارق السعيد", "وجود نقص في القمح"),
    ("وقال مدرب الفريق، البرازيلي باولو سيلفا، في المؤتمر الصحفي: «لم نلعب جيدا في الشوط الأول».",
     "قال", "مدرب الفريق، البرازيلي باولو سيلفا", "«لم نلعب جيدا في الشوط الأول»"),
    ("ودعا مدير المركز في الرباط، سامي الخوري، الحكومتين إلى نشر نص الاتفاق.",
     "دعا", "مدير المركز في الرباط، سامي الخوري", "نشر نص الاتفاق"),
    # who asks stands before قد
    ("وكان البنك الدولي قد حث الحكومة، في تقرير صدر الشهر الماضي، على تسريع الإصلاحات.",
     "حث", "البنك الدولي", "تسريع الإصلاحات"),
    # C1: what stands alone without its proclitic is the cue
    ("وبحسب إدارة المهرجان، بيعت خمسة آلاف تذكرة في يوم واحد.",
     "حسب", "إدارة المهرجان", "بيعت خمسة آلاف تذكرة في يوم واحد"),
    ("واكتفى الوزير بالقول إن الملف لدى القضاء.", "القول", "الوزير", "إن الملف لدى القضاء"),
    ("ويُتوقع، وفق النشرة الجوية، أن تهطل الأمطار حتى مساء الاثنين.",
     "وفق", "النشرة الجوية", "أن تهطل الأمطار حتى مساء الاثنين"),
    # what others say of it is not what was said; what follows from it is
    ('وذكرت صحيفة "الأفق" المستقلة أن ثلاثة وزراء استقالوا، وهو ما نفته الحكومة في بيان.',
     "ذكرت", 'صحيفة "الأفق" المستقلة', "أن ثلاثة وزراء استقالوا"),
    ("وأعلن المصرف أن الاحتياطي بلغ عشرين مليارا، وهو ما يغطي واردات أربعة أشهر.",
     "أعلن", "المصرف", "أن الاحتياطي بلغ عشرين مليارا، وهو ما يغطي واردات أربعة أشهر"),
    # a source of several words between an attribution and a comma; a preposition of what is said
    ("ووفقا لبيان صادر عن الشركة، فإن الأرباح ارتفعت بنسبة 5 في المئة.",
     "وفقا", "بيان صادر عن الشركة", "فإن الأرباح ارتفعت بنسبة 5 في المئة"),
    ("«هذا يوم تاريخي»، بحسب تعبير الرئيس.", "حسب", "تعبير الرئيس", "«هذا يوم تاريخي»"),
    ("وحذر خبراء من أن الجفاف يهدد المحاصيل.", "حذر", "خبراء", "أن الجفاف يهدد المحاصيل"),
    # who tells and who is told, side by side
    ("وأبلغ المدعي العام المحكمة أن الأدلة كافية.", "أبلغ", "المدعي العام", "أن الأدلة كافية"),
    # a reply is what follows قائلا or بالقول; an addition is said by its own verb
    ("ورد النائب سامي الخوري على المنتقدين بالقول: «لن نتراجع عن الخطة».",
     "القول", "النائب سامي الخوري", "«لن نتراجع عن الخطة»"),
    ("وعلقت الوزيرة على الانتقادات قائلة إن الأرقام قديمة.", "قائلة", "الوزيرة", "إن الأرقام قديمة"),
    ("وأضاف المدير قائلا إن العمل مستمر.", "أضاف", "المدير", "إن العمل مستمر"),
    # what something is called
    ("ووصف السفير القرار بأنه «خطوة في الاتجاه الصحيح».",
     "وصف", "السفير", "بأنه «خطوة في الاتجاه الصحيح»"),
    ("أما رئيس الاتحاد محمود العلي فوصف التصويت بأنه «يوم أسود للزراعة».",
     "وصف", "رئيس الاتحاد محمود العلي", "بأنه «يوم أسود للزراعة»"),
    ("وانتقد الحارس الحكم، واصفا قراراته بأنها ظالمة.", "واصفا", "الحارس", "بأنها ظالمة"),
    # who is quoted behind إلى, who holds an opinion
    ("ونسبت الصحيفة إلى مسؤول في الميناء أن السفينة تأخرت.",
     "نسبت", "مسؤول في الميناء", "أن السفينة تأخرت"),
    ("ويرى الناقد كريم سعد أن الرواية متعجلة.", "يرى", "الناقد كريم سعد", "أن الرواية متعجلة"),
    ("ووفقا له، يحتاج الفريق إلى حارس جديد.", "وفقا", "له", "يحتاج الفريق إلى حارس جديد"),
    # a name that begins as an addressee does, an honorific before a name
    ("وأكد ممثل المنظمة سامي ليندا أن الدواء وصل.", "أكد", "ممثل المنظمة سامي ليندا", "أن الدواء وصل"),
    ("وقالت مديرة الطوارئ في الوزارة، الدكتورة هدى البشير، إن الفرق وصلت.",
     "قالت", "مديرة الطوارئ في الوزارة، الدكتورة هدى البشير", "إن الفرق وصلت"),
    # questions
    ("وتساءل النائب عما إذا كانت الوزارة تعلم بالأمر.", "تساءل", "النائب", "عما إذا كانت الوزارة تعلم بالأمر"),
    ("وروى سائق الحافلة كيف انزلقت المركبة عن الطريق.", "روى", "سائق الحافلة", "كيف انزلقت المركبة عن الطريق"),
]  # fmt: skip

UNSAID = [
    "كانت الأم ترى أن ابنها حزين.",
    "وقدم الباحث وصفا دقيقا للمكان.",
    "لم تكن المخرجة تتوقع أن يبدأ العرض متأخرا.",
    "لا نستطيع أن نقول إن الأزمة انتهت.",
    "فضلت الموظفة عدم ذكر أن الشركة أفلست.",
    "وعقب المباراة غادر الفريق الملعب من دون أن يحيي الجمهور.",
]


AND = "وشددت الوزيرة على أن بلادها «لم تغلق باب الحوار يوما»، وقالت للصحفيين إن عدد الرخص سيزيد."
ALONE = [
    ("ووصفت الوضع المالي بأنه مستقر.", {("CUE", "وصفت"), ("CONTENT", "بأنه مستقر")}),
    ("وقال بالفرنسية: «لم نعد وحدنا في هذا الطريق».",
     {("CUE", "قال"), ("CONTENT", "«لم نعد وحدنا في هذا الطريق»")}),
    ("وأخبر الحاضرين بالأمازيغية أنه باع بيته.",
     {("CUE", "أخبر"), ("ADDRESSEE", "الحاضرين"), ("CONTENT", "أنه باع بيته")}),
]  # fmt: skip
"""Sentences that name nobody who speaks: their objects and languages were taken for speakers."""
INNER = "وقال المدرب: «لم نكن بخير. قلت للاعبين إن الشوط الثاني لنا. ثم جاء الهدف»."


@pytest.fixture(scope="module")
def suggested(tmp_path_factory):
    """Text → (label, words) of what `qawl suggest` marks in it; all texts are articles of one corpus."""
    texts = [*(each[0] for each in [*SAID, *ALONE]), *UNSAID, AND, INNER]
    folder = tmp_path_factory.mktemp("sources")
    rows = [json.dumps({"text": text, "source": f"s{n}"}) for n, text in enumerate(texts)]
    (folder / "texts.jsonl").write_text("\n".join(rows), "utf-8")
    root = folder / "corpus"
    for command in (["init", str(root)], ["-C", str(root), "ingest", str(folder / "texts.jsonl")]):
        assert CliRunner().invoke(cli.group, command).exit_code == 0
    assert CliRunner().invoke(cli.group, ["-C", str(root), "suggest"]).exit_code == 0
    lines = (root / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    text_of = {each["id"]: each["text"] for each in map(json.loads, lines)}
    found = {text: [] for text in texts}
    for line in (root / "exports/suggestions/quote.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        text = text_of[record["article_id"]]
        found[text] = [(e["label"], text[e["start"] : e["end"]]) for e in record["spans"]]
    return found


@pytest.mark.parametrize(("text", "cue", "source", "content"), SAID)
def test_who_speaks(suggested, text, cue, source, content):
    assert {("CUE", cue), ("SOURCE", source), ("CONTENT", content)} <= {*suggested[text]}


@pytest.mark.parametrize("text", UNSAID)
def test_nobody_speaks(suggested, text):
    assert suggested[text] == []


@pytest.mark.parametrize(("text", "wanted"), ALONE)
def test_who_speaks_is_not_named(suggested, text, wanted):
    assert {*suggested[text]} == wanted


def test_an_inverted_attribution_has_no_conjunction(suggested):
    """«…»، وقال: what stood in marks before وقال was taken for what is said after it."""
    contents = [words for label, words in suggested[AND] if label == "CONTENT"]
    assert contents == ["أن بلادها «لم تغلق باب الحوار يوما»", "إن عدد الرخص سيزيد"]


def test_what_is_said_within_marks_ends_with_its_sentence(suggested):
    """It went on to the end of the marks, and who spoke was sought before a full stop."""
    assert ("CONTENT", "إن الشوط الثاني لنا") in suggested[INNER]
    assert {words for label, words in suggested[INNER] if label == "SOURCE"} == {"المدرب"}
