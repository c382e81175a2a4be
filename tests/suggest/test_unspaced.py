"""Quotes and claims in scripts that put no spaces between words, by about as many words as elsewhere."""

import json

import pytest

from corpora import main

QUOTES = {
    "zh": ("外交部长李明星期二说：", "“政府将在两年内修建新的铁路，预算很大。”", ""),
    "zh-Hant": ("部長說：", "「我們明天會公布新的預算案。」", ""),
    "ja": ("首相は", "「政府は二年以内に新しい鉄道を建設する」", "と述べた。"),
    "th": ("รัฐมนตรีกล่าวว่า ", "“รัฐบาลจะสร้างทางรถไฟสายใหม่ภายในสองปี”", ""),
    "lo": ("ລັດຖະມົນຕີກ່າວວ່າ ", "“ລັດຖະບານຈະສ້າງທາງລົດໄຟສາຍໃໝ່ພາຍໃນສອງປີ”", ""),
    "km": ("រដ្ឋមន្ត្រីនិយាយថា ", "«រដ្ឋាភិបាលនឹងសាងសង់ផ្លូវដែកថ្មីក្នុងរយៈពេលពីរឆ្នាំ»", ""),
    "my": ("ဝန်ကြီးက ", "“အစိုးရသည်နှစ်နှစ်အတွင်းရထားလမ်းသစ်ကိုဆောက်မည်”", " ဟုပြောသည်။"),
    "bo": ("བཀའ་བློན་གྱིས་ ", "“གཞུང་གིས་ལོ་གཉིས་ནང་མེ་འཁོར་ལམ་གསར་པ་བཟོ་གི་རེད”", " ཅེས་གསུངས།"),
    "ko": ("장관은 ", "“정부는 2년 안에 새 철도를 건설할 것이다”", "라고 말했다."),
    "fr": ("Le ministre a dit ", "« la ligne ouvrira dans deux ans »", "."),
    "he": ("שר החוץ אמר: ", '"הממשלה תבנה מסילה חדשה בשנה הבאה"', "."),
}
NAMES = {
    "zh": "他谈到“一带一路”和“中国梦”。",
    "ja": "「新幹線」と「インターネットサービスプロバイダー」の話をした。",
    "th": "เขากล่าวถึง “กรุงเทพฯ” และ “สวัสดี”",
    "lo": "ລາວເວົ້າເຖິງ “ວຽງຈັນ”",
    "km": "គាត់និយាយអំពី «ភ្នំពេញ»",
    "my": "သူက “ရန်ကုန်” အကြောင်းပြောသည်",
}
"""Terms and names in quotation marks, of less than four words."""


@pytest.mark.parametrize("language", QUOTES)
def test_a_quote_is_suggested(suggested, language):
    before, quote, after = QUOTES[language]
    assert suggested(f"{before}{quote}{after}", language) == [("CONTENT", quote)]


@pytest.mark.parametrize("language", NAMES)
def test_a_term_in_quotation_marks_is_none(suggested, language):
    assert suggested(NAMES[language], language) == []


def test_a_quote_of_another_script_inside_an_english_article_has_its_words(suggested):
    quote = "“政府将在两年内修建新的铁路”"
    found = suggested(f"{quote}\n\nThe minister wrote this on Tuesday.", "en")
    assert ("CONTENT", quote) in found


def test_each_sentence_of_a_quote_is_a_claim(suggested):
    text = "部长说：“政府将在两年内修建新的铁路。预算已经由议会批准！”"
    found = [words for label, words in suggested(text, "zh", "claim") if label == "CLAIM"]
    assert found == ["政府将在两年内修建新的铁路", "预算已经由议会批准"]


def test_words_between_spaces_count_as_one_each_in_every_other_script():
    from qawl.suggest.words import words

    text = "Le train, l'État — «غدا» 12,5 % शुक्रवार को 정부는 новый Ευρώπη שָׁלוֹם ÿ"
    assert {each.count for each in words(text)} == {1}


def test_suggestions_of_earlier_versions_are_told_by_theirs(suggested, tmp_path):
    before, quote, after = QUOTES["ja"]
    suggested(f"{before}{quote}{after}", "ja")
    (line,) = (
        (tmp_path / "c" / "exports" / "suggestions" / "quote.jsonl").read_text("utf-8").splitlines()
    )
    assert int(json.loads(line)["model_version"]) >= 3
    assert main(tmp_path / "c", "validate")[0] == 0


TURNED = [
    ("de", "»{}«, sagte er gestern Abend. »{}«.", "Ich komme morgen wieder zurück"),
    ("da", "Ministeren sagde (»{}«), at det ender. »{}«", "Vi kommer tilbage i morgen"),
    ("fi", "»{}», sanoi ministeri eilen taas. »{}».", "Tulemme huomenna takaisin tänne"),
    ("sv", "”{}”, sade ministern i går kväll. ”{}”.", "Vi kommer tillbaka i morgon"),
    ("ar", "قال الوزير: »{}«. وأضاف: »{}«.", "سنعود غدا إلى المدينة"),
    ("ar", "قال الوزير: ”{}“. وأضاف: \u200f”{}”.", "سنعود غدا إلى المدينة"),
    ("fr", "« {} », a dit hier le ministre. « {} ».", "Nous reviendrons demain matin"),
]


@pytest.mark.parametrize(("language", "text", "said"), TURNED)
def test_quotes_stand_in_the_marks_of_their_language(suggested, language, text, said):
    """What stood between two German quotes («, sagte er. ») was suggested as one, Swedish ones never."""
    found = [
        words for label, words in suggested(text.format(said, said), language) if label == "CONTENT"
    ]
    assert [each.strip("»«”“\u00a0 ") for each in found] == [said, said]
