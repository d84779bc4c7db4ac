"""What AWS's errors are to a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def error_of(call: Callable[..., Any], **parameters: Any) -> tuple[str, str, int]:
    """The code, message and HTTP status of the error with which the call is refused."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    return error_of(call, **parameters)[0]
