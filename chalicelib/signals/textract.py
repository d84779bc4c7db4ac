"""What Textract tells. https://docs.aws.amazon.com/textract/latest/dg/API_AnalyzeID.html"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chalicelib.model.document import IdDocument, IdField
from chalicelib.model.images import Image
from chalicelib.signals.calls import look
from chalicelib.signals.faces import number
from chalicelib.signals.request import SignalRequest


def id_document(request: SignalRequest, *, id_card: tuple[Image, ...]) -> IdDocument:
    """The fields of the ID document, front and back together; of a field on both, the front's."""
    pages = [{"Bytes": side.content} for side in id_card]
    answer = look(request.aws, "textract", "analyze_id", {"DocumentPages": pages}, "id_card")
    fields: dict[str, IdField] = {}
    for document in answer["IdentityDocuments"]:
        for found in document.get("IdentityDocumentFields", ()):
            name, field = found["Type"]["Text"], _field(found["ValueDetection"])
            if field.text:  # the pages come in order, and a barcode must not hide what was altered in print
                fields.setdefault(name, field)
    return IdDocument(fields)


def _field(value: Mapping[str, Any]) -> IdField:
    confidence = number(value.get("Confidence")) or 0.0
    return IdField(value["Text"].strip(), confidence, _day(value.get("NormalizedValue", {})))


def _day(normalized: Mapping[str, Any]) -> date | None:
    """NormalizedValue of a date, like 1974-08-12T00:00:00; anything else is no date."""
    if str(normalized.get("ValueType")).upper() != "DATE":  # botocore's model says DATE, recorded answers say Date
        return None
    try:
        return datetime.fromisoformat(normalized["Value"]).date()
    except ValueError:
        return None
