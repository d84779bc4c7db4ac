"""Nothing of one tenant is to be had, changed or noticed by another: on every route, with every kind of identifier.

The cases come from the app's own routes and its OpenAPI document: a new route, or a new field, without one fails here.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import urllib3

from app import app
from chalicelib.errors import CountersignError
from chalicelib.jobs import JOBS, run
from chalicelib.model.submission import user_key
from chalicelib.store.imports import Import
from chalicelib.wiring import Services
from cli.local.bootstrap import NAMES
from sandbox.scripted import ScriptedFace, picture
from tests.e2e.world import World
from tests.security.cases import ALIKE_FOR_ALL, CASES, Ask, Route, Things, kinds_of, made_up, selfie, verify
from tests.security.conftest import OWNER, STRANGER

ROUTES = sorted(
    (method, path)
    for path, methods in app.routes.items()
    for method, entry in methods.items()
    if entry.authorizer is not None
)
CROSSINGS = [  # what blocks comes last: it would decide about the others
    (route, kind)
    for route in sorted(ROUTES, key=lambda route: route == ("POST", "/v1/blocklist"))
    for kind in sorted(CASES.get(route, ()))
]
LISTS = [route for route in ROUTES if route[0] == "GET" and "{" not in route[1]]
CROWD = base64.b64encode(picture([ScriptedFace("ada"), ScriptedFace("bob")])).decode()
SECRET = "the owner's own words"
_EVERY_TIME_ANOTHER = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
    r'|\d{4}-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)|(?<=_ms": )[\d.]+'
)
_HTTP = urllib3.PoolManager(retries=False, timeout=60)
_OF_THE_MOMENT = {"date", "content-length", "x-amzn-requestid"}


@dataclass(frozen=True)
class Seen:
    """An answer, byte for byte, but for identifiers and times that are others each time."""

    status: int
    headers: dict[str, str]
    body: str


class Tenants:
    """Two tenants of one policy; what the owner has is `things`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.things = self._made()

    def ask(self, tenant: str, ask: Ask) -> Any:
        headers = {"Authorization": f"Bearer {self.world.stack.key(tenant)}", **ask.headers}
        if ask.body is not None:
            headers["Content-Type"] = "application/json"
        content = None if ask.body is None else json.dumps(ask.body).encode()
        return _HTTP.request(ask.method, self.world.stack.url + ask.path, body=content, headers=headers, retries=False)

    def seen(self, tenant: str, route: Route, kind: str, its: Things) -> Seen:
        answer = self.ask(tenant, CASES[route][kind](its))
        body = answer.data.decode()
        for one in fields(Things):
            body = body.replace(getattr(its, one.name), f"<{one.name}>")
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_THE_MOMENT}
        return Seen(answer.status, headers, _EVERY_TIME_ANOTHER.sub("<other>", body))

    def _made(self) -> Things:
        """Everything there is, made through the API."""
        its = made_up()
        registered = self._json(verify("register", its.user_id, selfie=its.face, properties={"note": SECRET}))
        assert registered["decision"] == "approved", registered
        upload = self.new_upload()
        session = self._json(Ask("POST", "/v1/liveness-sessions", {"user_id": its.user_id}))["session_id"]
        url = f"{self.world.stack.sandbox_url}/sandbox/liveness/{session}"
        live = {"outcome": "live", "confidence": 99, "images": [its.face]}
        assert _HTTP.request("POST", url, body=json.dumps(live)).status == 200
        self._json(CASES["POST", "/v1/verifications"]["idempotency_key"](its))
        block = self._json(Ask("POST", "/v1/blocklist", {"reason": SECRET, "selfie": selfie("a fraud")}))
        review = self._json(verify("refer", "doubtful", selfie=CROWD, properties={"note": SECRET}))
        assert review["decision"] == "review", review
        self._json(verify("authenticate", "soon forgotten", selfie=selfie("soon forgotten")))
        erasure = self._json(Ask("DELETE", "/v1/users/soon%20forgotten"))
        return replace(
            its,
            verification_id=registered["id"],
            upload=upload,
            liveness_session=session,
            block_id=block["id"],
            erasure_id=erasure["id"],
            review_id=review["id"],
        )

    def _json(self, ask: Ask) -> Any:
        answer = self.ask(OWNER, ask)
        assert answer.status in (200, 201), answer.data
        return answer.json()

    def new_upload(self) -> str:
        content = b"\x89PNG\r\n\x1a\n"
        place = self._json(Ask("POST", "/v1/uploads", {"content_type": "image/png", "size_bytes": len(content)}))
        form = {**place["fields"], "file": ("picture", content)}
        assert _HTTP.request("POST", place["url"], fields=form).status == 204
        return str(place["upload_id"])


