"""What is true of an ID document, without what it says: this is what checks judge and what the decision log keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chalicelib.model.document import Agreement, DocumentFacts, IdDocument, IdField, ZoneFacts
from chalicelib.model.mrz import Mrz, read_mrz
from chalicelib.signals.names import Name, name_percent, same_name
from chalicelib.signals.request import SignalRequest

DATES = ("DATE_OF_BIRTH", "EXPIRATION_DATE")
COMPARED = ("DOCUMENT_NUMBER", *DATES, "LAST_NAME", "FIRST_NAME")


def document_facts(
    _request: SignalRequest, *, id_document: IdDocument, today: date, properties: Mapping[str, str]
) -> DocumentFacts:
    """What is true of the ID document today, without what it says."""
    fields = {name: field for name, field in id_document.fields.items() if field.text.strip()}
    born, last_day = (fields[name].day if name in fields else None for name in DATES)
    return DocumentFacts(
        confidences={name: field.confidence for name, field in fields.items()},
        type=fields["ID_TYPE"].text.strip() if "ID_TYPE" in fields else None,
        age_years=_age_years(born, today) if born else None,
        days_left=(last_day - today).days if last_day else None,
        zone=_zone_facts(fields),
        name_percent=_name_percent(fields, properties, "FIRST_NAME", "MIDDLE_NAME"),
        name_without_middle_percent=_name_percent(fields, properties, "FIRST_NAME"),
    )


def _age_years(born: date, today: date) -> int:
    """Completed years. Who was born on 29 February completes one on 1 March when the year has no such day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _name_percent(fields: Mapping[str, IdField], properties: Mapping[str, str], *given: str) -> float | None:
    if "FIRST_NAME" not in fields or "LAST_NAME" not in fields:
        return None
    return name_percent(properties, Name(_joined(fields, *given), fields["LAST_NAME"].text))


def _joined(fields: Mapping[str, IdField], *names: str) -> str:
    return " ".join(fields[name].text for name in names if name in fields)


def _zone_facts(fields: Mapping[str, IdField]) -> ZoneFacts | None:
    if "MRZ_CODE" not in fields:
        return None
    zone = read_mrz(fields["MRZ_CODE"].text)
    if zone is None:
        return ZoneFacts(readable=False)
    return ZoneFacts(True, zone.wrong_check_digits, {name: _compared(zone, name, fields) for name in COMPARED})


def _compared(zone: Mrz, name: str, fields: Mapping[str, IdField]) -> Agreement:
    if name not in fields:
        return Agreement.MISSING
    if name in DATES and fields[name].day is None:
        return Agreement.UNREADABLE
    return Agreement.AGREES if _same(zone, name, fields) else Agreement.DIFFERS


def _same(zone: Mrz, name: str, fields: Mapping[str, IdField]) -> bool:
    """Whether the zone says of the field `name` what the print says."""
    printed = fields[name]
    match name:
        case "DOCUMENT_NUMBER":
            return "".join(filter(str.isalnum, printed.text)).upper() == zone.document_number
        case "DATE_OF_BIRTH":
            return _yymmdd(printed.day) == zone.birth_date
        case "EXPIRATION_DATE":
            return _yymmdd(printed.day) == zone.expiry_date
        case "LAST_NAME":
            return same_name(printed.text, zone.surname, zone.names_cut)
    return same_name(_joined(fields, "FIRST_NAME", "MIDDLE_NAME"), zone.given_names, zone.names_cut)


def _yymmdd(day: date | None) -> str | None:
    return f"{day.year % 100:02}{day.month:02}{day.day:02}" if day else None
