"""Looking for the selfie's face in the tenant's collections: one search, and what each part of the app makes of it.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_SearchFacesByImage.html
"""

from __future__ import annotations

from typing import Any

from chalicelib.aws import side_by_side
from chalicelib.face_search import MAX_MATCHES, search_of
from chalicelib.model.change import Draft, block_id_of, user_key_of
from chalicelib.model.facts import BlockedFace, BlockedFaces, CollectionMatch, CollectionMatches, CollectionSearch
from chalicelib.model.images import Image
from chalicelib.signals.calls import none_without_face
from chalicelib.signals.request import SignalRequest


def collection_search(request: SignalRequest, *, selfie: Image) -> CollectionSearch:
    """Faces like the selfie's in all the tenant's collections, whoever they belong to."""
    searched_from = request.asked["FaceMatchThreshold"]

    def search(collection: str) -> dict[str, Any] | None:
        parameters = {
            "CollectionId": collection,
            "Image": {"Bytes": selfie.content},
            "FaceMatchThreshold": searched_from,
            "MaxFaces": MAX_MATCHES,
            "QualityFilter": "NONE",  # the policy's checks judge the quality
        }
        return none_without_face(request, "search_faces_by_image", parameters, "selfie")

    answers = [answer for answer in side_by_side(search, request.collections) if answer is not None]
    if len(answers) < len(request.collections):
        return CollectionSearch((), searched_from, face_found=False)
    return search_of(answers, searched_from)


def search_as_indexed(request: SignalRequest, *, selfie: Image, made: Draft) -> CollectionSearch:
    """The same from the search that follows on IndexFaces. Of several faces it may have indexed another than a search
    by the picture would look for: then, and when nothing was indexed, that search is made.
    """
    if made.lookalikes is None or len(made.seen) != 1:
        return collection_search(request, selfie=selfie)
    return made.lookalikes


def collection_matches(
    request: SignalRequest, *, collection_search: CollectionSearch, user_key: str
) -> CollectionMatches:
    """Active users whose face is like the selfie's: those whose record lists it."""
    owners = [(user_key_of(face.external_image_id), face) for face in collection_search.faces]
    users = request.users.get_many({owner for owner, _ in owners}) if owners else {}
    matches = [
        CollectionMatch(owner == user_key, face.face_id, face.similarity)
        for owner, face in owners
        if (owner_record := users.get(owner)) and owner_record.has_face(face.face_id, request.submission.received_at)
    ]
    best_first = tuple(sorted(matches, key=lambda match: match.similarity, reverse=True))
    return CollectionMatches(best_first, collection_search.searched_from, collection_search.face_found)


def blocked_faces(request: SignalRequest, *, collection_search: CollectionSearch) -> BlockedFaces:
    """Faces like the selfie's that the tenant has blocked: those whose block is in force and lists them."""
    marked = [(block_id_of(face.external_image_id), face) for face in collection_search.faces]
    ids = {block_id for block_id, _ in marked if block_id is not None}
    in_force = request.blocks.faces_in_force(ids, request.submission.received_at) if ids else {}
    matches = [
        BlockedFace(block_id, face.similarity)
        for block_id, face in marked
        if block_id is not None and in_force.get(block_id) == face.face_id
    ]
    best_first = tuple(sorted(matches, key=lambda match: match.similarity, reverse=True))
    return BlockedFaces(best_first, collection_search.searched_from, collection_search.face_found)
