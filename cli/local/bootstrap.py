"""What Terraform does for an environment, done in the sandbox: resources, policies, and a key for each tenant."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3

from chalicelib.aws import AwsCaller
from chalicelib.errors import PolicyError
from chalicelib.policy.load import load_policy
from chalicelib.store.credentials import Credentials
from chalicelib.wiring import Services
from cli.resources import Names, create, queue_url

NAMES = Names.for_environment("countersign-local")
_ACCESS = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


def sandbox_environment(sandbox_url: str | None = None) -> dict[str, str]:
    """An environment in which AWS is the sandbox, and nothing of the user's own AWS settings is left."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COUNTERSIGN_"))}
    away = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    endpoint = {"AWS_ENDPOINT_URL": sandbox_url} if sandbox_url else {}
    return kept | _ACCESS | away | endpoint | {"AWS_EC2_METADATA_DISABLED": "true"}


def app_environment(sandbox_url: str, queue_url: str) -> dict[str, str]:
    """The same, with what the app must know; it sees a changed policy within a second."""
    return sandbox_environment(sandbox_url) | NAMES.environment(queue_url) | {"COUNTERSIGN_POLICY_REFRESH_S": "1"}


def sandbox_session() -> boto3.Session:
    """For clients with `endpoint_url=` the sandbox's."""
    return boto3.Session(
        aws_access_key_id=_ACCESS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=_ACCESS["AWS_SECRET_ACCESS_KEY"],
        region_name=_ACCESS["AWS_DEFAULT_REGION"],
    )


class Bootstrap:
    """Makes the resources in a running sandbox, and publishes policies into it.

    A tenant's first policy also makes its collections and its key.
    """

    def __init__(self, sandbox_url: str, say: Callable[[str], None]) -> None:
        make: Callable[..., Any] = partial(sandbox_session().client, endpoint_url=sandbox_url)
        self._aws = AwsCaller(cache(make))
        self._plugins = Services({}).plugins
        self._say = say
        self._keys: dict[str, str] = {}
        create(self._aws, NAMES, _ACCESS["AWS_DEFAULT_REGION"], {})
        self.queue_url = queue_url(self._aws, NAMES.queue)

    @property
    def keys(self) -> Mapping[str, str]:
        """The bearer token of each tenant."""
        return dict(self._keys)

    def publish(self, path: Path) -> None:
        """Put a policy where the app reads it. One that is not valid is left out, and `say` told why."""
        tenant = path.stem
        try:
            policy = load_policy(tenant, partial(_read, path.parent), self._plugins)
        except PolicyError as error:
            self._say(f"{path.name} is not valid; what was in force stays in force:\n{error}")
            return
        create(self._aws, NAMES, _ACCESS["AWS_DEFAULT_REGION"], {tenant: policy.faces.shards})
        place = {"Bucket": NAMES.policies_bucket, "Key": path.name}
        self._aws("s3", "put_object", {**place, "Body": path.read_bytes()})
        if tenant not in self._keys:
            self._keys[tenant] = Credentials(self._aws, NAMES.table).create(tenant, "local", datetime.now(UTC))
        self._say(f"published {path.name}")


def _read(folder: Path, name: str) -> str | None:
    path = folder / f"{name}.yaml"
    return path.read_text() if path.is_file() else None
