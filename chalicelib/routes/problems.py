"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import functools
import json
import logging
import math
from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib import errors
from chalicelib.logs import one_piece_of_work
from chalicelib.routes.problem_codes import TYPE

_log = logging.getLogger(__name__)
View = Callable[..., Response]


def answering(view: View) -> View:
    """Turn what `view` raises into a problem document. What is not in our tree is a 500 that tells nothing."""

    @functools.wraps(view)
    def answer(**path: str) -> Response:
        with one_piece_of_work():
            try:
                return view(**path)
            except errors.CountersignError as error:
                return problem_of(error)
            except Exception as error:  # the last resort
                return _unexpected(error, view.__name__)

    return answer


def problem(
    status: int, code: str, detail: str, *, field: str | None = None, retry_after_s: int | None = None
) -> Response:
    body: dict[str, Any] = {
        "type": TYPE + code,
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
    }
    headers: dict[str, str | list[str]] = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if field:
        body["field"] = field
    if retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(retry_after_s))
    return Response(json.dumps(body), headers, status)


def problem_of(error: errors.CountersignError) -> Response:
    """See the tree in `chalicelib.errors`. An error that should have been handled before is a 500."""
    if isinstance(error, errors.AwsError):
        return _over_share(error) if isinstance(error, errors.ShareUsedUpError) else _unavailable(error)
    if isinstance(error, errors.BadRequestError):
        return problem(400, error.code, str(error), field=error.field)
    if isinstance(error, errors.ConflictError):
        return problem(409, error.code, str(error))
    if isinstance(error, errors.LockedOutError | errors.AttemptsUnderWayError):
        status, code = (423, "locked-out") if isinstance(error, errors.LockedOutError) else (429, "attempts-under-way")
        return problem(status, code, str(error), retry_after_s=error.retry_after_s)
    for kind, status, code in _PLAIN:
        if isinstance(error, kind):
            return problem(status, code, str(error))
    return _unexpected(error, "the engine")


_PLAIN = (
    (errors.ConsentMissingError, 403, "consent-missing"),
    (errors.ScopeMissingError, 403, "scope-missing"),
    (errors.NotFoundError, 404, "not-found"),
    (errors.IdempotencyMismatchError, 422, "idempotency-mismatch"),
)


def _unavailable(error: errors.AwsError) -> Response:
    """AWS did not answer as it should; the operator's log says what, the caller only that nothing happened."""
    _log.error("%s: %s %s", type(error).__name__, error.operation, error.code)
    temporary = isinstance(error, errors.AwsUnavailableError)
    code = "aws-unavailable" if temporary else "service-misconfigured"
    detail = "The request could not be finished, so nothing was approved and nothing was kept. Try again later."
    return problem(503, code, detail, retry_after_s=2 if temporary else 60)


def _over_share(error: errors.ShareUsedUpError) -> Response:
    """The tenant asks for more than its share; the others are served, so it is no trouble of the service."""
    _log.warning("%s: %s", type(error).__name__, error.operation)
    detail = "More is asked for at once than this tenant's share of the service. Nothing was decided; try again later."
    return problem(429, "share-used-up", detail, retry_after_s=error.retry_after_s)


def _unexpected(error: Exception, where: str) -> Response:
    """The message of such an error may hold anything, so only its type is logged."""
    _log.error("unexpected %s in %s", type(error).__name__, where)
    return problem(500, "internal-error", "Something went wrong here; nothing was approved.")
