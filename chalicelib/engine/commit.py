"""Make an approval real: effects in order, and their undo when anything goes wrong before the one that commits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from chalicelib.errors import AwsError
from chalicelib.model.change import Change, Draft, Effect, Material, Phase

_log = logging.getLogger(__name__)


class Journal(Protocol):
    """The pending record: what recovery finds after a crash."""

    def begin(self, change: Change) -> None:
        """Write the change with its plan. Raises ConflictError when the user is not in a state for it."""

    def abandon(self, change: Change) -> None:
        """Forget the change, after its effects have been undone. Idempotent."""


def commit(change: Change, material: Material, effects: tuple[Effect, ...], ports: Any, journal: Journal) -> Draft:
    """Run the effects.

    Raises what an effect raised, after undoing those before it, newest first.
    An effect after the commit that fails is only logged: the approval stands, and the sweep finishes it.
    """
    before = tuple(effect for effect in effects if effect.phase is Phase.BEFORE)
    commits = tuple(effect for effect in effects if effect.phase is Phase.COMMIT)
    after = tuple(effect for effect in effects if effect.phase is Phase.AFTER)
    journaled = any(effect.journaled for effect in effects)
    if journaled:
        journal.begin(change)
    draft = Draft()
    try:
        for effect in (*before, *commits):
            draft = effect.do(ports, change, material, draft)
    except Exception:
        if journaled:
            _undo(change, draft, before, ports, journal)
        raise
    for effect in after:
        _quietly(effect.name, change, partial(effect.do, ports, change, material, draft))
    return draft


def _undo(change: Change, draft: Draft, effects: tuple[Effect, ...], ports: Any, journal: Journal) -> None:
    """Undo all effects, also one that failed halfway; forget the change only if every undo succeeded."""
    undone = [_quietly(effect.name, change, partial(effect.undo, ports, change, draft)) for effect in reversed(effects)]
    if all(undone):
        _quietly("abandon", change, partial(journal.abandon, change))


def _quietly(what: str, change: Change, run: Callable[[], object]) -> bool:
    try:
        run()
    except AwsError as error:
        _log.error("%s of change %s: %s %s", what, change.change_id, error.operation, error.code)
        return False
    return True
