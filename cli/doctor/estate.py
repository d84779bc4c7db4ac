"""Where a tenant's things are, and reading all of them or those of one user."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import Aws
from chalicelib.store.roster import Roster
from cli.doctor.holdings import Holdings, IndexedFace, Picture

_FACES_PAGE = 4096  # https://docs.aws.amazon.com/rekognition/latest/APIReference/API_ListFaces.html


@dataclass(frozen=True, slots=True)
class Estate:
    """One tenant's. `model_versions` has the collections that are there, each with its face model's version."""

    aws: Aws
    tenant: str
    bucket: str
    roster: Roster
    model_versions: Mapping[str, str]

    def faces(self, collection: str, face_ids: Sequence[str] = ()) -> Iterator[list[IndexedFace]]:
        """All the collection's faces, page by page; or those of `face_ids`, one page at most, that are there."""
        request: dict[str, Any] = {"CollectionId": collection, "MaxResults": _FACES_PAGE}
        if face_ids:
            request["FaceIds"] = face_ids
        while True:
            answer = self.aws("rekognition", "list_faces", request)
            yield [_indexed_face(face, collection, answer["FaceModelVersion"]) for face in answer["Faces"]]
            if not answer.get("NextToken"):
                return
            request["NextToken"] = answer["NextToken"]

    def pictures(self, user_keys_from: str) -> Iterator[list[Picture]]:
        """Every version of every picture of the users whose key begins so, page by page."""
        return self._listed(f"{self.tenant}/users/{user_keys_from}")

    def pictures_of_reviews(self) -> Iterator[list[Picture]]:
        return self._listed(f"{self.tenant}/reviews/")

    def _listed(self, prefix: str) -> Iterator[list[Picture]]:
        listing = {"Bucket": self.bucket, "Prefix": prefix}
        while True:
            answer = self.aws("s3", "list_object_versions", listing)
            versions = [_picture(one, is_there=one["IsLatest"]) for one in answer.get("Versions", ())]
            yield versions + [_picture(one, is_there=False) for one in answer.get("DeleteMarkers", ())]
            if not answer.get("IsTruncated"):
                return
            listing |= {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer["NextVersionIdMarker"]}

    def look(self, seen: Holdings, tries: int = 5) -> Holdings | None:
        """What is held of a user now; None while others keep changing it.

        The record is read before and after the rest, so that what is said to be missing or left over really is.
        """
        for _ in range(tries):
            record = self.roster.get(seen.user_key)
            listed = [(face.collection, face.face_id) for face in record.user.faces] if record else []
            wanted = {*listed, *((face.collection, face.face_id) for face in seen.faces)}
            faces = self.faces_of(wanted)
            pictures = [picture for page in self.pictures(f"{seen.user_key}/") for picture in page]
            held = self.decided([Holdings(seen.user_key, record, tuple(faces), tuple(pictures))])[0]
            if self.roster.get(seen.user_key) == record:
                return held
        return None

    def decided(self, some: Iterable[Holdings]) -> list[Holdings]:
        """The same, with which decisions are logged."""
        held = list(some)
        decided = self.roster.decided({verification for one in held for verification in one.verifications})
        return [one.with_decided(decided) for one in held]

    def faces_of(self, wanted: Set[tuple[str, str]]) -> Iterator[IndexedFace]:
        """Those of these (collection, face id) that are there."""
        for collection in sorted({collection for collection, _ in wanted} & self.model_versions.keys()):
            face_ids = sorted(face_id for place, face_id in wanted if place == collection)
            for first in range(0, len(face_ids), _FACES_PAGE):
                for page in self.faces(collection, face_ids[first : first + _FACES_PAGE]):
                    yield from page


def find_collections(aws: Aws, prefix: str, tenant: str) -> dict[str, str]:
    """The tenant's collections that are there, also those that its policy no longer names: name -> face model."""
    ours = re.compile(rf"{re.escape(prefix)}-{re.escape(tenant)}-\d+")
    found: dict[str, str] = {}
    request: dict[str, Any] = {}
    while True:
        answer = aws("rekognition", "list_collections", request)
        pairs = zip(answer["CollectionIds"], answer["FaceModelVersions"], strict=True)
        found |= {name: version for name, version in pairs if ours.fullmatch(name)}
        if not answer.get("NextToken"):
            return found
        request = {"NextToken": answer["NextToken"]}


def _indexed_face(face: Mapping[str, Any], collection: str, collection_version: str) -> IndexedFace:
    version = face.get("IndexFacesModelVersion", collection_version)
    return IndexedFace(face["FaceId"], collection, face.get("ExternalImageId", ""), version)


def _picture(one: Mapping[str, Any], *, is_there: bool) -> Picture:
    return Picture(one["Key"], one["VersionId"], one["LastModified"], is_there)
