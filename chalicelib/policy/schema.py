"""The JSON Schema (draft 2020-12) of a policy file, put together from the plugins.

Editors complete and explain from it, and the loader judges a file's form by it. Each check's parameters hang on an
`if`/`then` of their own, so a mistake is reported where it stands and not as "none of nineteen shapes fits".
"""

from __future__ import annotations

from chalicelib.model.decision import Verdict
from chalicelib.model.findings import Outcome
from chalicelib.model.plugins import Number, Plugins
from chalicelib.model.policy import Consequence, Disclosure, Execution, FaceStorage, Limits, Retention, WhileDeferred
from chalicelib.policy.flow_schema import flow_definitions
from chalicelib.policy.pieces import Schema, choice, mapping, number, refused, text

# `(?!\n)` because Python's `$` would also match before a line's end.
TENANT_PATTERN = r"^[a-z0-9][a-z0-9-]{0,38}[a-z0-9](?!\n)$"
FLOW_PATTERN = r"^[a-z][a-z0-9_]{0,39}(?!\n)$"
STEP_PATTERN = r"^[a-z][a-z0-9_-]{0,63}(?!\n)$"
LINT_PATTERN = r"^[a-z][a-z0-9-]{0,63}(?!\n)$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\n)$"
ASSERTED = (Verdict.APPROVED, Verdict.DENIED, Verdict.REVIEW)  # what follows from findings


def schema(plugins: Plugins) -> Schema:
    """The schema of one file, before `extends` is resolved."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Countersign policy",
        "description": "How one tenant verifies people: which checks run, with which limits, and what follows.",
        **mapping(_top(plugins), required=("policy",)),
        "$defs": {
            "tenant": text("tenant", TENANT_PATTERN, "2 to 40 lower-case letters, digits and hyphens"),
            "step_id": text("step id", STEP_PATTERN, "lower-case letters, digits, hyphens and underscores"),
            "on_fail": choice("consequence", Consequence, "what a failure means for the decision (default: deny)"),
            "on_inconclusive": choice(
                "consequence",
                (Consequence.DENY, Consequence.REVIEW),
                "what it means when the check cannot tell (default: deny); never an approval",
            ),
            **flow_definitions(plugins),
        },
    }


def _top(plugins: Plugins) -> Schema:
    return {
        "policy": {"$ref": "#/$defs/tenant", "description": "the tenant's id: the file's name without .yaml"},
        "extends": {"$ref": "#/$defs/tenant", "description": "the policy that this one starts from"},
        "description": {"type": "string", "description": "what this policy is for, in a sentence"},
        "execution": {
            **choice(
                "execution",
                Execution,
                "fastest: AWS is asked side by side; cheapest: no more after a denial; "
                "speculative: as fastest, and the face is indexed beside the checks and removed unless approved",
            ),
            "default": "fastest",
        },
        "limits": _section(
            Limits(),
            "after so many denials of a user in a flow, that user is locked out of the flow",
            max_failures=("denials", 1, 100, "the denials of a user in a flow that lock the user out of that flow"),
            window_minutes=("minutes", 1, 1_440, "the time within which they are counted"),
            lockout_minutes=("minutes", 1, 10_080, "how long the lockout lasts"),
        ),
        "retention": _section(
            Retention(),
            "how long things are kept, from the day on which they were stored",
            images_days=("days", 1, 3_650, "pictures of a user; stored_face_match needs them"),
            fields_days=("days", 1, 3_650, "what was read off an ID document, of who was not denied"),
            faces_days=("days", 1, 3_650, "faces in the collection; a user without one must register again"),
            decisions_days=("days", 1, 3_650, "decisions in the log, by pseudonym, and whom they were about"),
        ),
        "shadow": {
            "$ref": "#/$defs/tenant",
            "description": "a candidate policy, decided beside this one from the same signals, without acting; only "
            "the decision log tells (not inherited)",
        },
        "consent": {
            **choice("consent", ("required", "optional"), "whether a request must carry the applicant's consent"),
            "default": "optional",
        },
        "while_deferred": {
            **choice("answer", WhileDeferred, "whether a user may authenticate while deferred steps are open"),
            "default": "refuse",
        },
        "disclose": {
            **choice("disclosure", Disclosure, "what the answer to a request, which the applicant may see, tells"),
            "enumDescriptions": [
                "reasons, and every finding without comparison and liveness scores",
                "the reasons for the decision",
                "the decision alone",
            ],
            "default": "full",
        },
        "faces": _section(
            FaceStorage(),
            "how faces are stored",
            max_per_user=("faces", 1, 100, "faces that a user keeps; older ones are retired"),
            shards=(
                "collections",
                1,
                100,
                "over these the faces are spread; it may grow, but faces in a dropped one are lost",
            ),
        ),
        "assert": {
            "type": "array",
            "items": _assertion(plugins),
            "minItems": 1,
            "description": "what must hold whatever the checks find; a policy of which it does not is invalid",
        },
        "silence": {
            "type": "array",
            "items": _silence(),
            "minItems": 1,
            "description": "lints of `countersign policy validate` that do not apply here, with why and until when",
        },
        "flows": {
            "type": "object",
            "description": "the flows by name; requests name one",
            "propertyNames": text("flow name", FLOW_PATTERN, "lower-case letters, digits and underscores"),
            "additionalProperties": {"$ref": "#/$defs/flow"},
        },
    }


def _assertion(plugins: Plugins) -> Schema:
    check, outcome = choice("check", plugins.checks, ""), choice("outcome", Outcome, "what the check finds")
    properties = {
        "never": choice("decision", ASSERTED, "the decision that must not be"),
        "without": {
            "type": "array",
            "items": check,
            "minItems": 1,
            "uniqueItems": True,
            "description": "unless one of these checks passed",
        },
        "with": {
            "type": "object",
            "propertyNames": check,
            "additionalProperties": outcome,
            "minProperties": 1,
            "description": "while these checks find this, each",
        },
        "in": {
            "type": "array",
            "items": text("flow name", FLOW_PATTERN, "lower-case letters, digits and underscores"),
            "minItems": 1,
            "uniqueItems": True,
            "description": "only in these flows (default: all)",
        },
    }
    both = refused("the assertion has `without` already")
    neither = {"required": ["with"], "$comment": "`without` or `with`"}
    return {
        **mapping(properties, "one thing that must hold", required=("never",)),
        "if": {"required": ["without"]},
        "then": {"properties": {"with": both}},
        "else": neither,
    }


def _silence() -> Schema:
    """The lints are the command line's; running functions take no notice."""
    properties = {
        "lint": text("lint name", LINT_PATTERN, "the lint's name, as `countersign policy validate` prints it"),
        "flow": text("flow name", FLOW_PATTERN, "only in this flow (default: everywhere)"),
        "reason": {"type": "string", "minLength": 1, "description": "why it is right as it is"},
        "until": text("date", DATE_PATTERN, "the last day on which this holds, like 2026-12-31"),
    }
    return mapping(properties, "one lint that is kept silent", required=("lint", "reason", "until"))


def _section(
    defaults: Limits | Retention | FaceStorage, description: str, **ranges: tuple[str, int, int, str]
) -> Schema:
    """A mapping of whole numbers; `ranges` gives each its unit, smallest and largest value, and what it is."""
    properties = {
        name: {**number(Number(unit, low, high, text), "integer"), "default": getattr(defaults, name)}
        for name, (unit, low, high, text) in ranges.items()
    }
    return mapping(properties, description)
