"""A page laid straight: its lines of text as they stand to each other on an upright, untilted document."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, pi, sin

import numpy as np

from sandbox.documents.close_up import close_up
from sandbox.documents.ocr import Line, Point
from sandbox.vision.picture import Pixels

ReadLines = Callable[[Pixels], tuple[Line, ...]]

# Text that lies on its side or upside down is still "read", as other characters, with less confidence than this.
_LEGIBLE_CONFIDENCE = 88.0


@dataclass(frozen=True)
class PlacedLine:
    """A line with its upright box, in pixels of the straightened page."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """The height at which it stands."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Sheet:
    """What was read on a page.

    lines: as they lie in the picture, in pixels of the picture.
    placed: the same lines in the same order, on the straightened page.
    """

    lines: tuple[Line, ...]
    placed: tuple[PlacedLine, ...]


def read_sheet(pixels: Pixels, read_lines: ReadLines) -> Sheet:
    """Read a page, however it was held, and from however far away."""
    lines = read_lines(pixels)
    closer = close_up(pixels, lines)
    if closer is None:
        return _upright(pixels, lines, read_lines)
    sheet = _upright(closer.pixels, read_lines(closer.pixels), read_lines)
    return replace(sheet, lines=tuple(closer.back(line) for line in sheet.lines))


def _upright(pixels: Pixels, lines: tuple[Line, ...], read_lines: ReadLines) -> Sheet:
    """The page by its first reading; if that is not legible, it is turned by quarters and read again."""
    quarters = 0
    for other in _other_ways(lines):
        turned = read_lines(np.ascontiguousarray(np.rot90(pixels, other)))
        if _legibility(turned) > _legibility(lines):
            quarters, lines = other, turned
        if _legibility(lines) >= _LEGIBLE_CONFIDENCE:
            break
    height, width = pixels.shape[:2]
    tilt = _tilt(lines)
    return Sheet(
        lines=tuple(_turned_back(line, quarters, width, height) for line in lines),
        placed=tuple(_placed(line, tilt) for line in lines),
    )


def _other_ways(lines: tuple[Line, ...]) -> tuple[int, ...]:
    """By how many quarters to turn a page that reads like this, counter-clockwise; nothing if it is upright."""
    if not lines or _legibility(lines) >= _LEGIBLE_CONFIDENCE:
        return ()
    return (1, 3) if _sideways(lines) else (2,)


def _legibility(lines: tuple[Line, ...]) -> float:
    """The mean confidence per character; half of it when the lines stand on end."""
    characters = sum(len(line.text) for line in lines)
    mean = sum(len(line.text) * line.confidence for line in lines) / characters if characters else 0.0
    return mean / 2 if _sideways(lines) else mean


def _sideways(lines: tuple[Line, ...]) -> bool:
    """Whether most lines of several characters are higher than wide."""
    long_lines = [line for line in lines if len(line.text) >= 4]
    upended = sum(_width(line) < _height(line) for line in long_lines)
    return 2 * upended > len(long_lines)


def _width(line: Line) -> float:
    (x0, y0), (x1, y1) = line.polygon[0], line.polygon[1]
    return hypot(x1 - x0, y1 - y0)


def _height(line: Line) -> float:
    (x0, y0), (x1, y1) = line.polygon[0], line.polygon[3]
    return hypot(x1 - x0, y1 - y0)


def _tilt(lines: tuple[Line, ...]) -> float:
    """The angle in radians at which most of the text runs, clockwise; longer lines count for more."""
    angles = [
        (atan2(line.polygon[1][1] - line.polygon[0][1], line.polygon[1][0] - line.polygon[0][0]), _width(line))
        for line in lines
    ]
    half, passed = sum(width for _, width in angles) / 2, 0.0
    for angle, width in sorted(angles):
        passed += width
        if passed >= half and abs(angle) < pi / 4:
            return angle
    return 0.0


def _placed(line: Line, tilt: float) -> PlacedLine:
    """The line's box once the page is turned back by its tilt; the height is the line's own, not the box's."""
    c, s = cos(tilt), sin(tilt)
    corners = [(c * x + s * y, c * y - s * x) for x, y in line.polygon]
    middle = sum(y for _, y in corners) / 4
    half_height = _height(line) / 2
    return PlacedLine(
        line.text,
        line.confidence,
        left=min(x for x, _ in corners),
        top=middle - half_height,
        right=max(x for x, _ in corners),
        bottom=middle + half_height,
    )


def _turned_back(line: Line, quarters: int, width: int, height: int) -> Line:
    """The line where it lies in the picture of this size, read in np.rot90(picture, quarters)."""

    def back(point: Point) -> Point:
        x, y = point
        return {0: (x, y), 1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}[quarters]

    a, b, c, d = (back(corner) for corner in line.polygon)
    return Line(line.text, line.confidence, (a, b, c, d))
