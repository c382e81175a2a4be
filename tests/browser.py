"""An annotator's hands: selecting text with the mouse, pressing keys and counting both."""

import time
from dataclasses import dataclass, field

_PLACES = """([start, end]) => {
  const root = document.querySelector('.lsf-htx-richtext');
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const points = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === 1) { if (node.tagName === 'BR') points.push(null); continue; }
    let at = 0;
    for (const point of node.textContent) { points.push([node, at, at + point.length]); at += point.length; }
  }
  const box = (point) => {
    const range = document.createRange();
    range.setStart(point[0], point[1]); range.setEnd(point[0], point[2]);
    const found = range.getBoundingClientRect();
    return {left: found.left, right: found.right, middle: (found.top + found.bottom) / 2};
  };
  return [box(points[start]), box(points[end - 1])];
}"""
_SCROLL = """(start) => {
  const lines = [...document.querySelectorAll('.lsf-richtext__line')];
  let at = 0;
  for (const line of lines) {
    const length = [...line.textContent].length;
    if (start <= at + length) { line.scrollIntoView({block: 'center'}); return; }
    at += length + 1;
  }
}"""
_MARKED = (
    "new Set([...document.querySelectorAll('.htx-highlight')].map((e) => e.dataset.index)).size"
)
_CHOSEN = "document.querySelectorAll('.ant-radio-wrapper-checked').length"
_ARROWS = "document.querySelectorAll('[class*=relationItem]').length"


@dataclass
class Hands:
    """Works on one task that is open in a page; `actions` counts drags, clicks and keys."""

    page: object
    text: str
    actions: int = 0
    done: list = field(default_factory=list)

    def place(self, surface, after=""):
        """Code point offsets of a surface, the first one after some words."""
        start = self.text.index(surface, self.text.index(after) + len(after) if after else 0)
        return start, start + len(surface)

    def show(self, start):
        """Scrolls a place into view, which is no action of the hands."""
        self.page.evaluate(_SCROLL, start)
        time.sleep(0.3)

    def drag(self, start, end):
        """Selects code points start to end with the mouse, from right to left."""
        first, last = self.page.evaluate(_PLACES, [start, end])
        mouse = self.page.mouse
        mouse.move(first["right"] - 0.5, first["middle"])
        mouse.down()
        mouse.move(
            (first["right"] + last["left"]) / 2, (first["middle"] + last["middle"]) / 2, steps=5
        )
        mouse.move(last["left"] + 0.5, last["middle"], steps=5)
        mouse.up()
        self._count("drag")

    def key(self, key):
        """Presses a key."""
        self.page.keyboard.press(key)
        self._count(f"key {key}")

    def middle(self, start, end):
        """Where on the screen the code point in the middle of a span stands."""
        at = (start + end) // 2
        box, _ = self.page.evaluate(_PLACES, [at, at + 1])
        return (box["left"] + box["right"]) / 2, box["middle"]

    def mark(self, key, surface, after=""):
        """Picks a label by its key and selects a surface; returns its offsets."""
        start, end = self.place(surface, after)
        before = self._there(_MARKED)
        self.key(key)
        self.drag(start, end)
        self.wait(f"() => {_MARKED} > {before}")
        return start, end

    def select(self, start, end):
        """Clicks into a span, which selects it."""
        self.page.mouse.click(*self.middle(start, end))
        self._count("click")
        self.wait("() => document.querySelector('.htx-highlight.__active')")

    def trim(self, place, wanted):
        """Drags an edge of the selected span with the mouse until it stands elsewhere."""
        (start, _), (first, last) = place, wanted
        moved = "left" if start != first else "right"
        handle = self.page.locator(f".htx-highlight.__active area.__resize_{moved}").first
        box = handle.bounding_box()
        edge, other = self.page.evaluate(_PLACES, [first, last])
        # In right-to-left text a span starts at its right; past the letter's edge by a pixel.
        x = edge["right"] + 1 if moved == "left" else other["left"] - 1
        y = (edge if moved == "left" else other)["middle"]
        mouse = self.page.mouse
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        mouse.move(x, y, steps=8)
        mouse.up()
        self._count("drag of an edge")

    def delete(self, place):
        """Removes a span."""
        before = self._there(_MARKED)
        self.select(*place)
        self.key("Backspace")
        self.wait(f"() => {_MARKED} < {before}")

    def choose(self, key):
        """Chooses a value of the selected span by its key."""
        before = self._there(_CHOSEN)
        self.key(key)
        self.wait(f"() => {_CHOSEN} > {before}")

    def choose_box(self, key):
        """Ticks a box of the selected span by its key."""
        box = "document.querySelectorAll('.qawl-bar .ant-checkbox-checked').length"
        self.key(key)
        self.wait(f"() => {box} > 0")

    def click_name(self, name):
        """Chooses a name by a click."""
        before = self._there(_CHOSEN)
        self.page.click(f"label:has-text('{name}')")
        self._count("click")
        self.wait(f"() => {_CHOSEN} > {before}")

    def arrow_to(self, start, end):
        """Draws an arrow from the selected span to another."""
        before = self._there(_ARROWS)
        self.key("Alt+r")
        self.page.mouse.click(*self.middle(start, end))
        self._count("click")
        self.wait(f"() => {_ARROWS} > {before}")

    def wait(self, condition):
        """Waits until something holds on the page, as a person does."""
        self.page.wait_for_function(condition, timeout=20_000)

    def _there(self, count):
        return self.page.evaluate(f"() => {count}")

    def _count(self, what):
        self.actions += 1
        self.done.append(what)
        time.sleep(0.3)
