from __future__ import annotations

from datetime import date

from chalicelib.model.document import IdField
from chalicelib.model.findings import Outcome
from tests.checks.harness import TD3, Case, Limit, document, facts_of, failing, unclear

UMLAUT = TD3.replace("ERIKSSON<<ANNA<MARIA<<<", "MUELLER<OCONNOR<<ANNA<M")
CUT = TD3.replace("ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "ANNA<MARIA<WILHELMINA<FREDERI")
CASES = (
    Case("the specimen", document()),
    Case("the number printed with blanks", document(DOCUMENT_NUMBER="L 898 902 c3")),
    Case("marks and apostrophes", document(LAST_NAME="Müller-O'Connor", MIDDLE_NAME="M", MRZ_CODE=UMLAUT)),
    Case("names too long for the zone", document(MIDDLE_NAME="MARIA WILHELMINA FREDERIKA", MRZ_CODE=CUT)),
    Case("no zone, none asked for", document(MRZ_CODE=None), parameters={"required": False}),
    failing("another number in print", document(DOCUMENT_NUMBER="L898902C4"), "differs_from_print"),
    failing(
        "another birth date in print",
        document(DATE_OF_BIRTH=date(1994, 8, 12)),
        "differs_from_print",
        observed="DATE_OF_BIRTH",
    ),
    failing("a later end in print", document(EXPIRATION_DATE=date(2032, 4, 15)), "differs_from_print"),
    failing("another surname", document(LAST_NAME="ERIKSEN"), "differs_from_print", observed="LAST_NAME"),
    failing("another given name", document(FIRST_NAME="HANNA"), "differs_from_print", observed="FIRST_NAME"),
    failing("a name longer than the zone's", document(MIDDLE_NAME="MARIA EVA"), "differs_from_print"),
    failing("a name shorter than the zone's", document(MIDDLE_NAME=None), "differs_from_print"),
    failing("a name in signs only", document(LAST_NAME="..."), "differs_from_print"),
    failing("a zone without given names", document(MRZ_CODE=TD3.replace("ANNA<MARIA", "<" * 10)), "differs_from_print"),
    failing(
        "a changed digit",
        document(MRZ_CODE=TD3.replace("740812", "940812")),
        "check_digit_wrong",
        observed="birth_date",
    ),
    failing(
        "an O for a 0",
        document(MRZ_CODE=TD3.replace("L898902", "L8989O2")),
        "check_digit_wrong",
        observed="document_number",
    ),
    unclear("no zone", document(MRZ_CODE=None), "mrz_missing"),
    unclear("nothing read", facts_of({}), "mrz_missing", parameters={"required": False}),
    unclear("half a zone", document(MRZ_CODE=TD3[:60]), "mrz_unreadable"),
    unclear(
        "half a zone, none asked for", document(MRZ_CODE=TD3[:60]), "mrz_unreadable", parameters={"required": False}
    ),
    unclear("no number in print", document(DOCUMENT_NUMBER=None), "field_missing", observed="DOCUMENT_NUMBER"),
    unclear("not a date", document(DATE_OF_BIRTH=IdField("12 AUG", 99.0)), "date_unreadable"),
)
LIMITS = {
    "required": Limit(document(MRZ_CODE=None), False, True, "mrz_missing", Outcome.INCONCLUSIVE),
}
