"""The demo's pictures, each made when first asked for: two public-domain photographs and what is drawn from them."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from sandbox.pictures.cards import id_card
from sandbox.pictures.holder import Holder
from sandbox.pictures.people import collins, hopper
from sandbox.pictures.scenery import no_face
from sandbox.pictures.sunglasses import with_sunglasses
from sandbox.pictures.variants import another_take, brighter, to_jpeg, two_faces


class DemoPictures:
    """JPEG files."""

    @cached_property
    def collins(self) -> bytes:
        return to_jpeg(collins())

    @cached_property
    def collins_again(self) -> bytes:
        """The same photograph mirrored, cropped and relit: two different ones of a person were not to be had."""
        return to_jpeg(another_take(collins()))

    @cached_property
    def collins_newer(self) -> bytes:
        """The same photograph in brighter light."""
        return to_jpeg(brighter(collins(), 1.15))

    @cached_property
    def collins_in_sunglasses(self) -> bytes:
        return to_jpeg(with_sunglasses(collins()))

    @cached_property
    def nobody(self) -> bytes:
        return to_jpeg(no_face())

    @cached_property
    def two_people(self) -> bytes:
        return to_jpeg(two_faces(collins(), hopper()))

    @cached_property
    def hopper(self) -> bytes:
        return to_jpeg(hopper())

    @cached_property
    def hopper_card(self) -> bytes:
        return to_jpeg(id_card(another_take(hopper()), Holder()))

    @cached_property
    def hopper_expired_card(self) -> bytes:
        holder = Holder(issued=date(2011, 1, 1), expires=date(2021, 1, 1))
        return to_jpeg(id_card(another_take(hopper()), holder))
