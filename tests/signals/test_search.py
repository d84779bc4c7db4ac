"""One search over the tenant's collections, and whose faces of it count."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.model.facts import BlockedFaces, CollectionMatches
from chalicelib.model.user import UserStatus
from chalicelib.signals import search
from tests.canned import CannedAws
from tests.signals.test_rekognition import NO_FACE, SELFIE, Records, request, user


def hit(face_id: str, owner: str | None, similarity: float) -> dict[str, Any]:
    one = {"FaceId": face_id} if owner is None else {"FaceId": face_id, "ExternalImageId": owner}
    return {"Similarity": similarity, "Face": one}


def found_by(*faces: dict[str, Any]) -> dict[str, Any]:
    return {"FaceMatches": list(faces)}


def matches(
    aws: CannedAws, records: Records | None = None, *, user_key: str = "a", shards: int = 1
) -> CollectionMatches:
    asked = request(aws, records, shards=shards)
    found = search.collection_search(asked, selfie=SELFIE)
    return search.collection_matches(asked, collection_search=found, user_key=user_key)


FACE_1 = "11111111-1111-1111-1111-111111111111"
FACE_2 = "22222222-2222-2222-2222-222222222222"


def test_a_face_counts_only_if_its_active_users_record_lists_it() -> None:
    records = Records(
        {
            "active": user(FACE_1),
            "pending": user(FACE_1, status=UserStatus.PENDING),
            "revoked": user(FACE_1, status=UserStatus.REVOKED),
            "without": user(),
        }
    )
    owners = ["active:c1", "pending:c1", "revoked:c1", "without:c1", "nobody:c1", "", None]
    hits = [hit(FACE_1, owner, 99.0) for owner in owners] + [hit(FACE_2, "active:c9", 99.9)]
    hits = [one for one in hits if one["Face"].get("ExternalImageId") != ""]
    found = matches(CannedAws(search_faces_by_image=found_by(*hits)), records, user_key="active")
    assert [(one.own, one.face_id) for one in found.matches] == [(True, FACE_1)]


def test_every_shard_is_asked_at_once_and_users_are_read_once() -> None:
    records = Records({"a": user(FACE_1), "b": user(FACE_2)})
    together = threading.Barrier(3, timeout=5)

    def answer(parameters: Mapping[str, Any]) -> Any:
        together.wait()
        shard = parameters["CollectionId"][-1]
        return found_by(*{"0": [hit(FACE_1, "a:c1", 97.5)], "1": [], "2": [hit(FACE_2, "b:c1", 99.5)]}[shard])

    aws = CannedAws(search_faces_by_image=answer)
    found = matches(aws, records, shards=3)
    assert [(one.own, one.face_id) for one in found.matches] == [(False, FACE_2), (True, FACE_1)]
    assert (found.searched_from, found.face_found) == (97, True)
    assert records.asked == [{"a", "b"}]
    assert {asked["FaceMatchThreshold"] for asked in aws.called("search_faces_by_image")} == {97}


def test_no_face_to_search_for() -> None:
    aws = CannedAws(search_faces_by_image=NO_FACE)
    found = matches(aws, shards=2)
    assert (found.matches, found.face_found) == ((), False)


class Blocks:
    """Which blocks are in force, with their faces, and how often that was asked."""

    def __init__(self, **faces: str) -> None:
        self.faces = faces
        self.asked: list[set[str]] = []

    def faces_in_force(self, block_ids: Iterable[str], now: datetime) -> dict[str, str]:
        self.asked.append(set(block_ids))
        return {block_id: self.faces[block_id] for block_id in block_ids if block_id in self.faces}


def blocked(blocks: Blocks, *hits: dict[str, Any]) -> BlockedFaces:
    asked = request(CannedAws(search_faces_by_image=found_by(*hits)), blocks=blocks)
    return search.blocked_faces(asked, collection_search=search.collection_search(asked, selfie=SELFIE))


def test_a_blocked_face_counts_only_while_its_block_is_in_force_and_lists_it() -> None:
    blocks = Blocks(b1=FACE_1, b2=FACE_2)
    hits = [hit(FACE_2, "blocked:b2", 98.0), hit(FACE_1, "blocked:b1", 99.0), hit(FACE_1, "blocked:b2", 99.9)]
    found = blocked(
        blocks, *hits, hit(FACE_1, "blocked:over", 99.9), hit(FACE_1, "b1:c", 99.9), hit(FACE_1, None, 99.9)
    )
    assert [(one.block_id, one.similarity) for one in found.matches] == [("b1", 99.0), ("b2", 98.0)]
    assert blocks.asked == [{"b1", "b2", "over"}]


def test_nobody_asks_for_blocks_when_no_blocked_face_is_alike() -> None:
    blocks = Blocks()
    assert blocked(blocks, hit(FACE_1, "a:c1", 99.0)).matches == ()
    assert blocks.asked == []


def test_a_blocked_face_is_never_a_users() -> None:
    aws = CannedAws(search_faces_by_image=found_by(hit(FACE_1, "blocked:b1", 99.0)))
    assert matches(aws, Records({"blocked": user(FACE_2)})).matches == ()


def test_the_versions_of_the_face_models_are_told() -> None:
    aws = CannedAws(search_faces_by_image=lambda _: {**found_by(), "FaceModelVersion": "7.0"})
    asked = request(aws, shards=2)
    assert search.collection_search(asked, selfie=SELFIE).face_models == ("7.0",)
