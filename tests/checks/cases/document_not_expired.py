from __future__ import annotations

from datetime import date

from chalicelib.model.document import IdField
from chalicelib.model.findings import Outcome
from tests.checks.harness import Case, Limit, document, failing, unclear

TODAY = date(2024, 2, 20)


def expires(day: IdField | date | None) -> dict[str, object]:
    return document(TODAY, EXPIRATION_DATE=day)


CASES = (
    Case("valid for years", expires(date(2030, 1, 1))),
    Case("the last day", expires(TODAY), observed=0),
    Case("over the leap day", expires(date(2024, 3, 1)), observed=10),
    failing("since yesterday", expires(date(2024, 2, 19)), "expired", observed=-1),
    failing("too soon", expires(date(2024, 3, 1)), "expires_too_soon", parameters={"min_days_left": 30}, observed=10),
    unclear("no date", expires(None), "field_missing"),
    unclear("not a date", expires(IdField("NEVER", 99.0)), "date_unreadable"),
    unclear("unclear", expires(IdField("1 JAN 2030", 60.0, date(2030, 1, 1))), "field_unclear"),
)
LIMITS = {
    "min_days_left": Limit(expires(date(2024, 3, 1)), 10, 11, "expires_too_soon"),
    "min_confidence": Limit(expires(date(2030, 1, 1)), 99.0, 99.1, "field_unclear", Outcome.INCONCLUSIVE),
}
