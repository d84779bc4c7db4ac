"""Remove the faces that the saved record no longer holds, with their pictures."""

from __future__ import annotations

from chalicelib.effects.erase import pictures_below
from chalicelib.effects.faces import delete_faces
from chalicelib.effects.ports import EffectPorts
from chalicelib.model.change import Effect, Phase


def finish(ports: EffectPorts, user_key: str) -> None:
    """The record notes what it has let go of, so this can be repeated after a crash until nothing is left.

    All pictures of the change go with the one that the face came from: an ID card's stay no longer than the selfie.
    """
    leftovers = ports.changes.leftovers(user_key)
    for leftover in leftovers:
        if leftover.face_id and leftover.collection:
            delete_faces(ports.aws, leftover.collection, [leftover.face_id])
        folder = leftover.image_key.rpartition("/")[0]
        pictures = pictures_below(ports.aws, ports.images_bucket, f"{folder}/")
        pictures.delete(pictures.find())
    if leftovers:
        ports.changes.discarded(user_key, leftovers)


def effect() -> Effect:
    return Effect("retire_faces", "Remove the faces beyond the policy's limit.", Phase.AFTER, finish=finish)
