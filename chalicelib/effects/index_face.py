"""Add the selfie's face to the tenant's collection."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chalicelib.effects.faces import delete_faces, find_faces
from chalicelib.effects.ports import EffectPorts
from chalicelib.effects.second_look import search_lookalikes, settle_race
from chalicelib.errors import AwsError, ConflictError
from chalicelib.model.change import Change, Draft, Effect, Material, Phase
from chalicelib.model.facts import CollectionSearch
from chalicelib.model.user import StoredFace


def do(ports: EffectPorts, change: Change, material: Material, draft: Draft) -> Draft:
    """Index the face and look again for others like it, if the flow looks for duplicates.

    QualityFilter is NONE: the policy's checks judge the quality, a second opinion would only surprise.
    """
    answer = ports.aws(
        "rekognition",
        "index_faces",
        {
            "CollectionId": change.collection,
            "Image": {"Bytes": material.images["selfie"].content},
            "ExternalImageId": change.external_image_id,
            "MaxFaces": 1,
            "QualityFilter": "NONE",
            "DetectionAttributes": ["ALL" if material.ahead else "DEFAULT"],
        },
    )
    told = [one.get("FaceDetail") for one in (*answer["FaceRecords"], *answer.get("UnindexedFaces", ()))]
    seen = tuple(told) if None not in told else ()
    if not answer["FaceRecords"]:
        return replace(draft, seen=seen)
    face = StoredFace(
        face_id=answer["FaceRecords"][0]["Face"]["FaceId"],
        collection=change.collection,
        image_key=change.image_keys["selfie"],
        face_model_version=answer["FaceModelVersion"],
        indexed_at=change.started_at,
        verification_id=change.verification_id,
        expires_at=change.started_at + timedelta(days=material.retention.faces_days),
    )
    return replace(draft, face=face, seen=seen, lookalikes=_lookalikes(ports, change, material, face))


def _lookalikes(ports: EffectPorts, change: Change, material: Material, face: StoredFace) -> CollectionSearch | None:
    """None where nobody looks for duplicates, and after an error of AWS: settling then asks again."""
    threshold = material.asked.get("FaceMatchThreshold")
    if not change.creates or threshold is None:
        return None
    try:
        return search_lookalikes(ports, face, material.images["selfie"].content, threshold)
    except AwsError:  # to be raised here it would take the face's id along, which undo needs
        return None


def undo(ports: EffectPorts, change: Change, draft: Draft) -> None:
    """Without a face id (the answer was lost) the collection is searched for the change's ExternalImageId."""
    if draft.face:
        face_ids = [draft.face.face_id]
    else:
        face_ids = find_faces(ports.aws, change.collection, change.external_image_id)
    delete_faces(ports.aws, change.collection, face_ids)


def settle(ports: EffectPorts, change: Change, material: Material, draft: Draft) -> None:
    """Of all who are registering this face, one may go on."""
    if draft.face is None:
        raise ConflictError("face-not-indexed", "No face in the picture could be stored; take another picture.")
    threshold = material.asked.get("FaceMatchThreshold")
    if not change.creates or threshold is None:
        return
    lookalikes = draft.lookalikes
    if lookalikes is None:
        lookalikes = search_lookalikes(ports, draft.face, material.images["selfie"].content, threshold)
    settle_race(ports, change, lookalikes, material.known_lookalikes)


def effect() -> Effect:
    return Effect(
        "index_face",
        "Add the face to the tenant's collection.",
        Phase.BEFORE,
        do,
        undo,
        settle,
        inputs=("selfie",),
        journaled=True,
        calls=("rekognition:IndexFaces", "rekognition:SearchFaces", "rekognition:SearchFacesByImage"),
        answers=("selfie_faces",),
        answers_new=("collection_search",),
    )
