"""Code pages of news in many languages: told by what is read in them, or not at all.

Bytes of a code page fit others too, and give letters there that nobody wrote. So a text is read only if
it has the common words of a language that this code page is for, in letters of that language.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import regex

_LOOKED_AT = 20_000
"""Code points of a text that are looked at."""
_LEAST = 0.06
"""The least share of common words: news has .2 and more, and mere chance next to none."""
_NEIGHBOURLY, _ALONE = 0.45, 0.9
"""How far letters beyond ASCII must be of a language: with others that share them, and alone."""
_OWN, _NAMES = 0.7, 0.05
"""Letters of others alone are those of names: so many of all letters at the most."""
_SEVERAL = 6
"""Letters beyond ASCII from which one common word is enough if all are of the language."""
_FEW = 0.12
"""Of the letters of a Western text of few words, as a line of a table is, those beyond ASCII."""

_SELDOM = 0.6
_OLD = frozenset(
    [
        "mac_roman",
        "mac_cyrillic",
        "cp850",
        "cp852",
        "cp862",
        "cp866",
        "iso8859_15",
        "iso8859_16",
        "iso8859_4",
    ]
)
"""Code pages that are seldom, and count less where others fit."""
_DOUBT = 0.75
"""Where another text counts for that much of the likeliest one, neither is told."""
_EVERYWHERE = "éäöüóß"

_WEST = "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿßœ"
_RARE = "þðýšž"
_CENTRAL = "áâăäąćčçďđéęëěíîĺľłńňóôőöŕřśšşșťţțúůűüýźżž"


@dataclass(frozen=True, slots=True)
class _Language:
    """The code pages that a language is written in, the likeliest first, its own letters beyond ASCII,
    those of its neighbours, and its common words."""

    pages: Sequence[str]
    letters: frozenset[str]
    neighbours: frozenset[str]
    words: frozenset[str]


def _languages(pages: str, neighbours: str, *languages: str) -> list[_Language]:
    """`languages` are letters and common words, parted by a bar."""
    told = (each.split("|") for each in languages)
    return [
        _Language(
            pages.split(), frozenset(letters), frozenset(neighbours), frozenset(words.split())
        )
        for letters, words in told
    ]


_WESTERN = "cp1252 iso8859_15 mac_roman cp850"
_LANGUAGES = [
    *_languages(
        _WESTERN,
        _WEST + _RARE,
        "éè|the of and that with was said for is at by from which he she his her has have on in",
        "àâæçèéêëîïôœùûüÿ|le la les de des du et est une un que qui dans pour sur pas au aux en il elle",
        "äöüß|der die das und ist ein eine nicht mit den dem von zu sich auf für des im als auch sagte",
        "áéíñóúü|el la los las de del que y en un una por con para se su como más al es",
        "àáâãçéêíóôõúü|o a os as de do da dos das que e em um uma para com não por se no na",
        "àèéìíîòóùú|il lo la gli le di del della che e un una per con non da nel sono è si al",
        "éëïöèêü|de het een en van is dat op te zijn met voor niet die aan er om ook heeft",
        "åäöé|och att det som en på är av för den till inte har med ett om var",
        "æøåéòôü|og at det som en på er af for den til ikke har med et om var ble blev fra",
        "äöåšž|ja on ei että se oli hän mutta ovat kun myös sekä joka kuin",
        "äõöüšž|ja on et ei see oli ka mis ning kui ta oma aga",
        "áðéíóúýþæö|og að sem er um var ekki með en það til við hann hefur",
        "àçéèíïòóúü|el la els les de del que i en un una per amb no és va dels al",
        "ëç|dhe të në për një që me nga është ka si nuk tha më",
    ),
    *_languages(
        "cp1250 iso8859_2 cp852 iso8859_16",
        _CENTRAL,
        "ąćęłńóśźż|w i na z do się że nie jest o od po za przez oraz jak ale to które",
        "áčďéěíňóřšťúůýž|a v na se že je z do o s pro jako ale by to za podle byl který",
        "áäčďéíľĺňóôŕšťúýž|a v na sa že je z do o s pre ako ale by to za podľa bol ktorý",
        "áéíóöőúüű|a az és hogy nem is egy van volt meg csak mint azt már el",
        "ăâîșşțţ|și şi de la în a cu pe că din care nu o pentru este sunt au fi",
        "čćđšž|i u je na se da su za od s o ne će kao koji što bi iz",
        "čšž|in je v na se da so za z ki bi pa ne po kot tudi iz",
    ),
    *_languages(
        "cp1254",
        "çğıöşüâîûi̇",
        "çğıöşüâîû|ve bir bu da de için ile olarak çok daha gibi ne en kadar dedi olan sonra",
    ),
    *_languages(
        "cp1257 iso8859_13 iso8859_4",
        "āčēģīķļņšūžąęėįųõäöü",
        "ąčęėįšųūž|ir kad į iš su yra tai ne o bet buvo už jis dėl apie kaip po",
        "āčēģīķļņšūž|un ir ka ar no par uz bet tas nav arī kas viņš lai pēc",
        "äõöüšž|ja on et ei see oli ka mis ning kui ta oma aga",
    ),
    *_languages(
        "cp1258",
        "àáâãèéêìíòóôõùúýăđĩũơư",
        "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
        "|và của là có được cho các trong không với đã",
    ),
    *_languages(
        "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic",
        "",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя|и в на не что с по он от как это за из его но для",
        "абвгдежзийклмнопрстуфхцчшщъьюя|и в на не че с по от за да се е ще са като но",
    ),
    *_languages(
        "cp1251 koi8_u iso8859_5 mac_cyrillic",
        "",
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя|і в на не що з у та до за від як це про його але",
        "абвгдеёжзійклмнопрстуўфхцчшыьэюя|і ў на не што з у да за ад як гэта па але яго",
        "абвгдђежзијклљмнњопрстћуфхцчџшѓќѕ|и у на не да је се од за су со во што ќе го",
    ),
    *_languages(
        "cp1253 iso8859_7",
        "",
        "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ|και να το η ο του της που με για από θα στο την οι",
    ),
    *_languages(
        "cp1255 iso8859_8 cp862",
        "",
        "אבגדהוזחטיכךלמםנןסעפףצץקרשת|של על את לא כי עם הוא היא זה כל גם או אם בין אמר",
    ),
    *_languages(
        "cp1256",
        "",
        "آئابتثجحخدذرزژسشصضطظعغفقكلمنهويپچگکءأؤةىإ|از به در که كه با را این اين است و آن برای براي",
        "آئابتثجحخدذرزژسشصضطظعغفقكلمنهويپچگکٹڈڑںےہھءۂ|اور کے کا کو سے نے پر کہ یہ اس كے",
    ),
]
_CONTROLS = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""Control characters that are the same in all code pages: old editors end a text with one."""
_MARKS = regex.compile(r"[\x80-\x84\x86-\x9f\p{Cn}\p{Co}\p{Cs}]")
_SIGN = r"(?![°©®™])[¹¼½¾¤¦¬±¶¸¯¨×÷√∂∆≈≠≤≥∞◊∑∏∫\p{So}]"
_GLUED = regex.compile(
    rf"\p{{L}}{_SIGN}|{_SIGN}\p{{L}}|[°©®]\p{{Ll}}|(?<!m)(?<=\p{{L}})[²³]|\p{{L}}[€£¥ƒ¿¡‚„‡†ˆ˜‰]"
    r"|[‡†‰ˆ˜•]\p{L}|\p{L}[§‹›•«»]\p{L}|[¿¡]\p{Ll}(?![^?!]*[?!])|\p{Ll}[^\P{Lu}\x00-\x7f]"
)
"""What hardly a text has: marks inside words, capitals beyond ASCII after small letters."""
_DOTTED = regex.compile(r"(?![lL]·[lL])\p{L}·\p{L}")
"""What stands in mac_roman where others have words with á; in those French has it (ami·e·s)."""
_WORD = regex.compile(r"[\p{L}\p{M}]+")


