"""Duplicates: what is near by definition is found, and groups are stable."""

import contextlib
import json
import random
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from qawl import cli
from qawl.articles import ingest, source_files, summary
from qawl.articles import store as article_store
from qawl.articles.duplicates import near as duplicates_near
from qawl.articles.duplicates.groups import Groups
from qawl.articles.duplicates.shingles import shingles, similarity
from qawl.articles.received import SetAside
from qawl.core import files
from qawl.setup import init

WORDS = [
    f"{first}{second}ة"
    for first in ("مدرس", "سفين", "حديق", "مكتب", "قري")
    for second in "ابتثجحخدذرزسشصضطظعغف"
]


def words(seed, count):
    dice = random.Random(seed)
    return [dice.choice(WORDS) + str(dice.randint(0, 999)) for _ in range(count)]


def likeness(one, other):
    found = shingles([one, other])
    return similarity(found.of(0), found.of(1))


def runs(text):
    parts = text.split()
    return {tuple(parts[at : at + 5]) for at in range(max(len(parts) - 4, min(len(parts), 1)))}


@given(
    st.lists(st.sampled_from("ابتث"), max_size=40), st.lists(st.sampled_from("ابتث"), max_size=40)
)
def test_similarity_is_that_of_the_sets_of_five_words(one, other):
    one, other = " ".join(one), " ".join(other)
    left, right = runs(one), runs(other)
    shared = len(left & right)
    expected = (
        (shared / len(left | right), shared / min(len(left), len(right)))
        if left and right
        else (0, 0)
    )
    assert likeness(one, other) == pytest.approx(expected)


@given(st.lists(st.text("ابت ", max_size=30), max_size=8))
def test_texts_do_not_touch_each_other(texts):
    together = shingles(texts)
    for number, text in enumerate(texts):
        assert together.of(number).tolist() == shingles([text]).of(0).tolist()


def test_diacritics_tatweel_marks_and_punctuation_do_not_count():
    assert likeness(
        "قال الرئيس إنّ هذا الكلامَ قديم", "\u200fقال الـرئيس: «إن هذا الكلام»، قديم!"
    ) == (1, 1)
    assert likeness("The Harbour Road library opens", "the harbour road LIBRARY opens") == (1, 1)


# One wire copy as two desks write it: with the Arabic keyboard in Persian, Urdu and Kurdish, in capitals (ß is SS, ı is
# I), with digits of another script, in the presentation forms of a PDF, on a Swiss or an English keyboard, full width.
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("نخست وزیر گفت که بندر می‌شود و کارهای ما", "نخست وزير گفت كه بندر می شود و كارهاي ما".replace("می شود", "ميشود")),
        ("یہ کہا کہ وہ آج ہی آئے", "يه كها كه وه آج هي آئے"), ("ئەو گوتی لەوێ بوو", "ئهو گوتي لهوێ بوو"),
        ("Die Straße ist groß, sagte er am Fuß", "DIE STRASSE IST GROSS, SAGTE ER AM FUSS"),
        ("Isparta’da ışık ve ilgi", "ISPARTA’DA IŞIK VE İLGİ"), ("Isparta’da ışık ve ilgi", "ısparta’da işik ve İLGİ"),
        ("قال إن ١٢ شخصا", "قال إن 12 شخصا"), ("گفت ۱۲ تن", "گفت ١٢ تن"), ("قال ﷲ إلا ﻻ", "قال الله إلا لا"),
        ("L'État à l'été", "L’ETAT A L’ETE"), ("Ο Υπουργός τόνισε", "Ο ΥΠΟΥΡΓΟΣ ΤΟΝΙΣΕ"), ("п’ять об’єктів", "пʼять обʼєктів"),
        ("the ﬁnal oﬃce", "the final office"), ("ＡＢＣ１２が言った", "ABC12が言った"), ("أحمد قال إن", "احمد قال ان"),
    ],
)  # fmt: skip
def test_what_keyboards_write_in_several_ways_counts_as_one(one, other):
    assert likeness(one, other) == (1, 1)


def test_other_letters_and_words_still_count():
    assert likeness("중국 장관은 말했다", "중궈 장관은 말했다") == (0, 0)
    assert likeness("يا علي قل لا", "يا على قم لا") == (0, 0)
    assert likeness("日本の大臣", "日木の大臣") == (0, 0)


