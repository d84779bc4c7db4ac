"""Bytes that are no page: each kind gets Textract's own error."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from sandbox.documents.page import MAX_PAGE_BYTES, read_page
from sandbox.documents.reader import IdDocumentReader
from sandbox.errors import AwsError


def encoded(kind: str, size: tuple[int, int] = (200, 100)) -> bytes:
    buffer = BytesIO()
    Image.new("L", size).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "InvalidParameterException"),
        (b"hello", "UnsupportedDocumentException"),
        (b"%PDF-1.7", "UnsupportedDocumentException"),
        (encoded("GIF"), "UnsupportedDocumentException"),
        (encoded("WEBP"), "UnsupportedDocumentException"),
        (encoded("JPEG")[:300], "BadDocumentException"),
        (encoded("PNG")[:60], "BadDocumentException"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "BadDocumentException"),
        (encoded("PNG", (1, 1)), "BadDocumentException"),
        (encoded("PNG", (9_000, 9_000)), "DocumentTooLargeException"),
        (b"\xff\xd8\xff" + b"x" * MAX_PAGE_BYTES, "DocumentTooLargeException"),
    ],
    ids=["empty", "text", "pdf", "gif", "webp", "cut jpeg", "cut png", "no png", "one pixel", "bomb", "over 10 MB"],
)
def test_errors(data: bytes, code: str) -> None:
    with pytest.raises(AwsError) as caught:
        read_page(data)
    assert caught.value.code == code


@pytest.mark.parametrize("count", [0, 3])
def test_one_page_or_two(count: int) -> None:
    with pytest.raises(AwsError, match="one or two pages"):
        IdDocumentReader().analyze_id([encoded("PNG")] * count)
