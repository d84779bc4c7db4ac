"""The crash matrix: every call of AWS that a flow makes is interrupted, recovery runs, and the invariants must hold.

The cases follow from the flow itself: it runs once undisturbed, and the calls that it made are the places. Then, with a
user of its own for each case:

1. the request is sent, and at one of its calls, before or after it, the process is killed or an error is raised;
2. in some cases recovery runs and is killed at one of its own calls;
3. recovery runs, with each message twice, and is done;
4. the request is sent again with its Idempotency-Key, twice.

After 3 and after 4 the doctor must find nothing, and what was answered must be so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from chalicelib.model.facts import UserStatus
from chalicelib.model.submission import user_key
from tests.crash.interrupt import How, Interruption
from tests.crash.recovery import LATER
from tests.crash.scene import Scene
from tests.crash.stage import Answer, Attempt, Stage

_WAYS = (
    (How.KILL, False),
    (How.KILL, True),
    (How.ERROR, False),
    (How.ERROR, True),
    (How.DEFECT, True),
    (How.OUTAGE, False),
)
_MOST_CALLS_OF_A_RECOVERY = 60
T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """Of all cases: each `every`th place, and each `recoveries`th killed place again with recovery killed as well."""

    every: int = 1
    recoveries: int = 1


class Track(Protocol):
    """Gives the items one by one, and says meanwhile how far that part is."""

    def __call__(self, part: str, items: Sequence[T], /) -> Iterable[T]: ...


def untracked(_: str, items: Sequence[T]) -> Iterable[T]:
    return items


@dataclass(frozen=True)
class Case:
    """`recovery_killed_at`: which of recovery's calls was its first run's last; 0: it was not disturbed."""

    user_id: str
    interruption: Interruption
    first: Attempt
    recovery_killed_at: int = 0

    def __str__(self) -> str:
        then = f", recovery killed at call {self.recovery_killed_at}" if self.recovery_killed_at else ""
        return f"{self.interruption}{then}"


@dataclass(frozen=True)
class Row:
    """One flow's share of the matrix."""

    scene: Scene
    calls: tuple[str, ...]
    cases: int
    violations: list[str] = field(default_factory=list)


def play(scene: Scene, stage: Stage, share: Share, track: Track = untracked) -> Row:
    """Play a scene's cases."""
    calls = _record(scene, stage)
    places = list(enumerate(_places(calls)))[:: share.every]
    cases = [
        _interrupted(scene, stage, f"{scene.flow}-{number}", place) for number, place in track("interrupted", places)
    ]
    killed = [case for case in cases if case.interruption.how is How.KILL][:: share.recoveries]
    for case in track("recovery killed", killed):
        cases += _with_recovery_killed(scene, stage, case)
    violations = [
        f"{case}: the call was not made" for case in cases if case.first.answer and case.interruption.how is How.KILL
    ]
    for _ in track("recovered", [scene]):
        violations += [f"dead letter: {body}" for body in stage.recover_all()]
        violations += _check(scene, stage, cases, "after recovery")
    retried = [replace(case, first=_retried(scene, stage, case, violations)) for case in track("sent again", cases)]
    violations += _check(scene, stage, retried, "after the retry")
    violations += _check_log(scene, stage, retried)
    return Row(scene, calls, len(cases), violations)


def _record(scene: Scene, stage: Stage) -> tuple[str, ...]:
    """The calls of an undisturbed run: the second, since the first one makes what is made once."""
    attempt = Attempt(None)
    for number in range(2):
        user_id = f"{scene.flow}-recorded-{number}"
        _set_up(scene, stage, user_id)
        attempt = stage.send(scene.request(user_id))
        assert attempt.answer and attempt.answer.is_approved, (scene, attempt.answer)
    return attempt.calls


def _places(calls: Iterable[str]) -> Iterator[Interruption]:
    for operation, count in Counter(calls).items():
        for nth in range(1, count + 1):
            for how, after in _WAYS:
                yield Interruption(operation, nth, after, how)


def _set_up(scene: Scene, stage: Stage, user_id: str) -> None:
    for request in scene.requests_before(user_id):
        answer = stage.send(request).answer
        assert answer and answer.is_approved, (request.key, answer)


def _interrupted(scene: Scene, stage: Stage, user_id: str, interruption: Interruption) -> Case:
    _set_up(scene, stage, user_id)
    return Case(user_id, interruption, stage.send(scene.request(user_id), interruption))


def _with_recovery_killed(scene: Scene, stage: Stage, case: Case) -> Iterator[Case]:
    """The same again, with recovery killed at its first call, then at its second, until it comes to its end."""
    for number in range(1, _MOST_CALLS_OF_A_RECOVERY):
        again = _interrupted(scene, stage, f"{case.user_id}-{number}", case.interruption)
        if not stage.recover_one(scene.tenant, user_key(scene.tenant, again.user_id), number):
            return
        yield replace(again, recovery_killed_at=number)
    raise AssertionError(f"recovery makes more than {_MOST_CALLS_OF_A_RECOVERY} calls")


def _retried(scene: Scene, stage: Stage, case: Case, violations: list[str]) -> Attempt:
    """The same request again, twice: one answer, and that of the first attempt if there was one."""
    request = scene.request(case.user_id)
    again = [stage.send(request, ahead=LATER).answer for _ in range(2)]
    answers = [answer for answer in (case.first.answer, *again) if answer]
    if any(answer != again[0] for answer in answers if answer.status == 200) or again[0] != again[1]:
        violations.append(f"{case}: one key, several answers: {[_summary(answer) for answer in answers]}")
    if not (again[0] and again[0].is_approved):
        violations.append(f"{case}: the retry is not approved: {[_summary(answer) for answer in answers]}")
    return Attempt(again[0])


def _summary(answer: Answer) -> str:
    return f"{answer.status} {answer.body.get('decision') or answer.body.get('type')} {answer.body.get('id', '')[:6]}"


def _check(scene: Scene, stage: Stage, cases: list[Case], when: str) -> Iterator[str]:
    """What the doctor finds, and approvals of users who are not active."""
    by_key = {user_key(scene.tenant, case.user_id): case for case in cases}
    for finding in stage.findings(scene.tenant):
        if finding.user_key in by_key:
            yield f"{by_key[finding.user_key]}: {finding.kind.value} {when}"
    users = stage.environment.services.tenant(scene.tenant).users.get_many(by_key)
    for key, case in by_key.items():
        approved = case.first.answer is not None and case.first.answer.is_approved
        if scene.commits and approved and (key not in users or users[key].status is not UserStatus.ACTIVE):
            yield f"{case}: approved, but the user is not active {when}"


def _check_log(scene: Scene, stage: Stage, cases: list[Case]) -> Iterator[str]:
    """Each user's flow was approved once, besides what was before."""
    expected = 1 + scene.before.count(scene.flow)
    approvals = stage.approvals(scene.tenant)
    for case in cases:
        count = approvals[stage.subject(scene.tenant, user_key(scene.tenant, case.user_id)), scene.flow]
        if count != expected:
            yield f"{case}: {count} approvals are logged, not {expected}"
