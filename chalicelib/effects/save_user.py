"""Make the user's record real, together with the decision."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.effects.ports import EffectPorts
from chalicelib.model.change import Change, Draft, Effect, Material, Phase


def do(ports: EffectPorts, change: Change, material: Material, draft: Draft) -> Draft:
    return replace(draft, leaves=ports.commits.save(change, material, draft))


def effect() -> Effect:
    summary, calls = "Make the user's record real, with the decision.", ("dynamodb:TransactWriteItems",)
    return Effect("save_user", summary, Phase.COMMIT, do, journaled=True, calls=calls)
