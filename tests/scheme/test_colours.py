"""Colours of labels: tints that everybody can tell apart, and text that can be read on them."""

import json
import math
import re
from collections import Counter
from itertools import combinations, product

import pytest

from colours import SELECTED, TEXTS, THEMES, TINT, apart, ciede2000, contrast, lab, mixed, rgb
from conftest import LAYERS, ROOT
from qawl.scheme.defaults import COLORS
from qawl.scheme.label_config import config_xml

FAMILIES = (
    *("PERS OCC NORP", "GPE LOC FAC", "DATE TIME", "EVENT LAW PRODUCT LANGUAGE WEBSITE"),
    "CARDINAL ORDINAL PERCENT QUANTITY UNIT MONEY CURR",
)
CHIP = 0.15
"""The share of its colour behind a label in Label Studio's bar."""


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_distance_is_that_of_its_authors(one, other, wanted):
    """Rows of the test data of Sharma, Wu and Dalal (2005)."""
    assert ciede2000(one, other) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("layer", LAYERS)
def test_in_a_layer_of_up_to_six_labels_any_two_tints_are_told_apart(schemes, layer):
    colors = {each.name: each.color for each in schemes[layer].labels}
    if len(colors) > 6:
        return
    for one, other in combinations(colors, 2):
        assert apart(colors[one], colors[other]) >= 10, (one, other)


def test_so_are_the_colours_that_are_given_where_a_scheme_gives_none():
    for one, other in combinations(COLORS[:6], 2):
        assert apart(one, other) >= 10, (one, other)


def met_in_gold():
    """How often two labels of the entity layer stand in or beside each other in gold."""
    found = Counter()
    for line in (ROOT / "exports/gold/entity.jsonl").read_text("utf-8").splitlines():
        spans = sorted((s["start"], s["end"], s["label"]) for s in json.loads(line)["spans"])
        for one, other in combinations(spans, 2):
            if other[0] - one[1] <= 2 and one[2] != other[2]:
                found[tuple(sorted((one[2], other[2])))] += 1
    return found


def test_labels_that_meet_often_are_told_apart_and_related_ones_share_hues(schemes):
    colors = {each.name: each.color for each in schemes["entity"].labels}
    often = [pair for pair, count in met_in_gold().most_common() if count > 1]
    assert len(often) >= 12
    for one, other in often:
        assert apart(colors[one], colors[other]) >= 10, (one, other)
    for family in FAMILIES:
        hues = [math.atan2(*lab(rgb(colors[each]))[:0:-1]) for each in family.split()]
        for one, other in combinations(hues, 2):
            turn = abs((one - other + math.pi) % (2 * math.pi) - math.pi)
            assert math.degrees(turn) <= 70, family
    assert len(set(colors.values())) == len(colors)


@pytest.mark.parametrize("layer", LAYERS)
def test_text_on_every_tint_can_be_read_light_and_dark(schemes, layer):
    colors = [*(each.color for each in schemes[layer].labels), *COLORS[:6]]
    for color, theme, share in product(colors, THEMES, (CHIP, TINT, SELECTED)):
        behind = mixed(rgb(color), THEMES[theme], share)
        assert contrast(TEXTS[theme], behind) >= 4.5, (color, theme, share)


def test_no_label_colour_is_the_colour_of_text(schemes):
    """Label Studio writes labels in their colour in its lists, and white or black on it where one is
    selected: the config's style sets the theme's own colour there."""
    style = config_xml(schemes["quote"], "ar")
    neutral = r"[^{}]*\{[^{}]*(?<![-\w])color: var\(--color-neutral-content, inherit\) !important"
    for place in (
        *(r"\.lsf-labels-list span", r"\.lsf-outliner-item__title", r"\.lsf-label_selected"),
        *(r"\.lsf-outliner-item__index", r"\.lsf-detailed-region__index \*", r"\.__active"),
    ):
        assert re.search(place + neutral, style), place
