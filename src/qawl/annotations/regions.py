"""Regions of Label Studio → spans: where they stand, which text and layer they are of, their ids."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from qawl.annotations import reading as read
from qawl.annotations.foreign_values import brief, name, whole
from qawl.annotations.reading import Raw, Reading
from qawl.articles import cleaning
from qawl.core.records import Span
from qawl.core.text import in_code_points, is_basic, utf16_to_code_points

TYPES = ("labels", "hypertextlabels")
"""The types of results that mark a stretch of text; their labels stand under the same name."""

Bounds = tuple[int, int]
Marks = dict[str, dict[Bounds, list[tuple[str, str]]]]
"""Region id → place → (label, surface) of each label."""


def read_regions(reading: Reading, task: Raw, results: Sequence[Raw]) -> None:
    """Puts the spans of the results that are regions into `reading.regions`."""
    if (found := _plain_regions(reading, task, results)) is not None:
        reading.regions = found
        return
    pages = [each for each in results if _shown(read.value(each))]
    reading.paged = all(_stands(reading, each) for each in pages) or _in_utf16(reading, pages)
    texts = _other_texts(reading, task, results)
    ours = reading.scheme.marking
    marks: Marks = {}
    away = {each for other in reading.others.values() for each in other.marking} - ours
    for result in results:
        layer, text = result.get("from_name"), result.get("to_name")
        if isinstance(layer, str) and layer in away:
            _set_apart(reading, result, told=False)
        elif isinstance(text, str) and text in texts:
            reading.found("result-elsewhere", f"a region of another text ({brief(text)})")
            _set_apart(reading, result, told=True)
        else:
            _mark(reading, marks, result)
    for identity, places in marks.items():
        if len(places) > 1:
            where = ", ".join(f"{start} to {end}" for start, end in sorted(places))
            reading.found("region-id-twice", f"region {brief(identity)} is at {where}")
        for place, labels in places.items():
            own = identity if len(places) == 1 else at_place(place, identity)
            reading.regions[own] = list(_spans(own, place, labels))


def _plain_regions(
    reading: Reading, task: Raw, results: Sequence[Raw]
) -> dict[str, list[Span]] | None:
    """The spans of regions that are all plain and apart; None where one is not.

    Nearly all work is so, and nothing more has to be asked of it.
    """
    if reading.moved is not None or "other_texts" in task:
        return None
    found: dict[str, list[Span]] = {}
    ours = reading.article.text, reading.scheme.marking, reading.scheme.text_control
    for each in results:
        span = _plain_span(*ours, each)
        if span is None or span.id in found:
            return None
        found[span.id] = [span]
    return found


def _plain_span(text: str, controls: AbstractSet[str], shown: str, result: Raw) -> Span | None:
    """The span of a region as today's editor writes it on the frozen text, with one label; else None."""
    identity, control, value = result.get("id"), result.get("from_name"), result.get("value")
    if not (isinstance(identity, str) and isinstance(control, str) and isinstance(value, dict)):
        return None
    start, end, labels = value.get("start"), value.get("end"), value.get(result["type"])
    if not (type(start) is type(end) is int and isinstance(labels, list) and len(labels) == 1):
        return None
    label, surface = labels[0], text[start:end]
    plain = (
        (isinstance(label, str) and label and label == label.strip())
        and (0 <= start <= end <= len(text) and value.get("text") == surface)
        and (identity and control in controls and result.get("to_name") == shown)
    )
    return Span(identity, label, start, end, surface) if plain else None


def _set_apart(reading: Reading, result: Raw, *, told: bool) -> None:
    if identity := name(result.get("id")):
        reading.away[identity] = told


def _mark(reading: Reading, marks: Marks, result: Raw) -> None:
    """Notes the labels of one region at its place."""
    value = read.value(result)
    place = bounds(reading, value)
    labels = names(reading, value.get(str(result["type"])), "region", result.get("id"))
    if place is None:
        reading.found(
            "offset-unreadable",
            f"region {brief(result.get('id'))} ({', '.join(map(brief, labels))}) has start "
            f"{brief(value.get('start'))} and end {brief(value.get('end'))}; it was left in the journal",
        )
        return
    start, end = place
    identity = name(result.get("id")) or at_place(place)
    marked = marks.setdefault(identity, {}).setdefault(place, [])
    surface = _surface(reading, value.get("text"), start, end)
    marked += [(label, surface) for label in labels]
    if not labels:
        where = f"region {brief(identity)} at {start} to {end}"
        reading.found("region-unlabelled", f"{where} has no label")
    elif result.get("from_name") not in list(reading.scheme.marking):
        control = brief(result.get("from_name"))
        ours = ", ".join(map(brief, reading.scheme.marking))
        reading.found(
            "foreign-control",
            f"a region was made with the control {control}; the layer has {ours}: name another in the "
            "scheme (control), or rename it in the export",
        )


