from __future__ import annotations

from chalicelib.model.document import IdField
from chalicelib.model.findings import Outcome
from tests.checks.harness import NAN, Case, Limit, document, failing, unclear

CASES = (
    Case("a passport", document(), observed="PASSPORT"),
    Case("capitals do not matter", document(ID_TYPE="Driver License Front")),
    failing("another type", document(ID_TYPE="UNKNOWN"), "type_not_allowed", observed="UNKNOWN"),
    failing("nothing is allowed", document(), "type_not_allowed", parameters={"allowed": ()}),
    unclear("no type", document(ID_TYPE=None), "field_missing"),
    unclear("a blank type", document(ID_TYPE=" "), "field_missing"),
    unclear("unclear", document(ID_TYPE=IdField("PASSPORT", 60.0)), "field_unclear"),
    unclear("not a number", document(ID_TYPE=IdField("PASSPORT", NAN)), "field_unclear"),
)
LIMITS = {
    "allowed": Limit(document(), ("PASSPORT",), ("STATE ID",), "type_not_allowed"),
    "min_confidence": Limit(document(), 99.0, 99.1, "field_unclear", Outcome.INCONCLUSIVE),
}
