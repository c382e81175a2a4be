"""Where sentences end: news of several scripts, as it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qawl.core.sentences import sentences


def split(text):
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "wanted",
    [
        ["قال د. سامي إن العدد 3.5 مليون.", "وأضاف: «نعم.»", "ثم ذهب؟", "نعم"],
        ["Mr. Lee of the U.S. Senate said so on Nov. 3.", "He left (at 5 a.m. today)."],
        ['"Why now?" she asked.', "Nobody... knew.", "“It ends.”", "So it does!"],
        ["部长说工程明天开始。", "他还说：“需要一年。”", "完了！", "真的？"],
        ["市長は「工事が始まる。」", "と述べた。", "以上"],
        ["यह काम कल शुरू होगा।", "मंत्री ने कहा।"],
        ["وزیر نے کہا۔", "کام کل شروع ہوگا۔"],
        ["រដ្ឋមន្ត្រី។", "ការងារ"],
        ["ဝန်ကြီး။", "အလုပ်"],
        ["ሚኒስትሩ ተናገሩ።", "ሥራው ነገ ይጀምራል።"],
        ["รัฐมนตรีกล่าวว่างานจะเริ่ม พรุ่งนี้"],
        ["Es kostet z.B. 5 Euro.", "Gut."],
        ["Версия 2.0 вышла.", "Она лучше…", "Да"],
    ],
)
def test_sentences_of_news(wanted):
    assert split(" ".join(wanted)) == wanted
    assert split("\n".join(wanted) + "\n\n") == wanted


def test_the_numbers_of_a_list_stand_with_their_lines():
    assert split("1. Go now.\n2. Stop there. 3") == ["1. Go now.", "2. Stop there.", "3"]


def test_scripts_without_spaces_need_none():
    assert split("他说。她说！完") == ["他说。", "她说！", "完"]


@given(st.text())
def test_each_character_but_white_space_stands_in_one_sentence(text):
    found = list(sentences(text))
    covered = {at for start, end in found for at in range(start, end)}
    assert sum(end - start for start, end in found) == len(covered)
    assert all(text[at].isspace() for at in range(len(text)) if at not in covered)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)
    assert found == sorted(found)
