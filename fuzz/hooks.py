"""What Schemathesis cannot know: what a picture is, which flows there are, and that people come again."""

from __future__ import annotations

import base64
from typing import Any

import schemathesis
from hypothesis import strategies as st

from sandbox.scripted import ScriptedFace, picture

_LIKENESSES = (100.0, 99.5, 50.0)
_CARD = {"ID_TYPE": "PASSPORT", "FIRST_NAME": "ADA", "LAST_NAME": "LOVELACE", "DATE_OF_BIRTH": "1990-12-10"}


def _picture(person: str, faces: int, likeness: float, document: dict[str, str] | None) -> str:
    shown = [ScriptedFace(person if number == 0 else f"{person}-{number}", likeness) for number in range(faces)]
    return base64.b64encode(picture(shown, document)).decode()


PICTURES = st.builds(
    _picture,
    st.sampled_from(("ada", "grace", "alan")),
    st.sampled_from((1, 1, 1, 0, 2)),
    st.sampled_from(_LIKENESSES),
    st.sampled_from((None, _CARD)),
)
SUBMISSIONS = st.fixed_dictionaries(
    {
        "flow": st.sampled_from(("register", "authenticate", "update", "register_with_id_card", "check_in")),
        "user_id": st.sampled_from(("ada", "grace", "alan", "a/b", "é")),
        "selfie": PICTURES,
    },
    optional={"id_card": PICTURES},
)


@schemathesis.hook
def flatmap_body(_context: Any, body: Any) -> st.SearchStrategy[Any]:
    """Of submissions, two in three are of people and flows that there are, with the rest as it was generated."""
    if isinstance(body, dict) and "reason" in body:
        return st.one_of(st.builds(lambda selfie: {"selfie": selfie, "reason": "fraud"}, PICTURES), st.just(body))
    if not isinstance(body, dict) or "flow" not in body:
        return st.just(body)
    likely = SUBMISSIONS.map(lambda submission: {**body, **submission})
    return st.one_of(likely, SUBMISSIONS, st.just(body))