@pytest.fixture(scope="module")
def tenants(world: World) -> Tenants:
    return Tenants(world)


@pytest.mark.parametrize("route", ROUTES, ids="-".join)
def test_every_kind_of_identifier_that_a_route_takes_has_a_case(route: Route) -> None:
    assert set(CASES.get(route, ())) == kinds_of(route)


@pytest.mark.parametrize(("route", "kind"), CROSSINGS, ids=str)
def test_what_another_tenant_has_is_as_if_it_were_not_there(tenants: Tenants, route: Route, kind: str) -> None:
    theirs = tenants.seen(STRANGER, route, kind, tenants.things)
    nobodys = tenants.seen(STRANGER, route, kind, made_up())

    assert theirs == nobodys
    assert SECRET not in theirs.body


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in CASES or route in LISTS], ids="-".join)
def test_a_route_without_identifiers_shows_nothing_of_another_tenant(tenants: Tenants, route: Route) -> None:
    body = {"content_type": "image/png", "size_bytes": 100} if route == ("POST", "/v1/uploads") else None
    answer = tenants.ask(STRANGER, Ask(*route, body))

    assert answer.status in (200, 201)
    told = answer.data.decode()
    assert not [one.name for one in fields(Things) if getattr(tenants.things, one.name) in told]
    assert SECRET not in told
    assert f'"{OWNER}"' not in told


def _in_the_end() -> list[tuple[Route, str]]:
    """What deletes comes last."""
    return sorted((one for one in CROSSINGS if (*one[0], one[1]) not in ALIKE_FOR_ALL), key=lambda one: _rank(one[0]))


def _rank(route: Route) -> int:
    return {"GET": 0, "POST": 1, "DELETE": 2}[route[0]]


def test_the_comparison_can_tell_what_is_there(tenants: Tenants) -> None:
    """With the owner's key each identifier makes a difference, so the same answer above means what it should."""
    for route, kind in _in_the_end():
        its = replace(tenants.things, upload=tenants.new_upload())  # each is taken once
        mine = tenants.seen(OWNER, route, kind, its)
        nobodys = tenants.seen(OWNER, route, kind, made_up())
        if kind == "idempotency_key":  # the same answer, in which even the identifier is the first one's
            ask = CASES[route][kind](tenants.things)
            assert tenants.ask(OWNER, ask).data == tenants.ask(OWNER, ask).data
        else:
            assert mine != nobodys, (route, kind)


def _all_items(world: World) -> Iterator[dict[str, Any]]:
    for page in world.aws("dynamodb").get_paginator("scan").paginate(TableName=NAMES.table):
        yield from page["Items"]


