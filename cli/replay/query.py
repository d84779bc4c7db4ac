"""A flow of a policy as SQL over the decision log: what it would have decided, and why, for every row.

`findings` has a column for each check, `steps` for each step, `decided` the decision. A finding is text: 'pass',
'fail:code', 'inconclusive:code' or 'unknown:why', as `engine.redecide` means them; a test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.engine.plan import Plan, checks_of
from chalicelib.engine.redecide import Unknown
from chalicelib.model.decision import Verdict
from chalicelib.model.policy import AnyOf, Consequence, Step
from cli.replay.check_sql import CHECK_RULES, FAIL, INCONCLUSIVE, UNKNOWN, text
from cli.replay.columns import MISSING, SIGNALS

NOT_IN_COLUMNS = "not_in_columns"  # a check of an installed package, which has no rules here
BASE = "verification_id, day, decided_at, decision AS was, reason AS was_reason"
KEPT = "verification_id, day, decided_at, was, was_reason"
_SIGNALS = frozenset(each.signal for each in SIGNALS)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of which table: of a tenant's flow, and from day to day (each like 2026-11-30, or empty)."""

    table: str
    tenant: str
    flow: str
    since: str = ""
    until: str = ""

    def where(self) -> str:
        """Refused consents were never judged, and deferred steps were judged apart: see `redecide`."""
        verdicts = ", ".join(text(each) for each in Verdict if each is not Verdict.CONSENT_REFUSED)
        parts = [f"tenant = {text(self.tenant)}", f"flow = {text(self.flow)}", f"decision IN ({verdicts})"]
        parts += ["follows IS NULL"]
        parts += [f"day >= {text(self.since)}"] if self.since else []
        parts += [f"day <= {text(self.until)}"] if self.until else []
        return " AND ".join(parts)


def decided(plan: Plan, rows: Rows) -> str:
    """The WITH clause that ends in `decided`: was, was_reason, now, now_reason of each row."""
    names = {id(step): f"f{index}" for index, step in enumerate(checks_of(plan.flow))}
    findings = [f"{_check(step, plan)} AS {names[id(step)]}" for step in checks_of(plan.flow)]
    steps = [
        f"{_any_of([names[id(branch)] for branch in step.branches])} AS s{index}"
        if isinstance(step, AnyOf)
        else f"{names[id(step)]} AS s{index}"
        for index, step in enumerate(plan.flow.steps)
    ]
    return "\n".join(
        (
            f"WITH findings AS (\n  SELECT {BASE}" + "".join(f",\n    {each}" for each in findings),
            f"  FROM {rows.table}\n  WHERE {rows.where()}\n), steps AS (",
            f"  SELECT {KEPT}" + "".join(f",\n    {each}" for each in steps),
            "  FROM findings\n), decided AS (",
            f"  SELECT {KEPT},\n    {_verdict(plan)} AS now,\n    {_reason(plan)} AS now_reason",
            "  FROM steps\n)",
        )
    )


def shadowed(rows: Rows, policy: str) -> str:
    """The same of what a shadow policy decided beside the live one, as it was logged."""
    shadow = "shadow_decision AS now, shadow_reason AS now_reason"
    where = f"{rows.where()} AND shadow_policy = {text(policy)}"
    return f"WITH decided AS (\n  SELECT {BASE}, {shadow}\n  FROM {rows.table}\n  WHERE {where}\n)"


def shadowed_flows(rows: Rows, policy: str) -> str:
    """The flows in which it was decided beside the live one; `rows` of any flow."""
    where = f"tenant = {text(rows.tenant)} AND shadow_policy = {text(policy)}"
    return f"SELECT DISTINCT flow FROM {rows.table} WHERE {where} ORDER BY flow"


def flips(decided: str, examples: int = 3) -> str:
    """How many decisions went from what, and why, to what, and why; with some verification ids of each."""
    return f"""{decided}
SELECT was, was_reason, now, now_reason, count(*) AS decisions, min(verification_id, {examples}) AS examples
FROM decided
GROUP BY was, was_reason, now, now_reason
ORDER BY decisions DESC, was, now, was_reason, now_reason"""


def flips_by_day(decided: str) -> str:
    return f"""{decided}
SELECT day, was, now, count(*) AS decisions
FROM decided
GROUP BY day, was, now
ORDER BY day, was, now"""


