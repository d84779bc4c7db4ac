"""The crash matrix: every call of AWS that a flow makes is interrupted, recovery runs, and the invariants must hold.

The cases follow from the flow itself: it runs once undisturbed, and the calls that it made are the places. Then, with a
user of its own for each case:

1. the request is sent, and at one of its calls, before or after it, the process is killed or an error is raised; of a
   flow that leaves something to be done after its answer the same is done to the job that does it;
2. where the process was killed after a call that changed something, the same is played again with recovery killed
   after its own first change, then after its second, and so on to its end: whatever is killed at a call that only
   reads leaves what the last change left;
3. recovery runs, with each message twice, and is done;
4. the request is sent again with its Idempotency-Key, twice, and recovery runs again.

After 3 and after 4 the doctor must find nothing, what was answered must be so, and each user is as if the request had
been undisturbed, or (after 3, when nothing was decided) as if it had never been sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from chalicelib.model.submission import user_key
from tests.crash.exchange import Answer, Attempt
from tests.crash.interrupt import How, Interruption
from tests.crash.progress import Track, untracked
from tests.crash.recovery import LATER
from tests.crash.scene import Scene
from tests.crash.stage import Stage

_WAYS = (
    (How.KILL, False),
    (How.KILL, True),
    (How.ERROR, False),
    (How.ERROR, True),
    (How.DEFECT, True),
    (How.OUTAGE, False),
)
_MOST_CHANGES_OF_A_RECOVERY = 30
_AT_ONCE = 20


@dataclass(frozen=True)
class Share:
    """Of all cases: each `every`th place, and each `recoveries`th of those again with recovery killed as well."""

    every: int = 1
    recoveries: int = 1


@dataclass(frozen=True)
class Case:
    """`answer` is the request's, if it came to one; `is_over`: what was interrupted came to an end all the same.

    `recovery_changes`: after how many changes recovery was killed; 0: it was not disturbed.
    """

    user_id: str
    interruption: Interruption
    answer: Answer | None
    is_over: bool
    recovery_changes: int = 0

    def __str__(self) -> str:
        then = f", recovery killed after change {self.recovery_changes}" if self.recovery_changes else ""
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
    violations = [
        f"{case}: the call was not made" for case in cases if case.is_over and case.interruption.how is How.KILL
    ]
    changed = [case for case in cases if case.interruption.is_killed_after_a_change]
    for case in track("recovery killed", changed[:: share.recoveries]):
        cases += _with_recovery_killed(scene, stage, case)
    violations += _recovered(scene, stage, cases, "after recovery", track)
    batches = [cases[first : first + _AT_ONCE] for first in range(0, len(cases), _AT_ONCE)]
    retried = [case for batch in track("sent again", batches) for case in _retried(scene, stage, batch, violations)]
    violations += _recovered(scene, stage, retried, "after the retry", track)
    violations += _check_log(scene, stage, retried)
    return Row(scene, calls, len(cases), violations)


def _record(scene: Scene, stage: Stage) -> tuple[str, ...]:
    """The calls of an undisturbed run: the second, since the first one makes what is made once."""
    attempt = Attempt(None)
    for number in range(2):
        answer, attempt = _act(scene, stage, f"{scene.flow}-recorded-{number}")
        assert answer and answer.verdict == scene.verdict, answer
    return attempt.calls


def _act(
    scene: Scene, stage: Stage, user_id: str, interruption: Interruption | None = None
) -> tuple[Answer | None, Attempt]:
    """Set the scene for a user and play it: the request's answer, and what came of what was interrupted."""
    request = scene.request(user_id)
    before = [*scene.requests_before(user_id), *([request] if scene.job else [])]
    answers = stage.send_all(before) if before else []
    assert all(answer.is_approved for answer in answers), answers
    if scene.job:
        key = user_key(scene.tenant, user_id)
        return answers[-1], stage.run_job(scene.job, scene.tenant, key, interruption=interruption)
    attempt = stage.send(request, interruption)
    return attempt.answer, attempt


def _places(calls: Iterable[str]) -> Iterator[Interruption]:
    for operation, count in Counter(calls).items():
        for nth in range(1, count + 1):
            for how, after in _WAYS:
                yield Interruption(operation, nth, after, how)


def _interrupted(scene: Scene, stage: Stage, user_id: str, interruption: Interruption) -> Case:
    answer, attempt = _act(scene, stage, user_id, interruption)
    return Case(user_id, interruption, answer, attempt.answer is not None)


def _with_recovery_killed(scene: Scene, stage: Stage, case: Case) -> Iterator[Case]:
    """The same again, with recovery killed after its first change, then after its second, until it comes to its end."""
    for number in range(1, _MOST_CHANGES_OF_A_RECOVERY):
        again = _interrupted(scene, stage, f"{case.user_id}-{number}", case.interruption)
        key = user_key(scene.tenant, again.user_id)
        if stage.run_job("recover", scene.tenant, key, kill_after_change=number).answer:
            return
        yield replace(again, recovery_changes=number)
    raise AssertionError(f"recovery makes more than {_MOST_CHANGES_OF_A_RECOVERY} changes")


def _retried(scene: Scene, stage: Stage, cases: list[Case], violations: list[str]) -> Iterator[Case]:
    """The same requests again, twice: one answer each, and that of the first attempt if there was one."""
    requests = [scene.request(case.user_id) for case in cases]
    retries = stage.send_all([request for request in requests for _ in range(2)], ahead=LATER)
    for case, again, once_more in zip(cases, retries[::2], retries[1::2], strict=True):
        answers = [answer for answer in (case.answer, again, once_more) if answer]
        told = [_summary(answer) for answer in answers]
        if any(answer != again for answer in answers if answer.status == 200) or again != once_more:
            violations.append(f"{case}: one key, several answers: {told}")
        if again.verdict != scene.verdict:
            violations.append(f"{case}: the retry is not {scene.verdict}: {told}")
        yield replace(case, answer=again)


def _summary(answer: Answer) -> str:
    return f"{answer.status} {answer.verdict or answer.body.get('type')} {answer.body.get('id', '')[:6]}"


def _recovered(scene: Scene, stage: Stage, cases: list[Case], when: str, track: Track) -> Iterator[str]:
    """Let recovery run. What it could not do, what the doctor finds, and users who are not as they should be."""
    for _ in track(f"recovered {when}", [scene]):
        yield from (f"dead letter {when}: {body}" for body in stage.recover_all())
    by_key = {user_key(scene.tenant, case.user_id): case for case in cases}
    for finding in stage.findings(scene.tenant):
        if finding.user_key in by_key:
            yield f"{by_key[finding.user_key]}: {finding.kind.value} {when}"
    users = stage.environment.services.tenant(scene.tenant).users.get_many(by_key)
    for key, case in by_key.items():
        status = users[key].status if key in users else None
        is_decided = case.answer is not None and case.answer.verdict is not None
        if status not in ({scene.status} if is_decided else {scene.status, scene.status_before}):
            yield f"{case}: {_summary(case.answer) if case.answer else 'no answer'}, and the user is {status} {when}"


def _check_log(scene: Scene, stage: Stage, cases: list[Case]) -> Iterator[str]:
    """Each decision about each user is logged, once."""
    decisions = stage.decisions(scene.tenant)
    for case in cases:
        logged = decisions[stage.subject(scene.tenant, user_key(scene.tenant, case.user_id)), scene.flow]
        if logged != scene.logged:
            yield f"{case}: {dict(logged)} are logged, not {dict(scene.logged)}"
