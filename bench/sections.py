"""What is measured, part by part, each as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bench import capacity, cold_start, compute, memory, throughput
from bench.flows import FLOWS, Measured, measure_denial, measure_flow, measure_limit, measure_reference, path_ms
from bench.limit import limit_ms
from bench.report import Failure, Section
from bench.world import World, running_world
from chalicelib.model.policy import Execution

_OF_ITS_PLAN, _OF_THE_LIMIT, _THAN_THE_REFERENCE = 1.15, 1.1, 2.5  # targets; the last two for registrations

_SECONDS_EACH = 4.0  # of throughput, for each level of concurrency

PARTS = ("flows", "cold-start", "compute", "throughput", "memory", "capacity")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """`only` are names of parts; none means all. `requests` are those after which memory is looked at."""

    latencies: Mapping[str, float]
    runs: int
    requests: int
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """`what` is measured, for those who wait."""

    what: str
    measure: Callable[[World], Iterator[Section]]


def parts(options: Options, say: Say) -> dict[str, Part]:
    """Those that the options ask for, by name."""
    everything = {
        "flows": Part("every flow in every mode, three minutes", lambda world: _flows(world, options)),
        "cold-start": Part(
            "the package is built and started, two minutes",
            lambda world: cold_start.sections(world, options.latencies, say),
        ),
        "compute": Part("the code's own share, ten seconds", lambda _: compute.sections()),
        "throughput": Part("the served app, a minute", lambda world: throughput.sections(world, _SECONDS_EACH, say)),
        "memory": Part(
            f"{options.requests:,} requests; 100,000 take about three minutes",
            lambda world: memory.sections(world, options.requests, say),
        ),
        "capacity": Part("a region under load, ten seconds", lambda _: capacity.sections(5.0, 15.0, 60.0)),
    }
    return {name: part for name, part in everything.items() if not options.only or name in options.only}


def sections(options: Options, say: Say) -> Iterator[Section | Failure]:
    """What is measured, as it comes."""
    with running_world() as world:
        yield from measured(parts(options, say), world, say)


def measured(wanted: Mapping[str, Part], world: World, say: Say) -> Iterator[Section | Failure]:
    """A part that fails says so in place of what it had left, and the others go on."""
    for number, (name, part) in enumerate(wanted.items(), start=1):
        say(f"[{number}/{len(wanted)}] {name}: {part.what} ...")
        try:
            yield from part.measure(world)
        except Exception as error:  # whatever it was, what was measured before is kept
            yield Failure(name, f"{type(error).__name__}: {error}")


def _flows(world: World, options: Options) -> Iterator[Section]:
    header = (
        "flow",
        "mode",
        "ms",
        "of its plan",
        "of the limit",
        "than the reference",
        "than with hops",
        "targets met",
        "AWS calls",
        "$ per 1,000",
    )
    rows: list[tuple[str, ...]] = []
    for flow in FLOWS:
        limit = limit_ms(flow, options.latencies)
        itself = measure_limit(world, flow, options.latencies, max(2, options.runs // 2))
        plain, hops = (
            measure_reference(world, flow, h, options.latencies, max(2, options.runs // 2)) for h in (False, True)
        )
        measured = [measure_flow(world, flow, mode, options.latencies, options.runs) for mode in Execution]
        rows += [_flow_row(one, path_ms(flow, one.mode, options.latencies), limit, plain, hops) for one in measured]
        rows += [_flow_row(one, None, limit, plain, hops) for one in (itself, plain, hops)]
    for mode in Execution:
        denied = measure_denial(world, mode, options.latencies, options.runs)
        rows.append((*_flow_cells(denied), *[""] * 5, *_cost_cells(denied)))
    latencies = ", ".join(f"{name} {ms:g}" for name, ms in options.latencies.items())
    text = (
        "One flow at a time, from submission to decision, in this process. The limit is the longest chain of calls "
        "that have to wait for each other in any design, plus one write, by the latencies alone; run by itself it "
        "takes what its row says. A flow's plan has its own critical path in each mode. Targets: "
        f"{_OF_ITS_PLAN}x of its plan for every flow; for a speculative registration {_OF_THE_LIMIT}x of the limit and "
        f"{_THAN_THE_REFERENCE}x faster than the reference with hops, which even the limit itself is not. "
        "The reference is the order of AWS's sample, its calls alone, without and with 15 ms for each hop "
        "from Lambda to Lambda. Injected latencies in ms, in which the sandbox's own work is included: "
    )
    yield Section("Flows", text + latencies, header, rows)


def _flow_row(one: Measured, path: float | None, limit: float, plain: Measured, hops: Measured) -> tuple[str, ...]:
    ratios = (
        f"{one.median_ms / path:.2f}x" if path else "",
        f"{one.median_ms / limit:.2f}x",
        *(f"{other.median_ms / one.median_ms:.2f}x faster" for other in (plain, hops)),
    )
    return (*_flow_cells(one), *ratios, _met(one, path, limit, hops), *_cost_cells(one))


def _met(one: Measured, path: float | None, limit: float, hops: Measured) -> str:
    if path is None:
        return ""
    met = {"plan": one.median_ms / path <= _OF_ITS_PLAN}
    if (one.flow, one.mode) == ("register", Execution.SPECULATIVE.value):
        met |= {"limit": one.median_ms / limit <= _OF_THE_LIMIT}
        met |= {"reference": hops.median_ms / one.median_ms >= _THAN_THE_REFERENCE}
    return ", ".join(f"{name} {'yes' if is_met else 'no'}" for name, is_met in met.items())


def _flow_cells(one: Measured) -> tuple[str, str, str]:
    return one.flow, one.mode, f"{one.median_ms:.0f}"


def _cost_cells(one: Measured) -> tuple[str, str]:
    paid = {
        name.partition(":")[2]: times
        for name, times in one.calls.items()
        if name.startswith(("rekognition", "textract"))
    }
    calls = ", ".join(f"{times} {name}" if times > 1 else name for name, times in sorted(paid.items()))
    return calls, f"{one.dollars * 1000:.2f}"
