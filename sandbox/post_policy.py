"""What a presigned form lets a browser upload: S3 holds the form against the policy that it carries.

Its signature is not checked. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sandbox.errors import AwsError

_NEED_NO_CONDITION = {"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file", "bucket"}


def check(form: Mapping[str, str], size_bytes: int, now: datetime) -> None:
    """`form` has the fields and the bucket. Raises AwsError as S3 refuses."""
    fields = {name.lower(): value for name, value in form.items()}
    try:
        policy = json.loads(base64.b64decode(fields["policy"]))
        ends, conditions = datetime.fromisoformat(policy["expiration"]), list(policy["conditions"])
    except (KeyError, ValueError) as error:
        raise AwsError("AccessDenied", "The form has no policy that can be read.", 403) from error
    if ends <= now:
        raise _denied("Policy expired.")
    bound = {name for condition in conditions for name in _bound_by(condition, fields, size_bytes)}
    extra = fields.keys() - bound - _NEED_NO_CONDITION
    if extra:
        raise _denied(f"Extra input fields: {', '.join(sorted(extra))}")


def _bound_by(condition: Any, fields: Mapping[str, str], size_bytes: int) -> Iterator[str]:
    """The fields that a condition names. Raises AwsError when it does not hold."""
    if isinstance(condition, Mapping):
        condition = next((["eq", f"${name}", value] for name, value in condition.items()), condition)
    kind, first, second = condition
    if kind == "content-length-range":
        if size_bytes < first:
            raise AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        if size_bytes > second:
            raise AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        return
    name = first.removeprefix("$").lower()
    value = fields.get(name, "")
    if not (value.startswith(second) if kind == "starts-with" else value == second):
        raise _denied(f"Policy Condition failed: {json.dumps(condition)}")
    yield name


def _denied(why: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {why}", 403)
