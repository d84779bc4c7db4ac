"""A folder of policies, kept the same as the bucket that the app reads: saving a file is enough."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

_LOOK_EVERY_S = 0.5

Stamp = tuple[int, int]


def policy_files(folder: Path) -> list[Path]:
    """The policies of a folder, without the tests beside them (*.test.yaml)."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.endswith(".test.yaml"))


class PolicyWatcher:
    """Calls `publish(path)` for each policy that is new or has changed since the last look."""

    def __init__(self, folder: Path, publish: Callable[[Path], None]) -> None:
        self._folder = folder
        self._publish = publish
        self._seen: dict[Path, Stamp] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="policy-watcher", daemon=True)

    def look(self) -> None:
        for path in policy_files(self._folder):
            try:
                status = path.stat()
            except FileNotFoundError:  # an editor is just replacing it
                continue
            stamp = (status.st_mtime_ns, status.st_size)
            if self._seen.get(path) != stamp:
                self._publish(path)
                self._seen[path] = stamp

    def __enter__(self) -> PolicyWatcher:
        """Publish all once, then watch until left."""
        self.look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY_S):
            self.look()