def _spans(identity: str, place: Bounds, labels: list[tuple[str, str]]) -> Iterator[Span]:
    """A span for each label of a region."""
    for number, (label, surface) in enumerate(labels, start=1):
        own = identity if number == 1 else f"{identity}#{number}"
        yield Span(own, label, *place, surface)


def at_place(place: Bounds, identity: str | None = None) -> str:
    """The id of a region that has none, or one that another region has too."""
    where = f"{place[0]}-{place[1]}"
    return where if identity is None else f"{identity}@{where}"


def names(reading: Reading, given: object, what: str, identity: object = None) -> list[str]:
    """The labels of a region or arrow; what is none becomes a finding."""
    listed = [given] if isinstance(given, str) and given else given
    every = listed if isinstance(listed, list) else []
    good = [each.strip() for each in every if isinstance(each, str) and each.strip()]
    if listed is not None and (listed is not every or len(good) < len(every)):
        of = what if identity is None else f"{what} {brief(identity)}"
        reading.found("result-unreadable", f"the labels of {of} are {brief(given)}")
    return good


def bounds(reading: Reading, value: Raw) -> Bounds | None:
    """Start and end in code points of the frozen text; None where they can't be read or mapped."""
    shown = _shown(value)
    if shown and not reading.paged:
        return None
    start, end = (whole((shown or value).get(each)) for each in ("start", "end"))
    if start is None or end is None:
        return None
    if reading.moved is None:
        return start, end
    first, last = reading.moved(start), reading.moved(end)
    return None if first is None or last is None else (first, last)


def _shown(value: Raw) -> Raw | None:
    """The offsets of a region of a page (HyperText) in what its browser shows."""
    given = value.get("globalOffsets")
    return given if isinstance(given, Mapping) and whole(value.get("start")) is None else None


def _stands(reading: Reading, result: Raw) -> bool:
    """Whether the surface of a region stands at its place in the frozen text."""
    value = read.value(result)
    given, place = value.get("text"), bounds(reading, value)
    if not isinstance(given, str) or not given or place is None:
        return False
    return _surface(reading, given, *place) == _surface(reading, None, *place) != ""


def _in_utf16(reading: Reading, pages: Sequence[Raw]) -> bool:
    """Whether all regions of a page stand on their surfaces if their offsets count UTF-16 units, as some
    versions and scripts do behind an emoji. They are kept as they came: a finding, which has a repair."""
    text = reading.article.text
    if reading.moved is not None or is_basic(text):
        return False
    points = utf16_to_code_points(text)
    return all(_says(text, points, read.value(each)) for each in pages)


def _says(text: str, points: Sequence[int | None], value: Raw) -> bool:
    """Whether a region says what stands at its offsets in UTF-16 units."""
    shown, given = _shown(value) or {}, value.get("text")
    start, end = whole(shown.get("start")), whole(shown.get("end"))
    if start is None or end is None or start == end or not isinstance(given, str):
        return False
    place = in_code_points(points, start, end)
    return place is not None and plain(text[slice(*place)]) == plain(given)


def _other_texts(reading: Reading, task: Raw, results: Sequence[Raw]) -> set[str]:
    """The names of the texts that regions are of and that are not the article's.

    `other_texts` of a task are its fields that hold another text. Ours is called as the scheme
    says; where no region is of a text of that name, it is the one on which the surfaces stand.
    """
    told = task.get("other_texts")
    named = {text for each in results if isinstance(text := each.get("to_name"), str)}
    fields = named.intersection(told if isinstance(told, list) else ())
    ours = reading.scheme.text_control
    if reading.scheme.text_field != ours or _all_stand(reading, results, ours):
        fields -= {ours}  # a field of that name is another one than its text
    unknown = named - fields
    if ours in unknown:
        return named - {ours}
    fitting = {str(each.get("to_name")) for each in results if _stands(reading, each)} & unknown
    return fields | (unknown - fitting if fitting else set())


def _all_stand(reading: Reading, results: Sequence[Raw], text: str) -> bool:
    """Whether the surfaces of the regions of a text all stand on the article: some do, and no other."""
    said = [
        _stands(reading, each)
        for each in results
        if each.get("to_name") == text and read.value(each).get("text")
    ]
    return bool(said) and all(said)


def _surface(reading: Reading, given: object, start: int, end: int) -> str:
    """The slice, unless the surface that came contradicts it; then the one that came."""
    text = reading.article.text
    piece = text[start:end] if 0 <= start <= end <= len(text) else ""
    if given == piece or not isinstance(given, str):
        return piece
    return piece if plain(given) == plain(piece) else given


def plain(surface: str) -> str:
    """A surface as cleaning leaves texts, without what Label Studio does to it: escaped line breaks,
    collapsed white space."""
    spaced = surface.replace("\\r", " ").replace("\\n", " ")
    return " ".join(cleaning.clean(spaced, chrome=())[0].split())
