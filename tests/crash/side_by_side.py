"""Rows of the crash matrix side by side: each in a process of its own, with a sandbox of its own."""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Queue
from typing import TypeVar

from tests.crash.matrix import Row, Share, play
from tests.crash.scene import Scene
from tests.crash.stage import on_stage
from tests.own_environment import own_environment
from tests.running_sandbox import running_sandbox

_LOOK_EVERY_S = 0.5
T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """How far a row is: `done` of the `total` of its `part`."""

    scene: Scene
    part: str
    done: int
    total: int


def rows(scenes: Sequence[Scene], share: Share, jobs: int, told: Callable[[Step], None]) -> Iterator[Row]:
    """Play the scenes, `jobs` at a time; the rows as they are done."""
    processes = multiprocessing.get_context("spawn")
    with processes.Manager() as manager, ProcessPoolExecutor(jobs, processes, max_tasks_per_child=1) as pool:
        steps: Queue[Step] = manager.Queue()
        pending = {pool.submit(_play, scene, share, steps): scene for scene in scenes}
        while pending:
            done, _ = wait(pending, _LOOK_EVERY_S, FIRST_COMPLETED)
            while not steps.empty():
                told(steps.get())
            for future in done:
                yield _row(pending.pop(future), future)


def _row(scene: Scene, future: Future[Row]) -> Row:
    error = future.exception()
    return Row(scene, (), 0, [f"not played to its end: {error!r}"]) if error else future.result()


def _play(scene: Scene, share: Share, steps: Queue[Step]) -> Row:
    logging.disable()  # what goes wrong on purpose is not worth a line each
    with tempfile.TemporaryDirectory() as home, running_sandbox(Path(home), "--scripted") as sandbox:
        environment = own_environment(sandbox, {scene.tenant: scene.text})
        with on_stage(environment, [scene.tenant]) as stage:
            return play(scene, stage, share, partial(_told, scene, steps))


def _told(scene: Scene, steps: Queue[Step], part: str, items: Sequence[T]) -> Iterable[T]:
    for done, item in enumerate(items):
        steps.put(Step(scene, part, done, len(items)))
        yield item
