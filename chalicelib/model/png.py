"""PNG's chunks (PNG specification, section 5): is it whole, how large is it, and the file without its metadata."""

from __future__ import annotations

import struct

from chalicelib.model.jpeg import NotWholeError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 20_000

# What pixels and colours rest on. Texts, times, EXIF, colour profiles (they hold texts) and unknown chunks go.
_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"})


def read_png(content: bytes) -> tuple[bytes, int, int]:
    """The file without metadata, and its width and height in pixels. PNG has no orientation that AWS would heed.

    Raises NotWholeError.
    """
    parts: list[bytes | memoryview] = [SIGNATURE]
    position, size = len(SIGNATURE), (0, 0)
    seen: set[bytes] = set()
    for number in range(MAX_CHUNKS):
        if position + 12 > len(content):
            raise NotWholeError
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if end > len(content) or (kind == b"IHDR") != (number == 0):
            raise NotWholeError
        if kind == b"IHDR" and length == 13:
            size = struct.unpack_from(">II", content, position + 8)
        if kind in _KEPT:
            parts.append(memoryview(content)[position:end])
        seen.add(kind)
        position = end
        if kind == b"IEND":
            break
    if not all(size) or not {b"IDAT", b"IEND"} <= seen:
        raise NotWholeError
    return b"".join(parts), *size
