"""The PDF417 barcode on the back of North American driver licences: AAMVA DL/ID Card Design Standard, Annex D."""

import re
from datetime import date

import zxingcpp

from sandbox.documents.address import STATE_NAMES
from sandbox.documents.field import Field
from sandbox.vision.picture import Pixels

# A barcode corrects its errors or is not read at all.
_CONFIDENCE = 99.9

_HEADER = re.compile(r"@\s*\x1e?\s*ANSI |@\s*\x1e?\s*AAMVA")
_ELEMENT = re.compile(r"(?:^|DL|ID)(D[A-Z]{2})([^\n\r]*)", re.MULTILINE)
_TEXTS = {
    "DCS": "LAST_NAME",
    "DAB": "LAST_NAME",
    "DAC": "FIRST_NAME",
    "DCT": "FIRST_NAME",
    "DAD": "MIDDLE_NAME",
    "DCU": "SUFFIX",
    "DAQ": "DOCUMENT_NUMBER",
    "DAG": "ADDRESS",
    "DAI": "CITY_IN_ADDRESS",
    "DAJ": "STATE_IN_ADDRESS",
    "DAK": "ZIP_CODE_IN_ADDRESS",
    "DCA": "CLASS",
    "DCB": "RESTRICTIONS",
    "DCD": "ENDORSEMENTS",
}
_DATES = {"DBB": "DATE_OF_BIRTH", "DBD": "DATE_OF_ISSUE", "DBA": "EXPIRATION_DATE"}
_NOTHING = ("", "NONE", "UNAVL", "UNAVAIL")
_MAY_BE_NONE = ("RESTRICTIONS", "ENDORSEMENTS")


def read_barcode(pixels: Pixels) -> str | None:
    """The text of the licence's barcode in a picture (height, width, RGB), or None when there is none."""
    pdf417 = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.PDF417])
    found = zxingcpp.read_barcodes(pixels, formats=pdf417, text_mode=zxingcpp.TextMode.Plain)
    return next((barcode.text for barcode in found if _HEADER.match(barcode.text)), None)


def aamva_fields(text: str) -> dict[str, Field]:
    """What the barcode says, under AnalyzeID's names."""
    fields: dict[str, Field] = {}
    for code, raw in _ELEMENT.findall(text[text.find("ANSI") + 4 :]):
        value = raw.strip(" ,")
        if code in _DATES and (day := _day(value)):
            fields[_DATES[code]] = Field(f"{day:%m/%d/%Y}", _CONFIDENCE, day)
        elif code in _TEXTS and (value not in _NOTHING or (value == "NONE" and _TEXTS[code] in _MAY_BE_NONE)):
            fields.setdefault(_TEXTS[code], Field(_shortened(code, value), _CONFIDENCE))
        elif code == "DDL" and value == "1":
            fields["VETERAN"] = Field("VETERAN", _CONFIDENCE)
    if (state := fields.get("STATE_IN_ADDRESS")) and state.text in STATE_NAMES:
        fields["STATE_NAME"] = Field(STATE_NAMES[state.text], _CONFIDENCE)
    return fields


def _shortened(code: str, value: str) -> str:
    """A ZIP code without the four further digits; DCT holds all given names, the first before a comma or blank."""
    if code == "DAK":
        return value[:5]
    return re.split(r"[ ,]", value)[0] if code == "DCT" else value


def _day(text: str) -> date | None:
    """MMDDCCYY in the USA, CCYYMMDD in Canada."""
    if not re.fullmatch(r"\d{8}", text):
        return None
    canadian = text[:2] in ("19", "20")
    year, month, day = (text[:4], text[4:6], text[6:]) if canadian else (text[4:], text[:2], text[2:4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