def told(content: bytes) -> tuple[str, str] | None:
    """The name of a code page and the text in it; None where none is beyond doubt."""
    scores: dict[str, tuple[float, str]] = {}
    for name in _every():
        text = _decoded(content, name)
        if text is not None and text not in scores:
            scores[text] = _score(text[:_LOOKED_AT], name) * (_SELDOM if name in _OLD else 1), name
    ranked = sorted(scores.items(), key=lambda each: -each[1][0])
    if not ranked or not ranked[0][1][0]:
        return None
    (text, (best, name)), *others = ranked
    return None if others and others[0][1][0] > _DOUBT * best else (name, text)


def western(content: bytes) -> tuple[str, str] | None:
    """A text in windows-1252 whose words tell no language, as those of a line of a table: letters of
    ASCII, and few that are the same in the code pages of all Latin scripts."""
    text = _decoded(content, "cp1252")
    letters = [each for each in text or "" if each.isalpha()]
    others = [each for each in letters if each > "\x7f"]
    if text is None or not sound(text) or not letters or len(others) > _FEW * len(letters):
        return None
    return ("cp1252", text) if all(each.lower() in _EVERYWHERE for each in others) else None


def printed(text: str) -> bool:
    """Whether hardly a character of a text is one that no text has."""
    wrong = len(_MARKS.findall(text)) + len(_CONTROLS.findall(text))
    return wrong <= max(1, len(text) / 100)


def sound(text: str) -> bool:
    """Whether no character of a text is one that no text has, nor a mark inside a word."""
    return not any(each.search(text) for each in (_MARKS, _CONTROLS, _GLUED))


