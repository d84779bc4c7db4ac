"""A closer look at a document that fills only a part of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from sandbox.documents.ocr import Line
from sandbox.vision.picture import Pixels

# Fewer lines are a name tag or a sign, not a document.
_LEAST_LINES = 4
# Text that reaches over more of the picture's width or height than this is near enough.
_NEAR_ENOUGH = 0.6
_MARGIN = 0.15
_LONGER_SIDE_PX = 1600


@dataclass(frozen=True)
class CloseUp:
    """A part of a picture, enlarged: its left upper corner in the picture, and how much larger it is."""

    pixels: Pixels
    left: int
    top: int
    scale: float

    def back(self, line: Line) -> Line:
        """A line that was read in the close-up, where it lies in the picture."""
        a, b, c, d = ((x / self.scale + self.left, y / self.scale + self.top) for x, y in line.polygon)
        return Line(line.text, line.confidence, (a, b, c, d))


def close_up(pixels: Pixels, lines: Sequence[Line]) -> CloseUp | None:
    """The part of the picture in which the text is, with a margin; None when the text fills the picture anyway."""
    if len(lines) < _LEAST_LINES:
        return None
    corners = np.array([corner for line in lines for corner in line.polygon])
    size = np.array([pixels.shape[1], pixels.shape[0]])
    first, last = corners.min(axis=0), corners.max(axis=0)
    if ((last - first) / size).max() > _NEAR_ENOUGH:
        return None
    margin = _MARGIN * (last - first).max()
    left, top = (int(edge) for edge in (first - margin).clip(0))
    right, bottom = (int(edge) for edge in np.minimum(last + margin, size))
    part = pixels[top:bottom, left:right]
    scale = _LONGER_SIDE_PX / max(part.shape[:2])
    enlarged = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return CloseUp(np.asarray(enlarged, dtype=np.uint8), left, top, scale)
