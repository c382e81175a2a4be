"""Web pages of news sites in twelve languages: what is told apart on the screen is apart in the text."""

import json

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.setup import init

NEWS = {
    "ar": ("خطة جديدة للنقل", ["أعلن مجلس المدينة أمس أنه أقر خطة جديدة لتوسيع شبكة النقل في الضواحي الشرقية، بعد أشهر من النقاش مع السكان.", "وقالت رئيسة المجلس إن العمل يبدأ في الربيع وينتهي قبل نهاية العام المقبل، وإن الكلفة بلغت ستين مليون دينار.", "وأضافت أن الخطوط الثلاثة الجديدة تربط الجامعة بالمستشفى وبالسوق المركزي، وأن الحافلات تعمل حتى منتصف الليل.", "وانتقد عضو المعارضة الخطة قائلا إن الأحياء البعيدة تبقى بلا خط واحد، وطالب بإعادة النظر فيها قبل التوقيع."]),
    "he": ("תוכנית חדשה לתחבורה", ["עיריית חיפה הודיעה אתמול כי אישרה תוכנית חדשה להרחבת רשת התחבורה בפרברים המזרחיים, לאחר חודשים של דיונים עם התושבים.", "ראשת העירייה אמרה כי העבודות יתחילו באביב ויסתיימו לפני סוף השנה הבאה, וכי העלות הגיעה לשישים מיליון.", "היא הוסיפה כי שלושת הקווים החדשים יחברו את האוניברסיטה לבית החולים ולשוק המרכזי, והאוטובוסים יפעלו עד חצות.", "חבר האופוזיציה ביקר את התוכנית ואמר כי השכונות הרחוקות נותרו ללא קו אחד, ודרש לעיין בה מחדש לפני החתימה."]),
    "fa": ("طرح تازهٔ حمل\u200cونقل", ["شورای شهر دیروز اعلام کرد که طرح تازه\u200cای برای گسترش شبکهٔ حمل\u200cونقل در حومهٔ شرقی تصویب کرده است، پس از ماه\u200cها گفت\u200cوگو با ساکنان.", "رئیس شورا گفت که کار در بهار آغاز می\u200cشود و پیش از پایان سال آینده به پایان می\u200cرسد و هزینهٔ آن شصت میلیون تومان است.", "او افزود که سه خط تازه دانشگاه را به بیمارستان و بازار مرکزی می\u200cرساند و اتوبوس\u200cها تا نیمه\u200cشب کار می\u200cکنند.", "نمایندهٔ مخالفان از طرح انتقاد کرد و گفت که محله\u200cهای دور بی\u200cخط مانده\u200cاند و خواستار بازنگری پیش از امضا شد."]),
    "zh": ("青山市开通新航线", ["河湾公司昨日表示，青山市政府批准了新航线。新航线下月开通，每周三班，预计每年运送旅客十万人次。", "公司负责人说，票价将低于铁路，学生和老人可以买半价票。机场方面表示，已经做好准备。", "专家认为，此举将促进两地往来，带动旅游业发展，也会给山里的小镇带来更多客人和更多工作。", "反对党议员批评说，偏远地区仍然没有一条航线，要求在签字之前重新考虑这项计划。"]),
    "ja": ("青山市に新しい航路", ["川湾会社は昨日、青山市政府が新しい航路を承認したと発表した。新航路は来月に開通し、週に三便を予定している。", "料金は鉄道より安いという。学生と高齢者は半額の切符を買うことができる。空港は準備が整ったと話した。", "専門家は、二つの地域の往来を促し、観光業の発展につながると見ている。", "野党の議員は、遠い地区には一本の航路もないままだと批判し、署名の前に計画を見直すよう求めた。"]),
    "th": ("เส้นทางใหม่ของเมืองภูเขาเขียว", ["บริษัทอ่าวแม่น้ำเปิดเผยเมื่อวานนี้ว่าเทศบาลเมืองภูเขาเขียวอนุมัติเส้นทางใหม่แล้ว เส้นทางใหม่จะเปิดเดือนหน้าสัปดาห์ละสามเที่ยว", "ค่าโดยสารจะถูกกว่ารถไฟ นักเรียนและผู้สูงอายุซื้อตั๋วได้ครึ่งราคา ท่าอากาศยานแจ้งว่าพร้อมแล้ว", "ผู้เชี่ยวชาญเห็นว่าจะช่วยให้การเดินทางระหว่างสองเมืองสะดวกขึ้นและส่งเสริมการท่องเที่ยว", "สมาชิกฝ่ายค้านวิจารณ์ว่าพื้นที่ห่างไกลยังไม่มีเส้นทางใดเลยและเรียกร้องให้ทบทวนก่อนลงนาม"]),
    "fr": ("Un nouveau plan pour les transports", ["Le conseil municipal a annoncé hier qu’il avait adopté un nouveau plan d’extension du réseau dans la banlieue est, après des mois de débats.", "La présidente a déclaré : « Les travaux commencent au printemps et s’achèvent avant la fin de l’an prochain », pour soixante millions.", "Elle a ajouté que les trois nouvelles lignes relieront l’université à l’hôpital et au marché central, et que les bus rouleront jusqu’à minuit.", "Un élu de l’opposition a critiqué le plan, disant que les quartiers éloignés restent sans aucune ligne, et demandé à le revoir avant la signature."]),
    "km": ("ខ្សែផ្លូវថ្មី", ["ក្រុមហ៊ុនឆកសមុទ្របានប្រកាសកាលពីម្សិលមិញថា រដ្ឋាភិបាលក្រុងភ្នំបៃតងបានអនុម័តខ្សែផ្លូវថ្មី។", "ខ្សែផ្លូវថ្មីនឹងបើកនៅខែក្រោយ។ តម្លៃនឹងថោកជាងរថភ្លើង។", "អ្នកជំនាញយល់ថា វានឹងជួយឱ្យការធ្វើដំណើររវាងទីក្រុងទាំងពីរកាន់តែងាយស្រួល។", "សមាជិកគណបក្សប្រឆាំងបានរិះគន់ថា តំបន់ឆ្ងាយៗនៅតែគ្មានខ្សែផ្លូវ។"]),
    "lo": ("ເສັ້ນທາງໃໝ່", ["ບໍລິສັດອ່າວແມ່ນ້ຳເປີດເຜີຍໃນວັນວານນີ້ວ່າລັດຖະບານເມືອງພູຂຽວອະນຸມັດເສັ້ນທາງໃໝ່ແລ້ວ", "ເສັ້ນທາງໃໝ່ຈະເປີດໃນເດືອນໜ້າ ຄ່າໂດຍສານຈະຖືກກວ່າລົດໄຟ", "ນັກຊ່ຽວຊານເຫັນວ່າຈະຊ່ວຍໃຫ້ການເດີນທາງສະດວກຂຶ້ນ", "ສະມາຊິກຝ່າຍຄ້ານວິຈານວ່າເຂດຫ່າງໄກຍັງບໍ່ມີເສັ້ນທາງ"]),
    "my": ("လမ်းကြောင်းသစ်", ["မြစ်ကွေ့ကုမ္ပဏီက မနေ့က ပြောကြားရာတွင် တောင်စိမ်းမြို့အစိုးရသည် လမ်းကြောင်းသစ်ကို ခွင့်ပြုခဲ့သည်။", "လမ်းကြောင်းသစ်ကို လာမည့်လတွင် ဖွင့်မည်။ ခရီးစရိတ်သည် ရထားထက် သက်သာမည်။", "ကျွမ်းကျင်သူများက မြို့နှစ်မြို့အကြား သွားလာမှုကို လွယ်ကူစေမည်ဟု ဆိုသည်။", "အတိုက်အခံအမတ်က ဝေးလံသောဒေသများတွင် လမ်းကြောင်းမရှိသေးဟု ဝေဖန်ခဲ့သည်။"]),
    "bo": ("འགྲུལ་ལམ་གསར་པ།", ["ཁ་སང་ཆུ་ཁུག་ཀུང་སིས་བཤད་དོན། རི་སྔོན་གྲོང་ཁྱེར་སྲིད་གཞུང་གིས་འགྲུལ་ལམ་གསར་པར་ཆོག་མཆན་སྤྲད་པ་རེད།", "འགྲུལ་ལམ་གསར་པ་ཟླ་རྗེས་མར་འགོ་འཛུགས་རྒྱུ་རེད། རིན་གོང་མེ་འཁོར་ལས་ཁེ་བ་རེད།", "གནམ་ཐང་གིས་གྲ་སྒྲིག་ཚང་མ་ཚར་སོང་ཞེས་བཤད་པ་རེད།", "ས་གནས་ཁག་གི་འགྲུལ་པ་ཚོར་དགའ་བསུ་ཞུ་རྒྱུ་རེད།"]),
}  # fmt: skip
"""Invented: a headline and four paragraphs in each."""

