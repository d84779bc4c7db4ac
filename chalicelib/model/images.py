"""Pictures as they come in: what they are is read from their bytes, never from a name or header.

No pixel is decoded here (Rekognition does that, away from us), so a decompression bomb has nothing to explode in.
Metadata is taken off before anything else sees the picture: EXIF is neither stored nor sent on.
Limits are AWS's: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.model.jpeg import NotWholeError, read_jpeg
from chalicelib.model.png import SIGNATURE, read_png

MAX_IMAGE_BYTES = 5 * 1024 * 1024
MIN_SIDE_PX = 80
MAX_SIDE_PX = 10_000
MAX_PIXELS = 50_000_000  # a 48-megapixel phone camera fits

_JPEG = b"\xff\xd8\xff"
_OTHER_TYPES = (
    (b"GIF8", 0, "GIF"),
    (b"WEBP", 8, "WebP"),
    (b"ftyphei", 4, "HEIC"),
    (b"ftyphev", 4, "HEIC"),
    (b"ftypmif1", 4, "HEIC"),
    (b"ftypavif", 4, "AVIF"),
    (b"%PDF", 0, "PDF"),
    (b"II*\0", 0, "TIFF"),
    (b"MM\0*", 0, "TIFF"),
    (b"BM", 0, "BMP"),
)


class ImageFault(StrEnum):
    EMPTY = "image-empty"
    TOO_LARGE = "image-too-large"
    WRONG_TYPE = "image-wrong-type"
    NOT_AN_IMAGE = "image-not-an-image"
    TRUNCATED = "image-truncated"
    TOO_SMALL = "image-too-small"
    TOO_MANY_PIXELS = "image-too-many-pixels"


class ImageRejectedError(ValueError):
    """These bytes are not a picture that can be used; `fault` is the stable code, the text says what to do."""

    def __init__(self, fault: ImageFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Image:
    """A JPEG or PNG without metadata. The size is as displayed: the rotation that EXIF told is kept."""

    content: bytes = field(repr=False)
    media_type: str
    width_px: int
    height_px: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_image(content: bytes) -> Image:
    """Look at the bytes of a picture, and leave its metadata out.

    Raises:
        ImageRejectedError: not a whole JPEG or PNG within the limits.
    """
    if not content:
        raise ImageRejectedError(ImageFault.EMPTY, "The image is empty (0 bytes).")
    if len(content) > MAX_IMAGE_BYTES:
        raise ImageRejectedError(
            ImageFault.TOO_LARGE,
            f"The image has {len(content):,} bytes; at most {MAX_IMAGE_BYTES:,} are taken.",
        )
    image = _read(content)
    _check_size(image)
    return image


def _read(content: bytes) -> Image:
    try:
        if content.startswith(_JPEG):
            cleaned, width_px, height_px = read_jpeg(content)
            return Image(cleaned, "image/jpeg", width_px, height_px)
        if content.startswith(SIGNATURE):
            cleaned, width_px, height_px = read_png(content)
            return Image(cleaned, "image/png", width_px, height_px)
    except NotWholeError:
        raise ImageRejectedError(
            ImageFault.TRUNCATED, "The image is cut off or damaged; send the whole file."
        ) from None
    raise _not_supported(content)


def _not_supported(content: bytes) -> ImageRejectedError:
    for magic, offset, name in _OTHER_TYPES:
        if content[offset : offset + len(magic)] == magic:
            return ImageRejectedError(ImageFault.WRONG_TYPE, f"This is a {name} file; send a JPEG or a PNG instead.")
    return ImageRejectedError(ImageFault.NOT_AN_IMAGE, "This is not a JPEG or PNG image.")


def _check_size(image: Image) -> None:
    size = f"{image.width_px}x{image.height_px} pixels"
    if min(image.width_px, image.height_px) < MIN_SIDE_PX:
        raise ImageRejectedError(
            ImageFault.TOO_SMALL, f"The image is {size}; both sides must be at least {MIN_SIDE_PX}."
        )
    pixels = image.width_px * image.height_px
    if max(image.width_px, image.height_px) > MAX_SIDE_PX or pixels > MAX_PIXELS:
        raise ImageRejectedError(
            ImageFault.TOO_MANY_PIXELS,
            f"The image is {size}; at most {MAX_SIDE_PX} a side and {MAX_PIXELS:,} in all are taken.",
        )
