"""Remove the faces that the saved record no longer holds, with their pictures."""

from __future__ import annotations

from chalicelib.aws import delete_object
from chalicelib.effects.faces import delete_faces
from chalicelib.effects.ports import EffectPorts
from chalicelib.model.change import Effect, Phase


def finish(ports: EffectPorts, user_key: str) -> None:
    """The record notes what it has let go of, so this can be repeated after a crash until nothing is left."""
    leftovers = ports.changes.leftovers(user_key)
    for leftover in leftovers:
        if leftover.face_id and leftover.collection:
            delete_faces(ports.aws, leftover.collection, [leftover.face_id])
        delete_object(ports.aws, ports.images_bucket, leftover.image_key)
    if leftovers:
        ports.changes.discarded(user_key, leftovers)


def effect() -> Effect:
    return Effect("retire_faces", "Remove the faces beyond the policy's limit.", Phase.AFTER, finish=finish)
