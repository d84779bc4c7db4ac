"""What an import has done, as JSON lines: one for each person, written as soon as it is known."""

from __future__ import annotations

import hashlib
import json
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
    """Thread-safe. The file is the record: append only, never rewritten."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
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


def _read(path: Path) -> list[Entry]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            if number == len(lines):  # cut off by a crash: that person is simply tried again
                break
            raise CliError(f"{path}, line {number} is damaged: remove that line.") from error
    return entries
