"""Make an approval real: effects in order, and their undo when anything goes wrong before the one that commits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol

from chalicelib.errors import AwsError
from chalicelib.model.change import Change, Draft, Effect, Material, Phase

_log = logging.getLogger(__name__)


class Journal(Protocol):
    """The pending record: what recovery finds after a crash."""

    def begin(self, change: Change) -> None:
        """Write the change with its plan, and see to it that recovery looks at it.

        Raises ConflictError when the user is not in a state for it.
        """

    def stop(self, change: Change) -> bool:
        """Make sure that the change never becomes real. False when it is real already."""

    def abandon(self, change: Change) -> None:
        """Forget the change, after its effects have been undone. Idempotent."""


def commit(change: Change, material: Material, effects: tuple[Effect, ...], ports: Any, journal: Journal) -> Draft:
    """Run the effects: those before the commit side by side, then the one that commits, then those after it.

    Raises what an effect raised, after undoing what was made, newest first.
    An effect after the commit that fails is only logged: the approval stands, and the sweep finishes it.
    """
    before, commits, after = (_of_phase(effects, phase) for phase in Phase)
    journaled = any(effect.journaled for effect in effects)
    if journaled:
        _begin(change, journal)
    draft, failure = _make(before, ports, change, material)
    try:
        if failure:
            raise failure
        for effect in before:
            effect.settle(ports, change, material)
        for effect in commits:
            draft = effect.do(ports, change, material, draft)
    except Exception:
        if journaled:
            _clean_up(change, draft, effects, ports, journal)
        raise
    for effect in after:
        _quietly(effect.name, change, partial(effect.do, ports, change, material, draft))
    return draft


def _of_phase(effects: tuple[Effect, ...], phase: Phase) -> tuple[Effect, ...]:
    return tuple(effect for effect in effects if effect.phase is phase)


def _begin(change: Change, journal: Journal) -> None:
    try:
        journal.begin(change)
    except AwsError:  # it may have been written all the same; no effect has run, so there is nothing to undo
        _quietly("abandon", change, partial(journal.abandon, change))
        raise


def _make(
    effects: tuple[Effect, ...], ports: Any, change: Change, material: Material
) -> tuple[Draft, Exception | None]:
    """What was made, and the first failure. None still runs afterwards: undo would miss what it makes."""
    if not effects:
        return Draft(), None
    with ThreadPoolExecutor(len(effects), thread_name_prefix="effect") as pool:
        runs = [pool.submit(effect.do, ports, change, material, Draft()) for effect in effects]
    draft = Draft()
    for run in runs:
        if run.exception() is None:
            draft = draft.with_made(run.result())
    return draft, next((error for run in runs if isinstance(error := run.exception(), Exception)), None)


def undo(change: Change, draft: Draft, effects: tuple[Effect, ...], ports: Any, journal: Journal) -> None:
    """Stop the change, undo its effects, newest first, and forget it. Idempotent; a change that was saved stays.

    Raises what the first failed undo raised, after trying the others: the change then stays, to be tried again.
    """
    if not journal.stop(change):
        return
    undone = [
        _quietly(f"undo of {effect.name}", change, partial(effect.undo, ports, change, draft))
        for effect in reversed(_of_phase(effects, Phase.BEFORE))
    ]
    for error in filter(None, undone):
        raise error
    journal.abandon(change)


def _clean_up(change: Change, draft: Draft, effects: tuple[Effect, ...], ports: Any, journal: Journal) -> None:
    """The caller's own undo. What it does not manage is left to recovery."""
    _quietly("undo", change, partial(undo, change, draft, effects, ports, journal))


def _quietly(what: str, change: Change, run: Callable[[], object]) -> AwsError | None:
    try:
        run()
    except AwsError as error:
        _log.error("%s of change %s: %s %s", what, change.change_id, error.operation, error.code)
        return error
    return None
