"""Store the pictures in S3, under the tenant's and the user's prefix."""

from __future__ import annotations

from chalicelib.aws import delete_object, put_picture, side_by_side
from chalicelib.effects.ports import EffectPorts
from chalicelib.model.change import Change, Draft, Effect, Material, Phase


def do(ports: EffectPorts, change: Change, material: Material, draft: Draft) -> Draft:
    def store(kind: str) -> None:
        key, days = change.image_keys[kind], material.retention.images_days
        put_picture(ports.aws, ports.images_bucket, key, material.images[kind], days)

    side_by_side(store, material.images)
    return draft


def undo(ports: EffectPorts, change: Change, draft: Draft) -> None:  # noqa: ARG001 - the keys are in the change
    for key in change.image_keys.values():
        delete_object(ports.aws, ports.images_bucket, key)


def effect() -> Effect:
    summary, calls = "Store the pictures in S3.", ("s3:PutObject",)
    return Effect("store_images", summary, Phase.BEFORE, do, undo, journaled=True, keeps_pictures=True, calls=calls)
