"""What the decision log keeps of signals: nothing that names a person, and enough to judge every check again."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.checks import built_in_checks
from chalicelib.engine.record import extracted_fields, recorded_signals, restored_signals
from chalicelib.model.document import IdDocument
from chalicelib.model.facts import CollectionMatch, CollectionMatches, Liveness, LivenessStatus
from chalicelib.signals import built_in_signals
from tests.checks.harness import PRINTED, document
from tests.checks.test_checks import judge
from tests.checks.test_fail_closed import signals

CHECKS = built_in_checks()
SIGNALS = built_in_signals()
FINITE = signals(st.floats(0, 100) | st.floats(allow_nan=False, allow_infinity=False))
PERSONAL = {"collection_search", "selfie", "id_card", "properties", "user", "user_key", "id_document", "today"}


def through_the_log(known: dict[str, Any], missing: tuple[str, ...] = ()) -> dict[str, Any]:
    return restored_signals(json.loads(json.dumps(recorded_signals(known, missing, SIGNALS))), SIGNALS)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_every_check_judges_the_restored_signals_as_it_judged_the_real_ones(check: Any, data: st.DataObject) -> None:
    drawn = {name: data.draw(FINITE[name]) for name in check.needs}
    assert judge(check, through_the_log(drawn), {}) == judge(check, drawn, {})


def test_what_every_check_needs_is_recorded() -> None:
    assert {name for check in CHECKS.values() for name in check.needs} <= {
        name for name, signal in SIGNALS.items() if signal.recorded
    }
    assert {name for name, signal in SIGNALS.items() if not signal.recorded} == PERSONAL


def test_nothing_that_a_document_says_is_recorded() -> None:
    known = {**document(claims={"name": "Anna Eriksson"}), "id_document": IdDocument(PRINTED)}
    text = json.dumps(recorded_signals(known, (), SIGNALS)).upper()
    assert '"AGE_YEARS": 37' in text
    for secret in ("ERIKSSON", "ANNA", "MARIA", "L898902C3", "1974", "740812", "2012", "120415"):
        assert secret not in text


def test_a_match_that_is_not_a_number_stays_one() -> None:
    searched = CollectionMatches((CollectionMatch(False, "face", math.nan),), 97.0)
    restored = through_the_log({"collection_matches": searched})["collection_matches"]
    assert math.isnan(restored.matches[0].similarity)


def test_a_signal_that_could_not_be_had_is_told_from_one_that_was_not_read() -> None:
    restored = through_the_log({}, missing=("selfie", "selfie_faces"))
    assert restored == {"selfie_faces": None}


def test_pictures_are_left_out() -> None:
    live = Liveness(LivenessStatus.SUCCEEDED, 99.5, b"a picture")
    assert asdict(through_the_log({"liveness": live})["liveness"]) == {
        "status": LivenessStatus.SUCCEEDED,
        "confidence": 99.5,
        "reference_image": None,
    }


@pytest.mark.parametrize("damaged", [{"status": "asleep"}, {"confidence": "high", "status": "failed"}, {}])
def test_what_has_another_shape_is_not_guessed_at(damaged: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        restored_signals({"liveness": damaged}, SIGNALS)


def test_signals_of_earlier_versions_are_passed_over() -> None:
    assert restored_signals({"aura": {"colour": "green"}}, SIGNALS) == {}


def test_extracted_fields_are_for_the_users_record() -> None:
    assert extracted_fields({"id_document": IdDocument(PRINTED)})["date_of_birth"] == "1974-08-12"
