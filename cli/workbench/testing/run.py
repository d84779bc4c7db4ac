"""Run a policy's cases and say what came otherwise than expected, with its place in the test file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chalicelib.errors import PolicyError, PolicyProblem
from chalicelib.model.decision import Reason, StepResult, Verdict
from chalicelib.model.findings import Outcome
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Policy
from chalicelib.policy.load import load_policy
from cli.workbench.diagnostics import Diagnostic
from cli.workbench.folder import PolicyFolder
from cli.workbench.testing.coverage import Coverage, coverage
from cli.workbench.testing.judging import judged
from cli.workbench.testing.suite import Case, load_suite
from cli.workbench.validation import located


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a case."""

    verdict: Verdict
    reasons: tuple[str, ...]
    results: tuple[StepResult, ...]


Decide = Callable[[Case], Decided]


@dataclass(frozen=True, slots=True)
class Tested:
    """`left_out` are cases with pictures, when the sandbox was not asked for."""

    tenant: str
    cases: int
    left_out: int
    coverage: Coverage
    diagnostics: tuple[Diagnostic, ...]


def run_tests(folder: PolicyFolder, tenant: str, plugins: Plugins, look: Decide | None = None) -> Tested:
    """Run all cases; those with pictures by `look`, or not at all.

    Raises:
        PolicyError: the policy or its test file is wrong.
        CliError: there is no test file.
    """
    policy = load_policy(tenant, folder.read, plugins)
    suite = load_suite(folder, policy)
    runnable = [case for case in suite.cases if look or not case.pictures]
    results: list[tuple[str, StepResult]] = []
    found: list[Diagnostic] = []
    for case in runnable:
        try:
            decided = look(case) if look and case.pictures else _judge(case, policy, plugins)
        except PolicyError as error:
            found += map(Diagnostic, error.problems)
            continue
        results += [(case.flow, result) for result in decided.results]
        found += [Diagnostic(problem) for problem in _differences(case, decided)]
    covered = coverage(policy, results, suite.unreachable)
    found += [Diagnostic(problem) for problem in _wrong_excuses(covered, tenant)]
    return Tested(tenant, len(runnable), len(suite.cases) - len(runnable), covered, tuple(located(found, folder)))


def reason_text(reason: Reason) -> str:
    return f"{reason.step}.{reason.code}" if reason.step else reason.code


def _judge(case: Case, policy: Policy, plugins: Plugins) -> Decided:
    judgement = judged(case, policy.flows[case.flow], plugins)
    return Decided(judgement.verdict, tuple(map(reason_text, judgement.reasons)), judgement.results)


def _differences(case: Case, decided: Decided) -> Iterator[PolicyProblem]:
    expected, came = _words(case.verdict, case.reasons), _words(decided.verdict, decided.reasons)
    if expected != came:
        yield case.node.place.problem(f"{case.title!r} in {case.flow}: {came}{_stumbles(decided)}", expected)


def _words(verdict: Verdict, reasons: tuple[str, ...]) -> str:
    return f"{verdict} because of {', '.join(reasons)}" if reasons else str(verdict)


def _stumbles(decided: Decided) -> str:
    """The findings that did not pass, when they are not what was decided by."""
    others = [
        f"{result.step} {result.finding.outcome} ({result.finding.reason}, {result.consequence})"
        for result in decided.results
        if result.finding.outcome is not Outcome.PASS
        and f"{result.step}.{result.finding.reason}" not in decided.reasons
    ]
    return f" [{'; '.join(others)}]" if others else ""


def _wrong_excuses(covered: Coverage, tenant: str) -> Iterator[PolicyProblem]:
    """An inherited excuse may hold for the policy it was written for, so only the tenant's own are told of."""
    for each in covered.wrongly_unreachable:
        if each.node.place.file == f"{tenant}.test.yaml":
            yield each.node.place.problem(f"{each.step} can be {each.outcome}: a case brings it about", "no such entry")