def found(texts, tmp_path, groups=None):
    """The pairs that stand together in the end."""
    groups = groups or Groups()
    table = tmp_path / "texts"
    table.mkdir(parents=True)
    rows = pa.table({"id": pa.array(range(len(texts)), pa.uint64()), "text": texts})
    pq.write_table(rows, table / "1.parquet")
    duplicates_near.join(table, groups, lambda some: [texts[each] for each in some])
    return {
        (one, other)
        for one in range(len(texts))
        for other in range(one + 1, len(texts))
        if groups.together(one, other)
    }


def test_pairs_around_the_bounds_are_told_apart(tmp_path):
    texts, near = [], set()
    for seed in range(60):
        base = words(seed, 200)
        variant = list(base)
        for at in range(0, 200, 200 // (1 + seed % 12)):
            variant[at] = "تغيير"
        texts += [" ".join(base), " ".join(variant)]
        if duplicates_near.near(*likeness(*texts[-2:])):
            near.add((len(texts) - 2, len(texts) - 1))
    assert 10 < len(near) < 60
    assert found(texts, tmp_path) == near


def test_other_headline_lead_and_tail_are_found(tmp_path):
    story = words(1, 300)
    texts = [
        " ".join(story),
        " ".join([*words(2, 25), *story]),
        " ".join(story[:270]),
        " ".join([*words(3, 8), *story[20:], *words(4, 10)]),
        " ".join(words(5, 300)),
    ]
    assert found(texts, tmp_path) == {(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)}


@pytest.mark.parametrize("short", [30, 60, 100])
def test_short_text_within_a_long_one_is_found(tmp_path, short):
    texts = []
    for seed in range(20):
        story = words(seed, 600)
        texts += [" ".join(story), " ".join(story[200 : 200 + short])]
    pairs = found(texts, tmp_path)
    assert pairs == {(number, number + 1) for number in range(0, 40, 2)}


def test_hashes_in_parts_and_texts_in_small_batches_give_the_same_pairs(tmp_path, monkeypatch):
    texts = [" ".join(words(number // 2, 80)[: 80 - number % 2]) for number in range(30)]
    whole = found(texts, tmp_path / "whole")
    monkeypatch.setattr(duplicates_near, "_AT_ONCE", 7)
    monkeypatch.setattr(duplicates_near, "_LETTERS", 1000)
    assert found(texts, tmp_path / "parts") == whole
    assert len(whole) == 15


def test_stock_phrases_join_nothing(tmp_path):
    phrase = "قال في تصريح لوكالة الأنباء مساء اليوم"
    texts = [
        " ".join([*words(number, 60), phrase, *words(1000 + number, 60)]) for number in range(60)
    ]
    assert found(texts, tmp_path) == set()


def test_wire_story_of_many_sites_is_one_group(tmp_path):
    story = words(1, 200)
    texts = [" ".join([*words(100 + site, 5), *story[: 200 - site % 7]]) for site in range(40)]
    assert len(found([*texts, " ".join(words(9, 200))], tmp_path)) == 40 * 39 // 2


# Groups


def order(number):
    return number


def test_group_is_named_after_its_first_member_and_keeps_its_name():
    groups = Groups()
    groups.join(5, 3)
    assert dict(groups.named([3, 5, 9], order)) == {3: 3, 5: 3}
    later = Groups({3: 3, 5: 3})
    later.join(5, 1)
    assert dict(later.named([1, 3, 5], order)) == {1: 3, 3: 3, 5: 3}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), st.randoms())
def test_order_of_joining_makes_no_difference(pairs, dice):
    shuffled = dice.sample(pairs, len(pairs))
    one, other = Groups(), Groups()
    for pair, again in zip(pairs, shuffled, strict=True):
        one.join(*pair)
        other.join(*again)
    assert dict(one.named(range(10), order)) == dict(other.named(range(10), order))


def test_article_that_would_join_two_released_groups_is_refused():
    groups = Groups({1: 1, 2: 2, 3: 2}, released={1, 2})
    groups.join(1, 7)
    groups.join(7, 3)
    groups.join(8, 3)
    assert groups.refused == {7: (1, 2)}
    assert dict(groups.named([1, 2, 3, 8], order)) == {1: 1, 2: 2, 3: 2, 8: 2}


def test_released_group_keeps_its_name_when_it_takes_in_another():
    groups = Groups({1: 1, 9: 9}, released={9})
    groups.join(1, 9)
    assert dict(groups.named([1, 9], order)) == {1: 9, 9: 9}


# Through ingest


@pytest.fixture
def trial(tmp_path):
    """An empty corpus."""
    return init.init(tmp_path / "trial", name="trial")


def take(trial, name, records, **options):
    path = trial.corpus / "sources" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), "utf-8"
    )
    return ingest.ingest(trial, source_files.read([path], {}, trial.root), **options)


