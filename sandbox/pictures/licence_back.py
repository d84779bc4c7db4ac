"""The back of a driver licence: the PDF417 barcode of the AAMVA DL/ID Card Design Standard, Annex D."""

import zxingcpp
from PIL import Image

from sandbox.pictures import artwork
from sandbox.pictures.cards import CARD_PX, GREEN
from sandbox.pictures.holder import Holder

_ISSUER_NUMBER = "636014"  # AAMVA's identification number of California, the state on the front
_STANDARD_VERSION, _STATE_VERSION = "10", "00"
_HEADER_LENGTH = 31  # the file header (21 characters) and the designator of one subfile (10)


def licence_back(holder: Holder) -> Image.Image:
    """The back that belongs to `id_card(..., kind="licence")`: what the front says, as a barcode."""
    sheet = artwork.paper(CARD_PX, GREEN)
    artwork.header(sheet, "CALIFORNIA", "SPECIMEN", GREEN, height_px=70)
    barcode = zxingcpp.create_barcode(aamva_text(holder), zxingcpp.BarcodeFormat.PDF417, columns=12)
    symbol = Image.fromarray(barcode.to_image(scale=3)).convert("RGB")
    sheet.paste(symbol, ((sheet.width - symbol.width) // 2, 150))
    artwork.entry(sheet, (94, 440), "CLASS C", "ANY 2-AXLE VEHICLE UNDER 26,001 LB", GREEN)
    artwork.entry(sheet, (94, 520), "DD", f"{holder.number}/{holder.issued:%m%d%Y}", GREEN)
    return sheet


def aamva_text(holder: Holder) -> str:
    """The file inside the barcode: a header, then one subfile of three-letter elements."""
    first_name, _, middle_name = holder.given_names.partition(" ")
    elements = {
        "DAQ": holder.number,
        "DCS": holder.surname,
        "DAC": first_name,
        "DAD": middle_name or "NONE",
        "DBB": f"{holder.born:%m%d%Y}",
        "DBD": f"{holder.issued:%m%d%Y}",
        "DBA": f"{holder.expires:%m%d%Y}",
        "DBC": {"M": "1", "F": "2"}.get(holder.sex, "9"),
        "DAG": holder.street,
        "DAI": holder.city,
        "DAJ": holder.state,
        "DAK": holder.zip_code.ljust(9, "0"),
        "DCA": "C",
        "DCB": "NONE",
        "DCD": "NONE",
        "DCG": "USA",
    }
    subfile = "DL" + "\n".join(name + text for name, text in elements.items()) + "\r"
    header = f"@\n\x1e\rANSI {_ISSUER_NUMBER}{_STANDARD_VERSION}{_STATE_VERSION}01"
    return f"{header}DL{_HEADER_LENGTH:04}{len(subfile):04}{subfile}"
