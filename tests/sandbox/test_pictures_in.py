"""What AWS refuses to look at, and where pictures come from."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from sandbox.pictures.variants import to_jpeg, to_png
from tests.running_sandbox import RunningSandbox
from tests.sandbox.errors import code_of, error_of


def encoded(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


GREY = Image.new("RGB", (200, 200), (127, 127, 127))
BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    + chunk(b"IEND", b"")
)
REFUSED = {
    "text": (b"this is no picture", "InvalidImageFormatException"),
    "GIF": (encoded(GREY, "GIF"), "InvalidImageFormatException"),
    "WebP": (encoded(GREY, "WEBP"), "InvalidImageFormatException"),
    "BMP": (encoded(GREY, "BMP"), "InvalidImageFormatException"),
    "truncated JPEG": (encoded(GREY.effect_spread(60), "JPEG")[:900], "InvalidImageFormatException"),
    "truncated PNG": (to_png(GREY)[:-30], "InvalidImageFormatException"),
    "79 pixels high": (to_png(GREY.resize((200, 79))), "InvalidParameterException"),
    "1 pixel": (to_png(GREY.resize((1, 1))), "InvalidParameterException"),
    "decompression bomb": (BOMB, "ImageTooLargeException"),
    "more than 5 MB": (to_jpeg(GREY) + bytes(5 * 1024 * 1024), "ImageTooLargeException"),
}


@pytest.mark.parametrize("picture", REFUSED)
def test_the_picture_is_refused(seeing: Any, picture: str) -> None:
    data, code = REFUSED[picture]
    assert code_of(seeing.detect_faces, Image={"Bytes": data}) == code


def test_80_pixels_are_enough(seeing: Any) -> None:
    assert seeing.detect_faces(Image={"Bytes": to_png(GREY.resize((80, 80)))})["FaceDetails"] == []


def test_a_request_without_a_picture_is_refused(seeing: Any) -> None:
    assert code_of(seeing.detect_faces, Image={}) == "InvalidParameterException"


def test_pictures_come_from_s3(sandbox: RunningSandbox, seeing: Any, bucket: str, collins_jpeg: bytes) -> None:
    s3 = sandbox.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    key = "people/Ada Lovelace & others/ü.jpg"
    version = s3.put_object(Bucket=bucket, Key=key, Body=collins_jpeg)["VersionId"]
    s3.put_object(Bucket=bucket, Key=key, Body=to_jpeg(GREY))

    latest = seeing.detect_faces(Image={"S3Object": {"Bucket": bucket, "Name": key}})
    former = seeing.detect_faces(Image={"S3Object": {"Bucket": bucket, "Name": key, "Version": version}})
    assert (len(latest["FaceDetails"]), len(former["FaceDetails"])) == (0, 1)


@pytest.mark.parametrize(
    "missing", [{"Bucket": "no-such-bucket", "Name": "x"}, {"Name": "no such key"}, {"Name": "x", "Version": "none"}]
)
def test_a_missing_object_is_told(sandbox: RunningSandbox, seeing: Any, bucket: str, missing: dict[str, str]) -> None:
    sandbox.client("s3").put_object(Bucket=bucket, Key="x", Body=to_jpeg(GREY))
    code, message, status = error_of(seeing.detect_faces, Image={"S3Object": {"Bucket": bucket} | missing})
    assert (code, status) == ("InvalidS3ObjectException", 400)
    assert "Unable to get object metadata" in message


def test_objects_may_be_larger_than_bytes_but_not_above_15_mb(
    sandbox: RunningSandbox, seeing: Any, bucket: str, collins_jpeg: bytes
) -> None:
    s3 = sandbox.client("s3")
    s3.put_object(Bucket=bucket, Key="6", Body=collins_jpeg + bytes(6 * 1024 * 1024))
    s3.put_object(Bucket=bucket, Key="16", Body=collins_jpeg + bytes(16 * 1024 * 1024))
    assert len(seeing.detect_faces(Image={"S3Object": {"Bucket": bucket, "Name": "6"}})["FaceDetails"]) == 1
    too_large = {"S3Object": {"Bucket": bucket, "Name": "16"}}
    assert code_of(seeing.detect_faces, Image=too_large) == "ImageTooLargeException"


def test_textract_takes_twice_as_much_and_has_its_own_errors(sandbox: RunningSandbox) -> None:
    textract = sandbox.client("textract")
    too_large = to_jpeg(GREY) + bytes(10 * 1024 * 1024)
    assert code_of(textract.analyze_id, DocumentPages=[{"Bytes": too_large}]) == "DocumentTooLargeException"
    assert code_of(textract.analyze_id, DocumentPages=[{"Bytes": b"junk"}]) == "UnsupportedDocumentException"
    missing = [{"S3Object": {"Bucket": "no-such-bucket", "Name": "x"}}]
    assert code_of(textract.analyze_id, DocumentPages=missing) == "InvalidS3ObjectException"
