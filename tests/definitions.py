"""The figures of agreement by their definitions, item by item and pair by pair, from plain data.

Slow and plain on purpose: what `qawl agreement` prints is compared with it. A unit is the list of the
values that annotators gave to one item; None is a missing value.
"""

from collections import Counter
from itertools import combinations, permutations
from math import isclose


def kept(units):
    """Units without missing values; what fewer than two judged does not count."""
    given = [[value for value in unit if value is not None] for unit in units]
    return [unit for unit in given if len(unit) > 1]


def nominal(a, b, totals):
    return float(a != b)


def ordinal(order):
    """The distance of two points on a scale, by how often those between were given."""

    def distance(a, b, totals):
        i, j = sorted((order.index(a), order.index(b)))
        inside = sum(totals[value] for value in order[i : j + 1])
        return (inside - (totals[a] + totals[b]) / 2) ** 2 if a != b else 0.0

    return distance


def masi(a, b, totals):
    """Passonneau (2006): Jaccard, weighted by how the sets lie to each other."""
    one, other = set(a), set(b)
    if one == other:
        return 0.0
    if not one & other:
        return 1.0
    weight = 2 / 3 if one < other or other < one else 1 / 3
    return 1 - len(one & other) / len(one | other) * weight


def alpha(units, distance=nominal):
    """Krippendorff's alpha: an item of m values weighs m, each of its ordered pairs 1 / (m - 1)."""
    pairs = Counter()
    for unit in kept(units):
        for a, b in permutations(unit, 2):
            pairs[a, b] += 1 / (len(unit) - 1)
    totals = Counter()
    for (a, _), weight in pairs.items():
        totals[a] += weight
    total = sum(totals.values())
    observed = sum(weight * distance(a, b, totals) for (a, b), weight in pairs.items())
    expected = sum(
        totals[a] * totals[b] * distance(a, b, totals) for a in totals for b in totals if a != b
    )
    return None if isclose(expected, 0, abs_tol=1e-9) else 1 - observed * (total - 1) / expected


def percent(units):
    """The share of equal pairs, in the mean of the items."""
    units = kept(units)
    shares = [
        sum(a == b for a, b in combinations(unit, 2)) / len([*combinations(unit, 2)])
        for unit in units
    ]
    return sum(shares) / len(shares) if shares else None


def _above(units, chance):
    if percent(units) is None or isclose(chance, 1, abs_tol=1e-9):
        return None
    return (percent(units) - chance) / (1 - chance)


def _shares(units):
    units = kept(units)
    values = {value for unit in units for value in unit}
    return [sum(unit.count(each) / len(unit) for unit in units) / len(units) for each in values]


def fleiss_kappa(units):
    return _above(units, sum(share**2 for share in _shares(units)))


def ac1(units, categories):
    """Undefined where a single category was used."""
    shares = _shares(units)
    if len(shares) < 2:
        return None
    return _above(units, sum(share * (1 - share) for share in shares) / (categories - 1))


def cohen_kappa(one, other):
    """Of two annotators' values, item by item."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if None not in (a, b)]
    if not both:
        return None
    observed = sum(a == b for a, b in both) / len(both)
    first, second = Counter(a for a, _ in both), Counter(b for _, b in both)
    chance = sum(first[each] * second[each] for each in first) / len(both) ** 2
    return None if isclose(chance, 1, abs_tol=1e-9) else (observed - chance) / (1 - chance)


def mean_kappa(units):
    """The mean of Cohen's kappa over those pairs of annotators for whom it is defined."""
    columns = [*zip(*units, strict=True)] if units else []
    found = [cohen_kappa(one, other) for one, other in combinations(columns, 2)]
    defined = [each for each in found if each is not None]
    return sum(defined) / len(defined) if defined else None


# Spans: (label, start, end). Each annotator has a set of them in an article; pairs are matched one to one.


def best(one, other, weight):
    """The greatest total weight of a one-to-one matching, by trying all."""
    small, large = sorted((list(one), list(other)), key=len)
    return max(
        sum(weight(a, b) for a, b in zip(small, each, strict=True))
        for each in permutations(large, len(small))
    )


def f1(articles, weight):
    """F1 over the pairs of annotators of each article: `articles` are lists of annotators' spans."""
    matched = total = 0
    for annotators in articles:
        for one, other in combinations(annotators, 2):
            matched += best(one, other, weight)
            total += len(one) + len(other)
    return 2 * matched / total if total else None


def exactly(a, b):
    return float(a == b)


def overlapping(a, b):
    return float(a[0] == b[0] and a[1] < b[2] and b[1] < a[2])


def within_three(a, b):
    return float(a[0] == b[0] and abs(a[1] - b[1]) <= 3 and abs(a[2] - b[2]) <= 3)


def share(a, b):
    """Intersection over union of spans of one label."""
    inside = min(a[2], b[2]) - max(a[1], b[1])
    return max(inside, 0) / (max(a[2], b[2]) - min(a[1], b[1])) if a[0] == b[0] else 0.0


