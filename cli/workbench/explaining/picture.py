"""A flow's plan as an SVG: what the request brings, the signals, the steps in order, what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from chalicelib.engine.plan import Plan
from chalicelib.model.policy import AnyOf, Step

_WIDTH, _HEIGHT = 210, 40  # of a box
_COLUMN, _ROW = 270, 54
_MARGIN = 24
_STYLE = """
text { font: 13px sans-serif; fill: #1c2733 } .small { font-size: 10px; fill: #5b6b7b } .head { font-weight: bold }
rect { rx: 6px; stroke-width: 1.2px } path { fill: none; stroke: #9fb0c0; stroke-width: 1.2px }
.signal { fill: #e8f1fb; stroke: #5b8fc7 } .aws { fill: #fdf0e0; stroke: #d98a2b }
.step { fill: #eaf6ea; stroke: #58a05a } .effect { fill: #f3ebf8; stroke: #8d63ac }
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A box in a column and row, counted from 0."""

    name: str
    small: str
    kind: str
    column: int
    row: int

    @property
    def x(self) -> int:
        return _MARGIN + self.column * _COLUMN

    @property
    def y(self) -> int:
        return _MARGIN + 26 + self.row * _ROW


def svg(plan: Plan) -> str:
    signals = _signals(plan)
    after = max((box.column for box in signals.values()), default=0) + 1
    steps = [Box(step.id, _consequences(step), "step", after, row) for row, step in enumerate(plan.flow.steps)]
    effects = [Box(each.name, each.summary, "effect", after + 1, row) for row, each in enumerate(plan.effects)]
    boxes = [*signals.values(), *steps, *effects]
    root = _root(boxes)
    for title, column in (("signals", 0), ("steps, in this order", after), ("effects", after + 1)):
        if column <= after or effects:
            _text(root, _MARGIN + column * _COLUMN, _MARGIN + 8, title, "head")
    for name, others in plan.rests_on.items():
        for other in others:
            _line(root, signals[other], signals[name])
    for box, step in zip(steps, plan.flow.steps, strict=True):
        for need in sorted(_needs(step, plan)):
            _line(root, signals[need], box)
    for box in boxes:
        _draw(root, box)
    return ET.tostring(root, encoding="unicode") + "\n"


def _signals(plan: Plan) -> dict[str, Box]:
    """In columns by what they rest on: those of one column can be read side by side; rows keep lines apart."""
    boxes: dict[str, Box] = {}
    for row, (name, signal) in enumerate(plan.signals.items()):
        column = max((boxes[other].column + 1 for other in plan.rests_on[name]), default=0)
        calls = ", ".join(call.partition(":")[2] for call in signal.calls)
        boxes[name] = Box(name, calls, "aws" if calls else "signal", column, row)
    return boxes


def _needs(step: Step | AnyOf, plan: Plan) -> Iterator[str]:
    for each in step.branches if isinstance(step, AnyOf) else (step,):
        yield from plan.plugins.checks[each.check].needs


def _consequences(step: Step | AnyOf) -> str:
    either = f"any of {', '.join(each.id for each in step.branches)}; " if isinstance(step, AnyOf) else ""
    return f"{either}fail: {step.on_fail}, inconclusive: {step.on_inconclusive}"


def _root(boxes: list[Box]) -> ET.Element:
    width = max((box.x for box in boxes), default=0) + _WIDTH + _MARGIN
    height = max((box.y for box in boxes), default=0) + _HEIGHT + _MARGIN
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
    ET.SubElement(root, "style").text = _STYLE
    ET.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "white"})
    return root


def _draw(root: ET.Element, box: Box) -> None:
    place = {"x": str(box.x), "y": str(box.y), "width": str(_WIDTH), "height": str(_HEIGHT)}
    group = ET.SubElement(root, "g")
    ET.SubElement(group, "title").text = f"{box.name}: {box.small}" if box.small else box.name
    ET.SubElement(group, "rect", {**place, "class": box.kind})
    _text(group, box.x + 10, box.y + (17 if box.small else 25), box.name)
    if box.small:
        _text(group, box.x + 10, box.y + 32, _cut(box.small), "small")


def _cut(text: str) -> str:
    return text if len(text) <= 38 else f"{text[:37]}…"


def _text(parent: ET.Element, x: int, y: int, text: str, kind: str = "") -> None:
    ET.SubElement(parent, "text", {"x": str(x), "y": str(y), **({"class": kind} if kind else {})}).text = text


def _line(root: ET.Element, source: Box, target: Box) -> None:
    """A curve from the right side of one box to the left side of the other."""
    x1, y1, x2, y2 = source.x + _WIDTH, source.y + _HEIGHT // 2, target.x, target.y + _HEIGHT // 2
    middle = (x1 + x2) // 2
    ET.SubElement(root, "path", {"d": f"M {x1} {y1} C {middle} {y1} {middle} {y2} {x2} {y2}"})
