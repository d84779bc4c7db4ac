"""A flow's calls of AWS and what each waits for, as its plan has them: for critical paths and for simulating load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.latencies import latency_ms
from chalicelib.engine.plan import MADE, Plan, checks_of
from chalicelib.model.change import Effect, Phase
from chalicelib.model.policy import AnyOf, Execution

ADMITTED = "admitted"
RESERVE = "dynamodb:PutItem"
BEGIN = "dynamodb:PutItem"
SIGN = "kms:Sign"
COMMIT = "dynamodb:TransactWriteItems"
SETTLE = "dynamodb:UpdateItem"


@dataclass(frozen=True, slots=True)
class Node:
    """Calls that follow on each other; they begin when the nodes named in `after` are done."""

    name: str
    calls: tuple[str, ...]
    after: tuple[str, ...]


def nodes_of(plan: Plan, execution: Execution, shards: int = 1) -> list[Node]:
    """On the way to an approval: the attempt's place, the signals, the effects, the commit beside the attempt's end."""
    nodes = [Node(ADMITTED, (RESERVE,), ())]
    nodes += _signals(plan, execution, shards)
    read = tuple(node.name for node in nodes)
    before = [effect for effect in plan.effects if effect.phase is Phase.BEFORE]
    if before and not plan.ahead:
        nodes.append(Node("begin", (BEGIN,), read))
        nodes += [Node(effect.name, _calls(effect, plan, shards), ("begin",)) for effect in before]
    last = tuple(node.name for node in nodes)
    nodes.append(Node("sign", (SIGN,), read))
    saves = any(effect.journaled for effect in plan.effects)
    nodes.append(Node("reread", ("dynamodb:GetItem",) if saves and not plan.creates else (), last))
    nodes.append(Node("commit", (COMMIT,), ("reread", "sign")))
    nodes.append(Node("settle", (SETTLE,), read))
    return nodes


def critical_path_ms(nodes: list[Node], latencies: Mapping[str, float]) -> float:
    """The longest chain, when every call takes what the table says and nothing else takes any time."""
    done_ms: dict[str, float] = {}
    for node in nodes:  # each stands behind those that it waits for
        own_ms = sum(latency_ms(call, latencies) for call in node.calls)
        done_ms[node.name] = max((done_ms[name] for name in node.after), default=0.0) + own_ms
    return max(done_ms.values())


def _signals(plan: Plan, execution: Execution, shards: int) -> Iterator[Node]:
    """Under `cheapest`, a signal waits for those of earlier steps; alternatives after a pass are not asked."""
    wanted = _wanted_in_order(plan) if execution is Execution.CHEAPEST else list(plan.signals)
    previous: tuple[str, ...] = ()
    for name in wanted:
        after = (*plan.rests_on[name], *previous)
        if name == MADE:
            before = [effect for effect in plan.effects if effect.phase is Phase.BEFORE]
            yield Node("begin", (BEGIN,), after)
            yield from (Node(effect.name, _calls(effect, plan, shards), (ADMITTED, "begin")) for effect in before)
            yield Node(MADE, (), tuple(effect.name for effect in before))
            continue
        calls = tuple(call for call in plan.signals[name].calls if call != "dynamodb:BatchGetItem")
        yield Node(name, calls, after if plan.signals[name].is_stored else (ADMITTED, *after))
        if execution is Execution.CHEAPEST and calls:
            previous = (name,)


def _wanted_in_order(plan: Plan) -> list[str]:
    steps = [step.branches[0] if isinstance(step, AnyOf) else step for step in plan.flow.steps]
    wanted = [need for step in steps for need in plan.plugins.checks[step.check].needs]
    wanted += [name for effect in plan.effects for name in effect.inputs]
    ordered: list[str] = []

    def place(name: str) -> None:
        if name not in ordered:
            for other in plan.rests_on[name]:
                place(other)
            ordered.append(name)

    for name in wanted:
        place(name)
    return ordered


def _calls(effect: Effect, plan: Plan, shards: int) -> tuple[str, ...]:
    looks_again = plan.creates and any(
        parameter.name == "FaceMatchThreshold"
        for step in checks_of(plan.flow)
        for parameter in plan.plugins.checks[step.check].parameters
    )
    left_out = {"rekognition:SearchFacesByImage"} if shards == 1 else set()
    if not looks_again:
        left_out |= {"rekognition:SearchFaces", "rekognition:SearchFacesByImage"}
    return tuple(call for call in effect.calls if call not in left_out)
