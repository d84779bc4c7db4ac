from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.aws_server import AwsServer, aws_server


@pytest.fixture(scope="session")
def server() -> Iterator[AwsServer]:
    with aws_server() as running:
        yield running


@pytest.fixture
def tenant() -> str:
    """A tenant of the test's own."""
    return f"t{uuid.uuid4().hex[:12]}"
