"""Optical character recognition: the lines of text in a picture."""

import os
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

import numpy as np

from sandbox.vision.picture import Pixels

Point = tuple[float, float]
Polygon = tuple[Point, Point, Point, Point]

_REMEMBERED_PICTURES = 64
_SETTINGS = {
    "Global.log_level": "error",
    # A card that lies upside down is turned as a whole (see sheet.py), which also puts its lines in order.
    "Global.use_cls": False,
    # Text is found in the picture made this small, then read in the picture as it is.
    "Det.limit_type": "max",
    "Det.limit_side_len": 1280,
    "Rec.rec_batch_num": 1,
}


@dataclass(frozen=True)
class Line:
    """One line of text: how sure the reading is (0-100) and where it is.

    polygon: the corners in pixels, in the order of reading: top left, top right, bottom right, bottom left.
    """

    text: str
    confidence: float
    polygon: Polygon


class Ocr:
    """RapidOCR, loaded when first used; one picture at a time; what was read lately is remembered.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._engine: Any = None
        self._remembered: OrderedDict[bytes, tuple[Line, ...]] = OrderedDict()

    def read(self, pixels: Pixels) -> tuple[Line, ...]:
        """The lines in a picture (height, width, RGB), from the top down."""
        key = sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
        with self._lock:
            if key not in self._remembered:
                self._remembered[key] = self._recognise(pixels)
                if len(self._remembered) > _REMEMBERED_PICTURES:
                    self._remembered.popitem(last=False)
            self._remembered.move_to_end(key)
            return self._remembered[key]

    def _recognise(self, pixels: Pixels) -> tuple[Line, ...]:
        if self._engine is None:
            self._engine = _load_engine()
        result = self._engine(np.ascontiguousarray(pixels[:, :, ::-1]))  # RapidOCR takes BGR
        if result.txts is None:
            return ()
        return tuple(
            Line(text.strip(), 100 * float(score), _polygon(box))
            for text, score, box in zip(result.txts, result.scores, result.boxes, strict=True)
        )


def _load_engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - takes a second and loads the models

    # Left alone, the runtime starts more threads than a container has processors, and is three times slower.
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": min(4, os.cpu_count() or 1)}
    return RapidOCR(params=_SETTINGS | threads)


def _polygon(box: Any) -> Polygon:
    corners = [(float(x), float(y)) for x, y in box]
    return corners[0], corners[1], corners[2], corners[3]
