"""Each lint with a policy that it is for, and with one beside it in which it must find nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from textwrap import dedent, indent

import pytest

from chalicelib.policy.load import load_with_places
from cli.workbench.diagnostics import Diagnostic
from cli.workbench.folder import PolicyFolder, installed_plugins
from cli.workbench.lints import LINTS, lint
from cli.workbench.lints.subject import Subject
from tests.policy.test_shipped import POLICIES

PLUGINS = installed_plugins()
TODAY = date(2026, 11, 23)
SAID = "consent: optional\nretention: {images_days: 30}\nlimits: {max_failures: 5}\n"


def found(text: str, **more: str) -> list[Diagnostic]:
    """What the lints find in the policy `shop`, other files being given by name."""
    texts = {"shop": f"policy: shop\n{text}", **more}
    return list(lint(Subject(load_with_places("shop", texts.get, PLUGINS), PLUGINS), TODAY))


def names(text: str, **more: str) -> list[str]:
    return [each.lint for each in found(text, **more)]


def flow(steps: str, name: str = "own", effects: str = "[]") -> str:
    listed = indent(dedent(steps).strip(), "      ")
    return f"{SAID}flows:\n  {name}:\n    steps:\n{listed}\n    effects: {effects}\n"


STORES = "[store_images, index_face, save_user]"
WIDE = "{max_yaw_deg: 180, max_pitch_deg: 180, max_roll_deg: 180}"
DUPLICATE = "check: duplicate_face"
MATCH = "- check: stored_face_match"
CASES = {
    "no-duplicate-check": (
        (flow("- check: face_count", effects=STORES), "9:29"),
        (flow("- check: face_count\n- {check: duplicate_face, on_fail: warn}", effects=STORES), "10:29"),
    ),
    "authentication-below-99": (
        (flow(f"{MATCH}\n  with: {{SimilarityThreshold: 98.9}}"), "9:37"),
        (flow("- any_of:\n  - {check: collection_match, with: {FaceMatchThreshold: 95}}\n  - check: liveness"), "9:64"),
    ),
    "nobody-recognised": (
        (flow(f"- any_of:\n  {MATCH}\n  - check: liveness", effects="[touch_user]"), "11:15"),
        (flow(f"- check: face_count\n{MATCH}\n  on_fail: warn", effects="[touch_user]"), "11:15"),
        (flow(f"- any_of:\n  {MATCH}\n  - check: liveness", effects="[index_face, save_user]"), "11:15"),
    ),
    "unexpected-input": (
        (flow("- check: id_face_match", name="authenticate"), "8:9"),
        (flow(MATCH, name="register"), "8:9"),
    ),
    "decides-nothing": (
        (flow(f"- check: pose\n  with: {WIDE}"), "8:9"),
        (flow("- check: pose\n- {check: pose, id: again, with: {max_yaw_deg: 31}}"), "9:9"),
        (flow("- check: pose\n- any_of: [{check: liveness}, {check: pose, id: again}]"), "9:9"),
        (flow(f"- any_of:\n  {MATCH}\n  {MATCH}\n    id: again"), "10:11"),
        (flow("- check: document_type\n- {check: document_type, id: again}"), "9:9"),
    ),
    "deferred-not-undoable": (
        (flow(f"- {DUPLICATE}\n- {{check: sharpness, defer: true}}", effects=f"{STORES[:-1]}, retire_faces]"), "10:52"),
    ),
    "any-of-one-branch": ((flow(f"- any_of:\n  {MATCH}"), "8:9"),),
    "missing-consent": ((flow("- check: pose").replace("consent: optional\n", ""), "1:1"),),
    "missing-retention": ((flow("- check: pose").replace("retention: {images_days: 30}\n", ""), "1:1"),),
    "missing-limits": ((flow("- check: pose").replace("limits: {max_failures: 5}\n", ""), "1:1"),),
}
NOTHING = {
    "a duplicate goes to a person": flow("- {check: duplicate_face, on_fail: review}", effects=STORES),
    "a match by either": flow(f"- any_of:\n  {MATCH}\n  - check: collection_match", effects="[touch_user]"),
    "a person decides about who is not recognised": flow(f"{MATCH}\n  on_fail: review", effects="[touch_user]"),
    "an update has matched the stored faces": flow(MATCH, name="update", effects=STORES),
    "what is deferred can be undone": flow(f"- {DUPLICATE}\n- {{check: sharpness, defer: true}}", effects=STORES),
    "at 99": flow(f"{MATCH}\n  with: {{SimilarityThreshold: 99}}", name="authenticate"),
    "a card in the flow for cards": flow("- check: id_face_match", name="register_with_id_card"),
    "one limit that refuses": flow(f"- check: pose\n  with: {WIDE.replace('roll_deg: 180', 'roll_deg: 179')}"),
    "stricter the second time": flow("- check: pose\n- {check: pose, id: again, with: {max_yaw_deg: 29}}"),
    "the first of two only warns": flow("- {check: pose, on_fail: warn}\n- {check: pose, id: again}"),
    "a direction that depends": flow(
        "- check: face_count\n- {check: face_count, id: again, with: {min_confidence: 95}}"
    ),
    "a wider list first": flow("- check: document_type\n- {check: document_type, id: b, with: {allowed: [PASSPORT]}}"),
}


@pytest.mark.parametrize(("name", "text", "place"), [(name, *each) for name, cases in CASES.items() for each in cases])
def test_a_lint_finds_what_it_is_for(name: str, text: str, place: str) -> None:
    hits = [each.problem for each in found(text) if each.lint == name]
    assert [f"{hit.line}:{hit.column}" for hit in hits] == [place]


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_a_lint_finds_nothing_beside_it(text: str) -> None:
    assert found(text) == []


def test_a_check_whose_signal_nothing_reads() -> None:
    """Of an installed package, that is; the project's own are all there."""
    few = replace(PLUGINS, signals={name: each for name, each in PLUGINS.signals.items() if name != "selfie"})
    loaded = load_with_places("shop", {"shop": f"policy: shop\n{flow('- check: pose')}"}.get, few)
    hits = [each for each in lint(Subject(loaded, few), TODAY) if each.lint == "unknown-signal"]
    assert [each.problem.message for each in hits] == ["pose looks at selfie, which nothing here can read"]


