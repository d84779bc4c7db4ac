"""What the bytes of a picture say, and the refusal of what is not one."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageOps
from PIL.PngImagePlugin import PngInfo

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


SECRET = "48.8584 N, 2.2945 E"


def with_metadata(file_format: str, orientation: int) -> bytes:
    """A picture of which the camera tells all that it can, in every place that there is for it."""
    data = Pillow.Exif()
    data[0x0112], data[0x010E] = orientation, SECRET
    return (
        picture_with_corners(
            file_format,
            exif=data.tobytes(),
            comment=SECRET,
            icc_profile=SECRET.encode() * 10,
            pnginfo=png_texts(),
            xmp=SECRET.encode(),
        )
        + SECRET.encode()
    )


def png_texts() -> PngInfo:
    texts = PngInfo()
    texts.add_text("Comment", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", SECRET)
    texts.add(b"prIv", SECRET.encode())
    return texts


def picture_with_corners(file_format: str, **options: object) -> bytes:
    """Four colours, so that every way of turning it looks different."""
    colours = Pillow.new("RGB", (120, 160), "grey")
    colours.paste("red", (0, 0, 60, 80))
    colours.paste("blue", (60, 80, 120, 160))
    buffer = io.BytesIO()
    colours.save(buffer, file_format, quality=95, **options)
    return buffer.getvalue()


def shown(content: bytes) -> bytes:
    upright = ImageOps.exif_transpose(Pillow.open(io.BytesIO(content))).convert("RGB")
    return upright.resize((6, 8)).tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_no_metadata_is_kept_and_the_picture_is_shown_the_same_way(orientation: int) -> None:
    taken = with_metadata("JPEG", orientation)
    kept = read_image(taken).content
    assert SECRET.encode() in taken
    assert SECRET.encode() not in kept
    assert shown(kept) == shown(taken)
    assert dict(Pillow.open(io.BytesIO(kept)).getexif()) == ({0x0112: orientation} if orientation > 1 else {})
    assert read_image(kept).content == kept


def test_no_metadata_of_a_png_is_kept() -> None:
    taken = with_metadata("PNG", 1)
    kept = read_image(taken).content
    assert SECRET.encode() not in kept
    assert shown(kept) == shown(taken)
    chunks = {kept[at : at + 4] for at in range(len(kept)) if kept[at : at + 4] in (b"tEXt", b"iTXt", b"eXIf", b"iCCP")}
    assert chunks == set()


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"subsampling": 0, "optimize": True}, {"restart_marker_rows": 1}]
)
def test_pixels_stay_as_they_are(options: dict[str, object]) -> None:
    taken = picture_with_corners("JPEG", **options)
    assert Pillow.open(io.BytesIO(read_image(taken).content)).tobytes() == Pillow.open(io.BytesIO(taken)).tobytes()


def test_an_adobe_jpeg_keeps_its_colours() -> None:
    """Without Adobe's segment the inks of a CMYK picture would be taken for something else."""
    buffer = io.BytesIO()
    Pillow.new("CMYK", (120, 160), (10, 200, 30, 40)).save(buffer, "JPEG")
    kept = read_image(buffer.getvalue()).content
    assert Pillow.open(io.BytesIO(kept)).tobytes() == Pillow.open(buffer).tobytes()


def test_a_second_size_is_not_believed() -> None:
    """What a decoder takes for the size is what was judged."""
    small, huge = picture("PNG"), huge_png()
    header = huge[8:33]
    with pytest.raises(ImageRejectedError):
        read_image(small[:33] + header + small[33:])
    with pytest.raises(ImageRejectedError):
        read_image(huge[:33] + small[8:33] + huge[33:])
    jpeg = picture("JPEG")
    frame = jpeg.index(b"\xff\xc0")
    with pytest.raises(ImageRejectedError):
        read_image(jpeg[:frame] + jpeg[frame : frame + 19] * 2 + jpeg[frame + 19 :])


@pytest.mark.parametrize(
    "filling",
    [
        b"\xff" * 4_000_000,
        b"\xff\xfe\x00\x02" * 1_000_000,
        (b"\xff\xe1" + struct.pack(">H", 65_535)).ljust(65_537, b"\0") * 60,
    ],
)
def test_no_picture_takes_long(filling: bytes) -> None:
    """Millions of fill bytes or empty segments: told within a second or so, where it was tens."""
    jpeg = picture("JPEG")
    started_s = time.perf_counter()
    with contextlib.suppress(ImageRejectedError):
        read_image(jpeg[:2] + filling + jpeg[2:])
    assert time.perf_counter() - started_s < 5


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
