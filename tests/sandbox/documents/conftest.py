"""One reader for all tests: its models take a second to load, and it remembers the pictures that it has read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.documents import IdDocumentReader

Fields = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def reader() -> IdDocumentReader:
    return IdDocumentReader()


@pytest.fixture(scope="session")
def read(reader: IdDocumentReader) -> Callable[[bytes], Fields]:
    """Read one page: the fields that were found, by their names."""

    def fields(data: bytes) -> Fields:
        (document,) = reader.analyze_id([data])["IdentityDocuments"]
        found = {field["Type"]["Text"]: field["ValueDetection"] for field in document["IdentityDocumentFields"]}
        return {name: value for name, value in found.items() if value["Text"]}

    return fields
