"""`countersign policy test`: cases through the engine, located mistakes, coverage."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from chalicelib.signals import built_in_signals
from cli.local.processes import PROJECT
from cli.workbench.folder import PolicyFolder
from cli.workbench.testing.good import GOOD
from cli.workbench.testing.words import WORDS
from tests.cli.workbench.running import Ran, run
from tests.policy.test_shipped import POLICIES

POLICY = """\
policy: shop
flows:
  register:
    steps:
      - {check: pose, on_fail: review}
      - any_of: [{check: liveness}, {check: id_face_match}]
        on_inconclusive: review
    effects: []
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "shop.yaml").write_text(POLICY)
    return tmp_path / "policies"


def tried(folder: Path, cases: str, *options: str, **more: str) -> Ran:
    """What the command says of these cases; other test files are given by name."""
    (folder / "shop.test.yaml").write_text("policy: shop\n" + dedent(cases))
    for name, text in more.items():
        (folder / f"{name}.test.yaml").write_text(dedent(text))
    return run("policy", "test", "policies/shop.yaml", *options)


def case(given: str, expect: str, reason: str = "") -> str:
    why = f", reason: {reason}" if reason else ""
    return f"cases: [{{case: a, flows: [register], given: {given}, expect: {expect}{why}}}]"


JUDGED = {
    "{}": "approved",
    "{selfie: {yaw_deg: -31}}": "review because of pose.yaw_too_large",
    "{selfie: {yaw_deg: null}}": "denied because of pose.no_pose",
    "{selfie: {faces: 0}}": "denied because of pose.no_face",
    "{liveness: {confidence: 10}}": "approved",
    "{liveness: {confidence: 10}, portrait: {similarity: 12}}": "denied because of any_of.confidence_too_low",
    "{liveness: {confidence: null}, portrait: {similarity: null}}": "review because of any_of.no_confidence",
    "{liveness: {status: expired}}": "denied because of pose.signal_missing",
    "{signals: {liveness: null}}": "denied because of pose.signal_missing",
    "{signals: {id_face: null}, liveness: {confidence: 1}}": "review because of any_of.signal_missing",
    "{signals: {selfie_faces: {image_width_px: 10}}}": "approved",
}


@pytest.mark.parametrize(("given", "decision"), JUDGED.items())
def test_a_case_is_judged_by_the_engine(folder: Path, given: str, decision: str) -> None:
    expect, _, reason = decision.partition(" because of ")
    assert tried(folder, case(given, expect, reason)).exit_code == 0
    other = case(given, "denied", "pose.roll_too_large")
    shown = tried(folder, other)
    assert shown.exit_code == 1
    assert f"policies/shop.test.yaml:2:9  cases[0]  error: 'a' in register: {decision}" in shown.output
    assert "expected denied because of pose.roll_too_large" in shown.output


def test_a_deferred_step_decides_in_the_end(folder: Path) -> None:
    steps = "[{check: pose}, {check: id_face_match, defer: true}]"
    flow = f"  register:\n    steps: {steps}\n    effects: [store_images, save_user]\n"
    (folder / "shop.yaml").write_text(f"policy: shop\nflows:\n{flow}")
    shown = tried(folder, case("{portrait: {similarity: 1}}", "denied", "id_face_match.another_face"))
    assert (shown.exit_code, "coverage 33% (2 of 6 outcomes)" in shown.output) == (0, True)
    both = "{portrait: {similarity: 1}, selfie: {yaw_deg: 90}}"
    assert tried(folder, case(both, "denied", "pose.yaw_too_large")).exit_code == 0
    assert tried(folder, case("{}", "approved")).exit_code == 0


def test_a_finding_beside_the_reason_is_told_too(folder: Path) -> None:
    shown = tried(
        folder, case("{selfie: {yaw_deg: 50}, portrait: {similarity: 1}, liveness: {confidence: 1}}", "approved")
    )
    assert "denied because of any_of.confidence_too_low [pose fail (yaw_too_large, review)]" in shown.output


