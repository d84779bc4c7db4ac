"""What the bytes of a picture say, and the refusal of what is not one."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image as Pillow

from chalicelib.model.images import MAX_IMAGE_BYTES, ImageFault, ImageRejectedError, read_image


def picture(file_format: str, width: int = 120, height: int = 160, **options: object) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), "grey").save(buffer, file_format, **options)
    return buffer.getvalue()


def exif(orientation: int) -> bytes:
    data = Pillow.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def huge_png() -> bytes:
    """A header that promises 20,000 x 20,000 pixels: a decompression bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", progressive=True), "image/jpeg"),
        (picture("JPEG") + b"trailing data of a phone's camera", "image/jpeg"),
        (picture("PNG"), "image/png"),
    ],
)
def test_whole_pictures_are_read(content: bytes, media_type: str) -> None:
    image = read_image(content)
    assert (image.media_type, image.width_px, image.height_px) == (media_type, 120, 160)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_as_displayed(orientation: int) -> None:
    image = read_image(picture("JPEG", exif=exif(orientation)))
    assert (image.width_px, image.height_px) == ((160, 120) if orientation >= 5 else (120, 160))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", ImageFault.EMPTY),
        (b"hello", ImageFault.NOT_AN_IMAGE),
        (picture("GIF"), ImageFault.WRONG_TYPE),
        (picture("WEBP"), ImageFault.WRONG_TYPE),
        (picture("TIFF"), ImageFault.WRONG_TYPE),
        (b"%PDF-1.7 ...", ImageFault.WRONG_TYPE),
        (b"\0\0\0\x18ftypheic\0\0\0\0", ImageFault.WRONG_TYPE),
        (picture("JPEG")[:-200], ImageFault.TRUNCATED),
        (picture("JPEG")[:300], ImageFault.TRUNCATED),
        (picture("PNG")[:-5], ImageFault.TRUNCATED),
        (picture("JPEG", 1, 1), ImageFault.TOO_SMALL),
        (picture("PNG", 79, 200), ImageFault.TOO_SMALL),
        (huge_png(), ImageFault.TOO_MANY_PIXELS),
        (b"\xff\xd8\xff" + bytes(MAX_IMAGE_BYTES), ImageFault.TOO_LARGE),
    ],
)
def test_what_is_no_usable_picture_is_refused_by_name(content: bytes, fault: ImageFault) -> None:
    with pytest.raises(ImageRejectedError) as caught:
        read_image(content)
    assert caught.value.fault is fault


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
@example(b"\xe1\x00\x10Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"\xff\xd8\xff")
def test_no_bytes_break_it(rest: bytes, start: bytes) -> None:
    with contextlib.suppress(ImageRejectedError):
        read_image(start + rest)


@given(st.integers(2, 2000))
def test_a_jpeg_cut_anywhere_is_never_taken(cut: int) -> None:
    whole = picture("JPEG", exif=exif(6))
    with pytest.raises(ImageRejectedError):
        read_image(whole[: min(cut, len(whole) - 2)])