def groups_of(trial):
    return {each.source: each.group for each in article_store.articles(trial)}


def ids_of(trial):
    return {each.source: each.id for each in article_store.articles(trial)}


def test_copies_of_other_keyboards_join_one_group_and_groups_that_are_there_stay(trial):
    """A corpus that holds the Persian desk's text keeps its groups when the Arabic desk's copy comes."""

    def groups(**texts):
        file = trial.root / "more.jsonl"
        lines = [json.dumps({"text": text, "source": name}) for name, text in texts.items()]
        file.write_text("\n".join(lines), "utf-8")
        with contextlib.chdir(trial.root):
            done = CliRunner().invoke(cli.group, ["ingest", str(file)])
        assert done.exit_code == 0, done.output
        return groups_of(trial), done.output

    persian = " ".join(f"{each}ی که {number}" for number, each in enumerate(WORDS[:40]))
    before, _ = groups(
        tehran=persian, other=" ".join(WORDS), german="Die Straße am Fluß ist lang genug"
    )
    arabic = persian.replace("ی", "ي").replace("ک", "ك")
    after, said = groups(cairo=arabic, swiss="DIE STRASSE AM FLUSS IST LANG GENUG")
    assert "2 near; 2 groups" in said
    assert after == {**before, "cairo": before["tehran"], "swiss": before["german"]}


def test_ingest_groups_counts_and_explains(trial):
    story = " ".join(words(1, 200))
    records = [
        {"source": "a", "text": story, "published": "2024-05-02"},
        {"source": "b", "text": story, "published": "2024-05-01"},
        {"source": "b", "text": story},
        {"source": "c", "text": story + " " + " ".join(words(2, 12)), "published": "2024-05-01"},
        {"source": "d", "text": " ".join(words(3, 200))},
    ]
    outcome = take(trial, "wire.jsonl", records)
    assert (
        outcome.read,
        outcome.frozen,
        outcome.copies,
        outcome.same_text,
        outcome.near,
        outcome.groups,
    ) == (5, 4, 1, 1, 2, 1)
    names, ids = groups_of(trial), ids_of(trial)
    assert names == {
        "a": ids["c"],
        "b": ids["c"],
        "c": ids["c"],
        "d": ids["d"],
    }  # the earliest, then the longest
    shown = "\n".join(summary.explain(trial, ids["a"]))
    assert "the same text" in shown
    assert "Jaccard 0.9" in shown
    assert "is in no group" in "\n".join(summary.explain(trial, ids["d"]))


def test_groups_are_stable_when_more_arrives(trial):
    story = words(1, 200)
    take(trial, "one.jsonl", [{"source": "a", "text": " ".join(story), "published": "2024-05-02"}])
    take(
        trial,
        "two.jsonl",
        [{"source": "b", "text": " ".join(story[5:]), "published": "2024-05-01"}],
    )
    ids = ids_of(trial)
    assert groups_of(trial) == {"a": ids["a"], "b": ids["a"]}


def test_article_between_two_released_groups_is_set_aside(trial):
    one, other = words(1, 100), words(2, 100)
    take(
        trial,
        "one.jsonl",
        [{"source": "a", "text": " ".join(one)}, {"source": "b", "text": " ".join(other)}],
    )
    released = frozenset(ids_of(trial).values())
    both = [{"source": "c", "text": " ".join([*one, *other])}]
    for _ in range(2):
        outcome = take(trial, "two.jsonl", both, released=released)
        assert outcome.frozen == 0
        (aside,) = files.read(trial.corpus / "set-aside.jsonl", SetAside)
        assert "two released groups" in aside.reason
        assert (aside.path, aside.line) == ("corpus/sources/two.jsonl", 1)
    assert set(groups_of(trial)) == {"a", "b"}


