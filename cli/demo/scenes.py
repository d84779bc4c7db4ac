"""The scenes in their order, as values: who tries what, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass

from cli.demo.pictures import DemoPictures
from cli.request import Pictures, Request

CONSENT = "demo-1"
SHOP, LENDER = "globex", "acme"  # tenants with different policies; they share no faces


@dataclass(frozen=True, slots=True)
class Expected:
    """The decision, and for a refusal the step that must be its first reason."""

    decision: str
    first_reason: str | None = None

    def __str__(self) -> str:
        return f"{self.decision}, because of {self.first_reason}" if self.first_reason else self.decision

    def fits(self, decision: str, first_reason: str | None) -> bool:
        return (decision, first_reason) == (self.decision, self.first_reason)


APPROVED = Expected("approved")


@dataclass(frozen=True, slots=True)
class Scene:
    title: str
    request: Request
    expected: Expected
    tenant: str = SHOP


def all_scenes(pictures: DemoPictures) -> list[Scene]:
    """In order: later ones rest on what earlier ones registered."""
    return [
        *_registering(pictures),
        *_returning(pictures),
        *_with_id_card(pictures),
        age_gate(pictures, f"A flow of {SHOP}'s own: is the holder of this card 21? (no face is kept)", APPROVED),
    ]


def age_gate(pictures: DemoPictures, title: str, expected: Expected) -> Scene:
    """The request that is made both before and after the policy is edited."""
    return Scene(title, Request("age_gate", "visitor", Pictures(id_card=pictures.hopper_card)), expected)


def _registering(pictures: DemoPictures) -> list[Scene]:
    return [
        Scene("Collins registers", _register("collins", pictures.collins), APPROVED),
        Scene(
            "Collins tries to register as somebody else (the same photograph, mirrored, cropped and relit)",
            _register("somebody-else", pictures.collins_again),
            Expected("denied", "duplicate_face"),
        ),
        Scene(
            "A selfie with sunglasses (drawn over the face)",
            _register("incognito", pictures.collins_in_sunglasses),
            Expected("denied", "sunglasses"),
        ),
        Scene("A picture without a face", _register("nobody", pictures.nobody), Expected("denied", "face_count")),
        Scene(
            "A picture with two faces", _register("two-people", pictures.two_people), Expected("denied", "face_count")
        ),
    ]


def _returning(pictures: DemoPictures) -> list[Scene]:
    return [
        Scene(
            "Collins authenticates with another take",
            _request("authenticate", "collins", pictures.collins_again),
            APPROVED,
        ),
        Scene(
            "Hopper poses as Collins",
            _request("authenticate", "collins", pictures.hopper),
            Expected("denied", "face_match"),
        ),
        Scene("Collins updates her photo", _request("update", "collins", pictures.collins_newer), APPROVED),
        Scene(
            "Collins authenticates with the new photo",
            _request("authenticate", "collins", pictures.collins_newer),
            APPROVED,
        ),
    ]


def _with_id_card(pictures: DemoPictures) -> list[Scene]:
    return [
        Scene(
            f"Hopper registers at {LENDER} with an ID card (drawn around another take of her photograph)",
            _register("hopper", pictures.hopper, pictures.hopper_card),
            APPROVED,
            LENDER,
        ),
        Scene(
            "The same card with Collins' selfie",
            _register("not-hopper", pictures.collins, pictures.hopper_card),
            Expected("denied", "id_face_match"),
            LENDER,
        ),
        Scene(
            f"Hopper with an expired card, at {SHOP}, where nobody knows her yet: tenants share no faces",
            _register("hopper", pictures.hopper, pictures.hopper_expired_card),
            Expected("denied", "document_not_expired"),
        ),
    ]


def _register(user_id: str, selfie: bytes, id_card: bytes | None = None) -> Request:
    flow = "register_with_id_card" if id_card else "register"
    return _request(flow, user_id, selfie, id_card)


def _request(flow: str, user_id: str, selfie: bytes, id_card: bytes | None = None) -> Request:
    claimed = {"first_name": "Grace Murray", "last_name": "Hopper"} if id_card else {}
    return Request(flow, user_id, Pictures(selfie, id_card), claimed, CONSENT)
