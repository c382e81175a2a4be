"""Regions without a government: seas, rivers, mountains, lands, and parts of a place; in sentences made here."""

import pytest

from qawl.suggest.entities import entities
from qawl.suggest.gazetteer import learned

CASES = [
    ("en", "Fishing in the North Sea fell, while ships in the Strait of Hormuz waited.",
     ["North Sea", "Strait of Hormuz"]),
    ("en", "Rain fell in southern Lebanon and north-west England on Monday.",
     ["southern Lebanon", "north-west England"]),
    ("en", "He flew from South Korea to North Macedonia and South Africa.", []),
    ("en", "The road along the Euphrates leads to the Bekaa Valley.", ["Euphrates", "Bekaa Valley"]),
    ("en", "Western officials and northern towns said nothing.", []),
    ("en", "Fires reached the Blue Ridge and the Marana wetlands.", ["Blue Ridge"]),
    ("ar", "امتد الحريق إلى واحة الخارجة وأهوار العراق.", ["واحة الخارجة", "أهوار العراق"]),
    ("ar", "عبرت السفن مضيق باب المندب نحو خليج عدن.", ["مضيق باب المندب", "خليج عدن"]),
    ("ar", "وارتفع منسوب نهر الليطاني وبحيرة طبريا.", ["نهر الليطاني", "بحيرة طبريا"]),
    ("ar", "تساقطت الثلوج على جبال طوروس وبهضبة الجولان.", ["جبال طوروس", "هضبة الجولان"]),
    ("ar", "زار كوريا الجنوبية وجنوب أفريقيا.", []),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "wanted"), CASES)
def test_regions_are_found_and_countries_are_none(language, text, wanted):
    found = entities(text, language, learned(()), [])
    assert [text[each.start : each.end] for each in found if each.label == "region"] == wanted


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("ar", "وصلت القافلة من صفاقس إلى الفلوجة وطبرق.", ["صفاقس", "الفلوجة", "طبرق"]),
        # everyday words that are towns too
        ("ar", "قالت الجامعة في بيان إن الجيل الجديد في المدينة بخير.", []),
        ("en", "They drove from Coventry to Bergen.", ["Coventry", "Bergen"]),
        ("en", "Reading is nice, Madison and Lincoln said.", []),
    ],
)
def test_towns_are_places_and_words_of_every_day_are_none(language, text, places):
    found = entities(text, language, learned(()), [])
    assert [text[e.start : e.end] for e in found if e.label == "place"] == places
