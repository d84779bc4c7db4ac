"""Make an approval real: effects in order, and their undo when anything goes wrong before the one that commits.

What the commit lets go of is deleted by recovery, which the caller has come soon: no answer waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from chalicelib.errors import AwsError, ConflictError
from chalicelib.model.change import Change, Draft, Effect, Material, Phase
from chalicelib.threads import Threads

_log = logging.getLogger(__name__)


class Journal(Protocol):
    """The pending record: what recovery finds after a crash."""

    def begin(self, change: Change) -> None:
        """Write the change with its plan, where recovery finds it sooner or later.

        Raises ConflictError when the user is not in a state for it.
        """

    def call_recovery(self, change: Change) -> None:
        """Have recovery look at the user once the change must be over; it may find nothing to do."""

    def crashed(self, user_key: str, now: datetime, verification_id: str | None = None) -> Change | None:
        """A change under way that nothing works on any more; an earlier attempt of this verification is one."""

    def stop(self, change: Change) -> bool:
        """Make sure that the change never becomes real. False when it is real already."""

    def abandon(self, change: Change) -> None:
        """Forget the change, after its effects have been undone. Idempotent."""

    def rest(self, user_key: str, now: datetime) -> None:
        """Nothing is left to be done about the user."""


@dataclass(frozen=True, slots=True)
class Writing:
    """All effects there are, by name; what they write through, and what their undo does, which may go on a little
    longer; where their plan is kept; and in which threads they run side by side.
    """

    effects: Mapping[str, Effect]
    ports: Any
    undo_ports: Any
    journal: Journal
    threads: Threads

    def of(self, change: Change, phase: Phase) -> tuple[Effect, ...]:
        """The change's effects of a phase, in the order of its plan."""
        return tuple(effect for name in change.effects if (effect := self.effects[name]).phase is phase)


@dataclass(frozen=True, slots=True)
class Begun:
    """A change on its way: its effects before the commit are made, or `failure` is the first that went wrong.

    `called` is done when recovery is called; None when nothing was journaled.
    """

    change: Change
    draft: Draft
    failure: Exception | None
    called: Future[None] | None


def commit(change: Change, material: Material, writing: Writing) -> bool:
    """Run the effects: those before the commit side by side, then the one that commits. Whether the saved record has
    let go of something, for `recover` to delete.

    Raises what an effect raised, after undoing what was made, newest first.
    """
    return finish(begin(change, material, writing), material, writing)


def begin(change: Change, material: Material, writing: Writing, admitted: Callable[[], None] = lambda: None) -> Begun:
    """Write the plan and, once `admitted()` returns, make the effects before the commit; `finish` or `take_back` has
    to follow.

    Raises what kept the plan from being written, and what `admitted` raises; then there is nothing to take back.
    """
    is_journaled = _is_journaled(change, writing)
    if is_journaled:
        _begin(change, writing)
        try:
            admitted()
        except Exception:  # no effect has run
            _quietly("abandon", change, partial(writing.journal.abandon, change))
            raise
    # First what checks may be waiting for; last the call, since the plan is written and the sweep would find it.
    effects = sorted(writing.of(change, Phase.BEFORE), key=lambda effect: not effect.answers)
    runs = [writing.threads.start(effect.do, writing.ports, change, material, Draft()) for effect in effects]
    called = writing.threads.start(writing.journal.call_recovery, change) if is_journaled else None
    draft, failure = _made(runs)
    return Begun(change, draft, failure, called)


def finish(begun: Begun, material: Material, writing: Writing) -> bool:
    """Make it real. Returns and raises as `commit`."""
    change, draft = begun.change, begun.draft
    try:
        if begun.failure:
            raise begun.failure
        for effect in writing.of(change, Phase.BEFORE):
            effect.settle(writing.ports, change, material, draft)
        if begun.called:
            begun.called.result()
        for effect in writing.of(change, Phase.COMMIT):
            draft = effect.do(writing.ports, change, material, draft)
    except Exception:
        take_back(begun, writing)
        raise
    return draft.leaves


def take_back(begun: Begun, writing: Writing) -> None:
    """The caller's own undo; what it does not manage is left to recovery."""
    if _is_journaled(begun.change, writing):
        _quietly("undo", begun.change, partial(undo, begun.change, begun.draft, writing))


def _is_journaled(change: Change, writing: Writing) -> bool:
    return any(writing.effects[name].journaled for name in change.effects)


def undo(change: Change, draft: Draft, writing: Writing) -> None:
    """Stop the change, undo its effects, newest first, and forget it. Idempotent; a change that was saved stays.

    Raises what the first failed undo raised, after trying the others: the change then stays, to be tried again.
    """
    if not writing.journal.stop(change):
        return
    undone = [
        _quietly(f"undo of {effect.name}", change, partial(effect.undo, writing.undo_ports, change, draft))
        for effect in reversed(writing.of(change, Phase.BEFORE))
    ]
    for error in filter(None, undone):
        raise error
    writing.journal.abandon(change)


def recover(user_key: str, now: datetime, writing: Writing) -> None:
    """Bring a user's record to rest: a crashed change has never happened, a saved one is completed.

    Idempotent, also beside itself and beside a change that still runs. Raises AwsError when something stayed.
    """
    crashed = writing.journal.crashed(user_key, now)
    if crashed is not None:
        undo(crashed, Draft(), writing)
    for effect in writing.effects.values():
        effect.finish(writing.ports, user_key)
    writing.journal.rest(user_key, now)


def _begin(change: Change, writing: Writing) -> None:
    journal = writing.journal
    try:
        journal.begin(change)
    except AwsError:  # it may have been written all the same; no effect has run, so there is nothing to undo
        _quietly("abandon", change, partial(journal.abandon, change))
        raise
    except ConflictError:
        crashed = journal.crashed(change.user_key, change.started_at, change.verification_id)
        if crashed is None:
            raise
        undo(crashed, Draft(), writing)
        journal.begin(change)


def _made(runs: Sequence[Future[Draft]]) -> tuple[Draft, Exception | None]:
    """What was made, and the first failure. None still runs afterwards: undo would miss what it makes."""
    wait(runs)
    draft = Draft()
    for run in runs:
        if run.exception() is None:
            draft = draft.with_made(run.result())
    return draft, next((error for run in runs if isinstance(error := run.exception(), Exception)), None)


def _quietly(what: str, change: Change, run: Callable[[], object]) -> AwsError | None:
    try:
        run()
    except AwsError as error:
        _log.error("%s of change %s: %s %s", what, change.change_id, error.operation, error.code)
        return error
    return None
