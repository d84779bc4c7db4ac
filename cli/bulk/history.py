"""What an import has done, as JSON lines: one for each person, written as soon as it is known."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.errors import CliError
from cli.request import Pictures


@dataclass(frozen=True, slots=True)
class Entry:
    """`decision` is approved, denied, review, or error (then it is tried again). `reasons` are texts for people."""

    user: str
    when: str
    decision: str
    reasons: list[str]
    verification_id: str | None
    sha256: dict[str, str]

    @property
    def is_settled(self) -> bool:
        return self.decision != "error"


class History:
    """Thread-safe. The file is the record: append only, but for a last line that a crash cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        _drop_cut_off(path)
        self._settled = {(entry.user, fingerprint(entry.sha256)): entry for entry in _read(path) if entry.is_settled}

    def find(self, user: str, sha256: dict[str, str]) -> Entry | None:
        """What was decided on this person with these very pictures; new pictures are a new try."""
        return self._settled.get((user, fingerprint(sha256)))

    def append(self, entry: Entry) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")


def digests_of(pictures: Pictures) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in pictures.by_field().items()}


def fingerprint(sha256: dict[str, str]) -> str:
    return " ".join(f"{name}={digest}" for name, digest in sorted(sha256.items()))


def _drop_cut_off(path: Path) -> None:
    """Whoever it was about is tried again; what is appended must not become a part of it."""
    content = path.read_bytes() if path.exists() else b""
    if content and not content.endswith(b"\n"):
        os.truncate(path, content.rfind(b"\n") + 1)


def _read(path: Path) -> list[Entry]:
    """One entry a line. In JSON only a line feed ends one: names may hold what Python takes for an end, too."""
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise CliError(f"{path}, line {number} is damaged: remove that line.") from error
    return entries
