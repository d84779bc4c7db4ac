"""Clients, collections and pictures for the tests of the sandbox's AWS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from sandbox.pictures.people import collins, hopper
from sandbox.pictures.variants import to_jpeg
from tests.running_sandbox import RunningSandbox


@pytest.fixture(scope="session")
def collins_jpeg() -> bytes:
    return to_jpeg(collins())


@pytest.fixture(scope="session")
def hopper_jpeg() -> bytes:
    return to_jpeg(hopper())


@pytest.fixture
def seeing(sandbox: RunningSandbox) -> Any:
    """Rekognition that looks at pictures."""
    return sandbox.client("rekognition")


@pytest.fixture
def reading(scripted: RunningSandbox) -> Any:
    """Rekognition that reads the pictures' scripts."""
    return scripted.client("rekognition")


@pytest.fixture
def collection(seeing: Any) -> Iterator[str]:
    with _collection(seeing) as collection_id:
        yield collection_id


@pytest.fixture
def scripted_collection(reading: Any) -> Iterator[str]:
    with _collection(reading) as collection_id:
        yield collection_id


@contextmanager
def _collection(rekognition: Any) -> Iterator[str]:
    collection_id = f"test-{uuid4()}"
    rekognition.create_collection(CollectionId=collection_id)
    yield collection_id
    rekognition.delete_collection(CollectionId=collection_id)


@pytest.fixture
def bucket(sandbox: RunningSandbox) -> str:
    """A bucket of the sandbox that looks at pictures."""
    name = f"test-{uuid4()}"
    configuration = {"LocationConstraint": "eu-west-1"}
    sandbox.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=configuration)
    return name
