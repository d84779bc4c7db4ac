"""What was collected, sorted by user: in a temporary file, so that a tenant may have any number of users."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from chalicelib.store.items import Item
from chalicelib.store.roster import Record, Roster
from cli.doctor.holdings import Holdings, IndexedFace, Picture

_RECORD, _FACE, _PICTURE = "record", "face", "picture"


class Spool:
    """Rows of (user key, kind, JSON) in an unnamed database that SQLite keeps on disk and deletes by itself."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE held (user_key TEXT, kind TEXT, content TEXT)")
        self._db.execute("BEGIN")

    def add_records(self, items: Iterable[Item]) -> None:
        self._add((item["user_key"], _RECORD, json.dumps(item)) for item in items)

    def add_faces(self, faces: Iterable[IndexedFace]) -> None:
        self._add((face.holder, _FACE, json.dumps(asdict(face))) for face in faces)

    def add_pictures(self, pictures: Iterable[Picture]) -> None:
        self._add(
            (one.key.split("/")[2], _PICTURE, json.dumps({**asdict(one), "modified_at": one.modified_at.isoformat()}))
            for one in pictures
        )

    def holdings(self, roster: Roster) -> Iterator[Holdings]:
        """User by user, whether known by a record, a face or a picture."""
        self._db.execute("CREATE INDEX IF NOT EXISTS by_user ON held (user_key)")
        rows = self._db.execute("SELECT user_key, kind, content FROM held ORDER BY user_key")
        for user_key, group in groupby(rows, itemgetter(0)):
            held = [(kind, json.loads(content)) for _, kind, content in group]
            yield Holdings(
                user_key,
                _record(roster, [content for kind, content in held if kind == _RECORD]),
                tuple(IndexedFace(**content) for kind, content in held if kind == _FACE),
                tuple(_picture(content) for kind, content in held if kind == _PICTURE),
            )

    def _add(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self._db.executemany("INSERT INTO held VALUES (?, ?, ?)", rows)


def _record(roster: Roster, items: list[Item]) -> Record | None:
    return roster.record(items[0]) if items else None


def _picture(content: Item) -> Picture:
    return Picture(**{**content, "modified_at": datetime.fromisoformat(content["modified_at"])})
