"""Lists in pages, as AWS gives them. A token says how many have been given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sandbox.errors import AwsError

T = TypeVar("T")


def page(items: Sequence[T], parameters: dict[str, Any], default_size: int) -> tuple[Sequence[T], dict[str, str]]:
    """The items that MaxResults and NextToken ask for, and the answer's NextToken, if there are more.

    Raises AwsError (InvalidPaginationTokenException).
    """
    token = parameters.get("NextToken", "0")
    if not token.isdecimal():
        raise AwsError("InvalidPaginationTokenException", "The pagination token is not valid")
    start = int(token)
    end = start + (parameters.get("MaxResults") or default_size)
    return items[start:end], {"NextToken": str(end)} if end < len(items) else {}