SITE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} | Site</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="Site">
<script>window.dataLayer = [];</script><style>.x {{color: red}}</style></head>
<body><header><nav><ul><li><a href="/">Site</a></li><li><a href="/s">Sport</a></li></ul></nav></header>
<div id="page"><main><article class="post">{body}</article></main>
<aside class="sidebar"><h3>Most read</h3><ul><li><a href="1">One</a></li><li><a href="2">Two</a></li></ul></aside></div>
<footer><p>© Site</p></footer><script src="a.js"></script></body></html>"""

ADVERT = '<div class="ad-slot"><span>AD</span><script>ads.push(1)</script></div>'
LAYOUTS = {
    "paragraphs": '<h1>{title}</h1><p class="byline"><time>4 March 2025</time></p><p>{0}</p>' + ADVERT
    + '<p>{1}</p><ul class="share"><li>Share</li></ul><p>{2}<script>x()</script></p>'
    "<table><tr><td>1</td><td>2</td></tr></table><p>{3}</p>",
    "lines": '<h1>{title}</h1><div class="text">{0}<br><br>{1}' + ADVERT
    + '{2}<figure><img src="x"><figcaption>Photo</figcaption></figure>{3}</div>',
    "old": "<center><h1>{title}</h1></center><center><h2>{title}</h2></center><div>{0}<center>AD</center>{1}<hr>{2}<p>{3}</div>",
}  # fmt: skip


@pytest.fixture(scope="module")
def ingest(tmp_path_factory):
    """ingest(body, …) → the lines of the one article in such a page."""
    tmp_path = tmp_path_factory.mktemp("pages")
    made = init.init(tmp_path / "trial", name="trial")

    def run(body, *, title="خطة جديدة للنقل", language="ar", site=SITE):
        (made.corpus / "articles.jsonl").unlink(missing_ok=True)
        path = tmp_path / "page.html"
        path.write_text(site.format(title=title, body=body, language=language), "utf-8")
        done = CliRunner().invoke(cli.group, ["-C", str(made.root), "ingest", str(path)])
        if done.exit_code:
            return None
        (line,) = (made.corpus / "articles.jsonl").read_text("utf-8").splitlines()
        article = json.loads(line)
        assert article["title"] == title
        return article["text"].split("\n")

    return run


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", NEWS)
def test_a_page_is_its_headline_and_its_paragraphs(ingest, language, layout):
    title, paragraphs = NEWS[language]
    body = LAYOUTS[layout].format(*paragraphs, title=title)
    lines = ingest(body, title=title, language=language)
    kept = [line.strip() for line in lines if line.strip() not in ("AD", "Photo")]
    assert kept == [title, *paragraphs]


@pytest.mark.parametrize(
    "between",
    [
        '<div class="ad">إعلان</div>', '<div class="advertisement"><a href="x">اشتر</a></div>', "<script>a = 1</script>",
        "<aside>اقرأ</aside>", '<ins class="adsbygoogle"></ins>', '<iframe src="x"></iframe>', '<img src="a.jpg">',
        '<span class="advert">إعلان</span>', "<table><tr><td>1</td></tr></table>", "<ul><li>بند</li></ul>", "<br>",
        "<button>شارك</button>", "<section>شاهد</section>", "<h2>عنوان</h2>", "<center>إعلان</center>", "<amp-ad>x</amp-ad>",
        "<p>فقرة</p>", "<hr>", "<video></video>", "<nav>قائمة</nav>", "<form><input></form>", "<svg></svg>",
        "<details><summary>المزيد</summary>تفصيل</details>", '<b>قال</b><div class="ad"></div>', "<noscript>x</noscript>",
        '<span style="display:block">إعلان</span>', '<a style="color: red; DISPLAY : Flex" href="x">إعلان</a>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("block", ["div", "p"])
def test_words_around_what_stands_between_them_stay_two(ingest, between, block):
    first, second, third, fourth = NEWS["ar"][1]
    body = f"<{block}>{first}</{block}><{block}>{second}{between}{third}</{block}><{block}>{fourth}</{block}>"
    text = "\n".join(ingest(body))
    for each in (first, second, third, fourth):
        assert each in text
    at = text.index(second) + len(second)
    assert text[at].isspace() or between.startswith("<b>")
    assert text[text.index(third) - 1].isspace()


def test_a_page_with_all_letters_that_stand_in_for_others_is_read(ingest):
    """A table of Linear A: none of its letters is free to stand for the end of a line."""
    signs = "".join(map(chr, range(0x10600, 0x10737)))
    (line,) = ingest(f"<div>{NEWS['fr'][1][0]} {signs}</div>", title="Signs", language="fr")
    assert line == f"{NEWS['fr'][1][0]} {signs}"


def test_thousands_of_empty_elements_in_a_line_part_no_words_and_take_no_time(ingest):
    """As progress bars and trackers are made of: each was compared with all before and after it."""
    first, *others = NEWS["fr"][1]
    start, end = first[:50], first[50:]
    lines = ingest(
        f"<p>{start}{'<span></span>' * 10_000}{end}</p><p>{others[0]}</p>", language="fr"
    )
    assert lines == [first, others[0]]


def test_what_is_one_word_stays_one(ingest):
    first, second, third, fourth = NEWS["ar"][1]
    marks = "قال «<b>ال</b>مدير» إن<!-- --> H<sub>2</sub>O و<a href='x'>الماء</a><img src='x'>، ثم <time>4 آذار</time> مضى"
    lines = ingest(f"<p>{first}</p><p>{marks} {second}</p><p>{third}</p><p>{fourth}</p>")
    assert lines[1] == f"قال «المدير» إن H2O والماء، ثم 4 آذار مضى {second}"
    title, paragraphs = NEWS["zh"]
    with_image = [f"{each[:9]}<img src='x'>{each[9:]}" for each in paragraphs]
    body = "".join(f"<p>{each}</p>" for each in with_image)
    assert ingest(body, title=title, language="zh") == paragraphs


def test_joiners_and_direction_marks_stay(ingest):
    """Without its joiner می‌کنند is another word; trafilatura takes all format characters out."""
    first, second, third, fourth = NEWS["fa"][1]
    marks = "شرکت\u200f Northwind&lrm; (۱۲&zwnj;ام) 👩\u200d🚒 soft\u00adhyphen"
    lines = ingest(
        f"<p>{first}</p><p>{marks} {second}</p><p>{third}</p><p>{fourth}</p>",
        title="طرح تازهٔ حمل\u200cونقل",
    )
    assert "می\u200cکنند" in third
    assert lines == [
        first,
        f"شرکت\u200f Northwind\u200e (۱۲\u200cام) 👩\u200d🚒 softhyphen {second}",
        third,
        fourth,
    ]


def test_a_menu_is_no_article_in_any_script(ingest):
    for language in ("ar", "zh", "ja", "th"):
        title, paragraphs = NEWS[language]
        words = [each[:6] for each in (title, *paragraphs)]
        body = "".join(f"<h2>{each}</h2><p>{each}</p>" for each in words)
        page = SITE.replace('<main><article class="post">{body}</article></main>', "{body}")
        assert ingest(body, title=title, language=language, site=page) is None


def test_the_headline_of_a_page_is_shown_once_to_annotators(tmp_path):
    made = init.init(tmp_path / "trial", name="trial")
    title, paragraphs = NEWS["fr"]
    path = tmp_path / "page.html"
    path.write_text(
        SITE.format(
            title=title, body=LAYOUTS["paragraphs"].format(*paragraphs, title=title), language="fr"
        ),
        "utf-8",
    )
    other = tmp_path / "other.txt"
    other.write_text(" ".join(paragraphs), "utf-8")
    (tmp_path / "other.yaml").write_text(f"title: {title}\n", "utf-8")

    def run(*arguments):
        done = CliRunner().invoke(cli.group, ["-C", str(made.root), *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    run("ingest", str(path), str(other))
    run("tasks", "--layer", "quote", "--out", str(tmp_path / "tasks.json"))
    shown = [each["data"] for each in json.loads((tmp_path / "tasks.json").read_text("utf-8"))]
    assert [f"{each['title']}\n{each['text']}".count(title) for each in shown] == [1] * len(shown)


FIRST = "The minister said on Monday that all would be well in the town very soon."
SECOND = "She left without another word on it, and nobody asked her."
THIRD = "Trains run again from March, he <b>added</b>, <i>with</i> a smile."
SHORT = {
    "figure": "<article><p>{0}</p><figure><img src=x><figcaption>Photo</figcaption></figure><p>{1}</p><p>{2}</p></article>",
    "figures": "<article><figure><figcaption>{0}</figcaption></figure><figure><figcaption>{1}</figcaption></figure><p>{2}</p></article>",
    "table": "<article><p>{0}</p><table><tr><td>Photo</td><td>Photo</td></tr></table><p>{1}</p><p>{2}</p></article>",
    "all in a table": "<article><table><tr><td>{0}</td><td>{1}</td></tr><tr><td>{2}</td></tr></table></article>",
    "all in a table, no article": "<table><tr><td>{0}</td><td>{1}</td></tr><tr><td>{2}</td></tr></table>",
    "button": "<article><p>{0}<button>Share</button></p><p>{1}</p><p><select><option>Day</option></select>{2}<noscript>JS</noscript></p></article>",
    "form": "<form><div>{0}</div><div>{1}<button>Go</button></div><label>{2}</label></form>",
    "details": "<article><p>{0}</p><details><summary>{1}</summary></details><p>{2}</p></article>",
    "line breaks": "<span>{0}</span><br><span>{1}</span><br/><span>{2}</span>",
    "blocks in blocks": "<div><div><span>{0}</span></div><div><span>{1}</span></div><div><span>{2}</span></div></div>",
    "lines as typed": "<article><figure>Photo</figure><pre>{0}\n{1}\n{2}</pre></article>",
    "players": "<article><p>{0}</p><video>JS</video><iframe>Go</iframe><p>{1}</p><audio>Day</audio><p>{2}</p></article>",
    "a label": "<article><p>Photo<label>Photo</label>Photo</p><figure>Photo</figure><p>{0}</p><p>{1}</p><p>{2}</p></article>",
    "list": "<article><ul><li>{0}</li><li>{1}</li><li>{2}</li></ul></article>",
    "quote": "<article><p>{0}</p><blockquote><p>{1}</p></blockquote><p>{2}</p></article>",
    "several articles": "<article><p>{0}</p></article><article><p>{1}</p><p>{2}</p></article>",
    "data": '<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{0}{1} {3}"}}</script>'
    "<article><p>{0}</p><p>{1}</p><p>{2}</p></article>",
}  # fmt: skip
"""Articles below the size from which trafilatura looks for paragraphs: it gave them as one line."""


@pytest.mark.parametrize("layout", SHORT)
def test_a_short_page_has_a_line_a_paragraph_and_no_words_of_two(ingest, layout):
    plain = THIRD.replace("<b>", "").replace("</b>", "").replace("<i>", "").replace("</i>", "")
    body = SHORT[layout].format(FIRST, SECOND, THIRD, plain)
    lines = ingest(body, title="T", language="en")
    kept = [line.removeprefix("- ") for line in lines if len(line.split()) > 4]
    assert kept == [FIRST, SECOND, plain]
    joined = {"JS", "Share", "Go", "Day"} & {*" ".join(lines).split()}
    assert not joined
    assert "PhotoPhoto" not in "\n".join(lines)


@pytest.mark.parametrize("language", ["fa", "he", "zh", "ja", "th", "km", "fr"])
def test_two_paragraphs_of_any_script_are_two_lines(ingest, language):
    title, (one, two, *_) = NEWS[language]
    caption = "<figure><img src='x'><figcaption>Photo</figcaption></figure>"
    lines = ingest(
        f"<h1>{title}</h1><p>{one}</p>{caption}<p>{two}</p>", title=title, language=language
    )
    assert [line for line in lines if line not in ("Photo", title)] == [one, two]


HIDDEN = {
    "<span hidden>{}</span>": False,
    '<span style="color: red; display: none">{}</span>': False,
    '<span style="visibility:hidden">{}</span>': False,
    '<i class="icon" aria-hidden="true">{}</i>': False,
    "<template>{}</template>": False,
    '<span hidden="until-found">{}</span>': True,
    "<x-y>{}</x-y>": True,
    "<noindex>{}</noindex>": True,
    "<output>{}</output>": True,
}


@pytest.mark.parametrize(("element", "shown"), HIDDEN.items())
def test_what_a_browser_does_not_show_is_no_text_and_what_it_shows_is(ingest, element, shown):
    """The names of icons and what scripts show later stood in articles; words of <noindex> did not."""
    title, (one, two, *_) = NEWS["fr"]
    inside = element.format("marque")
    body = f"<h1>{title}</h1><p>{one}</p><p>Elle a dit {inside} ce matin en ouvrant la séance.</p><p>{two}</p>"
    lines = ingest(body, title=title, language="fr")
    said = " marque" if shown else ""
    assert lines == [title, one, f"Elle a dit{said} ce matin en ouvrant la séance.", two]


@pytest.mark.parametrize("around", ["main", "div", "article"])
def test_an_article_behind_a_dialog_is_read(ingest, around):
    """A site hides all of its page while it asks for consent, and pages are saved so."""
    title, news = NEWS["fr"]
    paragraphs = "".join(f"<p>{each}</p>" for each in news)
    body = f"<{around} hidden aria-hidden='true'><h1>{title}</h1>{paragraphs}</{around}>"
    assert ingest(body, title=title, language="fr") == [title, *news]


def test_paragraphs_of_a_sites_own_elements_glue_no_words(ingest):
    title, news = NEWS["fr"]
    body = f"<h1>{title}</h1>" + "".join(f"<x-p>{each}</x-p>" for each in news)
    assert " ".join(ingest(body, title=title, language="fr")).endswith(" ".join(news))


@pytest.mark.parametrize("tags", [False, True])
def test_an_article_in_the_data_of_a_page_has_its_lines(ingest, tags):
    """Sites that scripts draw have their text in JSON-LD alone: it came as one line."""
    title, news = NEWS["fr"]
    said = "".join(f"<p>{each}</p>" for each in news) if tags else "\n".join(news)
    data = json.dumps({"@type": "NewsArticle", "headline": title, "articleBody": said})
    site = (
        "<html lang='{language}'><head><title>{title}</title>"
        "<script type='application/ld+json'>{body}</script></head><body><div id='app'></div></body></html>"
    )
    assert ingest(data, title=title, language="fr", site=site) == news
