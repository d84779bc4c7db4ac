"""Add the selfie's face to the tenant's collection."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.effects.faces import delete_faces, find_faces
from chalicelib.effects.ports import EffectPorts
from chalicelib.effects.second_look import look_again
from chalicelib.errors import ConflictError
from chalicelib.model.change import Change, Draft, Effect, Material, Phase
from chalicelib.model.facts import StoredFace


def do(ports: EffectPorts, change: Change, material: Material, draft: Draft) -> Draft:
    """QualityFilter is NONE: the policy's checks have judged the quality, a second opinion would only surprise."""
    answer = ports.aws(
        "rekognition",
        "index_faces",
        {
            "CollectionId": change.collection,
            "Image": {"Bytes": material.images["selfie"].content},
            "ExternalImageId": change.external_image_id,
            "MaxFaces": 1,
            "QualityFilter": "NONE",
            "DetectionAttributes": ["DEFAULT"],
        },
    )
    if not answer["FaceRecords"]:
        raise ConflictError("face-not-indexed", "No face in the picture could be stored; take another picture.")
    face_id = answer["FaceRecords"][0]["Face"]["FaceId"]
    face = StoredFace(
        face_id=face_id,
        collection=change.collection,
        image_key=change.image_keys["selfie"],
        face_model_version=answer["FaceModelVersion"],
        indexed_at=change.started_at,
        verification_id=change.verification_id,
    )
    return replace(draft, face=face)


def undo(ports: EffectPorts, change: Change, draft: Draft) -> None:
    """Without a face id (the answer was lost) the collection is searched for the change's ExternalImageId."""
    if draft.face:
        face_ids = [draft.face.face_id]
    else:
        face_ids = find_faces(ports.aws, change.collection, change.external_image_id)
    delete_faces(ports.aws, change.collection, face_ids)


def settle(ports: EffectPorts, change: Change, material: Material) -> None:
    """Look again, if the flow looks for duplicates."""
    threshold = material.asked.get("FaceMatchThreshold")
    if change.creates and threshold is not None:
        look_again(ports, change, material.images["selfie"].content, threshold)


def effect() -> Effect:
    summary = "Add the face to the tenant's collection."
    return Effect("index_face", summary, Phase.BEFORE, do, undo, settle, inputs=("selfie",), journaled=True)