@cache
def _every() -> list[str]:
    """Code pages in the order that decides between equals."""
    pages = dict.fromkeys(name for each in _LANGUAGES for name in each.pages)
    return [*_SCRIPTS, *pages]


def _decoded(content: bytes, name: str) -> str | None:
    try:
        text = content.decode(name)
    except (UnicodeError, LookupError):
        return None
    return None if _MARKS.search(text) or not printed(text) else text


def _score(text: str, name: str) -> float:
    """How likely a text was written in this code page; 0 where it is in doubt."""
    text = unicodedata.normalize("NFC", text)
    if name in _SCRIPTS:
        return max(_east(text, each) for each in _SCRIPTS[name])
    letters = sum(map(str.isalpha, text))
    if sum(map(str.isupper, text)) > letters / 2 or (name == "mac_roman" and _DOTTED.search(text)):
        return 0.0
    words = [each.lower() for each in _WORD.findall(text)]
    beyond = [each for each in text.lower() if each > "\x7f" and each.isalpha()]
    worth = max(_worth(words, beyond, each) for each in _LANGUAGES if name in each.pages)
    return 0.0 if worth and len(_GLUED.findall(text)) > letters / 1000 else worth


def _worth(words: Sequence[str], beyond: Sequence[str], language: _Language) -> float:
    """The share of common words, less where letters beyond ASCII are not of the language."""
    least = _NEIGHBOURLY
    if not language.neighbours:  # another script: what is in ASCII are names
        words, least = [word for word in words if not word.isascii()], _ALONE
    own = sum(
        1.0 if each in language.letters else 0.5 if each in language.neighbours else 0.0
        for each in beyond
    )
    if own < _OWN * len(beyond) and len(beyond) > max(2, _NAMES * sum(map(len, words))):
        return 0.0
    common = sum(word in language.words for word in words)
    share, fit = common / max(len(words), 1), own / len(beyond) if beyond else 1.0
    return (
        share * fit
        if common > (len(beyond) < _SEVERAL or fit < 1) and share >= _LEAST and fit >= least
        else 0.0
    )


@dataclass(frozen=True, slots=True)
class _Script:
    """A script of syllables, or without spaces: a pattern of its letters, which make up nearly all of a
    text, one of the common ones, and the least and the usual share of these.

    Nearly all Chinese characters of a text stand in the first `level` of their charset: the charset, and
    the last byte that they begin with.
    """

    letters: str
    common: str
    shares: tuple[float, float]
    level: tuple[str, int] | None = None


_HAN = r"\p{Han}"
_COMMON_HAN = "[的是在了有和不一中国國人这這为為上个個以要他我到说說时時来來年大会會]"
_CHINESE = _Script(_HAN, _COMMON_HAN, (0.04, 0.12), ("gb2312", 0xD7))
_TRADITIONAL = _Script(_HAN, _COMMON_HAN, (0.04, 0.12), ("big5", 0xC6))
_KANA = r"[\u3041-\u3096\u30a1-\u30fa\u30fc]"
_JAPANESE = _Script(
    rf"{_KANA}|{_HAN}|々", "[のにはをたがでとしてるい]", (0.15, 0.35), ("euc_jp", 0xCF)
)
_KOREAN = _Script(r"[\uac00-\ud7a3]", "[이다는을의에가고하지은로]", (0.1, 0.25))
_THAI = _Script(r"\p{Thai}", "การ|ที่|ของ|และ|ใน|เป็น|ได้|ว่า|มี|จะ|ให้", (0.03, 0.06))
_WIDE = (_CHINESE, _TRADITIONAL, _JAPANESE, _KOREAN, _THAI)
_SCRIPTS = {
    "cp949": (_KOREAN,),
    "cp932": (_JAPANESE,),
    "euc_jp": (_JAPANESE,),
    "gb18030": (_CHINESE,),
    "big5hkscs": (_TRADITIONAL,),
    "cp874": (_THAI,),
    "utf-16-le": _WIDE,
    "utf-16-be": _WIDE,
}


def _east(text: str, script: _Script) -> float:
    """How usual the share of common letters is; 0 where a text is not of this script beyond doubt."""
    letters = [each for each in text if each.isalpha()]
    beyond = [each for each in letters if each > "\x7f"]
    if not beyond or len(beyond) < len(letters) / 5:
        return 0.0
    own = regex.findall(script.letters, "".join(beyond))
    common = len(regex.findall(script.common, text)) / len(beyond)
    if len(own) < 0.95 * len(beyond) or common < script.shares[0] or not _usual(own, script):
        return 0.0
    return min(1.0, common / script.shares[1])


def _usual(letters: Sequence[str], script: _Script) -> bool:
    if script.level is None:
        return True
    charset, last = script.level
    leads = [each.encode(charset, "replace")[0] for each in letters if regex.match(_HAN, each)]
    return sum(0x80 < lead <= last for lead in leads) >= 0.9 * len(leads)
