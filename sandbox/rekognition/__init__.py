"""Amazon Rekognition's face operations, played. Each takes a call in AWS's words and answers in AWS's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sandbox.call import Call

Answer: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[[Call], Answer]
