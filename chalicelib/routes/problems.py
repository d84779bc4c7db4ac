"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import functools
import json
import logging
import math
from collections.abc import Callable
from typing import Any

from chalice import Response

from chalicelib import errors

_log = logging.getLogger(__name__)
_TYPE = "https://countersign.dev/problems/{}"
View = Callable[..., Response]


def answering(view: View) -> View:
    """Turn what `view` raises into a problem document. What is not in our tree is a 500 that tells nothing."""

    @functools.wraps(view)
    def answer(**path: str) -> Response:
        try:
            return view(**path)
        except errors.CountersignError as error:
            return problem_of(error)
        except Exception as error:
            _log.error("unexpected %s in %s", type(error).__name__, view.__name__)
            return problem(500, "internal-error", "Something went wrong here; nothing was approved.")

    return answer


def problem(
    status: int, code: str, detail: str, *, field: str | None = None, retry_after_s: int | None = None
) -> Response:
    body: dict[str, Any] = {
        "type": _TYPE.format(code),
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
    }
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if field:
        body["field"] = field
    if retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(retry_after_s))
    return Response(json.dumps(body), headers, status)


def problem_of(error: errors.CountersignError) -> Response:
    """See the tree in `chalicelib.errors`. An error that should have been handled before is a 500."""
    text = str(error)
    match error:
        case errors.BadRequestError():
            return problem(400, error.code, text, field=error.field)
        case errors.ConsentMissingError():
            return problem(403, "consent-missing", text, field="consent")
        case errors.NotFoundError():
            return problem(404, "not-found", text)
        case errors.ConflictError():
            return problem(409, error.code, text)
        case errors.IdempotencyMismatchError():
            return problem(422, "idempotency-mismatch", text)
        case errors.LockedOutError():
            return problem(423, "locked-out", text, retry_after_s=error.retry_after_s)
        case errors.AwsUnavailableError():
            _log.warning("aws unavailable: %s %s", error.operation, error.code)
            return _unavailable("aws-unavailable", error.retry_after_s)
        case errors.AwsMisconfiguredError():
            _log.error("aws misconfigured: %s %s", error.operation, error.code)
            return _unavailable("service-misconfigured", error.retry_after_s)
        case errors.AwsError():
            _log.error("aws refused: %s %s", error.operation, error.code)
            return _unavailable("aws-refused", 60)
        case _:
            _log.error("unhandled %s", type(error).__name__)
            return problem(500, "internal-error", "Something went wrong here; nothing was approved.")


def _unavailable(code: str, retry_after_s: int) -> Response:
    detail = "The verification could not be finished, so nothing was approved and nothing was kept. Try again later."
    return problem(503, code, detail, retry_after_s=retry_after_s)
