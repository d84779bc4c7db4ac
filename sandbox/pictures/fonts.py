"""The typefaces of the drawn documents: those that matplotlib carries, so that no system font is needed."""

from functools import cache
from typing import Literal

from PIL import ImageFont

from sandbox.pictures.packaged import packaged_file

Face = Literal["DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"]


@cache
def font(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    """A typeface at a size. DejaVuSansMono stands in for OCR-B in machine-readable zones."""
    path = packaged_file("matplotlib", f"mpl-data/fonts/ttf/{face}.ttf")
    return ImageFont.truetype(str(path), size_px)
