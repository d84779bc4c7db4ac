"""Judge a case as the engine does, with the case's values in place of what AWS would say."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from chalicelib.engine.gather import Gathering
from chalicelib.engine.judge import Judgement, judge
from chalicelib.engine.plan import Plan, checks_of, plan_flow
from chalicelib.engine.record import restored_signals
from chalicelib.errors import PolicyError, SignalMissingError
from chalicelib.model.decision import Verdict
from chalicelib.model.facts import LivenessStatus
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Flow
from chalicelib.policy.problems import one_of
from chalicelib.policy.tree import entries
from chalicelib.threads import Threads
from cli.workbench.testing.good import Recorded, good_signals
from cli.workbench.testing.suite import Case
from cli.workbench.testing.words import WORDS


def judged(case: Case, flow: Flow, plugins: Plugins) -> Judgement:
    """What the flow decides about the case in the end, after its deferred steps too.

    Raises PolicyError, with the place in the test file, when the case says things that do not fit the flow.
    """
    plan = plan_flow(_undeferred(flow), plugins)
    recorded = _recorded(case, plan)
    try:
        values = restored_signals(recorded, plugins.signals)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problem = entries(case.node).get("given", case.node).place.problem(f"a signal has the wrong form: {error}")
        raise PolicyError((problem,)) from error
    at_once = _judged(flow.at_once(), plan, values)
    later = flow.deferred()
    if at_once.verdict is not Verdict.APPROVED or not later.steps:
        return at_once
    afterwards = _judged(later, plan, values)
    return replace(afterwards, results=(*at_once.results, *afterwards.results))


def _judged(flow: Flow, plan: Plan, values: Mapping[str, Any]) -> Judgement:
    told = replace(_told(plan, values), flow=flow)
    with Gathering(told, None, Threads(), time.perf_counter) as gathering:
        return judge(told, gathering)


def _undeferred(flow: Flow) -> Flow:
    """The flow as if everything was judged at once, so that its plan has the signals of all steps."""
    return replace(flow, steps=tuple(replace(step, defer=False) for step in flow.steps))


def _recorded(case: Case, plan: Plan) -> Recorded:
    signals = good_signals(plan)
    given = entries(entries(case.node).get("given"))
    for name, word in WORDS.items():
        if name in given and word.signal not in signals:
            usable = [each for each, word in WORDS.items() if word.signal in signals]
            message = f"the flow {case.flow!r} does not look at {name!r}"
            raise PolicyError((given[name].key.problem(message, one_of(usable)),))
        if name in given:
            word.change(case.given[name], signals[word.signal])
    for name, value in case.given.get("signals", {}).items():
        signals[name] = None if value is None else _laid_over(signals.get(name) or {}, value)
    needed = {need for step in checks_of(plan.flow) for need in plan.plugins.checks[step.check].needs}
    if unsaid := sorted(needed - set(signals)):
        message = f"the flow {case.flow!r} looks at {', '.join(unsaid)}, of which no good value is known"
        raise PolicyError((case.node.place.problem(message, "its value under `given: {signals: ...}`"),))
    _without_selfie(signals, plan)
    return signals


def _laid_over(below: Any, above: Any) -> Any:
    """Mappings key by key; anything else is replaced."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}


def _without_selfie(signals: Recorded, plan: Plan) -> None:
    """A liveness session that did not succeed has no picture, so nothing is known of the face."""
    if "liveness" not in signals or (signals["liveness"] or {}).get("status") == LivenessStatus.SUCCEEDED:
        return
    for name in signals:
        if name != "liveness" and "selfie" in _rests_on(name, plan):
            signals[name] = None


def _rests_on(name: str, plan: Plan) -> set[str]:
    direct = plan.rests_on.get(name, ())
    return {*direct, *(deeper for each in direct for deeper in _rests_on(each, plan))}


def _told(plan: Plan, values: Mapping[str, Any]) -> Plan:
    """The plan with each signal's value told instead of read."""
    signals = {
        name: replace(plan.signals[name], read=partial(_tell, value), needs=(), uses=())
        for name, value in values.items()
        if name in plan.signals
    }
    return replace(plan, signals=signals, rests_on=dict.fromkeys(signals, ()))


def _tell(value: Any, _request: object) -> Any:
    if value is None:
        raise SignalMissingError("the case says that it cannot be had")
    return value
