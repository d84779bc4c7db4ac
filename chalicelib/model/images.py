"""Pictures as they come in: what they are is read from their bytes, never from a name or header.

No pixel is decoded here (Rekognition does that, away from us), so a decompression bomb has nothing to explode in.
Limits are AWS's: https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from enum import StrEnum

MAX_IMAGE_BYTES = 5 * 1024 * 1024
MIN_SIDE_PX = 80
MAX_SIDE_PX = 10_000
MAX_PIXELS = 50_000_000  # a 48-megapixel phone camera fits

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
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
    """A JPEG or PNG. The size is as displayed: EXIF rotation is taken into account."""

    content: bytes = field(repr=False)
    media_type: str
    width_px: int
    height_px: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_image(content: bytes) -> Image:
    """Look at the bytes of a picture.

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
    if content.startswith(_JPEG):
        image = _read_jpeg(content)
    elif content.startswith(_PNG):
        image = _read_png(content)
    else:
        raise _not_supported(content)
    _check_size(image)
    return image


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


def _truncated() -> ImageRejectedError:
    return ImageRejectedError(ImageFault.TRUNCATED, "The image is cut off or damaged; send the whole file.")


def _read_png(content: bytes) -> Image:
    """Walk the chunks from IHDR to IEND (PNG specification, section 5)."""
    position, seen_pixels = len(_PNG), False
    width = height = 0
    while True:
        if position + 12 > len(content):
            raise _truncated()
        length, kind = struct.unpack_from(">I4s", content, position)
        if kind == b"IHDR" and length == 13:
            width, height = struct.unpack_from(">II", content, position + 8)
        seen_pixels = seen_pixels or kind == b"IDAT"
        position += 12 + length
        if kind == b"IEND":
            break
    if not (width and height and seen_pixels) or position > len(content):
        raise _truncated()
    return Image(content, "image/png", width, height)


def _read_jpeg(content: bytes) -> Image:
    """Walk the segments up to the scan, then ask for the end marker (ITU-T T.81, annex B)."""
    position, width, height, turned = 2, 0, 0, False
    while True:
        if position + 4 > len(content) or content[position] != 0xFF:
            raise _truncated()
        marker = content[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        length = struct.unpack_from(">H", content, position + 2)[0]
        if length < 2 or position + 2 + length > len(content):
            raise _truncated()
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and length >= 8:
            height, width = struct.unpack_from(">HH", content, position + 5)
        elif marker == 0xE1:
            turned = turned or _is_turned(content[position + 4 : position + 2 + length])
        position += 2 + length
        if marker == 0xDA:
            break
    if not (width and height) or content.find(b"\xff\xd9", position) < 0:
        raise _truncated()
    return Image(content, "image/jpeg", *((height, width) if turned else (width, height)))


def _is_turned(segment: bytes) -> bool:
    """Whether EXIF's Orientation (tag 0x0112, 5 to 8) exchanges width and height."""
    if segment[:6] != b"Exif\0\0" or len(segment) < 14:
        return False
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return False
    try:
        offset = struct.unpack_from(f"{order}I", tiff, 4)[0]
        entries = struct.unpack_from(f"{order}H", tiff, offset)[0]
        for entry in range(entries):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, offset + 2 + 12 * entry)
            if tag == 0x0112:
                return bool(5 <= value <= 8)
    except struct.error:  # EXIF is the camera's own; a broken one changes nothing else
        return False
    return False
