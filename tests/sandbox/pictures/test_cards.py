from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from PIL import Image

from sandbox.documents.aamva import read_barcode
from sandbox.documents.mrz import TD1, TD3, Format, read_mrz
from sandbox.pictures import (
    Holder,
    Kind,
    card_zone,
    collins,
    hopper,
    id_card,
    licence_back,
    passport_zone,
    to_jpeg,
    with_wrong_check_digit,
)
from sandbox.pictures.licence_back import aamva_text
from sandbox.vision.engine import FaceEngine
from sandbox.vision.similarity import similarity

HOLDER = Holder()
ZONES = [(TD3, passport_zone(HOLDER)), (TD1, card_zone(HOLDER))]


@pytest.mark.parametrize("kind", ["passport", "card", "licence"])
def test_the_portrait_is_found_and_matches(engine: FaceEngine, kind: Kind) -> None:
    for person, other in ((collins(), hopper()), (hopper(), collins())):
        (portrait,) = engine.faces(to_jpeg(id_card(person, HOLDER, kind)))
        (same,), (different,) = engine.faces(to_jpeg(person)), engine.faces(to_jpeg(other))
        assert similarity(portrait.embedding, same.embedding) > 99
        assert similarity(portrait.embedding, different.embedding) < 50


def test_the_barcode_on_the_back() -> None:
    assert read_barcode(np.asarray(licence_back(HOLDER))) == aamva_text(HOLDER)


def test_a_photograph_without_a_face_is_drawn_all_the_same() -> None:
    assert id_card(Image.new("RGB", (300, 400)), HOLDER, "card").size == (1012, 638)


def test_a_document_is_valid_today_by_itself() -> None:
    assert HOLDER.issued < datetime.now(UTC).date() < HOLDER.expires


@pytest.mark.parametrize(("layout", "zone"), ZONES)
def test_the_zones_check_digits_hold(layout: Format, zone: list[str]) -> None:
    mrz = read_mrz(zone)
    assert mrz is not None
    assert (mrz.format, list(mrz.rows)) == (layout, zone)
    assert all(mrz.holds(span) for span in (layout.number, layout.born, layout.expires))


def test_the_zones_of_icaos_samples() -> None:
    # Doc 9303 part 5, appendix B; the sample of part 4 has optional data, which the drawings have not
    holder = Holder(
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        number="D23145890",
        born=date(1974, 8, 12),
        expires=date(2012, 4, 15),
    )
    assert card_zone(holder) == [
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ]


@pytest.mark.parametrize(("layout", "zone"), ZONES)
def test_a_wrong_check_digit_is_wrong_in_the_date_of_birth_only(layout: Format, zone: list[str]) -> None:
    changed = with_wrong_check_digit(zone)
    assert sum(a != b for a, b in zip("".join(zone), "".join(changed), strict=True)) == 1
    mrz = read_mrz(changed)
    assert mrz is not None
    assert not mrz.holds(layout.born)
    assert mrz.holds(layout.number)


def test_names_in_the_zone() -> None:
    holder = replace(HOLDER, surname="O'NEIL-SMITH", given_names="ANNE MARIE")
    assert passport_zone(holder)[0].startswith("P<UTOONEIL<SMITH<<ANNE<MARIE<<<")
    long = replace(HOLDER, surname="A" * 50)
    assert [len(row) for row in (*passport_zone(long), *card_zone(long))] == [44, 44, 30, 30, 30]


def test_a_licence_has_no_zone() -> None:
    with pytest.raises(ValueError, match="no machine-readable zone"):
        id_card(hopper(), HOLDER, "licence", passport_zone(HOLDER))
