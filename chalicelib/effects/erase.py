"""Erase all that is held of a user's face and documents (GDPR, article 17), and look again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.aws import Aws, delete_object
from chalicelib.effects.faces import delete_faces, find_faces
from chalicelib.errors import AwsUnavailableError


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was found and is gone."""

    faces: int
    pictures: int


def erase(aws: Aws, bucket: str, prefix: str, collections: Iterable[str], user_key: str) -> Erased:
    """Delete the user's faces from every collection, and every version of every picture below the prefix.

    Safe to repeat. Raises AwsUnavailableError when a second look still finds something.
    """
    faces = 0
    for collection in collections:
        found = find_faces(aws, collection, f"{user_key}:")
        delete_faces(aws, collection, found)
        faces += len(found)
        if find_faces(aws, collection, f"{user_key}:"):
            raise AwsUnavailableError("rekognition:DeleteFaces", "StillThere", "a face stayed")
    keys = _keys(aws, bucket, prefix)
    for key in keys:
        delete_object(aws, bucket, key)
    if _keys(aws, bucket, prefix):
        raise AwsUnavailableError("s3:DeleteObjects", "StillThere", "a picture stayed")
    return Erased(faces, len(keys))


def _keys(aws: Aws, bucket: str, prefix: str) -> list[str]:
    """Of all objects that have any version left."""
    keys: set[str] = set()
    listing = {"Bucket": bucket, "Prefix": prefix}
    while True:
        page = aws("s3", "list_object_versions", listing)
        keys |= {one["Key"] for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))}
        if not page.get("IsTruncated"):
            return sorted(keys)
        listing |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
