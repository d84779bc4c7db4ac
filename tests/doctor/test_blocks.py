"""What the doctor says of blocks: nothing while all is well; every damage is really made, found and repaired."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from click.testing import CliRunner

from bench.people import selfie
from chalicelib.model.block import Block, BlockSource
from chalicelib.wiring.blocking import block_face
from cli.doctor.blocks import diagnose_blocks
from cli.doctor.diagnose import Kind
from cli.main import commands
from tests.own_environment import own_environment
from tests.running_sandbox import RunningSandbox
from tests.samples import NOW

TENANT = "door"
BLOCK = Block("b", "fraud", BlockSource.PICTURE, "door-0", NOW, NOW + timedelta(days=1), "f")


def kinds(block: Block, indexed: set[str], days: float) -> list[Kind]:
    return [finding.kind for finding in diagnose_blocks([block], indexed, NOW + timedelta(days=days))]


def test_the_rules() -> None:
    making = replace(BLOCK, face_id=None)
    assert kinds(BLOCK, {"f"}, 0.5) == kinds(making, set(), 0) == kinds(BLOCK, set(), 1.0001) == []
    assert kinds(BLOCK, set(), 0.5) == [Kind.BLOCK_FACE_MISSING]
    assert kinds(making, set(), 0.5) == kinds(BLOCK, {"f"}, 1.5) == [Kind.BLOCK_STALE]


def test_damage_is_found_and_repaired(scripted: RunningSandbox) -> None:
    own = own_environment(scripted, {TENANT: f"policy: {TENANT}\nextends: baseline\n"})
    rekognition, dynamodb = scripted.client("rekognition"), scripted.client("dynamodb")
    tenant = own.services.tenant(TENANT)
    ends_at = datetime.now(UTC) + timedelta(days=1)

    def blocked(person: str) -> Block:
        return block_face(tenant, {"Bytes": selfie(person).content}, BlockSource.PICTURE, "fraud", ends_at)

    def key(block: Block) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"T#{TENANT}#BLOCKLIST"}, "sk": {"S": f"BLOCK#{block.block_id}"}}

    def doctor(*options: str) -> list[tuple[str, str, str]]:
        words = ["doctor", "--tenant", TENANT, "--json", "--grace-s", "0", *options]
        lines = CliRunner().invoke(commands, words, env=own.variables).stdout.splitlines()
        return sorted((one["kind"], one["subject"], one["outcome"]) for one in map(json.loads, lines) if "kind" in one)

    whole, forgotten, stale, faceless = map(blocked, ("ada", "bob", "eve", "mallory"))
    assert doctor() == []
    dynamodb.delete_item(TableName=own.names.table, Key=key(forgotten))
    dynamodb.update_item(
        TableName=own.names.table,
        Key=key(stale),
        UpdateExpression="SET ends_at = :then",
        ExpressionAttributeValues={":then": {"S": "2020-01-01T00:00:00.000000+00:00"}},
    )
    rekognition.delete_faces(CollectionId=faceless.collection, FaceIds=[faceless.face_id])

    there = (
        ("block-face-missing", faceless.block_id),
        ("block-stale", stale.block_id),
        ("orphan-face", forgotten.face_id),
    )
    assert doctor() == [(*there[0], "left"), (*there[1], "found"), (*there[2], "found")]
    assert doctor("--fix") == [(*there[0], "left"), (*there[1], "repaired"), (*there[2], "repaired")]
    assert doctor() == [(*there[0], "left")]
    faces = rekognition.list_faces(CollectionId=whole.collection)["Faces"]
    assert [face["FaceId"] for face in faces] == [whole.face_id]
