"""Pictures in S3 against moto over the wire; faces against canned answers of Rekognition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws import Aws
from chalicelib.effects import built_in_effects
from chalicelib.effects.ports import EffectPorts
from chalicelib.errors import AwsRefusedError, AwsUnavailableError, ConflictError
from chalicelib.model.change import Change, Draft, Leftover, Material, Phase
from tests.aws_server import NAMES, AwsServer
from tests.canned import CannedAws, refusal
from tests.samples import change, face, material, picture

EFFECTS = built_in_effects()
FACE_IDS = [f"{n}{n}{n}{n}{n}{n}{n}{n}-1111-1111-1111-111111111111" for n in range(4)]


class Nobody:
    """No user is known."""

    def get(self, user_key: str) -> None:
        return None


class Saved:
    """A writer of changes that notes what it is asked, and knows of leftovers."""

    def __init__(self, left: tuple[Leftover, ...]) -> None:
        self.left = left
        self.calls: list[str] = []

    def save(self, change: Change, material: Material, draft: Draft) -> None:
        self.calls.append("save")

    def touch(self, change: Change, material: Material) -> None:
        self.calls.append("touch")

    def under_way(self, user_key: str) -> None:
        return None

    def stop(self, change: Change) -> bool:
        return True

    def leftovers(self, user_key: str) -> tuple[Leftover, ...]:
        return self.left

    def discarded(self, user_key: str, leftovers: tuple[Leftover, ...]) -> None:
        self.left = ()
        self.calls.append("discarded")


def ports(aws: Aws, *left: Leftover) -> EffectPorts:
    writes = Saved(left)
    return EffectPorts(aws, NAMES.images_bucket, Nobody(), writes, writes, ())


def versions(server: AwsServer, prefix: str) -> list[str]:
    listing = server.client("s3").list_object_versions(Bucket=NAMES.images_bucket, Prefix=prefix)
    return [one["Key"] for one in [*listing.get("Versions", []), *listing.get("DeleteMarkers", [])]]


def test_each_effect_runs_in_its_phase() -> None:
    assert {name: effect.phase for name, effect in EFFECTS.items()} == {
        "store_images": Phase.BEFORE,
        "index_face": Phase.BEFORE,
        "save_user": Phase.COMMIT,
        "touch_user": Phase.COMMIT,
        "retire_faces": Phase.AFTER,
    }


def test_pictures_are_stored_and_undone_with_every_version(server: AwsServer, tenant: str) -> None:
    made = change(tenant, "c1")
    keys = {kind: made.image_keys["selfie"].replace("selfie", kind) for kind in ("selfie", "id_card")}
    made = replace(made, image_keys=keys)
    images = {"selfie": picture(1), "id_card": picture(2)}
    store, out = EFFECTS["store_images"], ports(server.aws)
    store.do(out, made, replace(material(made), images=images), Draft())
    stored = server.client("s3").get_object(Bucket=NAMES.images_bucket, Key=keys["id_card"])
    assert (stored["Body"].read(), stored["ContentType"]) == (picture(2).content, "image/png")
    tags = server.client("s3").get_object_tagging(Bucket=NAMES.images_bucket, Key=keys["id_card"])["TagSet"]
    assert tags == [{"Key": "images_days", "Value": "30"}]

    store.do(out, made, replace(material(made), images=images), Draft())
    server.client("s3").delete_object(Bucket=NAMES.images_bucket, Key=keys["selfie"])
    neighbour = f"{keys['selfie']}_of_another"
    server.client("s3").put_object(Bucket=NAMES.images_bucket, Key=neighbour, Body=b"x")
    assert len(versions(server, f"{tenant}/")) == 6
    store.undo(out, made, Draft())
    store.undo(out, made, Draft())
    assert versions(server, f"{tenant}/") == [neighbour]


def test_versions_beyond_one_page_go_too(server: AwsServer, tenant: str) -> None:
    made = change(tenant, "c1")
    for _ in range(5):
        server.client("s3").put_object(Bucket=NAMES.images_bucket, Key=made.image_keys["selfie"], Body=b"x")

    def small_pages(service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        more = {"MaxKeys": 2} if operation == "list_object_versions" else {}
        return server.aws(service, operation, {**parameters, **more})

    EFFECTS["store_images"].undo(ports(small_pages), made, Draft())
    assert versions(server, f"{tenant}/") == []


def test_no_other_objects_version_is_named() -> None:
    """A prefix lists also what has a longer key."""
    key = change("acme", "c1").image_keys["selfie"]
    listed = [{"Key": key, "VersionId": "1"}, {"Key": f"{key}2", "VersionId": "2"}]
    aws = CannedAws(list_object_versions={"Versions": listed}, delete_objects={})
    EFFECTS["store_images"].undo(ports(aws), change("acme", "c1"), Draft())
    assert aws.called("delete_objects")[0]["Delete"]["Objects"] == [{"Key": key, "VersionId": "1"}]


def test_a_version_that_stays_is_an_error() -> None:
    key = change("acme", "c1").image_keys["selfie"]
    aws = CannedAws(
        list_object_versions={"Versions": [{"Key": key, "VersionId": "1"}]},
        delete_objects={"Errors": [{"Key": key, "Code": "InternalError"}]},
    )
    with pytest.raises(AwsUnavailableError):
        EFFECTS["store_images"].undo(ports(aws), change("acme", "c1"), Draft())


def test_the_largest_face_is_indexed_under_the_changes_name() -> None:
    made = change("acme", "c1")
    aws = CannedAws(index_faces={"FaceRecords": [{"Face": {"FaceId": FACE_IDS[0]}}], "FaceModelVersion": "7.0"})
    draft = EFFECTS["index_face"].do(ports(aws), made, material(made), Draft())
    assert draft.face == face(made, FACE_IDS[0])
    (asked,) = aws.called("index_faces")
    assert (asked["CollectionId"], asked["ExternalImageId"]) == (made.collection, f"{made.user_key}:c1")
    assert (asked["MaxFaces"], asked["QualityFilter"]) == (1, "NONE")
    assert asked["Image"] == {"Bytes": picture().content}


def test_a_picture_without_a_face_is_a_conflict() -> None:
    made, aws = change("acme", "c1"), CannedAws(index_faces={"FaceRecords": [], "FaceModelVersion": "7.0"})
    draft = EFFECTS["index_face"].do(ports(aws), made, material(made), Draft())
    with pytest.raises(ConflictError) as caught:
        EFFECTS["index_face"].settle(ports(aws), made, material(made), draft)
    assert caught.value.code == "face-not-indexed"


def test_the_indexed_face_is_undone_by_its_id() -> None:
    made = change("acme", "c1")
    aws = CannedAws(delete_faces={"DeletedFaces": [FACE_IDS[0]]})
    EFFECTS["index_face"].undo(ports(aws), made, Draft(face(made, FACE_IDS[0])))
    assert aws.called("delete_faces") == [{"CollectionId": made.collection, "FaceIds": [FACE_IDS[0]]}]


def test_after_a_crash_the_face_is_found_on_any_page() -> None:
    made = change("acme", "c1")

    def page(parameters: Mapping[str, Any]) -> Any:
        mine, other = made.external_image_id, f"{made.user_key}:c0"
        if "NextToken" not in parameters:
            return {"Faces": [{"FaceId": FACE_IDS[0], "ExternalImageId": other}], "NextToken": "2"}
        return {"Faces": [{"FaceId": FACE_IDS[1], "ExternalImageId": mine}, {"FaceId": FACE_IDS[2]}]}

    aws = CannedAws(list_faces=page, delete_faces={"DeletedFaces": [FACE_IDS[1]]})
    EFFECTS["index_face"].undo(ports(aws), made, Draft())
    assert [asked["FaceIds"] for asked in aws.called("delete_faces")] == [[FACE_IDS[1]]]


def test_undoing_what_was_never_indexed_deletes_nothing() -> None:
    aws = CannedAws(list_faces={"Faces": []})
    EFFECTS["index_face"].undo(ports(aws), change("acme", "c1"), Draft())
    assert aws.called("delete_faces") == []


@pytest.mark.parametrize(
    ("reasons", "fine"), [(["FACE_NOT_FOUND"], True), (["ASSOCIATED_TO_AN_EXISTING_USER"], False), ([], False)]
)
def test_a_face_that_stays_is_an_error(reasons: list[str], fine: bool) -> None:
    made = change("acme", "c1")
    aws = CannedAws(delete_faces={"UnsuccessfulFaceDeletions": [{"FaceId": FACE_IDS[0], "Reasons": reasons}]})
    undo = EFFECTS["index_face"].undo
    if fine:
        undo(ports(aws), made, Draft(face(made, FACE_IDS[0])))
    else:
        with pytest.raises(AwsUnavailableError):
            undo(ports(aws), made, Draft(face(made, FACE_IDS[0])))


def test_leftovers_go_with_their_pictures(server: AwsServer, tenant: str) -> None:
    old, card, new = change(tenant, "c1"), change(tenant, "c2"), change(tenant, "c3")
    for made in (old, card, new):
        EFFECTS["store_images"].do(ports(server.aws), made, material(made), Draft())
    beside = old.image_keys["selfie"].replace("selfie", "id_card")
    server.client("s3").put_object(Bucket=NAMES.images_bucket, Key=beside, Body=b"came with the first face")
    rekognition = CannedAws(delete_faces={"DeletedFaces": [FACE_IDS[0]]})

    def aws(service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        return (rekognition if service == "rekognition" else server.aws)(service, operation, parameters)

    left = (Leftover(old.image_keys["selfie"], FACE_IDS[0], old.collection), Leftover(card.image_keys["selfie"]))
    out = ports(aws, *left)
    EFFECTS["retire_faces"].finish(out, new.user_key)
    EFFECTS["retire_faces"].finish(out, new.user_key)
    assert [asked["FaceIds"] for asked in rekognition.called("delete_faces")] == [[FACE_IDS[0]]]
    assert versions(server, f"{tenant}/") == [new.image_keys["selfie"]]
    assert isinstance(out.changes, Saved) and out.changes.calls == ["discarded"]


def test_a_leftover_that_stays_is_not_called_gone() -> None:
    aws = CannedAws(delete_faces=refusal("ThrottlingException"))
    out = ports(aws, Leftover("key", FACE_IDS[0], "c"))
    with pytest.raises(AwsRefusedError):
        EFFECTS["retire_faces"].finish(out, "u")
    assert isinstance(out.changes, Saved) and out.changes.calls == []


def test_the_committing_effects_write_through_the_users() -> None:
    made, out = change("acme", "c1"), ports(CannedAws())
    EFFECTS["save_user"].do(out, made, material(made), Draft())
    EFFECTS["touch_user"].do(out, made, material(made), Draft())
    assert isinstance(out.commits, Saved) and out.commits.calls == ["save", "touch"]
