"""Read the planned signals: each at most once, side by side wherever nothing has to be waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from types import TracebackType
from typing import Any

from chalicelib.engine.plan import Plan
from chalicelib.errors import SignalMissingError
from chalicelib.model.decision import SignalTiming
from chalicelib.threads import Threads


class Gathering:
    """One verification's signals. Used by one thread; the reading itself happens in others.

    On leaving, what has not begun is cancelled and what has is not waited for: signals only read.
    """

    def __init__(
        self,
        plan: Plan,
        request: object,
        threads: Threads,
        clock_s: Callable[[], float],
        provided: Mapping[str, Callable[..., object]] | None = None,
        admitted: Callable[[], None] = lambda: None,
    ) -> None:
        """`provided` reads the signals that are not the plugins' own, by name. `admitted` is called before anything
        but the tenant's own table is asked; it waits until that may be done, or raises.
        """
        self._plan = plan
        self._request = request
        self._provided = provided or {}
        self._admitted = admitted
        self._at_once = False
        self._clock_s = clock_s
        self._origin_s = clock_s()
        self._futures: dict[str, Future[Any]] = {}
        self._timings: list[SignalTiming] = []
        self._threads = threads

    def __enter__(self) -> Gathering:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for future in self._futures.values():
            future.cancel()

    def start_all(self) -> None:
        self._at_once = True
        for name in self._plan.signals:
            self._start(name)

    def values(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Wait for these signals. Raises what reading one of them raised."""
        futures = {name: self._start(name) for name in names}
        return {name: future.result() for name, future in futures.items()}

    def as_they_come(self, groups: Sequence[tuple[str, ...]]) -> Iterator[int]:
        """The groups' numbers, each once all its signals are there or have failed. Where signals are not read at once,
        in the given order, and a group is begun when the one before it was not enough.
        """
        if not self._at_once:
            yield from range(len(groups))
            return
        waiting = {number: [self._start(name) for name in group] for number, group in enumerate(groups)}
        while waiting:
            ready = [number for number, futures in waiting.items() if all(future.done() for future in futures)]
            if ready:
                del waiting[ready[0]]
                yield ready[0]
            else:
                pending = [future for futures in waiting.values() for future in futures if not future.done()]
                wait(pending, return_when=FIRST_COMPLETED)

    def known(self) -> Mapping[str, Any]:
        """The signals that have been read so far, without waiting."""
        return {name: future.result() for name, future in self._futures.items() if _succeeded(future)}

    def missing(self) -> tuple[str, ...]:
        """The signals that turned out so far not to be had, and those that rest on them."""
        return tuple(name for name, future in self._futures.items() if _is_missing(future))

    def timings(self) -> tuple[SignalTiming, ...]:
        return tuple(self._timings)

    def elapsed_ms(self) -> float:
        return (self._clock_s() - self._origin_s) * 1000

    def _start(self, name: str) -> Future[Any]:
        if name not in self._futures:
            inputs = {other: self._start(other) for other in self._plan.rests_on[name]}
            self._futures[name] = self._threads.start(self._read, name, inputs)
        return self._futures[name]

    def _read(self, name: str, inputs: Mapping[str, Future[Any]]) -> object:
        values = {other: future.result() for other, future in inputs.items()}
        signal = self._plan.signals[name]
        if name not in self._provided and not signal.is_stored:
            self._admitted()
        started_ms = self.elapsed_ms()
        value = self._provided.get(name, signal.read)(self._request, **values)
        if signal.calls:
            self._timings.append(SignalTiming(name, started_ms, self.elapsed_ms() - started_ms))
        return value


def _succeeded(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _is_missing(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and isinstance(future.exception(), SignalMissingError)
