"""One field of a document, wherever it was read: in print, in the machine-readable zone, in a barcode."""

from dataclasses import dataclass
from datetime import date

# The normalized fields of driver licenses and passports, in the order in which Textract answers:
# https://docs.aws.amazon.com/textract/latest/dg/identitydocumentfields.html
FIELD_NAMES = (
    "FIRST_NAME",
    "LAST_NAME",
    "MIDDLE_NAME",
    "SUFFIX",
    "CITY_IN_ADDRESS",
    "ZIP_CODE_IN_ADDRESS",
    "STATE_IN_ADDRESS",
    "STATE_NAME",
    "DOCUMENT_NUMBER",
    "EXPIRATION_DATE",
    "DATE_OF_BIRTH",
    "DATE_OF_ISSUE",
    "ID_TYPE",
    "ENDORSEMENTS",
    "VETERAN",
    "RESTRICTIONS",
    "CLASS",
    "ADDRESS",
    "COUNTY",
    "PLACE_OF_BIRTH",
    "MRZ_CODE",
)


@dataclass(frozen=True)
class Field:
    """The text as it was read, how sure the reading is (0-100), and the day that it means if it is a date."""

    text: str
    confidence: float
    day: date | None = None


def given_names(text: str, confidence: float) -> dict[str, Field]:
    """FIRST_NAME and, if there are more, MIDDLE_NAME."""
    first, _, others = text.partition(" ")
    fields = {"FIRST_NAME": Field(first, confidence)}
    if others:
        fields["MIDDLE_NAME"] = Field(others, confidence)
    return fields
