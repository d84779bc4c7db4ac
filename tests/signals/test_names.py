"""Names made comparable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.signals.names import similarity_percent, spellings

WORDS = st.text(alphabet="ABC", max_size=8)


@pytest.mark.parametrize(
    ("name", "plain", "zone"),
    [
        ("Müller", "MULLER", "MUELLER"),
        ("Weiß", "WEISS", "WEISS"),
        ("Søren Åse", "SOREN ASE", "SOEREN AASE"),
        ("Łukasz Đặng", "LUKASZ DANG", "LUKASZ DANG"),
        ("D'Artagnan-Lévis", "DARTAGNAN LEVIS", "DARTAGNAN LEVIS"),
        ("Æthelþryð", "AETHELTHRYD", "AETHELTHRYD"),
        ("  \t42 -", "", ""),
    ],
)
def test_spellings(name: str, plain: str, zone: str) -> None:
    assert tuple(" ".join(words) for words in spellings(name)) == (plain, zone)


def test_one_letter_of_seven() -> None:
    assert similarity_percent("COLLINS", "COLLINZ") == pytest.approx(600 / 7)
    assert similarity_percent("", "") == 0


@settings(deadline=None)
@given(WORDS, WORDS)
def test_similarity_is_symmetric_and_full_only_for_the_same(one: str, other: str) -> None:
    similarity = similarity_percent(one, other)
    assert similarity == similarity_percent(other, one)
    assert 0 <= similarity <= 100
    assert (similarity == 100) == (one == other != "")
