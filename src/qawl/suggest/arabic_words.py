"""What a word of an Arabic text is to the rules for names: known, a place, the end of a name."""

from qawl.suggest.cues import lexicon_of
from qawl.suggest.gazetteer import PROCLITICS, places
from qawl.suggest.lists import Reading


def lead_of(form: str, known: frozenset[str]) -> int | None:
    """How many letters stand before a known word: 0, or 1 for a proclitic; None for other words."""
    if form in known:
        return 0
    if form[:1] in PROCLITICS and form[1:] in known:
        return 1
    return None


def stops_at(read: Reading, at: int) -> bool:
    """Whether a word can't go on with a name: a particle, a verb of saying, a day, a number."""
    form = read.form(at)
    known = lexicon_of("ar")
    lists = read.lists
    if not read.near(at) or len(form) < 2 or form[:1].isdigit():
        return True
    cue = known.cue(form, proclitics=True)
    others = (
        lists.stops | lists.days | lists.relative | lists.relatives | lists.numbers | lists.months
    )
    return (
        form in others
        or (form[:1] == "و" and form[1:] in others)
        or (cue is not None and cue[0] != "demand")
    )


def is_place(form: str) -> bool:
    """Whether a word is the name of a place, a region or a body."""
    return places("ar").names.get((form,)) in {"place", "organisation", "region"}


def is_people(form: str) -> bool:
    """Whether a word is a nationality."""
    return places("ar").names.get((form,)) == "nationality"


_OTHER_THAN_POSTS = frozenset(("قادت", "ملك", "عالم", "جناح", "إمام", "عامل", "سائق", "ناقد"))
"""What with a pronoun is another word than a post: قادته, ملكها, عالمه."""


def is_owned(form: str, titles: frozenset[str]) -> bool:
    """Whether a word is somebody's post: مهاجمه, مدربها, وزيرته."""
    for ending in ("ه", "ها", "هم"):
        stem = form.removesuffix(ending)
        if stem != form and len(stem) > 2 and stem not in _OTHER_THAN_POSTS:
            return stem in titles or (stem.endswith("ت") and f"{stem[:-1]}ة" in titles)
    return False
