"""Erase all that is held of a user (GDPR, article 17), and look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import Aws, delete_object, side_by_side
from chalicelib.effects.faces import delete_faces, find_faces
from chalicelib.errors import AwsUnavailableError


@dataclass(frozen=True, slots=True)
class Place:
    """Where things of one kind are. `find` looks anew each time; `delete` is idempotent, and raises when some stay."""

    kind: str
    find: Callable[[], Sequence[Any]]
    delete: Callable[[Sequence[Any]], None]


def look(places: Iterable[Place]) -> dict[str, int]:
    """How much there is of each kind."""
    held = side_by_side(lambda place: (place.kind, len(place.find())), places)
    return dict(held)


def erase(places: Iterable[Place]) -> None:
    """Delete whatever is there, then look again. Safe to repeat.

    Raises AwsUnavailableError when something could not be deleted, or a second look still finds something.
    """
    everywhere = tuple(places)
    for place in everywhere:
        place.delete(place.find())
    for kind, left in look(everywhere).items():
        if left:
            raise AwsUnavailableError(f"erase:{kind}", "StillThere", f"{left} stayed")


def faces_of(aws: Aws, collections: Sequence[str], user_key: str) -> Place:
    """The user's faces in all the tenant's collections, also those that no record knows of."""

    def find() -> list[tuple[str, str]]:
        found = side_by_side(lambda one: [(one, face) for face in find_faces(aws, one, f"{user_key}:")], collections)
        return [pair for pairs in found for pair in pairs]

    def delete(pairs: Sequence[tuple[str, str]]) -> None:
        for collection in collections:
            delete_faces(aws, collection, [face_id for place, face_id in pairs if place == collection])

    return Place("faces", find, delete)


def pictures_below(aws: Aws, bucket: str, prefix: str, kind: str = "pictures") -> Place:
    """Every object that has any version left."""

    def find() -> list[str]:
        keys: set[str] = set()
        listing = {"Bucket": bucket, "Prefix": prefix}
        while True:
            page = aws("s3", "list_object_versions", listing)
            keys |= {one["Key"] for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))}
            if not page.get("IsTruncated"):
                return sorted(keys)
            listing |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    return Place(kind, find, lambda keys: _delete_all(aws, bucket, keys))


def _delete_all(aws: Aws, bucket: str, keys: Sequence[str]) -> None:
    side_by_side(lambda key: delete_object(aws, bucket, key), keys)
