"""What documents print beside their entries, and which field of AnalyzeID the entry is."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

# Entries that AnalyzeID does not report; their captions are known so that their texts are not taken for others'.
OTHER = ""

# field -> captions in English, French and Spanish as on passports, and those of US driver licences
_PHRASES: dict[str, tuple[str, ...]] = {
    "LAST_NAME": ("surname", "last name", "family name", "nom", "apellidos"),
    "FIRST_NAME": ("given names", "given name", "first name", "first names", "prenoms", "prenom", "nombres"),
    "MIDDLE_NAME": ("middle name",),
    "DATE_OF_BIRTH": ("date of birth", "birth date", "date de naissance", "fecha de nacimiento", "dob"),
    "PLACE_OF_BIRTH": ("place of birth", "lieu de naissance", "lugar de nacimiento", "birthplace"),
    "DATE_OF_ISSUE": (
        "date of issue", "issue date", "issued on", "issued", "date de delivrance", "fecha de expedicion", "iss",
    ),
    "EXPIRATION_DATE": (
        "date of expiry", "date of expiration", "expiration date", "expiry date", "expires on", "expires", "expiry",
        "valid until", "date d'expiration", "fecha de caducidad", "exp",
    ),
    "DOCUMENT_NUMBER": (
        "passport card no", "passport no", "passport number", "document no", "document number", "card no", "id no",
        "identity card no", "license no", "licence no", "license number", "dl no", "lic no", "lic#", "dln", "number",
        "no du passeport", "no de pasaporte", "dl",
    ),
    "COUNTY": ("county",),
    "ADDRESS": ("address",),
    OTHER: (
        "nationality", "nationalite", "nacionalidad", "issuing state", "country code", "authority", "autorite",
        "autoridad", "issuing authority", "endorsements see page", "signature", "height", "document discriminator",
    ),
}  # fmt: skip

# Captions that are ordinary words or letters too: they count at the start of a line or behind their item number.
_SHORT: dict[str, tuple[str, ...]] = {
    "LAST_NAME": ("ln",),
    "FIRST_NAME": ("fn",),
    "CLASS": ("class", "cl"),
    "RESTRICTIONS": ("restrictions", "restr", "rstr", "rest"),
    "ENDORSEMENTS": ("endorsements", "endorse", "end"),
    OTHER: ("sex", "sexe", "sexo", "type", "tipo", "code", "codigo", "hgt", "wgt", "eyes", "hair", "hr", "dd", "rev"),
}

# The item numbers of the AAMVA DL/ID Card Design Standard; alone, they caption the entry behind them.
_ITEMS = {
    "1": "LAST_NAME",
    "2": "FIRST_NAME",
    "3": "DATE_OF_BIRTH",
    "4a": "DATE_OF_ISSUE",
    "4b": "EXPIRATION_DATE",
    "4d": "DOCUMENT_NUMBER",
    "8": "ADDRESS",
    "9": "CLASS",
    "9a": "ENDORSEMENTS",
    "12": "RESTRICTIONS",
    "5": OTHER,
    "15": OTHER,
    "16": OTHER,
    "17": OTHER,
    "18": OTHER,
    "19": OTHER,
}


@dataclass(frozen=True)
class Caption:
    """A caption in a line: the characters from `start` to `end`, and the field that it names (or OTHER)."""

    start: int
    end: int
    field: str


def find_captions(text: str, *, licence: bool = False) -> list[Caption]:
    """The captions in a line, from left to right; those of one field beside each other count as one.

    licence: item numbers alone are captions, as on US driver licences.
    """
    folded = _folded(text)
    found = [Caption(match.start(), match.end(), _named(match)) for match in _PATTERN.finditer(folded)]
    if not found and licence and (match := _ITEM_ALONE.match(folded)):
        found = [Caption(match.start(1), match.end(1), _ITEMS[match[1]])]
    if not found and (close := get_close_matches(_letters(folded), (*_TITLES, *_LONG), n=1, cutoff=0.85)):
        found = [Caption(0, len(text), _FIELD_OF[close[0]])] if close[0] in _FIELD_OF else []
    return _joined(found, text)


def _named(match: re.Match[str]) -> str:
    return _FIELD_OF[_letters(match["long"] or match["short"])]


def _joined(captions: list[Caption], text: str) -> list[Caption]:
    """Captions of one field beside each other as one, with translations into further languages behind strokes."""
    joined: list[Caption] = []
    for i, caption in enumerate(captions):
        last_end = joined[-1].end if joined else 0
        before = _TRANSLATION_BEFORE.search(text[last_end : caption.start])
        next_start = captions[i + 1].start if i + 1 < len(captions) else len(text)
        behind = _TRANSLATIONS_BEHIND.match(text[caption.end : next_start])
        start = last_end + before.start() if before else caption.start
        end = caption.end + behind.end() if behind else caption.end
        if joined and joined[-1].field == caption.field and not re.search(r"\w", text[last_end:start]):
            start = joined.pop().start
        joined.append(Caption(start, end, caption.field))
    return joined


def _folded(text: str) -> str:
    """Small letters without marks, each character in its place."""
    return "".join(unicodedata.normalize("NFKD", character)[0].lower()[:1] for character in text)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z#]", "", text)


def _alternatives(phrases: dict[str, tuple[str, ...]]) -> str:
    """All phrases as one pattern, the longest first; spaces may be missing and points added."""
    everything = sorted((phrase for group in phrases.values() for phrase in group), key=len, reverse=True)
    return "|".join(r"[\s.]*".join(re.escape(word) for word in phrase.split()) for phrase in everything)


_FIELD_OF = {
    _letters(phrase): field for table in (_PHRASES, _SHORT) for field, phrases in table.items() for phrase in phrases
}
# Captions whose misreadings are still recognised, and titles that must not be mistaken for misread captions.
_TITLES = ("passport", "passportcard", "identitycard")
_LONG = [phrase for phrase in _FIELD_OF if len(phrase) >= 7]
_NUMBER = r"(?:" + "|".join(sorted(_ITEMS, key=len, reverse=True)) + r")[\s.]*"
_PATTERN = re.compile(
    rf"(?<![a-z0-9])(?:{_NUMBER})?(?P<long>{_alternatives(_PHRASES)})(?![a-z])[\s.:]*"
    rf"|(?:^\W*(?:{_NUMBER})?|(?<![a-z0-9]){_NUMBER})(?P<short>{_alternatives(_SHORT)})(?![a-z])[\s.:]*"
)
_TRANSLATION_BEFORE = re.compile(r"[^\d/]+/\s*$")
_TRANSLATIONS_BEHIND = re.compile(r"(?:\s*/[^\d/]*)+")
_ITEM_ALONE = re.compile(r"\W*(" + "|".join(sorted(_ITEMS, key=len, reverse=True)) + r")(?=[\s.]+\S)")
