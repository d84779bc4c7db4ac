"""The people to import: pictures of a folder or a bucket, and optionally a people.csv that says more.

Without people.csv each picture is one person, and its file name without the ending is the user id. With it, its columns
are user_id, selfie, id_card (file names beside it); every other column is a property.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from cli.errors import CliError
from cli.request import Pictures

_PICTURES = {".jpg", ".jpeg", ".png"}
_LIST = "people.csv"


@dataclass(frozen=True, slots=True)
class Person:
    """`selfie` and `id_card` are names of files in the source."""

    user_id: str
    selfie: str
    id_card: str | None = None
    properties: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    def names(self) -> list[str]:
        """The files, without those in folders below."""

    def read(self, name: str) -> bytes: ...


class Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        return sorted(entry.name for entry in self._path.iterdir() if entry.is_file())

    def read(self, name: str) -> bytes:
        return (self._path / name).read_bytes()


class Bucket:
    """`list_keys(prefix)` and `get(key)` reach S3; `prefix` is empty or ends with a slash."""

    def __init__(self, prefix: str, list_keys: Callable[[str], Iterable[str]], get: Callable[[str], bytes]) -> None:
        self._prefix = prefix
        self._list_keys = list_keys
        self._get = get

    def names(self) -> list[str]:
        keys = (key.removeprefix(self._prefix) for key in self._list_keys(self._prefix))
        return sorted(name for name in keys if name and "/" not in name)

    def read(self, name: str) -> bytes:
        return self._get(self._prefix + name)


def find_people(source: Source) -> list[Person]:
    """Raises CliError when there is nobody, or people.csv is wrong."""
    names = source.names()
    if wrong := next((name for name in names if not _is_text(name)), None):
        raise CliError(f"The name of the file {wrong!r} is not UTF-8: rename it.")
    people = list(_from_list(source, set(names)) if _LIST in names else _from_pictures(names))
    if not people:
        raise CliError(f"There are no pictures (.jpg, .jpeg, .png) and no {_LIST} there.")
    check_unique(people)
    return people


def pictures_of(person: Person, source: Source) -> Pictures:
    return Pictures(
        selfie=source.read(person.selfie),
        id_card=source.read(person.id_card) if person.id_card else None,
    )


def _from_pictures(names: list[str]) -> Iterator[Person]:
    for name in names:
        if PurePosixPath(name).suffix.lower() in _PICTURES:
            yield Person(PurePosixPath(name).stem, name)


def _from_list(source: Source, names: set[str]) -> Iterator[Person]:
    columns, rows = _table(source)
    missing = {"user_id", "selfie"} - columns
    if missing:
        raise CliError(f"{_LIST} lacks the column {' and '.join(sorted(missing))}.")
    for line, row in enumerate(rows, start=2):
        texts = {column: value.strip() for column, value in row.items() if column and value and value.strip()}
        user_id, selfie, id_card = (texts.pop(column, "") for column in ("user_id", "selfie", "id_card"))
        if not user_id or selfie not in names or (id_card and id_card not in names):
            raise CliError(f"{_LIST}, line {line}: needs a user_id and the names of files that are there.")
        yield Person(user_id, selfie, id_card or None, texts)


def _table(source: Source) -> tuple[set[str], list[dict[str, str]]]:
    """The columns of people.csv, and its rows."""
    try:
        rows = csv.DictReader(io.StringIO(source.read(_LIST).decode("utf-8-sig")))
        return set(rows.fieldnames or ()), list(rows)
    except UnicodeDecodeError as error:
        raise CliError(f"{_LIST} is not UTF-8: save it as CSV with that encoding.") from error
    except (csv.Error, OSError) as error:
        raise CliError(f"{_LIST} cannot be read: {error}.") from error


def _is_text(name: str) -> bool:
    """Python stands in for bytes of a file's name that are no UTF-8 with halves of characters."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def check_unique(people: list[Person]) -> None:
    """Raises CliError."""
    seen = dict[str, Person]()
    for person in people:
        other = seen.setdefault(person.user_id, person)
        if other is not person:
            raise CliError(f"Two people have the user id {person.user_id!r}: {other.selfie} and {person.selfie}.")