MISTAKES = {
    "cases: [{case: a, flows: [registr], expect: approved}]": "2:27  cases[0].flows[0]  error: the policy has no flow "
    "'registr'; expected register; did you mean 'register'?",
    "cases: [{case: a, flows: [register], expect: denied}]": "2:9  cases[0]  error: the key 'reason' is missing; "
    "expected step.code, like pose.yaw_too_large",
    case("{}", "approved", "pose.x"): "reason  error: 'reason' is not allowed here: an approval has none",
    case("{}", "denied", "posee.x"): "the policy has no step 'posee'; expected one of pose, any_of, liveness, "
    "id_face_match; did you mean 'pose'?",
    case("{}", "denied", "sunglasses"): "'sunglasses' is no reason; expected step.code, like pose.yaw_too_large",
    case("{selfie: {yaw_deg: wide}}", "approved"): "cases[0].given.selfie.yaw_deg  error: 'wide' is text; "
    "expected a number or null",
    case("{selfie: {sunglases: true}}", "approved"): "unknown key 'sunglases'; did you mean 'sunglasses'?",
    case("{collection: {own: [1]}}", "approved"): "the flow 'register' does not look at 'collection'; "
    "expected one of selfie, portrait, liveness",
    case("{signals: {id_face: {similarity: high}}}", "approved"): "a signal has the wrong form: could not convert",
    "unreachable: [{step: posee, outcome: fail, reason: x}]": "the policy has no step 'posee'",
    "unreachable: [{step: pose, flow: x, outcome: fail, reason: x}]": "the policy has no flow 'x'",
    "cases: [{case: a, flows: [register], expect: aproved}]": "unknown decision 'aproved'",
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.items())
def test_mistakes_in_a_test_file_have_their_place(folder: Path, text: str, message: str) -> None:
    shown = tried(folder, text)
    assert shown.exit_code == 1
    assert "policies/shop.test.yaml:2:" in shown.output
    assert message in shown.output


def test_a_test_file_for_another_policy(folder: Path) -> None:
    (folder / "shop.test.yaml").write_text("policy: store\n")
    shown = run("policy", "test")
    assert (shown.exit_code, "the file tests 'store'; expected shop" in shown.output) == (1, True)


def test_coverage_names_what_no_case_brings_about(folder: Path) -> None:
    shown = tried(folder, case("{liveness: {confidence: 1}}", "approved"), "--min-coverage", "100")
    assert shown.exit_code == 1
    assert "coverage 33% (4 of 12 outcomes)" in shown.output
    missing = {tuple(line.split()) for line in shown.output.splitlines() if line.startswith("  register")}
    assert missing == {
        ("register", "pose", "fail", "review"),
        ("register", "pose", "inconclusive", "deny"),
        ("register", "any_of", "fail", "deny"),
        ("register", "any_of", "inconclusive", "review"),
        ("register", "liveness", "pass", "enough"),
        ("register", "liveness", "inconclusive", "next", "branch"),
        ("register", "id_face_match", "fail", "next", "branch"),
        ("register", "id_face_match", "inconclusive", "next", "branch"),
    }
    assert tried(folder, case("{}", "approved"), "--min-coverage", "10").exit_code == 0


def test_what_cannot_happen_is_not_missing_unless_it_happens(folder: Path) -> None:
    text = "unreachable: [{step: pose, outcome: fail, reason: so it is}]\n"
    assert "coverage 27% (3 of 11 outcomes)" in tried(folder, text + case("{}", "approved")).output
    reached = tried(folder, text + case("{selfie: {yaw_deg: 90}}", "review", "pose.yaw_too_large"))
    assert (reached.exit_code, "pose can be fail: a case brings it about" in reached.output) == (1, True)


def test_inherited_cases_run_too_and_one_of_the_same_name_replaces_them(folder: Path) -> None:
    base = """\
        policy: base
        cases:
          - {case: turned, flows: [register, gone], given: {selfie: {yaw_deg: 90}}, expect: approved}
          - {case: straight, flows: [register], expect: approved}
        """
    wrong = tried(folder, "extends: base\n", base=base)
    assert (wrong.exit_code, "policies/base.test.yaml:3:5" in wrong.output) == (1, True)
    own = "cases: [{case: turned, flows: [register], given: {selfie: {yaw_deg: 90}}, expect: review, reason: %s}]"
    right = tried(folder, "extends: base\n" + own % "pose.yaw_too_large", base=base)
    assert (right.exit_code, "shop: 2 cases, 0 otherwise" in right.output) == (0, True)


def test_a_policy_without_tests_has_no_coverage(folder: Path) -> None:
    assert run("policy", "test").exit_code == 2
    (folder / "other.yaml").write_text(POLICY.replace("shop", "other"))
    assert tried(folder, case("{}", "approved")).exit_code == 0
    assert run("policy", "test", "--min-coverage", "1").exit_code == 1


def test_mistakes_as_annotations_for_github(folder: Path) -> None:
    shown = tried(folder, case("{selfie: {yaw_deg: 90}}", "approved"), "--format", "github")
    assert shown.output.startswith("::error file=policies/shop.test.yaml,line=2,col=9,title=policy::cases[0]: 'a' in")


def test_every_recorded_signal_has_a_good_value_and_a_word() -> None:
    """Whoever adds a signal says here what a good applicant's is, and how a case changes it."""
    recorded = {name for name, signal in built_in_signals().items() if signal.recorded}
    assert recorded == set(GOOD)
    assert recorded == {word.signal for word in WORDS.values()}


@pytest.mark.parametrize("tenant", PolicyFolder(POLICIES).tenants())
def test_shipped_policies_decide_as_their_tests_say_and_are_covered_whole(
    tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    shown = run("policy", "test", f"policies/{tenant}.yaml", "--min-coverage", "100")
    assert shown.exit_code == 0, shown.output
