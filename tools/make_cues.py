"""Makes src/qawl/suggest/data/cues.ar.yaml: the forms of Arabic verbs that signal a quote.

Needs `pip install mazini` (CC-BY-4.0), which conjugates them; the forms are what is kept. Run it after a
change to VERBS: python tools/make_cues.py
"""

import unicodedata
from pathlib import Path

import mazini
import yaml

OUT = Path(__file__).parents[1] / "src" / "qawl" / "suggest" / "data" / "cues.ar.yaml"

# class: (root, pattern code of mazini)
VERBS = {
    # What is said follows with a complementiser, a colon or in quotation marks.
    "say": [
        ("قول", "I/a~u"),
        ("ضيف", "IV"),
        ("ءكد", "II"),
        ("وضح", "IV"),
        ("ذكر", "I/a~u"),
        ("علن", "IV"),
        ("صرح", "II"),
        ("فيد", "IV"),
        ("شور", "IV"),
        ("تبع", "III"),
        ("شدد", "II"),
        ("كتب", "I/a~u"),
        ("لفت", "I/a~i"),
        ("نقل", "I/a~u"),
        ("روي", "I/a~i"),
        ("كشف", "I/a~i"),
        ("بين", "II"),
        ("حذر", "II"),
        ("عبر", "VIII"),
        ("رءي", "I/a~a"),
        ("وقع", "V"),
        ("زعم", "I/a~u"),
        ("دعو", "VIII"),
        ("نفي", "I/a~i"),
        ("قرر", "IV"),
        ("عرف", "VIII"),
        ("عهد", "V"),
        ("وعد", "I/a~i"),
        ("هدد", "II"),
        ("سءل", "I/a~a"),
        ("جوب", "IV"),
        ("ردد", "I/a~u"),
        ("علق", "II"),
        ("طرد", "X"),
        ("ردف", "IV"),
        ("نوه", "II"),
        ("عرب", "IV"),
        ("كرر", "II"),
        ("جدد", "II"),
        ("بلغ", "IV"),
        ("خبر", "IV"),
        ("حكي", "I/a~i"),
        ("قدر", "II"),
        ("رجح", "II"),
        ("خلص", "I/a~u"),
        ("درك", "X"),
        ("سءل", "VI"),
        ("نشر", "I/a~u"),
        ("فسر", "II"),
        ("شرح", "I/a~a"),
        ("ثبت", "IV"),
        ("شهد", "I/i~a"),
        ("كهن", "V"),
        ("ظهر", "IV"),
        ("غرد", "II"),
        ("هتف", "I/a~i"),
        ("صرخ", "I/a~u"),
        ("همس", "I/a~i"),
        ("جزم", "I/a~i"),
        ("حجج", "VIII"),
        ("عرض", "VIII"),
        ("وثق", "II"),
        ("سرد", "I/a~u"),
        ("خطب", "III"),
    ],
    # What is asked for follows with a preposition.
    "demand": [
        ("طلب", "III"),
        ("دعو", "I/a~u"),
        ("نشد", "III"),
        ("حثث", "I/a~u"),
        ("طلب", "I/a~u"),
        ("وصي", "IV"),
        ("هيب", "IV"),
    ],
}
PERSONS = ("3ms", "3fs", "3md", "3fd", "3mp", "3fp")
LEAD = ("1s", "1p")
TENSES = ("past", "ind", "sub", "juss")
# Bare spellings that are another word far more often than the verb.
AMBIGUOUS = {
    "say": {
        "بين",
        "عبر",
        "أمر",
        "رد",
        "نقل",
        "قدر",
        "علق",
        "كشف",
        "نشر",
        "جدد",
        "شرح",
        "نفي",
        "وعد",
        "ذكر",
        "شهد",
        "كتب",
        "عرض",
        "وثق",
        "سرد",
        "تبين",
        "يرى",
        "ترى",
        "رأي",
        "كتبا",
        "قولا",
        "يرد",
        "ترد",
        "يعد",
        "تعد",
        "عدا",
        "ردا",
        "ردت",
        "نر",
        "ير",
        "تر",
        "بينا",
        "بينت",
        "ذكرا",
        "قرت",
        "يقر",
        "تقر",
        "أقر",
        "تقرر",
        "يقرر",
        "أثبت",
        "تظهر",
        "يظهر",
        "أظهر",
        "تشهد",
        "يشهد",
        "شهدت",
        "تنقل",
        "ينقل",
        "نقلت",
        "تقل",
        "يقل",
        "تعلن",
        "تكتب",
        "تعرض",
        "يعرض",
        "خلص",
        "تخلص",
    },
    "demand": {"طلب", "تطلب", "يطلب", "طلبا", "دعوا", "طلبت", "تدع", "يدع", "ندع", "حث"},
}
KEEP = {
    "say": {
        "رد",
        "ردت",
        "نقل",
        "نقلت",
        "كشف",
        "ذكر",
        "كتب",
        "وعد",
        "علق",
        "يرى",
        "ترى",
        "تكتب",
        "تعلن",
        "أقر",
        "أثبت",
        "أظهر",
        "خلص",
        "نشر",
        "قدر",
        "شهد",
        "شرح",
    },
    "demand": {"حث"},
}


def bare(form: str) -> str:
    """A form without vowel signs."""
    text = unicodedata.normalize("NFD", form)
    kept = "".join(c for c in text if not ("\u064b" <= c <= "\u0652" or c in "\u0670\u0640"))
    return unicodedata.normalize("NFC", kept).replace("ٱ", "ا")


def endings(root: str) -> tuple[str, ...]:
    """What a participle of a root ends in; a weak last letter comes back: داعيا, not داعا."""
    return ("يا", "ية", "ين") if root[-1] in "وي" else ("ا", "ة", "ين")


def main() -> None:
    """Writes the lexicon."""
    found = {}
    for kind, verbs in VERBS.items():
        finite, participles, passive = set(), set(), set()
        for root, code in verbs:
            try:
                verb = mazini.conjugate(root, code)
            except mazini.MaziniError as error:
                print(root, code, error)
                continue
            for name, forms in verb.slots.items():
                spelt = {bare(f.form) for f in forms if "?" not in f.form}
                tense, _, rest = name.partition("_")
                if name == "ap":
                    made = {each + end for each in spelt for end in endings(root)}
                    participles |= {each.replace("ءي", "ئي") for each in made}
                elif tense in TENSES and rest in (*PERSONS, *LEAD):
                    finite |= spelt
                elif tense in {"past", "ind"} and rest in {"pass_3ms", "pass_3fs"}:
                    passive |= spelt
        drop = AMBIGUOUS[kind] - KEEP[kind]
        found[kind] = {
            "finite": sorted(finite - drop),
            "participle": sorted(participles - drop),
            "passive": sorted(passive - finite - drop),
        }
    text = yaml.safe_dump(
        found, allow_unicode=True, width=100, default_flow_style=None, sort_keys=True
    )
    OUT.write_text(
        "# Forms of Arabic verbs that signal a quote, without vowel signs. Made by tools/make_cues.py\n"
        "# with mazini (CC-BY-4.0, after Arabic Wiktionary and the lexicon of al-Bawwab and Mir Alam).\n"
        + text,
        "utf-8",
    )


main()
