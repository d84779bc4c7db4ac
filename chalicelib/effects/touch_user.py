"""Note when the user was last authenticated, together with the decision."""

from __future__ import annotations

from chalicelib.effects.ports import EffectPorts
from chalicelib.model.change import Change, Draft, Effect, Material, Phase


def do(ports: EffectPorts, change: Change, material: Material, draft: Draft) -> Draft:
    ports.commits.touch(change, material)
    return draft


def effect() -> Effect:
    return Effect("touch_user", "Note the authentication, with the decision.", Phase.COMMIT, do)
