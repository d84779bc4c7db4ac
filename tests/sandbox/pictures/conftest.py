from __future__ import annotations

import pytest

from sandbox.vision.engine import FaceEngine


@pytest.fixture(scope="session")
def engine() -> FaceEngine:
    """The sandbox's own face engine: the pictures are for it. It remembers what it has seen."""
    return FaceEngine()
