"""Whatever AWS answers: no check raises, and none passes when what it judges by is missing or not a number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.document import IdField
from chalicelib.model.facts import (
    Attribute,
    BlockedFace,
    BlockedFaces,
    Box,
    CollectionMatch,
    CollectionMatches,
    Face,
    FaceScan,
    IdFaceMatch,
    Liveness,
    LivenessStatus,
    StoredFaceMatches,
)
from chalicelib.model.findings import Outcome
from chalicelib.model.plugins import Check
from tests.checks.harness import NAN, PRINTED, TD3, Case, facts_of
from tests.checks.test_checks import CASE_FILES, CHECKS, judge

NUMBERS = st.floats(0, 100) | st.floats()
TEXTS = st.text(max_size=30) | st.sampled_from([TD3, "PASSPORT", "ERIKSSON", "ANNA", "MÜLLER", ""])
FIELD_NAMES = st.sampled_from(list(PRINTED))


def signals(
    numbers: st.SearchStrategy[float], attributes_missing: bool = False
) -> dict[str, st.SearchStrategy[object]]:
    """Arbitrary values of every signal that checks take, with the numbers drawn from `numbers`."""
    optional = st.none() | numbers
    attribute = st.none() if attributes_missing else st.none() | st.builds(Attribute, st.booleans(), numbers)
    box = st.builds(Box, numbers, numbers, numbers, numbers)
    face = st.builds(Face, numbers, box, *[optional] * 5, *[attribute] * 3)
    field = st.builds(IdField, TEXTS, numbers, st.none() | st.dates())
    blocked = st.builds(BlockedFace, st.just("block"), numbers)
    match = st.builds(CollectionMatch, st.booleans(), st.just("face"), numbers)
    return {
        "selfie_faces": st.builds(
            FaceScan, st.lists(face, max_size=3).map(tuple), st.integers(0, 10_000), st.integers(0, 10_000)
        ),
        "collection_matches": st.builds(
            CollectionMatches, st.lists(match, max_size=4).map(tuple), numbers, st.booleans()
        ),
        "blocked_faces": st.builds(BlockedFaces, st.lists(blocked, max_size=4).map(tuple), numbers, st.booleans()),
        "stored_face_matches": st.builds(
            StoredFaceMatches, st.dictionaries(st.text(max_size=3), numbers, max_size=3), st.booleans()
        ),
        "id_face": st.builds(IdFaceMatch, optional),
        "document_facts": st.builds(
            lambda *parts: facts_of(*parts)["document_facts"],
            st.dictionaries(FIELD_NAMES, field),
            st.dates(),
            st.dictionaries(st.sampled_from(["first_name", "last_name", "name"]), TEXTS),
        ),
        "liveness": st.builds(Liveness, st.sampled_from(LivenessStatus), optional, st.none()),
    }


ANY = signals(NUMBERS)
NOT_NUMBERS = signals(st.just(NAN))
# Judges by texts and dates alone, which the cases cover; confidence does not matter where check digits do.
WITHOUT_NUMBERS = {"mrz_consistent"}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@settings(deadline=None)
@given(data=st.data())
def test_no_check_raises(check: Check, data: st.DataObject) -> None:
    drawn = {name: data.draw(ANY[name]) for name in check.needs}
    finding = judge(check, drawn, {})
    if finding.outcome is Outcome.PASS:
        assert finding.reason is None
    else:
        assert finding.reason in check.reasons


@pytest.mark.parametrize(
    "check", [CHECKS[name] for name in CHECKS if name not in WITHOUT_NUMBERS], ids=lambda c: c.name
)
@settings(deadline=None)
@given(data=st.data())
def test_no_check_passes_without_numbers(check: Check, data: st.DataObject) -> None:
    drawn = {name: data.draw(NOT_NUMBERS[name]) for name in check.needs}
    assert judge(check, drawn, {}).outcome is not Outcome.PASS


NOTHING: Mapping[str, object] = {
    "selfie_faces": FaceScan((), 800, 1000),
    "collection_matches": CollectionMatches((), 80, face_found=False),
    "blocked_faces": BlockedFaces((), 80, face_found=False),
    "stored_face_matches": StoredFaceMatches({}),
    "id_face": IdFaceMatch(None),
    **facts_of({}),
    "liveness": Liveness(LivenessStatus.SUCCEEDED),
}
PASSING = [
    pytest.param(check, case, signal, id=f"{check.name}-{case.title}-{signal}")
    for check in CHECKS.values()
    for case in CASE_FILES[check.name].CASES
    if case.outcome is Outcome.PASS
    for signal in check.needs
    if signal in NOTHING
]


@pytest.mark.parametrize(("check", "case", "signal"), PASSING)
def test_nothing_passes_when_a_signal_says_nothing(check: Check, case: Case, signal: str) -> None:
    finding = judge(check, {**case.signals, signal: NOTHING[signal]}, case.parameters)
    assert finding.outcome is not Outcome.PASS


@settings(deadline=None)
@given(today=st.dates(), born=st.dates())
def test_age_is_never_rounded_up(today: date, born: date) -> None:
    """Whoever passes has lived through as many birthdays as the policy asks."""
    fields = {"DATE_OF_BIRTH": IdField("day", 99.0, born)}
    finding = judge(CHECKS["minimum_age"], facts_of(fields, today), {})
    eighteenth_year = born.year + 18
    old_enough = (today.year, today.month, today.day) >= (eighteenth_year, born.month, born.day)
    assert (finding.outcome is Outcome.PASS) == (old_enough and finding.reason != "age_implausible")
