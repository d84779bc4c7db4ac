from __future__ import annotations

from datetime import date

from chalicelib.model.document import IdField
from chalicelib.model.findings import Outcome
from tests.checks.harness import Case, Limit, document, failing, unclear


def born(day: IdField | date | None, today: date = date(2024, 2, 20)) -> dict[str, object]:
    return document(today, DATE_OF_BIRTH=day)


LEAP_DAY = date(2008, 2, 29)
CASES = (
    Case("eighteen today", born(date(2006, 2, 20)), observed=18),
    failing("eighteen tomorrow", born(date(2006, 2, 21)), "too_young", observed=17),
    failing("born on a leap day, the day before", born(LEAP_DAY, date(2026, 2, 28)), "too_young", observed=17),
    Case("born on a leap day, the day after", born(LEAP_DAY, date(2026, 3, 1)), observed=18),
    Case("born on a leap day, on one", born(date(2004, 2, 29), date(2024, 2, 29)), observed=20),
    unclear("not born yet", born(date(2024, 2, 21)), "age_implausible"),
    unclear("the wrong century", born(date(1890, 1, 1)), "age_implausible"),
    unclear("no date", born(None), "field_missing"),
    unclear("not a date", born(IdField("A FRIDAY", 99.0)), "date_unreadable"),
    unclear("unclear", born(IdField("1 JAN 1980", 60.0, date(1980, 1, 1))), "field_unclear"),
)
LIMITS = {
    "min_years": Limit(born(date(2003, 2, 20)), 21, 22, "too_young"),
    "min_confidence": Limit(born(date(1980, 1, 1)), 99.0, 99.1, "field_unclear", Outcome.INCONCLUSIVE),
}
