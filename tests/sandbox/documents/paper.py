"""Lines of text as if they had been read on a page, without a picture."""

from __future__ import annotations

from sandbox.documents.sheet import PlacedLine


def line(text: str, left: float, top: float, height: float = 20.0, confidence: float = 99.0) -> PlacedLine:
    """A line whose characters are half as wide as high."""
    return PlacedLine(text, confidence, left, top, left + len(text) * height / 2, top + height)


def page(*lines: tuple[str, float, float]) -> list[PlacedLine]:
    """Lines by text, left and top."""
    return [line(*entry) for entry in lines]