def test_every_lint_has_its_case() -> None:
    assert {*CASES, "unknown-signal"} == {each.name for each in LINTS}


@pytest.mark.parametrize("tenant", PolicyFolder(POLICIES).tenants())
def test_shipped_policies_are_clean(tenant: str) -> None:
    loaded = load_with_places(tenant, PolicyFolder(POLICIES).read, PLUGINS)
    assert list(lint(Subject(loaded, PLUGINS), TODAY)) == []


ONE_BRANCH = flow(f"- any_of:\n  {MATCH}")


def silence(**keys: str) -> str:
    given = {"lint": "any-of-one-branch", "reason": "a second comes with the next model", "until": "2026-11-23", **keys}
    return f"silence: [{{{', '.join(f'{key}: {value}' for key, value in given.items())}}}]\n"


def test_a_silence_holds_until_its_day() -> None:
    assert names(silence() + ONE_BRANCH) == []
    assert names(silence(until="2026-11-22") + ONE_BRANCH) == ["", "any-of-one-branch"]


def test_a_silence_can_be_for_one_flow() -> None:
    assert names(silence(flow="own") + ONE_BRANCH) == []
    assert names(silence(flow="other") + ONE_BRANCH) == ["unused-silence", "any-of-one-branch"]


def test_what_is_wrong_with_a_silence_has_its_place() -> None:
    wrong = {
        "until": ("2026-02-30", "2026-02-30 is no date"),
        "lint": ("any-of-one-brach", "there is no lint 'any-of-one-brach'"),
    }
    for key, (value, message) in wrong.items():
        problem = found(silence(**{key: value}) + ONE_BRANCH)[0].problem
        assert (problem.message, problem.path, problem.line) == (message, f"silence[0].{key}", 2)


def test_an_inherited_silence_holds_and_is_not_called_unused() -> None:
    base = f"policy: base\n{silence()}{ONE_BRANCH}"
    assert names("extends: base", base=base) == []
    assert names("extends: base\nflows: {own: {steps: [{check: pose}]}}", base=base) == []
