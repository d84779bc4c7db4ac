from __future__ import annotations

from chalicelib.model.document import IdField
from tests.checks.harness import NAN, Case, Limit, document, failing, unclear

CASES = (
    Case("all there", document()),
    failing("one missing", document(LAST_NAME=None), "fields_missing", observed="LAST_NAME"),
    failing(
        "two of them", document(LAST_NAME=" ", FIRST_NAME=None), "fields_missing", observed="FIRST_NAME, LAST_NAME"
    ),
    failing("one unclear", document(LAST_NAME=IdField("E", 60.0)), "fields_missing", observed="LAST_NAME"),
    failing("not a number", document(LAST_NAME=IdField("E", NAN)), "fields_missing"),
    unclear("none asked for", document(), "nothing_required", parameters={"fields": ()}),
)
LIMITS = {
    "fields": Limit(document(), ("FIRST_NAME",), ("FIRST_NAME", "ADDRESS"), "fields_missing"),
    "min_confidence": Limit(document(), 97.0, 97.1, "fields_missing", others={"fields": ("FIRST_NAME",)}),
}
