"""What survives a restart: a snapshot in one file, written when the sandbox stops and read when it starts.

All parts are written together or not at all. A store that forgot its users but kept their faces would be a trap.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

FILE = "sandbox.state"
KEPT_SERVICES = ("dynamodb", "s3", "sqs")


class Part(Protocol):
    """Something that can be kept."""

    def snapshot(self) -> Any:
        """All of it, as a value that pickle can write."""
        ...

    def restore(self, snapshot: Any) -> None:
        """Take the place of what is there."""
        ...


class State:
    """The parts by name, and the folder that keeps them."""

    def __init__(self, folder: Path, parts: Mapping[str, Part]) -> None:
        self._file = folder / FILE
        self._parts = {**parts, **{service: _MotoService(service) for service in KEPT_SERVICES}}

    def load(self) -> None:
        """Restore the parts, if there is a file. Raises ValueError when it cannot be read."""
        if not self._file.exists():
            return
        try:
            with self._file.open("rb") as file:
                snapshots = pickle.load(file)  # noqa: S301 - written by `save`
            for name, part in self._parts.items():
                part.restore(snapshots[name])
        except Exception as error:
            what = f"{self._file} cannot be read ({error}); perhaps another version wrote it"
            raise ValueError(f"{what}. Delete it to start empty.") from error

    def save(self) -> None:
        """Write the parts; the former file stays until the new one is complete."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            _Pickler(file).dump({name: part.snapshot() for name, part in self._parts.items()})
        unfinished.replace(self._file)


class _MotoService:
    """One of moto's services."""

    def __init__(self, service: str) -> None:
        self._backends: BackendDict[Any] = get_backend(service)  # type: ignore[call-overload]

    def snapshot(self) -> Any:
        return {account: dict(regions) for account, regions in self._backends.items()}

    def restore(self, snapshot: Any) -> None:
        for account, regions in snapshot.items():
            self._backends[account].update(regions)
        if self._backends is s3_backends:  # S3's names are the world's
            buckets = [
                (name, (region, account))
                for account, regions in snapshot.items()
                for region, backend in regions.items()
                for name in backend.buckets
            ]
            s3_backends.bucket_accounts.update(buckets)


class _Pickler(pickle.Pickler):
    """Gives new locks to moto's queues: those of the old process mean nothing."""

    def reducer_override(self, value: object) -> Any:
        return (threading.Condition, ()) if isinstance(value, threading.Condition) else NotImplemented