def _check(step: Step, plan: Plan) -> str:
    whens = [*_unknown(step, plan)]
    rules = CHECK_RULES.get(step.check)
    if rules is None:
        return text(f"{UNKNOWN}:{NOT_IN_COLUMNS}")
    whens += [(rule.condition, f"{rule.outcome}:{rule.reason}") for rule in rules(step.parameters)]
    return _case([(condition, text(finding)) for condition, finding in whens], text("pass"))


def _unknown(step: Step, plan: Plan) -> Iterator[tuple[str, str]]:
    """Before anything is judged: whether what the check looks at is there, and of the same picture."""
    needs = plan.plugins.checks[step.check].needs
    for need in needs:
        if need not in _SIGNALS:
            yield "TRUE", f"{UNKNOWN}:{Unknown.NOT_RECORDED}"
            continue
        yield f"{need} IS NULL", f"{UNKNOWN}:{Unknown.NOT_READ}"
        for use in _uses(need, plan):
            other = f"{use} IS NULL" if use in plan.signals else f"{use} IS NOT NULL"
            yield other, f"{UNKNOWN}:{Unknown.OTHER_PICTURE}"
    for need in needs:
        yield f"{need} = {text(MISSING)}", f"{INCONCLUSIVE}:signal_missing"


def _uses(signal: str, plan: Plan) -> Iterator[str]:
    """What the signal, and those it rests on, use if it is there: see `redecide.comparable`."""
    yield from plan.plugins.signals[signal].uses
    for need in plan.plugins.signals[signal].needs:
        yield from _uses(need, plan)


def _any_of(branches: list[str]) -> str:
    """As `redecide` and `judge.best_finding`: a pass, else the first unknown, inconclusive or failed alternative."""
    ranks = ("pass", UNKNOWN, INCONCLUSIVE)
    whens = [(_is(branch, rank), branch) for rank in ranks for branch in branches]
    return _case(whens, branches[0] if branches else text(f"{INCONCLUSIVE}:no_alternatives"))


def _is(column: str, outcome: str) -> str:
    return f"{column} LIKE '{outcome}%'"


def _verdict(plan: Plan) -> str:
    steps = plan.flow.steps
    columns = [f"s{index}" for index in range(len(steps))]
    return _case(
        [
            (_any(_leads_to(Consequence.DENY, plan)), text(Verdict.DENIED)),
            (_any(_is(column, UNKNOWN) for column in columns), text(UNKNOWN)),
            (_any(_leads_to(Consequence.REVIEW, plan)), text(Verdict.REVIEW)),
            (_any(_is(column, "pass") for column in columns), text(Verdict.APPROVED)),
        ],
        text(Verdict.DENIED),
    )


def _reason(plan: Plan) -> str:
    """'step: code' of the first step that denies or is unknown, else of the first that refers to a person."""
    ids = [step.id for step in plan.flow.steps]
    denies, refers = list(_leads_to(Consequence.DENY, plan)), list(_leads_to(Consequence.REVIEW, plan))
    settles = [_any((denies[index], _is(f"s{index}", UNKNOWN))) for index in range(len(ids))]
    whens = [(when, _told(ids[index], index)) for each in (settles, refers) for index, when in enumerate(each)]
    passed = _any(_is(f"s{index}", "pass") for index in range(len(ids)))
    return _case([*whens, (passed, "NULL")], text(": nothing_passed"))


def _told(step: str, index: int) -> str:
    return f"concat({text(f'{step}: ')}, split_part(s{index}, ':', 2))"


def _leads_to(consequence: Consequence, plan: Plan) -> Iterator[str]:
    """For each step, when it has this consequence."""
    for index, step in enumerate(plan.flow.steps):
        outcomes = [(FAIL, step.on_fail), (INCONCLUSIVE, step.on_inconclusive)]
        yield _any(_is(f"s{index}", outcome) for outcome, found in outcomes if found is consequence)


def _any(conditions: Iterable[str]) -> str:
    found = [each for each in conditions if each != "FALSE"]
    return f"({' OR '.join(found)})" if found else "FALSE"


def _case(whens: Iterable[tuple[str, str]], otherwise: str) -> str:
    parts = [f"\n      WHEN {condition} THEN {result}" for condition, result in whens if condition != "FALSE"]
    return f"CASE{''.join(parts)}\n      ELSE {otherwise} END" if parts else otherwise
