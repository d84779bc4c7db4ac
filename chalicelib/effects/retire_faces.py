"""Remove the faces that the saved record no longer holds, with their pictures."""

from __future__ import annotations

from chalicelib.aws import delete_object
from chalicelib.effects.faces import delete_faces
from chalicelib.effects.ports import EffectPorts
from chalicelib.model.change import Change, Draft, Effect, Material, Phase


def do(ports: EffectPorts, change: Change, material: Material, draft: Draft) -> Draft:  # noqa: ARG001
    for face in draft.retired:
        delete_faces(ports.aws, face.collection, [face.face_id])
        delete_object(ports.aws, ports.images_bucket, face.image_key)
    return draft


def undo(ports: EffectPorts, change: Change, draft: Draft) -> None:
    """Nothing: the record has long let go of these faces."""


def effect() -> Effect:
    return Effect("retire_faces", "Remove the faces beyond the policy's limit.", Phase.AFTER, do, undo)
