"""Starting functions under awslambdaric, as Lambda does, and what their first answers took."""

from __future__ import annotations

import json
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cli.local.functions import running_function

Milliseconds = dict[str, float]


@dataclass(frozen=True, slots=True)
class Start:
    """A function to start: its folder, what makes the event that it is sent first, and settings of its own."""

    folder: Path
    event: Callable[[], Mapping[str, Any]]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Took:
    """From starting the process to its first answer; `init_ms` of it until it asked for an event.

    `processor_ms` is what all its threads together were on a processor.
    """

    total_ms: float
    init_ms: float
    processor_ms: float


class Starter:
    """`python` has what Lambda's has; `home` takes the logs."""

    def __init__(self, python: Path, home: Path, environment: Mapping[str, str]) -> None:
        self._python = python
        self._home = home
        self._environment = environment

    def best(self, starts: Sequence[Start], times: int) -> list[Took]:
        """Those of the quickest round. In each all are started once, so that what slows the machine slows all alike."""
        rounds = [[self.once(start) for start in starts] for _ in range(times)]
        return min(rounds, key=lambda one: sum(took.total_ms for took in one))

    def once(self, start: Start) -> Took:
        """Raises RuntimeError when the first answer is not 200, or a decision other than an approval."""
        event, environment = start.event(), {**self._environment, **start.settings}
        before_s, began_s = _children_s(), time.perf_counter()
        with running_function(self._python, start.folder, "app.app", environment, self._home) as function:
            answer = function.invoke(event)
            total_s = time.perf_counter() - began_s
        if answer["statusCode"] != 200 or json.loads(answer["body"]).get("decision", "approved") != "approved":
            raise RuntimeError(f"the first answer was {answer['statusCode']}: {answer['body']}")
        ready_s = function.ready_s or began_s
        return Took(total_s * 1000, (ready_s - began_s) * 1000, (_children_s() - before_s) * 1000)

    def imports_ms(self, start: Start) -> Milliseconds:
        """What importing took until the first answer, by package: each one's own modules."""
        self.once(replace(start, settings={**start.settings, "PYTHONPROFILEIMPORTTIME": "1"}))
        return imports_of((self._home / "app.app.log").read_text())


def imports_of(log: str) -> Milliseconds:
    """Of what `python -X importtime` says."""
    own_ms: Milliseconds = defaultdict(float)
    for line in log.splitlines():
        own_us, bar, rest = line.removeprefix("import time:").partition("|")
        if bar and own_us.strip().isdigit():
            own_ms[rest.rpartition("|")[2].strip().partition(".")[0]] += int(own_us) / 1000
    return own_ms


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
