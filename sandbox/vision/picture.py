"""Picture bytes to pixels: JPEG and PNG only, EXIF rotation honoured, within limits."""

import io
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

Pixels: TypeAlias = NDArray[np.uint8]

# AWS refuses pictures below 80 pixels: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
MIN_SIDE_PX = 80
# Ours, against decompression bombs; the largest phone cameras of today stay below it in their usual modes.
MAX_PIXELS = 64_000_000
# Faces of 40 pixels in a picture of 1000 are still found when it is enlarged to this (see detect.py).
WORKING_SIDE_PX = 2000
MAX_ENLARGEMENT = 4.0


class PictureError(Exception):
    """The bytes cannot be looked at."""


class UnreadablePictureError(PictureError):
    """Not a JPEG or PNG, or a damaged one."""


class PictureTooSmallError(PictureError):
    """A side is shorter than MIN_SIDE_PX."""


class PictureTooLargeError(PictureError):
    """It has more than MAX_PIXELS pixels."""


def decode(data: bytes) -> Pixels:
    """The picture as RGB (height, width, 3), upright, its longer side scaled towards WORKING_SIDE_PX.

    Raises UnreadablePictureError, PictureTooSmallError or PictureTooLargeError.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            _check_size(*image.size)
            # Lets the JPEG decoder skip detail that the next line would throw away.
            image.draft("RGB", (WORKING_SIDE_PX, WORKING_SIDE_PX))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise PictureTooLargeError(str(error)) from error
    except Exception as error:  # Pillow's decoders raise almost anything on damaged input
        raise UnreadablePictureError(str(error)) from error
    return _at_working_size(np.asarray(upright))


def _check_size(width_px: int, height_px: int) -> None:
    if min(width_px, height_px) < MIN_SIDE_PX:
        raise PictureTooSmallError(f"{width_px}x{height_px} pixels, at least {MIN_SIDE_PX} per side are needed")
    if width_px * height_px > MAX_PIXELS:
        raise PictureTooLargeError(f"{width_px}x{height_px} pixels, at most {MAX_PIXELS} are allowed")


def _at_working_size(pixels: Pixels) -> Pixels:
    scale = min(WORKING_SIDE_PX / max(pixels.shape[:2]), MAX_ENLARGEMENT)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)
