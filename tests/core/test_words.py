"""Where words end, in scripts with spaces and without."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given

import strategies
from conftest import TOY
from qawl import cli
from qawl.core import words
from qawl.setup import init

ENDS = {
    "قال وزير": [0, 3, 4, 8],
    "O'Brien said": [0, 1, 2, 7, 8, 12],
    # any two characters may be two words
    "山市批准。": [0, 1, 2, 3, 4, 5],
    "東京タワーへ": [0, 1, 2, 5, 6],
    "人々は": [0, 2, 3],
    "iPhone手机": [0, 6, 7, 8],
    # a vowel before its consonant, a mark on it and one after it: a syllable is not torn
    "ไปน้ำ": [0, 2, 5],
    "เมือง": [0, 3, 4, 5],
    # stacked letters, and a final with its mark
    "ខ្មែរ": [0, 4, 5],
    "မြန်မာ": [0, 4, 6],
    # syllables are parted by the tsheg
    "བོད་ཡིག": [0, 3, 4, 7],
    "한국어 뉴스": [0, 3, 4, 6],
    "ธันวาคม 2024ปี": [0, 2, 3, 5, 6, 7, 8, 12, 14],
}


@pytest.mark.parametrize("text", ENDS)
def test_words_end_where_they_may(text):
    found = [at for at in range(len(text) + 1) if not words.splits_word(text, at)]
    assert found == ENDS[text]


@given(strategies.texts)
def test_a_word_holds_no_place_where_one_ends(text):
    for at in range(len(text)):
        start, end = words.word_start(text, at), words.word_end(text, at)
        assert start <= at <= end
        inner = range(start + 1, end)
        assert all(words.splits_word(text, each) for each in inner if each != at)


def test_words_are_counted():
    assert words.count("one two, three — four\nfive") == 6
    assert words.count("新航线下月开通，每周三班，预计每年运送旅客") == 9
    assert words.count("ค่าโดยสารจะถูกกว่ารถไฟ") >= 3
    assert words.count("བོད་ཡིག་གསར་འགྱུར།") == 3
    assert words.count("") == 0


UNITS = (
    TOY
    + """    unit: clause
  - {name: B, title: {en: b}, definition: {en: b}, example: {en: b}, color: "#222222", hotkey: b, unit: mention}
"""
)


@pytest.mark.parametrize(
    ("text", "clause", "mention"),
    [
        ("河湾公司昨日表示，青山市政府批准了新航线。", "批准了新航线", "青山市"),
        ("川湾会社は昨日、青山市が新しい航路を承認したと発表した。", "新しい航路を承認した", "青山市"),
        ("เทศบาลเมืองภูเขาเขียวอนุมัติเส้นทางใหม่แล้ว", "อนุมัติเส้นทางใหม่", "ภูเขาเขียว"),
        ("រដ្ឋាភិបាលក្រុងភ្នំបៃតងបានអនុម័តខ្សែផ្លូវថ្មី។", "បានអនុម័តខ្សែផ្លូវថ្មី", "ភ្នំបៃតង"),
        ("တောင်စိမ်းမြို့အစိုးရသည်လမ်းကြောင်းသစ်ကိုခွင့်ပြုခဲ့သည်။", "လမ်းကြောင်းသစ်ကိုခွင့်ပြုခဲ့သည်", "တောင်စိမ်းမြို့"),
        ("ລັດຖະບານເມືອງພູຂຽວອະນຸມັດເສັ້ນທາງໃໝ່ແລ້ວ", "ອະນຸມັດເສັ້ນທາງໃໝ່", "ພູຂຽວ"),
        ("རི་སྔོན་གྲོང་ཁྱེར་གྱིས་ཆོག་མཆན་སྤྲད་པ་རེད།", "ཆོག་མཆན་སྤྲད་པ", "རི་སྔོན"),
    ],
)  # fmt: skip
def test_clauses_and_mentions_without_spaces_pass_validation(tmp_path, text, clause, mention):
    root = init.init(tmp_path / "c", name="c").root
    (root / "qawl.yaml").write_text("name: c\nlayers: [toy]\nannotators: [a1]\n", "utf-8")
    (root / "label_config" / "toy.yaml").write_text(
        UNITS.replace("hotkey: a}", "hotkey: a, unit: clause}").replace("    unit: clause\n", ""),
        "utf-8",
    )
    (root / "in.jsonl").write_text(json.dumps({"text": text}) + "\n", "utf-8")
    marked = [(clause, "A"), (mention, "B"), (clause[:-1], "A")]
    result = [
        {"id": str(number), "from_name": "toy", "to_name": "text", "type": "labels",
         "value": {"start": text.index(part), "end": text.index(part) + len(part), "text": part, "labels": [label]}}
        for number, (part, label) in enumerate(marked[:2])
    ]  # fmt: skip
    task = {
        "id": 1,
        "data": {"text": text},
        "annotations": [{"id": 1, "completed_by": 1, "result": result}],
    }
    (root / "export.json").write_text(json.dumps([task]), "utf-8")

    def run(*arguments):
        return CliRunner().invoke(cli.group, ["-C", str(root), *arguments])

    assert run("scheme").exit_code == 0
    assert run("ingest", str(root / "in.jsonl")).exit_code == 0
    assert run("pull", "--from", str(root / "export.json"), "--layer", "toy").exit_code == 0
    found = json.loads(run("validate", "--json").output)["findings"]
    assert [each for each in found if each["check"] != "label-unused"] == []
