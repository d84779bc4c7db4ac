"""What Textract AnalyzeID would see, read from real pictures."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sandbox.documents.reader import IdDocumentReader

__all__ = ["IdDocumentReader", "analyze_id"]


def analyze_id(pages: Sequence[bytes]) -> dict[str, Any]:
    """`IdDocumentReader.analyze_id` of a reader that the whole process shares, made when first called."""
    return _shared_reader().analyze_id(pages)


@cache
def _shared_reader() -> IdDocumentReader:
    return IdDocumentReader()
