"""Settle a race: two people registering one face at the same time both pass the search before either is indexed.

So the one who has indexed looks again. A registered rival wins. Of two that are under way the older change id wins,
and the winner says so in the loser's pending record before going on, so that the loser can no longer be saved: of the
two, exactly one becomes real, in whatever order their calls arrive.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.effects.ports import EffectPorts
from chalicelib.errors import ConflictError
from chalicelib.model.change import Change, block_id_of, user_key_of
from chalicelib.model.facts import UserStatus

_MOST_RIVALS = 20


def look_again(ports: EffectPorts, change: Change, selfie: bytes, threshold: float) -> None:
    """Raises ConflictError `face-taken` when a face like this is another user's, or is just becoming so."""
    for rival_key, face_id, rival_change_id in _rivals(ports, change, selfie, threshold):
        if _wins(ports, change, rival_key, face_id, rival_change_id):
            text = "Another registration with this face came first; nothing was kept."
            raise ConflictError("face-taken", text)


def _rivals(ports: EffectPorts, change: Change, selfie: bytes, threshold: float) -> Iterator[tuple[str, str, str]]:
    """User key, face id and change id of each look-alike that is not this user's. Blocked faces are not meant."""
    for collection in ports.collections:
        search = {
            "CollectionId": collection,
            "Image": {"Bytes": selfie},
            "FaceMatchThreshold": threshold,
            "MaxFaces": _MOST_RIVALS,
            "QualityFilter": "NONE",
        }
        for match in ports.aws("rekognition", "search_faces_by_image", search)["FaceMatches"]:
            external_image_id = match["Face"].get("ExternalImageId", "")
            is_rival = user_key_of(external_image_id) != change.user_key and block_id_of(external_image_id) is None
            if is_rival:
                yield user_key_of(external_image_id), match["Face"]["FaceId"], external_image_id.partition(":")[2]


def _wins(ports: EffectPorts, change: Change, rival_key: str, face_id: str, rival_change_id: str) -> bool:
    """Whether the rival keeps the face. One that is neither registered nor under way is a leftover and does not."""
    if _is_registered(ports, rival_key, face_id):
        return True
    rival = ports.changes.under_way(rival_key)
    if rival is None or rival.change_id != rival_change_id:
        return _is_registered(ports, rival_key, face_id)  # it may have been saved between the two reads
    if rival.change_id < change.change_id:
        return True
    return not ports.changes.stop(rival) and _is_registered(ports, rival_key, face_id)


def _is_registered(ports: EffectPorts, user_key: str, face_id: str) -> bool:
    user = ports.users.get(user_key)
    if user is None or user.status is not UserStatus.ACTIVE:
        return False
    return any(face.face_id == face_id for face in user.faces)
