"""Deferred steps in policies: which are taken, and what is said about the others."""

from __future__ import annotations

import pytest

from chalicelib.errors import PolicyError
from chalicelib.model.policy import Policy, WhileDeferred
from chalicelib.policy.load import load_policy
from chalicelib.wiring import Services

PLUGINS = Services({}).plugins
REGISTER = "effects: [store_images, index_face, save_user]"
POLICY = """\
policy: acme
while_deferred: allow
flows:
  f:
    steps:
      - check: face_count
      - {step}
    {effects}
"""


def load(step: str, effects: str = REGISTER, more: str = "") -> Policy:
    return load_policy("acme", {"acme": POLICY.format(step=step, effects=effects) + more}.get, PLUGINS)


def problem(step: str, effects: str = REGISTER) -> str:
    with pytest.raises(PolicyError) as caught:
        load(step, effects)
    (found,) = caught.value.problems
    return str(found).partition("  ")[0] + " " + found.message


def test_a_deferred_step_is_told_from_the_others() -> None:
    policy = load("{check: minimum_age, defer: true}")
    flow = policy.flows["f"]
    assert policy.while_deferred is WhileDeferred.ALLOW
    assert [step.id for step in flow.at_once().steps] == ["face_count"]
    assert [(step.id, step.defer) for step in flow.deferred().steps] == [("minimum_age", False)]
    assert (flow.at_once().effects, flow.deferred().effects) == (flow.effects, ())


def test_alternatives_are_deferred_together_and_inherited_steps_by_id() -> None:
    load("{any_of: [{check: minimum_age}, {check: mrz_consistent}], defer: true}")
    texts = {
        "acme": "policy: acme\nextends: baseline\nflows: {register_with_id_card: {defer: {minimum_age: true}}}\n",
        "baseline": "policy: baseline\n"
        + POLICY.partition("\n")[2]
        .replace("  f:", "  register_with_id_card:")
        .format(step="{check: minimum_age}", effects=REGISTER),
    }
    flow = load_policy("acme", texts.get, PLUGINS).flows["register_with_id_card"]
    assert [step.id for step in flow.deferred().steps] == ["minimum_age"]


@pytest.mark.parametrize(
    ("step", "effects", "expected"),
    [
        (
            "{check: minimum_age, defer: true}",
            "effects: []",
            "acme.yaml:7:37 a deferred step is judged on stored pictures",
        ),
        (
            "{check: minimum_age, defer: true}",
            "effects: [store_images, touch_user]",
            "acme.yaml:7:37 no user is made whom a deferred step could roll back",
        ),
        (
            "{check: stored_face_match, defer: true}",
            REGISTER,
            "acme.yaml:7:43 only a registration has deferred steps: this flow is about a known user",
        ),
        (
            "{check: liveness, defer: true}",
            REGISTER,
            "acme.yaml:7:34 a liveness session must be claimed while the applicant waits",
        ),
        (
            "{check: minimum_age, defer: true, on_fail: review}",
            REGISTER,
            "acme.yaml:7:52 a deferred step cannot send anyone to review: the applicant has an answer by then",
        ),
    ],
)
def test_what_cannot_be_deferred(step: str, effects: str, expected: str) -> None:
    assert problem(step, effects) == expected


def test_a_flow_that_defers_everything_could_refuse_nobody() -> None:
    text = "policy: acme\nflows: {f: {steps: [{check: minimum_age, defer: true}], " + REGISTER + "}}\n"
    with pytest.raises(PolicyError, match="every step only warns or is deferred"):
        load_policy("acme", {"acme": text}.get, PLUGINS)
