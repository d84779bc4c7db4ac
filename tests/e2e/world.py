"""What end-to-end tests see and do, beside the API: raw requests, and what AWS holds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import urllib3

from chalicelib.aws import AwsCaller
from chalicelib.model.credential import ALL_SCOPES, Credential, Scope
from chalicelib.store.credentials import Credentials
from cli.client import Client
from cli.local.bootstrap import NAMES, sandbox_session
from cli.local.stack import Stack


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The last part of a problem document's type."""
        return str(self.body.get("type", "")).rpartition(":")[2]


class World:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._http = urllib3.PoolManager(retries=False, timeout=60)

    def client(self, tenant: str) -> Client:
        return Client(self.stack.url, self.stack.key(tenant))

    def new_key(self, tenant: str, scopes: Iterable[Scope] = ALL_SCOPES) -> str:
        """Another key for a tenant, which may have no policy."""
        return self._credentials().create(tenant, "test", datetime.now(UTC), scopes)

    def key_of(self, key: str) -> Credential:
        """What is known of a key."""
        found = self._credentials().find(key, datetime.now(UTC))
        assert found is not None
        return next(one for one in self._credentials().list(found.tenant) if one.key_id == found.key_id)

    @staticmethod
    def wait_until(happened: Callable[[], bool], within_s: float = 20) -> None:
        deadline_s = time.monotonic() + within_s
        while not happened():
            assert time.monotonic() < deadline_s, "it did not happen in time"
            time.sleep(0.05)

    def revoke(self, key: str) -> None:
        self._credentials().revoke(key.split("_")[1], datetime.now(UTC))

    def _credentials(self) -> Credentials:
        return Credentials(AwsCaller(self.aws), NAMES.table)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Content-Type": "application/json"} | (headers or {})
        if key:
            sent["Authorization"] = f"Bearer {key}"
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        answer = self._http.request(method, self.stack.url + path, body=content, headers=sent)
        return Answer(answer.status, dict(answer.headers), json.loads(answer.data))

    def aws(self, service: str) -> Any:
        make = partial(sandbox_session().client, endpoint_url=self.stack.sandbox_url)
        return make(service)

    def set_fault(self, rule: dict[str, Any] | None) -> None:
        """Let calls of AWS go wrong, as the sandbox's README tells; None ends it."""
        body = json.dumps({"rules": [rule] if rule else []})
        answer = self._http.request("PUT", f"{self.stack.sandbox_url}/sandbox/faults", body=body)
        assert answer.status == 200, answer.data

    def forget_calls(self) -> None:
        self._http.request("DELETE", f"{self.stack.sandbox_url}/sandbox/calls")

    def kept(self) -> dict[str, list[str]]:
        """The names of all that AWS holds for tenants: items of the table, pictures, faces.

        But for the keys of pseudonyms, which the first decision of a tenant makes, for tenants' paces and for notes of
        erasures.
        """
        table = self.aws("dynamodb").get_paginator("scan").paginate(TableName=NAMES.table)
        items = (item for page in table for item in page["Items"])
        pictures = self.aws("s3").list_object_versions(Bucket=NAMES.images_bucket)
        rekognition = self.aws("rekognition")
        collections = rekognition.list_collections()["CollectionIds"]
        return {
            "items": sorted(name for item in items if not (name := _name(item)).endswith(_OF_TENANTS)),
            "pictures": sorted(f"{kept['Key']} {kept['VersionId']}" for kept in pictures.get("Versions", [])),
            "faces": sorted(
                face["FaceId"]
                for collection in collections
                for face in rekognition.list_faces(CollectionId=collection)["Faces"]
            ),
        }


_OF_TENANTS = ("#PSEUDONYMS KEY", "#PACES PACES", " ERASED")


def _name(item: Any) -> str:
    return f"{item['pk']['S']} {item['sk']['S']}"


def _made_once(item: str) -> bool:
    """A tenant's own key of pseudonyms comes with its first logged decision and stays: it is nobody's leftover."""
    return "#PSEUDONYMS " in item