@pytest.mark.soak
def test_ray_gives_the_same_groups(trial, tmp_path):
    pytest.importorskip("ray")
    other = init.init(tmp_path / "other", name="other")
    records = []
    for seed in range(60):
        story = words(seed, 150)
        records += [
            {"source": "a", "text": " ".join(story)},
            {"source": "b", "text": " ".join(story[: 100 + seed])},
        ]
    take(trial, "wire.jsonl", records)
    script = (
        "import ray, sys; ray.init(num_cpus=2, include_dashboard=False, logging_level='error', log_to_driver=False);"
        "from qawl.cli import main; sys.argv[0] = 'qawl'; main()"
    )
    command = [
        sys.executable,
        "-c",
        script,
        "-C",
        other.root,
        "ingest",
        "--engine",
        "ray",
        trial.corpus / "sources",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    one, other = (
        {each.id: each.group for each in article_store.articles(made)} for made in (trial, other)
    )
    assert one == other
    assert len(set(one.values())) == 60


# Scripts that are written without spaces: a character is a word

WITHOUT_SPACES = {
    "zh": ("河湾公司昨日表示，青山市政府批准了新航线。新航线下月开通，每周三班。公司负责人说，票价将低于{}铁路。机场方面表示，已经做好准备，欢迎各地旅客乘坐。", "高速"),
    "ja": ("川湾会社は昨日、青山市政府が新しい航路を承認したと発表した。新航路は来月に開通し、週に三便を予定している。料金は{}鉄道より安いという。空港は準備が整ったと話した。", "高速"),
    "th": ("บริษัทอ่าวแม่น้ำเปิดเผยเมื่อวานนี้ว่าเทศบาลเมืองภูเขาเขียวอนุมัติเส้นทางใหม่แล้ว เส้นทางใหม่จะเปิดเดือนหน้าสัปดาห์ละสามเที่ยว ค่าโดยสารจะถูกกว่ารถไฟ{} ท่าอากาศยานพร้อมแล้ว", "ความเร็วสูง"),
    "km": ("ក្រុមហ៊ុនឆកសមុទ្របានប្រកាសកាលពីម្សិលមិញថា រដ្ឋាភិបាលក្រុងភ្នំបៃតងបានអនុម័តខ្សែផ្លូវថ្មី។ ខ្សែផ្លូវថ្មីនឹងបើកនៅខែក្រោយ។ តម្លៃនឹងថោកជាងរថភ្លើង{}។", "លឿន"),
    "my": ("မြစ်ကွေ့ကုမ္ပဏီက မနေ့က ပြောကြားရာတွင် တောင်စိမ်းမြို့အစိုးရသည် လမ်းကြောင်းသစ်ကို ခွင့်ပြုခဲ့သည်။ လမ်းကြောင်းသစ်ကို လာမည့်လတွင် ဖွင့်မည်။ ခရီးစရိတ်သည် {}ရထားထက် သက်သာမည်။", "အမြန်"),
    "lo": ("ບໍລິສັດອ່າວແມ່ນ້ຳເປີດເຜີຍໃນວັນວານນີ້ວ່າລັດຖະບານເມືອງພູຂຽວອະນຸມັດເສັ້ນທາງໃໝ່ແລ້ວ ເສັ້ນທາງໃໝ່ຈະເປີດໃນເດືອນໜ້າ ຄ່າໂດຍສານຈະຖືກກວ່າລົດໄຟ{}", "ດ່ວນ"),
    "bo": ("ཁ་སང་ཆུ་ཁུག་ཀུང་སིས་བཤད་དོན། རི་སྔོན་གྲོང་ཁྱེར་སྲིད་གཞུང་གིས་འགྲུལ་ལམ་གསར་པར་ཆོག་མཆན་སྤྲད་པ་རེད། འགྲུལ་ལམ་གསར་པ་ཟླ་རྗེས་མར་འགོ་འཛུགས་རྒྱུ་རེད། རིན་གོང་མེ་འཁོར་{}ལས་ཁེ་བ་རེད། གནམ་ཐང་གིས་གྲ་སྒྲིག་ཚང་མ་ཚར་སོང་ཞེས་བཤད་པ་རེད། ས་གནས་ཁག་གི་འགྲུལ་པ་ཚོར་དགའ་བསུ་ཞུ་རྒྱུ་རེད།", "མགྱོགས་པོ་"),
    "jv-Java": ("ꦱꦧꦼꦤ꧀ꦮꦺꦴꦁꦏꦭꦲꦶꦂꦫꦏꦺꦏꦤ꧀ꦛꦶꦩꦂꦢꦶꦏꦭꦤ꧀ꦢꦂꦧꦺꦩꦂꦠꦧꦠ꧀ꦭꦤ꧀ꦲꦏ꧀ꦲꦏ꧀ꦏꦁꦥꦝ꧉ꦏꦧꦺꦃꦥꦶꦤꦫꦶꦔꦤ꧀ꦲꦏꦭ꧀ꦭꦤ꧀ꦏꦭ꧀ꦧꦸ{}ꦱꦂꦠꦏꦲꦗꦧ꧀ꦥꦱꦿꦮꦸꦁꦲꦤ꧀ꦲꦁꦒꦺꦴꦤ꧀ꦤꦺꦩꦼꦩꦶꦠꦿꦤ꧀ꦱꦶꦗꦶꦭꦤ꧀ꦱꦶꦗꦶꦤꦺ", "ꦱꦏꦺꦃꦲꦺ"),
    "ii": ("ꊿꂷꃅꄿꐨꐥ，ꌅꅍꂘꀕꃅꐥꌐ。ꊿꊇꉪꍆꌋꆀꁨꉌꑌꐥ，{}ꄷꀋꁨꂛꊨꅫꃀꃅꐥꄡꑟ。ꊿꋀꃅꄿꐨꐥꅍꌅꅍꑌꐥ，ꋋꈍꀋꉬꃅꑠꀋꉬ，ꆹꄷꀋꁨꊨꅫꃀꐥ。", "ꉬꇬ"),
    "ja-Hrkt": ("ｶﾜﾜﾝｶﾞｲｼｬﾊｷﾉｳｱｵﾔﾏｼｾｲﾌｶﾞｱﾀﾗｼｲｺｳﾛｦｼｮｳﾆﾝｼﾀﾄﾊｯﾋﾟｮｳｼﾀ｡ｼﾝｺｳﾛﾊﾗｲｹﾞﾂﾆｶｲﾂｳｼ､ｼｭｳﾆｻﾝﾋﾞﾝｦﾖﾃｲｼﾃｲﾙ｡ﾘｮｳｷﾝﾊ{}ﾃﾂﾄﾞｳﾖﾘﾔｽｲﾄｲｳ｡", "ｺｳｿｸ"),
}  # fmt: skip


@pytest.mark.parametrize("language", WITHOUT_SPACES)
def test_copies_that_differ_in_a_word_are_one_group_without_spaces_too(tmp_path, language):
    text, word = WITHOUT_SPACES[language]
    others = [each for name, (each, _) in WITHOUT_SPACES.items() if name != language]
    texts = [text.format(""), text.format(word), *(each.format("") for each in others)]
    given = tmp_path / "a.jsonl"
    given.write_text(
        "".join(
            json.dumps({"text": each, "source": str(n)}) + "\n" for n, each in enumerate(texts)
        ),
        "utf-8",
    )
    made = init.init(tmp_path / "c", name="c")
    subprocess.run([sys.executable, "-m", "qawl", "-C", made.root, "ingest", given], check=True)
    groups = {each.source: each.group for each in article_store.articles(made)}
    assert groups["0"] == groups["1"]
    assert len(set(groups.values())) == len(texts) - 1


@given(
    st.lists(st.sampled_from("新航线山市"), max_size=40),
    st.lists(st.sampled_from("新航线山市"), max_size=40),
)
def test_similarity_without_spaces_is_that_of_the_sets_of_five_characters(one, other):
    spaced = likeness(" ".join(one), " ".join(other))
    assert likeness("".join(one), "，".join(other)) == spaced


def test_scripts_side_by_side():
    mixed = likeness("iPhone手机在2024年上市", "iPhone 手 机 在 2024 年 上 市")
    assert mixed == (1, 1)
    assert likeness("ㅋㅋㅋ 정말", "ㅋ ㅋ ㅋ 정말") < (1, 1)  # Korean parts words by spaces
    assert likeness("cafe\u0301 จาก กรุงเทพ", "cafe จากกรุงเทพ") == (1, 1)
