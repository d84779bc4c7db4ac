"""The form of a test file, as a JSON Schema: for editors, and for located mistakes."""

from __future__ import annotations

import json

from chalicelib.model.decision import Verdict
from chalicelib.model.findings import Outcome
from chalicelib.policy.pieces import Schema, choice, mapping, refused, text
from chalicelib.policy.schema import FLOW_PATTERN, STEP_PATTERN, TENANT_PATTERN
from cli.workbench.testing.words import WORDS

_TENANT = text("tenant", TENANT_PATTERN, "2 to 40 lower-case letters, digits and hyphens")
_FLOW = text("flow name", FLOW_PATTERN, "lower-case letters, digits and underscores")
_STEP = text("step id", STEP_PATTERN, "lower-case letters, digits, hyphens and underscores")
_SOME_TEXT = {"type": "string", "minLength": 1}
_OUTCOMES = choice("outcome", Outcome, "what no case can bring about")


def test_schema() -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Countersign policy tests",
        "description": "What a policy must decide about which applicants.",
        **mapping(
            {
                "policy": {**_TENANT, "description": "the policy that is tested: the file's name without .test.yaml"},
                "extends": {**_TENANT, "description": "the policy whose cases are run under this one too"},
                "cases": {"type": "array", "items": _case(), "minItems": 1, "description": "the cases"},
                "unreachable": {
                    "type": "array",
                    "items": _unreachable(),
                    "minItems": 1,
                    "description": "outcomes that no case can bring about: not counted as missing",
                },
            },
            required=("policy",),
        ),
        "$defs": {},
    }


def test_schema_text() -> str:
    """docs/policy-test.schema.json."""
    return json.dumps(test_schema(), indent=2) + "\n"


def _case() -> Schema:
    properties = {
        "case": {**_SOME_TEXT, "description": "what it is about; an inherited case with this name is replaced"},
        "flows": {
            "type": "array",
            "items": _FLOW,
            "minItems": 1,
            "uniqueItems": True,
            "description": "the flows in which it is tried",
        },
        "given": mapping(
            {
                **{name: word.rules for name, word in WORDS.items()},
                "signals": {
                    "type": "object",
                    "additionalProperties": {"type": ["object", "null"]},
                    "description": "signals as the decision log keeps them, over the good ones; null: not to be had",
                },
            },
            "how this applicant differs from one about whom there is nothing to complain",
        ),
        "pictures": mapping(
            {
                "selfie": {**_SOME_TEXT, "description": "a JPEG or PNG, from this file's folder"},
                "id_card": {**_SOME_TEXT, "description": "the card's front"},
                "id_card_back": {**_SOME_TEXT, "description": "its back"},
                "user": {**_SOME_TEXT, "description": "the user id; cases with the same one build on each other"},
                "properties": {"type": "object", "additionalProperties": {"type": "string"}, "description": "claimed"},
            },
            "pictures instead of `given`: such a case is run against the sandbox, with --sandbox",
        ),
        "expect": choice("decision", Verdict, "the decision"),
        "reason": {
            "type": ["string", "array"],
            "minLength": 1,
            "items": _SOME_TEXT,
            "description": "step.code of the reason; of a review a list of all of them",
        },
    }
    why = {"required": ["reason"], "$comment": "step.code, like pose.yaw_too_large"}
    return {
        **mapping(properties, "one applicant", ("case", "flows", "expect")),
        "if": {"properties": {"expect": {"const": "approved"}}, "required": ["expect"]},
        "then": {"properties": {"reason": refused("an approval has none")}},
        "else": why,
        "dependentSchemas": {"pictures": {"properties": {"given": refused("the case has pictures")}}},
    }


def _unreachable() -> Schema:
    properties = {
        "flow": {**_FLOW, "description": "only in this flow (default: everywhere)"},
        "step": {**_STEP, "description": "the step's or the branch's id"},
        "outcome": _OUTCOMES,
        "reason": {**_SOME_TEXT, "description": "why it cannot happen"},
    }
    return mapping(properties, "an outcome that no case can bring about", ("step", "outcome", "reason"))
