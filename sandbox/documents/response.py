"""AnalyzeID's answer, in the shape of botocore's model."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sandbox.documents.field import FIELD_NAMES, Field
from sandbox.documents.ocr import Line

# How sure Textract typically is that a field is not on a document.
_NOTHING_THERE = Field("", 99.0)
_WHOLE_PAGE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def identity_document(
    index: int, fields: Mapping[str, Field], lines: Sequence[Line], size: tuple[int, int]
) -> dict[str, Any]:
    """One of IdentityDocuments: all fields, those that were not found with an empty text, and the page's text.

    index: counts the pages from 1. size: width and height of the picture in pixels.
    """
    return {
        "DocumentIndex": index,
        "IdentityDocumentFields": [_field(name, fields.get(name, _NOTHING_THERE)) for name in FIELD_NAMES],
        "Blocks": _blocks(lines, size),
    }


def _field(name: str, field: Field) -> dict[str, Any]:
    value: dict[str, Any] = {"Text": field.text, "Confidence": field.confidence}
    if field.day:
        value["NormalizedValue"] = {"Value": f"{field.day.isoformat()}T00:00:00", "ValueType": "DATE"}
    return {"Type": {"Text": name}, "ValueDetection": value}


def _blocks(lines: Sequence[Line], size: tuple[int, int]) -> list[dict[str, Any]]:
    width, height = size
    blocks = [
        {
            "BlockType": "LINE",
            "Id": str(uuid4()),
            "Text": line.text,
            "Confidence": line.confidence,
            "Geometry": _geometry([(x / width, y / height) for x, y in line.polygon]),
        }
        for line in lines
    ]
    page: dict[str, Any] = {"BlockType": "PAGE", "Id": str(uuid4()), "Geometry": _geometry(_WHOLE_PAGE)}
    if blocks:
        page["Relationships"] = [{"Type": "CHILD", "Ids": [block["Id"] for block in blocks]}]
    return [page, *blocks]


def _geometry(polygon: Sequence[tuple[float, float]]) -> dict[str, Any]:
    left, top = (min(corner[i] for corner in polygon) for i in (0, 1))
    right, bottom = (max(corner[i] for corner in polygon) for i in (0, 1))
    return {
        "BoundingBox": {"Width": right - left, "Height": bottom - top, "Left": left, "Top": top},
        "Polygon": [{"X": x, "Y": y} for x, y in polygon],
    }
