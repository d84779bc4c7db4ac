"""Identity documents of an invented state, drawn around a photograph. Every one says SPECIMEN."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from PIL import Image

from sandbox.pictures import artwork
from sandbox.pictures.holder import Holder
from sandbox.pictures.machine_readable import card_zone, passport_zone

Kind = Literal["passport", "card", "licence"]

_PASSPORT_PX = (1160, 816)  # 125 x 88 mm
CARD_PX = (1012, 638)  # 85.6 x 54 mm
_BLUE, GREEN, _CLARET = (32, 66, 128), (28, 100, 84), (122, 34, 52)


def id_card(photo: Image.Image, holder: Holder, kind: Kind = "passport", zone: list[str] | None = None) -> Image.Image:
    """The front of a passport (its data page), a national identity card or a driver licence.

    zone: the machine-readable lines, if they shall differ from what is printed; a licence has none.
    Raises ValueError for a zone on a licence.
    """
    if kind == "passport":
        return _passport(photo, holder, zone or passport_zone(holder))
    if kind == "card":
        return _national_card(photo, holder, zone or card_zone(holder))
    if zone is not None:
        raise ValueError("a driver licence has no machine-readable zone: draw it without `zone`")
    return _licence(photo, holder)


def _passport(photo: Image.Image, holder: Holder, zone: list[str]) -> Image.Image:
    sheet = artwork.paper(_PASSPORT_PX, _CLARET)
    artwork.header(sheet, "UTOPIA", "PASSPORT", _CLARET)
    artwork.specimen(sheet, (860, 330))
    artwork.photograph(sheet, photo, (42, 124, 378, 556), _CLARET)
    _entries(
        sheet,
        _CLARET,
        [
            (420, 110, "Type", "P"),
            (560, 110, "Issuing State", holder.issuer),
            (840, 110, "Passport No.", holder.number),
            (420, 180, "Surname", holder.surname),
            (420, 250, "Given Names", holder.given_names),
            (420, 320, "Nationality", holder.nationality),
            (420, 390, "Date of Birth", _written(holder.born)),
            (840, 390, "Sex", holder.sex),
            (420, 460, "Place of Birth", holder.place_of_birth),
            (420, 530, "Date of Issue", _written(holder.issued)),
            (840, 530, "Date of Expiry", _written(holder.expires)),
        ],
    )
    artwork.machine_readable_zone(sheet, zone, top_px=650, size_px=36)
    return sheet


def _national_card(photo: Image.Image, holder: Holder, zone: list[str]) -> Image.Image:
    sheet = artwork.paper(CARD_PX, _BLUE)
    artwork.header(sheet, "UTOPIA", "IDENTITY CARD", _BLUE, height_px=70)
    artwork.specimen(sheet, (690, 280))
    artwork.photograph(sheet, photo, (36, 96, 300, 435), _BLUE)
    _entries(
        sheet,
        _BLUE,
        [
            (335, 92, "Surname", holder.surname),
            (335, 152, "Given Names", holder.given_names),
            (335, 212, "Nationality", holder.nationality),
            (650, 212, "Sex", holder.sex),
            (335, 272, "Date of Birth", _written(holder.born)),
            (650, 272, "Place of Birth", holder.place_of_birth),
            (335, 332, "Date of Issue", _written(holder.issued)),
            (650, 332, "Date of Expiry", _written(holder.expires)),
            (335, 392, "Document No.", holder.number),
        ],
    )
    artwork.machine_readable_zone(sheet, zone, top_px=462, size_px=40)
    return sheet


def _licence(photo: Image.Image, holder: Holder) -> Image.Image:
    sheet = artwork.paper(CARD_PX, GREEN)
    artwork.header(sheet, "CALIFORNIA", "DRIVER LICENSE", GREEN, height_px=70)
    artwork.specimen(sheet, (700, 285))
    artwork.photograph(sheet, photo, (36, 108, 322, 560), GREEN)
    _entries(
        sheet,
        GREEN,
        [
            (355, 104, "4d DL NO.", holder.number),
            (690, 104, "9 CLASS", "C"),
            (830, 104, "9a END", "NONE"),
            (355, 178, "1 LN", holder.surname),
            (355, 252, "2 FN", holder.given_names),
            (355, 324, "8 ADDRESS", holder.street),
            (355, 428, "3 DOB", _in_figures(holder.born)),
            (690, 428, "15 SEX", holder.sex),
            (830, 428, "12 RSTR", "NONE"),
            (355, 500, "4a ISS", _in_figures(holder.issued)),
            (690, 500, "4b EXP", _in_figures(holder.expires)),
        ],
    )
    artwork.line(sheet, (355, 374), f"{holder.city}, {holder.state} {holder.zip_code}")
    return sheet


def _entries(sheet: Image.Image, colour: artwork.Colour, entries: Sequence[tuple[int, int, str, str]]) -> None:
    for x, y, caption, text in entries:
        artwork.entry(sheet, (x, y), caption, text, colour)


def _written(day: date) -> str:
    return f"{day.day:02} {_MONTHS[day.month - 1]} {day.year}"


def _in_figures(day: date) -> str:
    return day.strftime("%m/%d/%Y")


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
