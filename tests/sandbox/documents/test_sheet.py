"""Pages that were held askew, with lines as OCR would give them."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
import pytest

from sandbox.documents.ocr import Line, Point
from sandbox.documents.sheet import read_sheet
from sandbox.vision.picture import Pixels

WIDTH, HEIGHT = 1000, 600


class UprightOnly:
    """An OCR that finds two lines at known places of an upright page, and cannot read it any other way."""

    def __init__(self, tilt_deg: float = 0.0) -> None:
        self._upright = marked_page(quarters=0)
        self._tilt_deg = tilt_deg
        self.readings = 0

    def read(self, pixels: Pixels) -> tuple[Line, ...]:
        self.readings += 1
        if np.array_equal(pixels, self._upright):
            return (self._line("Surname", 300, 100, 99.0), self._line("HOPPER", 300, 130, 98.0))
        if pixels.shape == self._upright.shape:
            return (Line("awsuns", 60.0, ((500, 470), (600, 470), (600, 500), (500, 500))),)
        return (Line("ewsuns", 60.0, ((100, 500), (130, 500), (130, 600), (100, 600))),)

    def _line(self, text: str, left: float, top: float, confidence: float) -> Line:
        c, s = cos(radians(self._tilt_deg)), sin(radians(self._tilt_deg))
        corners: list[Point] = [(left, top), (left + 100, top), (left + 100, top + 20), (left, top + 20)]
        a, b, d, e = ((c * x - s * y, s * x + c * y) for x, y in corners)
        return Line(text, confidence, (a, b, d, e))


def marked_page(*, quarters: int) -> Pixels:
    """An empty page with a mark in one corner, turned clockwise by quarters."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    pixels[:10, :10] = 255
    return np.ascontiguousarray(np.rot90(pixels, -quarters))


@pytest.mark.parametrize(
    ("quarters", "corner", "readings"),
    [(0, (300, 100), 1), (1, (HEIGHT - 100, 300), 2), (2, (WIDTH - 300, HEIGHT - 100), 2), (3, (100, WIDTH - 300), 3)],
)
def test_a_page_held_sideways_or_upside_down(quarters: int, corner: Point, readings: int) -> None:
    ocr = UprightOnly()
    sheet = read_sheet(marked_page(quarters=quarters), ocr.read)
    assert [line.text for line in sheet.placed] == ["Surname", "HOPPER"]
    assert (sheet.placed[0].left, sheet.placed[0].top) == (300, 100)
    assert sheet.lines[0].polygon[0] == corner
    assert ocr.readings == readings


@pytest.mark.parametrize("tilt_deg", [-12, 3, 12])
def test_a_tilted_page_is_laid_straight(tilt_deg: float) -> None:
    sheet = read_sheet(marked_page(quarters=0), UprightOnly(tilt_deg).read)
    upper, lower = sheet.placed
    assert (upper.left, upper.middle, upper.height) == pytest.approx((300, 110, 20))
    assert lower.left == pytest.approx(upper.left)


def test_an_empty_page() -> None:
    assert read_sheet(marked_page(quarters=0), lambda _: ()).lines == ()
