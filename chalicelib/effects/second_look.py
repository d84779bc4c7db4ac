"""Settle a race: two people registering one face at the same time both pass the search before either is indexed.

So the one who has indexed looks again. A registered rival wins. Of two that are under way the older change id wins,
and the winner says so in the loser's pending record before going on, so that the loser can no longer be saved: of the
two, exactly one becomes real, in whatever order their calls arrive.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from functools import partial

from chalicelib.aws import Answer, side_by_side
from chalicelib.effects.ports import EffectPorts
from chalicelib.errors import ConflictError
from chalicelib.face_search import MAX_MATCHES, search_of
from chalicelib.model.change import Change, block_id_of
from chalicelib.model.facts import CollectionSearch
from chalicelib.model.user import StoredFace


def search_lookalikes(ports: EffectPorts, face: StoredFace, selfie: bytes, threshold: float) -> CollectionSearch:
    """Faces like one that was just indexed: in its own collection by its id, in the tenant's others by the picture."""

    def search(collection: str) -> Answer:
        asked = {"CollectionId": collection, "FaceMatchThreshold": threshold, "MaxFaces": MAX_MATCHES}
        if collection == face.collection:
            return ports.aws("rekognition", "search_faces", {**asked, "FaceId": face.face_id})
        by_image = {**asked, "Image": {"Bytes": selfie}, "QualityFilter": "NONE"}
        return ports.aws("rekognition", "search_faces_by_image", by_image)

    return search_of(side_by_side(search, ports.collections), threshold)


def settle_race(ports: EffectPorts, change: Change, lookalikes: CollectionSearch, known: Set[str]) -> None:
    """Raises ConflictError `face-taken` when a face like this is another user's, or is just becoming so.

    Blocked faces are not meant, nor those by whose ids somebody has decided already (`known`).
    """
    for face in lookalikes.faces:
        if face.face_id in known:
            continue
        rival_key, _, rival_change_id = face.external_image_id.partition(":")
        is_rival = rival_key != change.user_key and block_id_of(face.external_image_id) is None
        if is_rival and _wins(ports, change, rival_key, face.face_id, rival_change_id):
            text = "Another registration with this face came first; nothing was kept."
            raise ConflictError("face-taken", text)


def _wins(ports: EffectPorts, change: Change, rival_key: str, face_id: str, rival_change_id: str) -> bool:
    """Whether the rival keeps the face. One that is neither registered nor under way is a leftover and does not."""
    is_registered = partial(_is_registered, ports, rival_key, face_id, change.started_at)
    if is_registered():
        return True
    rival = ports.changes.under_way(rival_key)
    if rival is None or rival.change_id != rival_change_id:
        return is_registered()  # it may have been saved between the two reads
    if rival.change_id < change.change_id:
        return True
    return not ports.changes.stop(rival) and is_registered()


def _is_registered(ports: EffectPorts, user_key: str, face_id: str, now: datetime) -> bool:
    user = ports.users.get(user_key)
    return user is not None and user.has_face(face_id, now)
