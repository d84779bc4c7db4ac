"""The effects: one write and its undo each, and the table of them."""

from __future__ import annotations

from chalicelib.effects import index_face, retire_faces, save_user, store_images, touch_user
from chalicelib.model.change import Effect

BUILT_IN = (store_images, index_face, save_user, touch_user, retire_faces)


def built_in_effects() -> dict[str, Effect]:
    """By name."""
    return {effect.name: effect for effect in (module.effect() for module in BUILT_IN)}