def test_every_item_object_and_face_belongs_to_one_tenant(world: World, tenants: Tenants) -> None:
    """Two tenants know the same user id and the same words; what is kept of each is below its own name."""
    for tenant in (OWNER, STRANGER):
        ask = verify("register", "twin", selfie=selfie(f"twin of {tenant}"), properties={"note": f"word of {tenant}"})
        assert tenants.ask(tenant, ask).json()["decision"] == "approved"
        ask = verify("refer", "doubtful twin", selfie=CROWD, properties={"note": f"word of {tenant}"})
        assert tenants.ask(tenant, ask).json()["decision"] == "review"
    known = "|".join(re.escape(tenant) for tenant in world.stack.bootstrap.keys)

    items = list(_all_items(world))
    for item in items:
        assert re.match(rf"T#(?:{known})#|KEY#", item["pk"]["S"]), item["pk"]
    for tenant in (OWNER, STRANGER):
        marks = (f"word of {tenant}", user_key(tenant, "twin"))
        holding = {item["pk"]["S"].split("#")[1] for item in items if any(mark in json.dumps(item) for mark in marks)}
        assert holding == {tenant}

    for kept in world.aws("s3").list_object_versions(Bucket=NAMES.images_bucket).get("Versions", ()):
        assert re.match(rf"(?:{known})/(?:users|uploads|reviews)/", kept["Key"]), kept["Key"]

    rekognition = world.aws("rekognition")
    for tenant in (OWNER, STRANGER):
        holding = {
            collection
            for collection in rekognition.list_collections()["CollectionIds"]
            for face in rekognition.list_faces(CollectionId=collection)["Faces"]
            if face["ExternalImageId"].startswith(user_key(tenant, "twin"))
        }
        assert holding == {f"{NAMES.collection_prefix}-{tenant}-0"}


def test_a_message_that_names_what_another_tenant_has_does_nothing(world: World, tenants: Tenants) -> None:
    """A message's tenant is the only one whose things its job can reach; each job finds nothing, or gives up."""
    asked = verify("register", "bystander", selfie=selfie("bystander"))
    assert tenants.ask(OWNER, asked).json()["decision"] == "approved"
    theirs, pictures = user_key(OWNER, "bystander"), f"{OWNER}/users/{user_key(OWNER, 'bystander')}/"
    (picture,) = world.aws("s3").list_object_versions(Bucket=NAMES.images_bucket, Prefix=pictures)["Versions"]
    services = Services(world.stack.environment, world.aws)
    stranger, now = services.tenant(STRANGER), datetime.now(UTC)
    import_id = uuid.uuid4().hex
    assert stranger.imports.create(Import(import_id, picture["Key"], 1, 5.0, "2026-01", now))
    open_review = next(item["sk"]["S"] for item in _all_items(world) if item["sk"]["S"].startswith("REVIEW#"))
    message = {
        "tenant": STRANGER,
        "user_key": theirs,
        "block_id": tenants.things.block_id,
        "erasure_id": tenants.things.erasure_id,
        "review": open_review.removeprefix("REVIEW#"),
        "import_id": import_id,
        "offset_bytes": 0,
        "person": {"user_id": "thief", "flow": "register", "selfie": picture["Key"]},
    }
    before = _of_the_owner(world)
    for job, moment in product(JOBS, (now, now + timedelta(days=4000))):  # what is kept is over by then
        with suppress(CountersignError):
            run(services, json.dumps({**message, "job": job}), moment)
    assert _of_the_owner(world) == before
    assert stranger.users.get(user_key(STRANGER, "thief")) is None


def _of_the_owner(world: World) -> Any:
    """All that is kept of it anywhere."""
    rekognition, mine = world.aws("rekognition"), f"{NAMES.collection_prefix}-{OWNER}-"
    versions = world.aws("s3").list_object_versions(Bucket=NAMES.images_bucket, Prefix=f"{OWNER}/")
    return (
        sorted((item for item in _all_items(world) if item["pk"]["S"].startswith(f"T#{OWNER}#")), key=json.dumps),
        sorted(one["Key"] for one in (*versions.get("Versions", ()), *versions.get("DeleteMarkers", ()))),
        sorted(
            face["FaceId"]
            for name in rekognition.list_collections()["CollectionIds"]
            if name.startswith(mine)
            for face in rekognition.list_faces(CollectionId=name)["Faces"]
        ),
    )
