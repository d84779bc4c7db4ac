"""`countersign policy diff`: in words, and right about what loosens."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.model.decision import Verdict
from chalicelib.model.plugins import Choices, Number, Parameter
from chalicelib.model.policy import AnyOf, Flow, Step
from chalicelib.policy.load import load_policy, load_with_places
from cli.workbench.diffing.bearings import Bearing
from cli.workbench.diffing.changes import compare
from cli.workbench.diffing.steps import step_changes
from cli.workbench.folder import PolicyFolder, installed_plugins
from cli.workbench.testing.judging import judged
from cli.workbench.testing.suite import load_suite
from tests.cli.workbench.running import run
from tests.policy.test_shipped import POLICIES

PLUGINS = installed_plugins()
OLD = """\
policy: shop
consent: required
limits: {max_failures: 5}
flows:
  login:
    steps:
      - check: pose
      - {check: sunglasses, on_fail: review}
      - any_of: [{check: stored_face_match}, {check: collection_match}]
        id: match
    effects: [touch_user]
"""
POSE = "check: pose"
IN_ORDER = """\
      - check: pose
      - {check: sunglasses, on_fail: review}
"""
TURNED = "".join(reversed(IN_ORDER.splitlines(keepends=True)))
CHANGES = {
    ("check: pose", "check: pose\n        with: {max_yaw_deg: 20}"): [
        "login stricter pose: max_yaw_deg 30 -> 20 degrees"
    ],
    ("check: pose", "check: pose\n        with: {max_yaw_deg: 40}"): [
        "login looser pose: max_yaw_deg 30 -> 40 degrees"
    ],
    (POSE, "check: sharpness\n        id: pose2"): [
        "login looser no longer asked: pose",
        "login stricter asked too: pose2 (sharpness)",
    ],
    ("on_fail: review", "on_fail: warn"): ["login looser sunglasses: on_fail review -> warn"],
    ("on_fail: review", "on_fail: deny"): ["login stricter sunglasses: on_fail review -> deny"],
    ("on_fail: review", "on_fail: review, on_inconclusive: review"): [
        "login looser sunglasses: on_inconclusive deny -> review"
    ],
    ("{check: stored_face_match}, ", ""): ["login stricter match: no longer enough: stored_face_match"],
    ("{check: collection_match}]", "{check: collection_match}, {check: liveness}]"): [
        "login looser match: enough too: liveness"
    ],
    ("{check: collection_match}]", "{check: collection_match, with: {FaceMatchThreshold: 99.5}}]"): [
        "login stricter collection_match: FaceMatchThreshold 99 -> 99.5 percent"
    ],
    ("any_of: [{check: stored_face_match}, {check: collection_match}]", "check: stored_face_match"): [
        "login unclear match (any of stored_face_match, collection_match) becomes match (stored_face_match)"
    ],
    ("effects: [touch_user]", "effects: []"): ["login neither no longer writes: touch_user"],
    ("max_failures: 5", "max_failures: 9"): [" looser limits.max_failures: 5 -> 9"],
    ("consent: required", "consent: optional"): [" looser consent_required: true -> false"],
    ("consent: required", "consent: required\nexecution: cheapest"): [" neither execution: fastest -> cheapest"],
    ("consent: required", "consent: required\ndisclose: none"): [" stricter disclose: full -> none"],
    ("  login:\n", "  entry:\n"): [
        "login stricter the flow is gone",
        "entry looser a new flow, a new way to be approved: pose, sunglasses, match",
    ],
    ("consent: required", "consent: required # and a comment"): [],
    (IN_ORDER, TURNED): ["login neither the steps stand in another order, so the reason given may be another"],
}


@pytest.mark.parametrize(("change", "told"), CHANGES.items(), ids=range(len(CHANGES)))
def test_each_change_in_words(change: tuple[str, str], told: list[str]) -> None:
    assert change[0] in OLD
    old, new = (load_with_places("shop", {"shop": text}.get, PLUGINS) for text in (OLD, OLD.replace(*change)))
    assert [f"{each.flow} {each.bearing.value} {each.words}" for each in compare(old, new, PLUGINS)] == told


def test_an_assertion_that_is_gone_may_loosen() -> None:
    asserting = OLD + "assert: [{never: approved, without: [pose]}]\n"
    old, new = (load_with_places("shop", {"shop": text}.get, PLUGINS) for text in (asserting, OLD))
    assert [(each.words, each.bearing) for each in compare(old, new, PLUGINS)] == [
        ("no longer asserted: never approved, without pose", Bearing.UNCLEAR)
    ]


def test_a_step_that_is_deferred_approves_first() -> None:
    flow = "steps: [{check: pose}, {check: sharpness}], effects: [store_images, save_user]"
    text = f"policy: shop\nflows: {{join: {{{flow}}}}}\n"
    later = text.replace("{check: sharpness}", "{check: sharpness, defer: true}") + "while_deferred: allow\n"
    old, new = (load_with_places("shop", {"shop": each}.get, PLUGINS) for each in (text, later))
    assert [(each.words, each.bearing.value) for each in compare(old, new, PLUGINS)] == [
        ("while_deferred: refuse -> allow", "looser"),
        ("sharpness: judged only after the answer", "looser"),
    ]
    assert [each.bearing.value for each in compare(new, old, PLUGINS)] == ["stricter", "stricter"]


RANK = {Verdict.DENIED: 0, Verdict.REVIEW: 1, Verdict.APPROVED: 2}
SUITE_OF = load_policy("acme", PolicyFolder(POLICIES).read, PLUGINS)
CASES = [case for case in load_suite(PolicyFolder(POLICIES), SUITE_OF).cases if not case.pictures]


def _with_parameter(flow: Flow, step: Step, name: str, value: object) -> Flow:
    changed = dataclasses.replace(step, parameters=dataclasses.replace(step.parameters, **{name: value}))  # type: ignore[type-var]

    def in_place(each: Step | AnyOf) -> Step | AnyOf:
        if isinstance(each, AnyOf):
            return dataclasses.replace(each, branches=tuple(changed if b is step else b for b in each.branches))
        return changed if each is step else each

    return dataclasses.replace(flow, steps=tuple(map(in_place, flow.steps)))


def _other_values(parameter: Parameter, value: object) -> list[object]:
    kind = parameter.kind
    if isinstance(kind, Number):
        ends = (kind.minimum, kind.maximum, (kind.minimum + float(str(value))) / 2)
        return [parameter.type(each) for each in ends if parameter.type(each) != value]
    if isinstance(kind, Choices):
        assert isinstance(value, tuple)
        return [(*value, "LIBRARY CARD" if not kind.allowed else "ADDRESS"), value[:1]]
    return [not value]


def _changed_flows() -> Iterator[tuple[str, Flow, Flow]]:
    for name in ("register_with_id_card", "authenticate"):
        flow = SUITE_OF.flows[name]
        for step in (each for s in flow.steps for each in (s.branches if isinstance(s, AnyOf) else (s,))):
            for parameter in PLUGINS.checks[step.check].parameters:
                for value in _other_values(parameter, getattr(step.parameters, parameter.name)):
                    yield f"{name}-{step.id}-{parameter.name}", flow, _with_parameter(flow, step, parameter.name, value)


def test_what_is_called_stricter_lets_nobody_more_in_and_what_is_called_looser_nobody_less() -> None:
    """Every parameter of a policy changed, and every case of its tests decided by both."""
    verdicts = {
        id(case): judged(case, SUITE_OF.flows[case.flow], PLUGINS).verdict for case in CASES if not case.pictures
    }
    bearings, moved = set(), set()
    for title, old, new in _changed_flows():
        told = [how for _, how in step_changes(old.steps, new.steps, PLUGINS)]
        bearings.update(told)
        for case in (case for case in CASES if case.flow == old.name):
            step = RANK[judged(case, new, PLUGINS).verdict] - RANK[verdicts[id(case)]]
            moved.add(step)
            assert step <= 0 or told != [Bearing.STRICTER], f"{title}: {case.title} is let in"
            assert step >= 0 or told != [Bearing.LOOSER], f"{title}: {case.title} is kept out"
    assert bearings >= {Bearing.STRICTER, Bearing.LOOSER}
    assert moved >= {-2, 0, 2}, "the cases are such that decisions do change"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "shop.yaml").write_text(OLD)
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "one")):
        subprocess.run(["git", *command], check=True, cwd=tmp_path)
    (tmp_path / "policies" / "shop.yaml").write_text(OLD.replace("max_failures: 5", "max_failures: 9"))
    return tmp_path


@pytest.mark.parametrize("old", ["HEAD", "HEAD:policies", "HEAD:policies/shop.yaml"])
def test_a_revision_against_the_files_of_today(repository: Path, old: str) -> None:
    shown = run("policy", "diff", old, "--fail-on-loosening")
    assert (shown.exit_code, "looser    limits.max_failures: 5 -> 9" in shown.output) == (1, True)
    assert run("policy", "diff", old, "HEAD").output == "no policy changes\n"


def test_two_files_of_different_names(repository: Path) -> None:
    (repository / "other.yaml").write_text(OLD.replace("policy: shop", "policy: other"))
    assert "limits.max_failures: 9 -> 5" in run("policy", "diff", "policies/shop.yaml", "other.yaml").output


def test_policies_that_come_and_go(repository: Path) -> None:
    (repository / "policies" / "shop.yaml").rename(repository / "policies" / "new.yaml")
    (repository / "policies" / "new.yaml").write_text(OLD.replace("policy: shop", "policy: new"))
    (repository / "policies" / "third.yaml").write_text(OLD.replace("policy: shop", "policy: third"))
    rows = json.loads(run("policy", "diff", "HEAD", "policies", "--format", "json").output)
    assert {(row["tenant"], row["bearing"]) for row in rows} == {("new", "looser"), ("third", "looser")} | {
        ("shop", "stricter")
    }


def test_markdown_for_a_comment(repository: Path) -> None:
    shown = run("policy", "diff", "HEAD", "--format", "markdown").output
    assert shown.startswith(
        "### Policy `shop`: this loosens\n\n**the policy as a whole becomes looser**\n\n- **looser**: "
    )


def test_what_is_no_version(repository: Path) -> None:
    assert run("policy", "diff", "nowhere").exit_code == 2
