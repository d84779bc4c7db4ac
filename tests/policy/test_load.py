"""What a policy becomes: steps with their parameters, what is inherited and changed, and the digest."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.errors import PolicyError
from chalicelib.model.policy import AnyOf, Consequence, Execution, FaceStorage, Limits, Policy, Retention, Step
from chalicelib.policy.load import load_policy, load_with_places
from chalicelib.policy.tree import entries, items, text_of
from tests.policy.fakes import BASE, PLUGINS, Count, Document, Match, Strict, Turned, load, problems

SMALL = """
    policy: acme
    flows:
      f:
        steps:
          - check: match
            with: {Threshold: 98}
            on_fail: review
            on_inconclusive: review
          - check: document
            with: {words: [NO, on]}
    """


def changed(*changes: str) -> Policy:
    """`base`, with these changes of its flow `register`."""
    return load(base=BASE, acme="policy: acme\nextends: base\nflows:\n  register:\n    " + "\n    ".join(changes))


def ids(policy: Policy) -> list[str]:
    return [step.id for step in policy.flows["register"].steps]


def parameters(policy: Policy, name: str) -> object:
    steps = policy.flows["register"].steps
    all_steps = [step for each in steps for step in (each.branches if isinstance(each, AnyOf) else (each,))]
    return next(step.parameters for step in all_steps if step.id == name)


def test_what_is_not_said_has_its_default() -> None:
    policy = load(acme="policy: acme\nflows: {f: {steps: [{check: pose}]}}")
    assert policy.flows["f"].steps == (Step("pose", "pose", Turned(30), Consequence.DENY, Consequence.DENY),)
    assert (policy.limits, policy.retention, policy.faces) == (Limits(), Retention(), FaceStorage())
    assert (policy.execution, policy.consent_required) == (Execution.FASTEST, False)
    assert policy.flows["f"].effects == ()


def test_what_is_said() -> None:
    policy = load(acme=SMALL + "execution: cheapest\nconsent: required\nfaces: {shards: 4}\n".replace("\n", "\n    "))
    review = Consequence.REVIEW
    assert policy.flows["f"].steps == (
        Step("match", "match", Match(98), review, review),
        Step("document", "document", Document(words=("NO", "on"))),
    )
    assert (policy.execution, policy.consent_required) == (Execution.CHEAPEST, True)
    assert policy.faces == FaceStorage(shards=4)


def test_sections_are_inherited_key_by_key() -> None:
    assert load(base=BASE, acme="policy: acme\nextends: base\nlimits: {window_minutes: 3}").limits == Limits(7, 3, 30)


def test_a_policy_that_extends_another_and_changes_nothing_has_its_flows() -> None:
    policy = load(base=BASE, acme="policy: acme\nextends: base")
    assert ids(policy) == ["face_count", "pose", "same_face", "card"]
    assert policy.flows["register"].effects == ("store", "save")


def test_steps_given_anew_replace_all_steps_and_keep_the_effects() -> None:
    policy = changed("steps: [{check: pose}]")
    assert ids(policy) == ["pose"]
    assert policy.flows["register"].effects == ("store", "save")


def test_effects_given_anew_replace_all_effects() -> None:
    assert changed("effects: [touch]").flows["register"].effects == ("touch",)
    assert changed("effects: []").flows["register"].effects == ()


def test_adjust() -> None:
    policy = changed("adjust: {face_count: {max_faces: 2}, card: {required: false}, twin: {Threshold: 90}}")
    assert parameters(policy, "face_count") == Count(1, 2)
    assert parameters(policy, "card") == Document(required=False)
    assert parameters(policy, "twin") == Match(90)
    assert parameters(policy, "match") == Match(97)


def test_adjusting_keeps_the_other_parameters_through_several_files() -> None:
    middle = "policy: middle\nextends: base\nflows: {register: {adjust: {face_count: {max_faces: 5, min_faces: 2}}}}"
    top = "policy: acme\nextends: middle\nflows: {register: {adjust: {face_count: {max_faces: 4}}}}"
    assert parameters(load(base=BASE, middle=middle, acme=top), "face_count") == Count(2, 4)


def test_consequences() -> None:
    policy = changed("on_fail: {pose: warn, same_face: review}", "on_inconclusive: {same_face: review}")
    by_id = {step.id: step for step in policy.flows["register"].steps}
    assert (by_id["pose"].on_fail, by_id["pose"].on_inconclusive) == (Consequence.WARN, Consequence.DENY)
    assert (by_id["same_face"].on_fail, by_id["same_face"].on_inconclusive) == (Consequence.REVIEW, Consequence.REVIEW)


def test_disable_a_step_and_an_alternative() -> None:
    policy = changed("disable: [pose, match]")
    assert ids(policy) == ["face_count", "same_face", "card"]
    same_face = policy.flows["register"].steps[1]
    assert isinstance(same_face, AnyOf)
    assert [branch.id for branch in same_face.branches] == ["twin"]


def test_insert_in_the_order_in_which_it_is_written() -> None:
    policy = changed(
        "insert:",
        "  - {after: pose, check: strict, id: first, with: {pin: 2}}",
        "  - {after: pose, check: strict, id: second, with: {pin: 4}}",
        "  - {before: pose, check: strict, id: third, with: {pin: 6}}",
        "  - {before: pose, any_of: [{check: strict, id: inner, with: {pin: 8}}], id: fourth}",
    )
    assert ids(policy) == ["face_count", "third", "fourth", "pose", "first", "second", "same_face", "card"]
    assert parameters(policy, "second") == Strict(4)


def test_a_step_can_be_replaced() -> None:
    policy = changed("insert: [{after: pose, check: pose, with: {max_yaw_deg: 5}}]", "disable: [pose]")
    assert ids(policy) == ["face_count", "pose", "same_face", "card"]
    assert parameters(policy, "pose") == Turned(5)


def test_inheriting_leaves_the_parent_as_it_was() -> None:
    before = load_policy("base", {"base": dedent(BASE)}.get, PLUGINS)
    changed("adjust: {pose: {max_yaw_deg: 1}}", "disable: [card]")
    assert load_policy("base", {"base": dedent(BASE)}.get, PLUGINS) == before


SAME = """
    # another comment
    "policy": acme
    description: it says the same
    consent: optional
    flows: {f: {steps: [
      {with: {Threshold: 98.0}, check: match, on_inconclusive: review, on_fail: review},
      {check: document, id: document, with: {words: ["NO", 'on'], required: true}}]}}
    """


SILENCE = "silence: [{lint: %s, reason: measured, until: 2027-01-31}]"


def test_a_file_adds_to_what_is_silenced_and_the_policy_stays_the_same() -> None:
    texts = {
        "base": dedent(BASE) + SILENCE % "one",
        "acme": f"policy: acme\nextends: base\n{SILENCE % 'two'}",
    }
    loaded = load_with_places("acme", texts.get, PLUGINS)
    silenced = [(text_of(entries(item)["lint"]), item.place.file) for item in items(entries(loaded.tree)["silence"])]
    assert silenced == [("one", "base.yaml"), ("two", "acme.yaml")]
    unsilenced = load(base=BASE, acme="policy: acme\nextends: base")
    assert loaded.policy.digest == unsilenced.digest


def test_the_digest_is_that_of_the_content() -> None:
    assert load(acme=SAME).digest == load(acme=SMALL).digest
    extended = load(acme="policy: acme\nextends: base", base=SMALL.replace("policy: acme", "policy: base"))
    assert extended.digest == load(acme=SMALL).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [("98", "98.5"), ("NO, on", "on, NO"), ("on_fail: review", "on_fail: warn"), ("  f:", "  g:")],
    ids=["threshold", "order", "consequence", "flow"],
)
def test_the_digest_changes_with_the_content(old: str, new: str) -> None:
    assert load(acme=SMALL.replace(old, new)).digest != load(acme=SMALL).digest


WORDS = st.sampled_from(
    [
        *(
            "policy",
            "extends",
            "flows",
            "steps",
            "check",
            "any_of",
            "with",
            "id",
            "pose",
            "match",
            "register",
            "adjust",
        ),
        *("insert", "after", "before", "disable", "on_fail", "effects", "save", "limits", "base", "warn", "Threshold"),
        *(
            ": ",
            "- ",
            "\n",
            "\n  ",
            "\n    ",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "97",
            "0.8",
            "null",
            "&a ",
            "*a",
            "!!x ",
            ".nan",
        ),
    ]
)


@given(st.text() | st.lists(WORDS).map("".join))
@example("flows: {register: {insert: [{after: pose, check: {}}], steps: null}}")
@example("extends: base\nflows: {register: {disable: [[pose]], on_fail: [], adjust: {pose: null, same_face: 3}}}")
@example("extends: base\nflows: {register: {insert: [{after: [], any_of: {}}, 3]}}\nlimits: []")
def test_any_text_is_a_policy_or_a_policy_error(text: str) -> None:
    try:
        policy = load_policy("acme", {"acme": text, "base": dedent(BASE)}.get, PLUGINS)
    except PolicyError as error:
        assert error.problems
        assert all(problem.file in ("acme.yaml", "base.yaml") and problem.line >= 1 for problem in error.problems)
    else:
        assert all(flow.steps for flow in policy.flows.values())


def test_a_shadow_is_not_inherited_and_is_another_policy() -> None:
    shadowed = BASE + "shadow: acme\n"
    assert load(base=shadowed, acme="policy: acme\nextends: base\n").shadow is None
    assert load(base=BASE, acme="policy: acme\nextends: base\nshadow: acme-next\n").shadow == "acme-next"
    (problem,) = problems(base=BASE, acme="policy: acme\nextends: base\nshadow: acme\n")
    assert problem.startswith("acme.yaml:3:9  shadow  a policy cannot be its own candidate")
