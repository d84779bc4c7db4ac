from __future__ import annotations

import numpy as np
import pytest

from sandbox.documents.close_up import close_up
from sandbox.documents.ocr import Line
from sandbox.documents.sheet import read_sheet
from sandbox.vision.picture import Pixels

WIDTH, HEIGHT = 2000, 1500


def lines(left: float, top: float, *, count: int = 5, width: float = 300.0) -> tuple[Line, ...]:
    rows = [top + 40 * i for i in range(count)]
    return tuple(
        Line(f"line {i}", 99.0, ((left, y), (left + width, y), (left + width, y + 20), (left, y + 20)))
        for i, y in enumerate(rows)
    )


def picture() -> Pixels:
    return np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)


def test_a_document_far_away_is_enlarged() -> None:
    found = close_up(picture(), lines(800, 600))
    assert found is not None
    assert max(found.pixels.shape[:2]) == pytest.approx(1600, abs=1)
    assert (found.left, found.top) == (755, 555)
    assert found.scale == pytest.approx(1600 / 390)


def test_a_document_in_a_corner_keeps_within_the_picture() -> None:
    found = close_up(picture(), lines(0, 0))
    assert found is not None
    assert (found.left, found.top) == (0, 0)


@pytest.mark.parametrize("seen", [(), lines(800, 600, count=3), lines(300, 600, width=1300), lines(800, 100, count=30)])
def test_no_need_to_look_closer(seen: tuple[Line, ...]) -> None:
    assert close_up(picture(), seen) is None


def test_what_was_read_in_the_close_up_lies_in_the_picture() -> None:
    def read_lines(pixels: Pixels) -> tuple[Line, ...]:
        if pixels.shape[:2] == (HEIGHT, WIDTH):
            return lines(800, 600)
        return (Line("read closely", 99.0, ((0, 0), (400, 0), (400, 80), (0, 80))),)

    sheet = read_sheet(picture(), read_lines)
    assert [line.text for line in sheet.placed] == ["read closely"]
    (x0, y0), (x1, _), *_ = sheet.lines[0].polygon
    assert (x0, y0) == (755, 555)
    assert x1 - x0 == pytest.approx(400 * 390 / 1600)
