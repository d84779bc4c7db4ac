"""Policies of the crash matrix's own: `execution: speculative`, deferred steps, and requests that are not approved."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tests.own_environment import SHIPPED
from tests.samples import DEFERRING


class Ending(StrEnum):
    """What becomes of a flow that nothing disturbs."""

    ACTIVE = "approved"
    REVOKED = "approved, then revoked"
    DENIED = "denied"
    REFERRED = "referred"


_AHEAD = """
policy: ahead
extends: baseline
execution: speculative
faces: {max_per_user: 1, shards: 2}
flows:
  register_too_dark:  # denied by what IndexFaces tells, so the face is in the collection by then
    steps:
      - check: face_count
      - check: brightness
        with: {min_brightness: 98}
    effects: [store_images, index_face, save_user]
  register_in_the_dusk:
    steps:
      - check: face_count
      - check: brightness
        with: {min_brightness: 98}
        on_fail: review
    effects: [store_images, index_face, save_user]
"""

_LATER = f"policy: later\n{DEFERRING}"

_AHEAD_AND_LATER = _LATER.replace("policy: later", "policy: ahead-and-later\nexecution: speculative")

OWN = {"ahead": _AHEAD, "later": _LATER, "ahead-and-later": _AHEAD_AND_LATER}
PLAYED = dict(sorted(SHIPPED.items())) | OWN
ENDINGS: Mapping[tuple[str, str], Ending] = {
    ("ahead", "register_too_dark"): Ending.DENIED,
    ("ahead", "register_in_the_dusk"): Ending.REFERRED,
    ("later", "join_too_young"): Ending.REVOKED,
    ("ahead-and-later", "join_too_young"): Ending.REVOKED,
}
