"""Every check, from its file in `cases/`: what it says of made-up signals, and that each parameter changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from itertools import permutations
from types import ModuleType
from typing import Any

import pytest

from chalicelib.checks import built_in_checks
from chalicelib.model.facts import BlockedFaces, CollectionMatches
from chalicelib.model.findings import Finding, Outcome
from chalicelib.model.plugins import Check, Number, Parameter, Stricter
from tests.checks.harness import Case, Limit, Signals

CHECKS = built_in_checks()
CASE_FILES: dict[str, ModuleType] = {name: import_module(f"tests.checks.cases.{name}") for name in CHECKS}
CASES = [
    pytest.param(CHECKS[name], case, id=f"{name}-{case.title}") for name in CHECKS for case in CASE_FILES[name].CASES
]
PARAMETERS = [
    pytest.param(check, parameter, id=f"{check.name}-{parameter.name}")
    for check in CHECKS.values()
    for parameter in check.parameters
]


def judge(check: Check, case_signals: Signals, parameters: Mapping[str, object]) -> Finding:
    assert set(case_signals) >= set(check.needs), f"{check.name} needs the signals {check.needs}"
    signals = {name: case_signals[name] for name in check.needs}
    return check.judge(check.make_parameters(**parameters), **signals)


@pytest.mark.parametrize(("check", "case"), CASES)
def test_case(check: Check, case: Case) -> None:
    finding = judge(check, case.signals, case.parameters)
    assert (finding.outcome, finding.reason) == (case.outcome, case.reason)
    if case.observed is not None:
        assert finding.observed == case.observed


@pytest.mark.parametrize(("check", "parameter"), PARAMETERS)
def test_both_sides_of_the_limit(check: Check, parameter: Parameter) -> None:
    """The same signals, two values of one parameter that lie side by side: one passes, the other does not."""
    name = parameter.name
    limit: Limit | None = CASE_FILES[check.name].LIMITS.get(name)
    assert limit is not None, f"tests/checks/cases/{check.name}.py has no limit for the parameter {name!r}"
    inside = judge(check, limit.signals, {**limit.others, name: limit.inside})
    outside = judge(check, limit.signals, {**limit.others, name: limit.outside})
    assert inside.outcome is Outcome.PASS
    assert (outside.outcome, outside.reason) == (limit.outcome, limit.reason)
    if isinstance(parameter.kind, Number):
        step = 1 if parameter.type is int else 0.1
        assert abs(limit.inside - limit.outside) == pytest.approx(step), "the two values must lie side by side"
        for value in (limit.inside, limit.outside):
            assert parameter.kind.minimum <= value <= parameter.kind.maximum


@pytest.mark.parametrize(("check", "parameter"), PARAMETERS)
def test_the_stricter_side_is_the_one_that_passes_less(check: Check, parameter: Parameter) -> None:
    """In every case, and for every value that a limit or a case names: what passes passes with a looser value too."""
    if parameter.kind.stricter is Stricter.DEPENDS:
        return
    file, name = CASE_FILES[check.name], parameter.name
    limit = file.LIMITS[name]
    values = {limit.inside, limit.outside, *_extremes(parameter, limit)}
    judged = [(case.signals, case.parameters) for case in file.CASES]
    judged += [(limit.signals, limit.others) for limit in file.LIMITS.values()]
    for signals, others in ((_searched_from_zero(signals), others) for signals, others in judged):
        passing = {v for v in values if judge(check, signals, {**others, name: v}).outcome is Outcome.PASS}
        for looser, stricter in permutations(values, 2):
            if _is_stricter(stricter, looser, parameter) and stricter in passing:
                assert looser in passing, f"{name}: {stricter} passes and {looser} does not"


def _extremes(parameter: Parameter, limit: Limit) -> tuple[Any, ...]:
    kind = parameter.kind
    if isinstance(kind, Number):
        return parameter.type(kind.minimum), parameter.type(kind.maximum)
    return (tuple({*limit.inside, *limit.outside}),) if isinstance(limit.inside, tuple) else ()


def _searched_from_zero(signals: Signals) -> Signals:
    """The engine asks AWS for the lowest threshold of all steps, so a lower one is never beyond what was searched."""
    return {
        name: replace(value, searched_from=0.0) if isinstance(value, (CollectionMatches, BlockedFaces)) else value
        for name, value in signals.items()
    }


def _is_stricter(one: Any, other: Any, parameter: Parameter) -> bool:
    assert parameter.kind.stricter is not None, f"{parameter.name} does not say which way it is stricter"
    more, less = (one, other) if parameter.kind.stricter is Stricter.MORE else (other, one)
    return set(more) > set(less) if isinstance(more, tuple) else bool(more > less)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_cases_are_complete(check: Check) -> None:
    """Every reason is given in some case, none is given that people could not look up, and no limit is stale."""
    cases = CASE_FILES[check.name].CASES
    assert {case.reason for case in cases if case.reason} == set(check.reasons)
    assert {case.outcome for case in cases} == set(Outcome), "a case each that passes, fails and is inconclusive"
    assert set(CASE_FILES[check.name].LIMITS) == {parameter.name for parameter in check.parameters}
    assert all(": " in sentence and sentence.endswith(".") for sentence in check.reasons.values()), "say what to do"


def test_liveness_keeps_its_confidence_to_itself() -> None:
    """Neither what Rekognition thought nor the limit can be learned from a finding."""
    for case in CASE_FILES["liveness"].CASES:
        finding = judge(CHECKS["liveness"], case.signals, case.parameters)
        assert (finding.observed, finding.limit) == (None, None)


def test_no_finding_tells_what_a_document_says() -> None:
    """Names, numbers and dates of birth stay out of findings; the type of the document may be told."""
    secrets = ("ERIKSSON", "ANNA", "MARIA", "L898902C3", "1974", "740812")
    for name in ("document_not_expired", "minimum_age", "required_fields", "mrz_consistent", "name_match"):
        for case in CASE_FILES[name].CASES:
            finding = judge(CHECKS[name], case.signals, case.parameters)
            assert not any(secret in f"{finding.observed} {finding.limit}" for secret in secrets)


@pytest.mark.parametrize("name", ["stored_face_match", "collection_match"])
def test_an_unknown_user_looks_like_a_mismatch(name: str) -> None:
    mismatches = {case.reason for case in CASE_FILES[name].CASES if case.outcome is Outcome.FAIL}
    assert mismatches == {"no_match"}
