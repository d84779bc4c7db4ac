"""The address on a US driver licence: a street, and below it the city, the state and the ZIP code."""

import re
from collections.abc import Sequence

from sandbox.documents.field import Field
from sandbox.documents.sheet import PlacedLine

# USPS Publication 28, appendix B
STATE_NAMES = {
    "AL": "ALABAMA", "AK": "ALASKA", "AZ": "ARIZONA", "AR": "ARKANSAS", "CA": "CALIFORNIA", "CO": "COLORADO",
    "CT": "CONNECTICUT", "DE": "DELAWARE", "DC": "DISTRICT OF COLUMBIA", "FL": "FLORIDA", "GA": "GEORGIA",
    "HI": "HAWAII", "ID": "IDAHO", "IL": "ILLINOIS", "IN": "INDIANA", "IA": "IOWA", "KS": "KANSAS",
    "KY": "KENTUCKY", "LA": "LOUISIANA", "ME": "MAINE", "MD": "MARYLAND", "MA": "MASSACHUSETTS", "MI": "MICHIGAN",
    "MN": "MINNESOTA", "MS": "MISSISSIPPI", "MO": "MISSOURI", "MT": "MONTANA", "NE": "NEBRASKA", "NV": "NEVADA",
    "NH": "NEW HAMPSHIRE", "NJ": "NEW JERSEY", "NM": "NEW MEXICO", "NY": "NEW YORK", "NC": "NORTH CAROLINA",
    "ND": "NORTH DAKOTA", "OH": "OHIO", "OK": "OKLAHOMA", "OR": "OREGON", "PA": "PENNSYLVANIA",
    "RI": "RHODE ISLAND", "SC": "SOUTH CAROLINA", "SD": "SOUTH DAKOTA", "TN": "TENNESSEE", "TX": "TEXAS",
    "UT": "UTAH", "VT": "VERMONT", "VA": "VIRGINIA", "WA": "WASHINGTON", "WV": "WEST VIRGINIA", "WI": "WISCONSIN",
    "WY": "WYOMING",
}  # fmt: skip

_CITY_LINE = re.compile(
    r"(?P<city>[A-Z][A-Z .'-]*?)[\s,.]+(?P<state>" + "|".join(STATE_NAMES) + r")[\s,.]+(?P<zip>\d{5})(?:\s?-?\s?\d{4})?"
)
_STATE_TITLE = re.compile(r"(?P<name>" + "|".join(STATE_NAMES.values()) + r")(?:\W*USA)?(?:\W+DRIVER.*)?")
_STREET = re.compile(r"(?:8\s+)?(?P<street>(?:\d+|P\.?O\.? BOX) .*[A-Z].*)")


def read_address(lines: Sequence[PlacedLine]) -> dict[str, Field]:
    """The address and the issuing state; whatever part of them is not found is left out."""
    fields: dict[str, Field] = {}
    for line in lines:
        text = line.text.upper().strip()
        if match := _CITY_LINE.fullmatch(text):
            fields["CITY_IN_ADDRESS"] = Field(match["city"], line.confidence)
            fields["STATE_IN_ADDRESS"] = Field(match["state"], line.confidence)
            fields["ZIP_CODE_IN_ADDRESS"] = Field(match["zip"], line.confidence)
            fields |= _street_above(line, lines)
        elif match := _STATE_TITLE.fullmatch(text):
            fields.setdefault("STATE_NAME", Field(match["name"], line.confidence))
    return fields


def _street_above(city: PlacedLine, lines: Sequence[PlacedLine]) -> dict[str, Field]:
    """The nearest line above the city that can be a street."""
    nearest, street = 2.0, {}
    for line in lines:
        rows = (city.middle - line.middle) / city.height
        match = _STREET.fullmatch(line.text.upper().strip())
        if match and 0.5 < rows < nearest and line.left < city.right and city.left < line.right:
            nearest, street = rows, {"ADDRESS": Field(match["street"], line.confidence)}
    return street
