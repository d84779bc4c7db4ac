from __future__ import annotations

from collections.abc import Mapping

from chalicelib.model.document import IdField
from chalicelib.model.findings import Outcome
from tests.checks.harness import NAN, Case, Change, Limit, document, failing, unclear

JOSE: Mapping[str, Change] = {"FIRST_NAME": "JOSÉ", "MIDDLE_NAME": None, "LAST_NAME": "GARCÍA-MÜLLER"}


def claims(printed: Mapping[str, Change], **properties: str) -> dict[str, object]:
    return document(claims=properties, **printed)


def anna(first_name: str = "Anna", last_name: str = "Eriksson") -> dict[str, object]:
    return claims({}, first_name=first_name, last_name=last_name)


CASES = (
    Case("the same in capitals", anna(), observed=100.0),
    Case("with the middle name", anna("Anna Maria")),
    Case("only the middle name", anna("Maria")),
    Case("the other way round", anna("Maria-Anna")),
    Case("in one word", anna("Annamaria")),
    Case("one letter misread", anna(last_name="Erikson"), observed=87.5),
    Case("accents and hyphens", claims(JOSE, first_name="Jose", last_name="Garcia Muller"), observed=100.0),
    Case("as the zone writes it", claims(JOSE, first_name="Jose", last_name="GARCIA MUELLER"), observed=100.0),
    Case("a decomposed accent", claims(JOSE, first_name="Jose\u0301", last_name="García-Müller"), observed=100.0),
    Case("an apostrophe", claims({"LAST_NAME": "O'CONNOR"}, first_name="Anna", last_name="O\u2019Connor")),
    Case("a full name", claims({}, name="Anna Maria Eriksson")),
    Case("a full name, surname first", claims({}, name="Eriksson, Anna")),
    Case("another alphabet", claims({"FIRST_NAME": "ИВАН", "LAST_NAME": "ПЕТРОВ"}, name="Иван Петров")),
    failing("somebody else", anna("Grace", "Hopper"), "another_name"),
    failing("another given name", anna("Hanne"), "another_name"),
    failing("a sister", anna("Anne"), "another_name", observed=75.0),
    failing("a given name too many", anna("Anna Sofia"), "another_name"),
    failing("an initial", anna("A"), "another_name"),
    failing("half of a double surname", claims(JOSE, first_name="José", last_name="García"), "another_name"),
    failing("given name and surname exchanged", anna("Eriksson", "Anna"), "another_name"),
    failing("signs only", anna("---", "..."), "another_name", observed=0.0),
    unclear("nothing claimed", claims({}), "not_claimed"),
    unclear("half claimed", claims({}, last_name="Eriksson"), "not_claimed"),
    unclear("blanks claimed", anna(" ", " "), "not_claimed"),
    unclear("one word for a full name", claims({}, name="Anna"), "not_claimed"),
    unclear("a novel for a full name", claims({}, name="Anna Eriksson " * 50), "not_claimed"),
    unclear("no surname on the document", claims({"LAST_NAME": None}, name="Anna Eriksson"), "field_missing"),
    unclear("not a number", claims({"LAST_NAME": IdField("ERIKSSON", NAN)}, name="A Eriksson"), "field_unclear"),
    failing(
        "an unclear middle name", claims({"MIDDLE_NAME": IdField("EVA", 9.0)}, name="Eva Eriksson"), "another_name"
    ),
)
LIMITS = {
    "min_similarity_percent": Limit(anna(last_name="Erikson"), 87.5, 87.6, "another_name"),
    "min_confidence": Limit(anna(), 97.0, 97.1, "field_unclear", Outcome.INCONCLUSIVE),
}
