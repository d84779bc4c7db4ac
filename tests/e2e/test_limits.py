"""Lockout after failures, and Idempotency-Key, through the API."""

from __future__ import annotations

import base64
import json

import pytest

from cli.demo.pictures import DemoPictures
from cli.local.bootstrap import NAMES
from tests.e2e.world import Answer, World


def ask(world: World, flow: str, user_id: str, selfie: bytes, **headers: str) -> Answer:
    body = {"flow": flow, "user_id": user_id, "selfie": base64.b64encode(selfie).decode()}
    return world.send("POST", "/v1/verifications", body, key=world.stack.key("baseline"), headers=headers)


@pytest.mark.parametrize("user_id", ["a ghost whom nobody knows", "another ghost"])
def test_after_five_failures_the_user_is_locked_out_known_or_not(
    world: World, pictures: DemoPictures, user_id: str
) -> None:
    answers = [ask(world, "authenticate", user_id, pictures.collins) for _ in range(6)]

    assert [answer.status for answer in answers] == [200] * 5 + [423]
    assert {answer.body.get("decision") for answer in answers} == {"denied", None}
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 30 * 60


def test_the_same_key_gives_the_first_answer_again(world: World, pictures: DemoPictures) -> None:
    key = {"Idempotency-Key": "the order of 12:15"}
    first = ask(world, "register", "twice", pictures.nobody, **key)
    again = ask(world, "register", "twice", pictures.nobody, **key)
    other = ask(world, "register", "somebody else", pictures.nobody, **key)

    assert (first.status, again.body) == (200, first.body)
    pages = world.aws("dynamodb").get_paginator("scan").paginate(TableName=NAMES.table)
    items = json.dumps([page["Items"] for page in pages])
    assert items.count(f'"{first.body["user_id"]}"') == 1, "no copy of the answer is kept"
    assert (other.status, other.code) == (422, "idempotency-mismatch")
