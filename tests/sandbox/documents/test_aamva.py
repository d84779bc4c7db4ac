from __future__ import annotations

from datetime import date

from sandbox.documents.aamva import aamva_fields
from sandbox.pictures import Holder
from sandbox.pictures.licence_back import aamva_text

HEADER = "@\n\x1e\rANSI 636014100001DL00310100"


def test_what_the_pictures_encode() -> None:
    holder = Holder()
    fields = aamva_fields(aamva_text(holder))
    assert {name: field.text for name, field in fields.items()} == {
        "DOCUMENT_NUMBER": holder.number,
        "LAST_NAME": "HOPPER",
        "FIRST_NAME": "GRACE",
        "MIDDLE_NAME": "MURRAY",
        "DATE_OF_BIRTH": f"{holder.born:%m/%d/%Y}",
        "DATE_OF_ISSUE": f"{holder.issued:%m/%d/%Y}",
        "EXPIRATION_DATE": f"{holder.expires:%m/%d/%Y}",
        "ADDRESS": "123 MAIN STREET",
        "CITY_IN_ADDRESS": "SPRINGFIELD",
        "STATE_IN_ADDRESS": "CA",
        "STATE_NAME": "CALIFORNIA",
        "ZIP_CODE_IN_ADDRESS": "90210",
        "CLASS": "C",
        "RESTRICTIONS": "NONE",
        "ENDORSEMENTS": "NONE",
    }
    assert fields["DATE_OF_BIRTH"].day == holder.born


def test_older_and_canadian_elements() -> None:
    fields = aamva_fields(f"{HEADER}DLDAQ123\nDABSAMPLE\nDCTALEX JORDAN\nDBB19880314\nDDL1\nDCUJR\nDAJON\r")
    assert (fields["FIRST_NAME"].text, fields["SUFFIX"].text) == ("ALEX", "JR")
    assert fields["DATE_OF_BIRTH"].day == date(1988, 3, 14)
    assert fields["VETERAN"].text == "VETERAN"
    assert "STATE_NAME" not in fields


def test_what_is_empty_or_no_date_is_left_out() -> None:
    assert aamva_fields(f"{HEADER}DLDADNONE\nDCU\nDBB99999999\nDBA1231\nDDL0\r") == {}
