"""AnalyzeID: pictures of identity documents in, Textract's answer out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.documents.aamva import aamva_fields, read_barcode
from sandbox.documents.field import Field
from sandbox.documents.ocr import Ocr
from sandbox.documents.page import read_page
from sandbox.documents.printed import LICENCE_FRONT, PASSPORT, read_printed, read_title
from sandbox.documents.response import identity_document
from sandbox.documents.sheet import PlacedLine, read_sheet
from sandbox.documents.zone import find_zone, zone_fields
from sandbox.errors import AwsError
from sandbox.vision.picture import Pixels

LICENCE_BACK, UNKNOWN = "DRIVER LICENSE BACK", "UNKNOWN"

# AWS does not say what it calls the back of a licence, nor documents that are neither licence nor passport.
_CONFIDENCE_OF_OTHER_TYPES = 90.0

# Fewer captioned entries than this, and no title, zone or barcode: it is no document.
_LEAST_ENTRIES = 3


class IdDocumentReader:
    """Reads identity documents as Textract does. Thread-safe; the models are loaded by the first picture."""

    def __init__(self) -> None:
        self._ocr = Ocr()

    def analyze_id(self, pages: Sequence[bytes]) -> dict[str, Any]:
        """The AnalyzeID response for the front and, if given, the back of a document, JPEG or PNG.

        Each page is a document of its own in the answer, as in Textract's. A field carries what is printed; what the
        machine-readable zone says takes its place only where no print was read, and is in MRZ_CODE in any case.
        Raises AwsError as Textract answers: InvalidParameterException, UnsupportedDocumentException,
        BadDocumentException, DocumentTooLargeException.
        """
        if not 1 <= len(pages) <= 2:
            raise AwsError("InvalidParameterException", "DocumentPages must have one or two pages")
        pictures = [read_page(data) for data in pages]
        return {
            "IdentityDocuments": [self._document(i, picture) for i, picture in enumerate(pictures, start=1)],
            "DocumentMetadata": {"Pages": len(pages)},
            "AnalyzeIDModelVersion": "1.0",
        }

    def _document(self, index: int, picture: Pixels) -> dict[str, Any]:
        sheet = read_sheet(picture, self._ocr.read)
        height, width = picture.shape[:2]
        barcode = read_barcode(picture)
        fields = _back(barcode) if barcode else _front(sheet.placed)
        return identity_document(index, fields, sheet.lines, (width, height))


def _back(barcode: str) -> dict[str, Field]:
    return aamva_fields(barcode) | {"ID_TYPE": Field(LICENCE_BACK, _CONFIDENCE_OF_OTHER_TYPES)}


def _front(lines: Sequence[PlacedLine]) -> dict[str, Field]:
    """The fields of a page without a barcode; none at all if it is no document."""
    title, zone = read_title(lines), find_zone(lines)
    is_licence = title is not None and title.text == LICENCE_FRONT
    printed = read_printed(lines, licence=is_licence)
    if title is None and zone is None and len(printed) < _LEAST_ENTRIES:
        return {}
    fields = zone_fields(zone, datetime.now(UTC).date()) if zone else {}
    if title is None and zone is not None and zone.is_passport:
        title = Field(PASSPORT, zone.confidence)
    return fields | printed | {"ID_TYPE": title or Field(UNKNOWN, _CONFIDENCE_OF_OTHER_TYPES)}
