"""JPEG's segments (ITU-T T.81, annex B): is it whole, how large is it shown, and the file without its metadata.

Cameras write where, when and with what a picture was taken, thumbnails, and whole films behind the picture's end. All
that is left out. What stays is what a decoder needs, and which way up the picture is shown.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

MAX_SEGMENTS = 5_000

_SOI, _EOI, _SOS, _APP0, _APP1, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF})
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)  # fill bytes may come before a marker's code
_END_OF_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_ORIENTATION = 0x0112


class NotWholeError(ValueError):
    """The file is cut off or damaged."""


@dataclass(slots=True)
class _Found:
    """`orientation` is EXIF's: 1 as stored, up to 8; from 5 on width and height are exchanged."""

    parts: list[bytes | memoryview] = field(default_factory=list)
    size: tuple[int, int] | None = None
    orientation: int = 1
    scans: int = 0


def read_jpeg(content: bytes) -> tuple[bytes, int, int]:
    """The file without metadata, and its width and height in pixels as displayed.

    Raises NotWholeError.
    """
    found, position = _Found(), 2
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.match(content, position)
        if marker is None:
            raise NotWholeError
        code, position = marker[1][0], marker.end()
        if code == _EOI:
            return _result(found)
        (length,) = struct.unpack(">H", content[position : position + 2].rjust(2, b"\0"))
        segment = content[position : position + length]
        if length < 2 or len(segment) < length:
            raise NotWholeError
        position += length
        _keep(found, code, segment)
        if code == _SOS:
            end = _END_OF_SCAN.search(content, position)
            if end is None:
                raise NotWholeError
            found.parts.append(memoryview(content)[position : end.start()])
            position = end.start()
    raise NotWholeError


def _result(found: _Found) -> tuple[bytes, int, int]:
    if found.size is None or not all(found.size) or not found.scans:
        raise NotWholeError
    height, width = found.size
    turned = (width, height) if found.orientation < 5 else (height, width)
    content = b"".join((b"\xff\xd8", _orientation_segment(found.orientation), *found.parts, b"\xff\xd9"))
    return content, *turned


def _keep(found: _Found, code: int, segment: bytes) -> None:
    """Of a segment what a decoder needs. A second frame could promise another size than the first: not taken."""
    if code in _FRAMES:
        if found.size is not None or len(segment) < 8:
            raise NotWholeError
        found.size = struct.unpack_from(">HH", segment, 3)
    elif code == _SOS:
        found.scans += 1
    elif code == _APP1 and found.orientation == 1:
        found.orientation = _orientation(segment[2:])
    if code in _FRAMES | _TABLES | {_SOS}:
        found.parts.append(bytes((0xFF, code)) + segment)
    elif (code == _APP0 and segment[2:7] == b"JFIF\0") or (code == _APP14 and segment[2:7] == b"Adobe"):
        found.parts.append(_without_thumbnail(code, segment))


def _without_thumbnail(code: int, segment: bytes) -> bytes:
    """JFIF's version and density, or Adobe's way of coding colours, and nothing behind."""
    told = segment[2:14] + b"\0\0" if code == _APP0 else segment[2:14]
    return bytes((0xFF, code)) + struct.pack(">H", len(told) + 2) + told


def _orientation_segment(orientation: int) -> bytes:
    """EXIF with the one tag that changes how the picture is shown: Rekognition turns it before it looks.

    https://docs.aws.amazon.com/rekognition/latest/dg/image-orientation.html
    """
    if orientation == 1:
        return b""
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    return struct.pack(">BBH", 0xFF, _APP1, len(exif) + 2) + exif


def _orientation(data: bytes) -> int:
    """EXIF's Orientation; 1 when there is none. EXIF is the camera's own: a broken one changes nothing else."""
    tiff = data[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if data[:6] != b"Exif\0\0" or order is None:
        return 1
    try:
        (offset,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, offset)
        for entry in range(entries):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, offset + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