def matching(one, other):
    """The pairs that stand for one another (identical ones, then those of the greatest total overlap),
    and whether there is no other way to pair them as well as that."""
    pairs = {span: span for span in one if span in other}
    left = [each for each in one if each not in pairs]
    right = [each for each in other if each not in pairs]
    size = max(len(left), len(right))
    padded = left + [None] * (size - len(left))
    ways = {}
    for way in permutations(right + [None] * (size - len(right))):
        joined = {
            (a, b): share(a, b) for a, b in zip(padded, way, strict=True) if a and b and share(a, b)
        }
        ways[frozenset(joined)] = sum(joined.values())
    top = max(ways.values())
    found = [way for way, total in ways.items() if total > top - 1e-9]
    return pairs | dict(found[0]), len(found) == 1


def items(annotators):
    """The items that spans of several annotators make, as {annotator: span}; None if there are several
    best ways to pair them. `annotators` is a list of sets of spans, of one article."""
    joined = {}
    for who, spans in enumerate(annotators):
        for span in spans:
            joined.setdefault(span, {})[who] = span
    found = [*joined.values()]
    edges = set()
    for one, other in combinations(annotators, 2):
        pairs, unique = matching(one, other)
        if not unique:
            return None
        edges |= {tuple(sorted(pair)) for pair in pairs.items() if pair[0] != pair[1]}
    for a, b in sorted(edges, key=lambda edge: (-share(*edge), edge)):
        one, other = (next(each for each in found if side in each.values()) for side in (a, b))
        if one is not other and not one.keys() & other.keys():
            one |= other
            found.remove(other)
    return found


def relation_f1(articles):
    """F1 of arrows (label, span, span, whether in both directions) over the pairs of annotators;
    `articles` are lists of (spans, arrows) by annotator. None if there are several best pairings."""
    both = total = 0
    for annotators in articles:
        for (spans, arrows), (others, drawn) in combinations(annotators, 2):
            pairs, unique = matching(spans, others)
            if not unique:
                return None
            mine = {
                _arrow(arrow, pairs | {each: ("mine", each) for each in spans - pairs.keys()})
                for arrow in arrows
            }
            theirs = {_arrow(arrow, {each: each for each in others}) for arrow in drawn}
            both += len(mine & theirs)
            total += len(mine) + len(theirs)
    return 2 * both / total if total else "undefined"


def _arrow(arrow, stands_for):
    label, start, head, both_ways = arrow
    ends = stands_for[start], stands_for[head]
    return label, frozenset(ends) if both_ways else ends


def character_alpha(lengths, articles, label=None):
    """Nominal alpha where each code point is an item and its value the labels that cover it, or whether
    one label does."""
    units = [
        [
            frozenset(
                span[0] for span in spans if span[1] <= at < span[2] and label in (None, span[0])
            )
            for spans in annotators
        ]
        for length, annotators in zip(lengths, articles, strict=True)
        for at in range(length)
    ]
    return alpha(units)


def unitizing_alpha(lengths, articles, labels):
    """Krippendorff's unitizing alpha (2004) over articles and labels, observer by observer: each label of
    each article that somebody marked is a continuum; observed and expected are weighted by its square.
    """
    observed = expected = 0.0
    for length, annotators in zip(lengths, articles, strict=True):
        if len(annotators) < 2:
            continue
        for label in labels & {span[0] for spans in annotators for span in spans}:
            sections = [_sections(spans, label, length) for spans in annotators]
            for one, other in permutations(sections, 2):
                observed += _apart(one, other) / (len(sections) * (len(sections) - 1))
            expected += _expected(sections, length)
    return None if isclose(expected, 0, abs_tol=1e-9) else 1 - observed / expected


def _sections(spans, label, length):
    """(start, end, whether marked) from 0 to the end of the text; what overlaps is one."""
    marked = sorted((start, end) for each, start, end in spans if each == label)
    joined = []
    for start, end in marked:
        if joined and start < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    found, at = [], 0
    for start, end in joined:
        if at < start:
            found.append((at, start, False))
        found.append((start, end, True))
        at = end
    return [*found, (at, length, False)] if at < length else found


def _apart(one, other):
    total = 0.0
    for a, b, marked in one:
        for c, d, also in other:
            if marked and also and a < d and c < b:
                total += (a - c) ** 2 + (b - d) ** 2
            elif marked and not also and c <= a and b <= d:
                total += (b - a) ** 2
            elif also and not marked and a <= c and d <= b:
                total += (d - c) ** 2
    return total


def _expected(sections, length):
    units = [b - a for each in sections for a, b, marked in each if marked]
    gaps = [b - a for each in sections for a, b, marked in each if not marked]
    total = 0.0
    for size in units:
        total += (len(units) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        total += size**2 * sum(gap - size + 1 for gap in gaps if gap >= size)
    long = len(sections) * length
    possible = long * (long - 1) - sum(size * (size - 1) for size in units)
    return 2 * length * total / possible if possible > 0 else 0.0
