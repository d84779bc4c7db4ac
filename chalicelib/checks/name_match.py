"""The name on the ID document is the one that the applicant claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Annotated, NamedTuple

from chalicelib.checks._document import FIELD_REASONS, Confidence, read_field
from chalicelib.checks._names import similarity_percent, spellings
from chalicelib.model.facts import IdDocument
from chalicelib.model.findings import Finding, at_least, inconclusive
from chalicelib.model.plugins import Number, Stricter

READS = "Textract AnalyzeID: FIRST_NAME, MIDDLE_NAME, LAST_NAME, against the properties of the request"
REASONS = {
    **FIELD_REASONS,
    "not_claimed": "The request names nobody: send the properties first_name and last_name, or name.",
    "another_name": "The name on the document is another one: send the name as the document shows it.",
}
MAX_WORDS = 12  # of a claimed full name: every way to part it is tried


@dataclass(frozen=True, slots=True)
class Parameters:
    min_similarity_percent: Annotated[
        float, Number("percent", 0, 100, "share of letters that must agree", Stricter.MORE)
    ] = 85
    min_confidence: Confidence = 80


class Name(NamedTuple):
    given: str
    surname: str


def judge(parameters: Parameters, *, id_document: IdDocument, properties: Mapping[str, str]) -> Finding:
    """Every claimed given name must be on the document, in any order; the document may show more. Surnames are whole.

    Capitals, accents, hyphens and the zone's spellings (MUELLER) do not count. The lower of both similarities counts.
    """
    first = read_field(id_document, "FIRST_NAME", parameters.min_confidence)
    if isinstance(first, Finding):
        return first
    last = read_field(id_document, "LAST_NAME", parameters.min_confidence)
    if isinstance(last, Finding):
        return last
    middle = read_field(id_document, "MIDDLE_NAME", parameters.min_confidence)
    printed = Name(first.text if isinstance(middle, Finding) else f"{first.text} {middle.text}", last.text)
    similarity = max((_similarity_percent(claimed, printed) for claimed in _claimed(properties)), default=None)
    if similarity is None:
        return inconclusive("not_claimed")
    return at_least(similarity, parameters.min_similarity_percent, "another_name")


def _claimed(properties: Mapping[str, str]) -> Iterator[Name]:
    """The claimed name; a full one in every way to part it, surname last or first."""
    given, surname = properties.get("first_name", ""), properties.get("last_name", "")
    if given.strip() and surname.strip():
        yield Name(given, surname)
        return
    words = properties.get("name", "").split()
    for border in range(1, len(words) if len(words) <= MAX_WORDS else 0):
        front, back = " ".join(words[:border]), " ".join(words[border:])
        yield Name(front, back)
        yield Name(back, front)


def _similarity_percent(claimed: Name, printed: Name) -> float:
    surname = max(
        similarity_percent("".join(one), "".join(other))
        for one, other in product(spellings(claimed.surname), spellings(printed.surname))
    )
    given = max(_given_percent(*pair) for pair in product(spellings(claimed.given), spellings(printed.given)))
    return min(given, surname)


def _given_percent(claimed: tuple[str, ...], printed: tuple[str, ...]) -> float:
    """The claimed given name that fits worst, or all in one, since ANNE MARIE is written ANNEMARIE too."""
    fits = (max((similarity_percent(word, other) for other in printed), default=0.0) for word in claimed)
    return max(min(fits, default=0.0), similarity_percent("".join(claimed), "".join(printed)))
