"""One way to call AWS: lazy clients, botocore's retries, and errors turned into ours.

`Aws` is the only thing that signals, effects and stores get; `chalicelib.wiring` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import (
    AwsConditionFailedError,
    AwsError,
    AwsMisconfiguredError,
    AwsRefusedError,
    AwsUnavailableError,
)

Answer = dict[str, Any]

_UNAVAILABLE = {
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "InternalServerError",
    "InternalServerException",
    "InternalError",
    "ServiceUnavailable",
    "SlowDown",
    "RequestTimeout",
    "TransactionInProgressException",
}
_MISCONFIGURED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "ExpiredTokenException",
    "ResourceNotFoundException",
    "NoSuchBucket",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "KMSAccessDeniedException",
}
_CONDITION_FAILED = {"ConditionalCheckFailedException", "TransactionConflictException"}


class Aws(Protocol):
    """Call an operation by boto3's names: `aws("rekognition", "detect_faces", {"Image": ...})`.

    Raises:
        AwsUnavailableError: throttled, timed out, unreachable or broken, after botocore's own retries.
        AwsMisconfiguredError: access denied, or a table, bucket, queue or collection is missing.
        AwsConditionFailedError: a conditional write lost.
        AwsRefusedError: AWS refused this request's content; `code` is AWS's.
    """

    def __call__(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Answer: ...


class AwsCaller:
    """Aws over real boto3 clients."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def __call__(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Answer:
        try:
            answer: Answer = getattr(self._client(service), operation)(**parameters)
        except ClientError as error:
            raise _translate(f"{service}:{operation}", error) from error
        except BotoCoreError as error:  # timeouts, no connection, no credentials
            raise AwsUnavailableError(f"{service}:{operation}", type(error).__name__, str(error)) from error
        return answer


def _translate(operation: str, error: ClientError) -> AwsError:
    details = error.response.get("Error", {})
    code, message = details.get("Code", "Unknown"), details.get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if code == "TransactionCanceledException":
        code = _worst_cancellation(error, code)
    if code in _CONDITION_FAILED:
        return AwsConditionFailedError(operation, code, message)
    if code in _MISCONFIGURED:
        return AwsMisconfiguredError(operation, code, message)
    if code in _UNAVAILABLE or status >= 500:
        return AwsUnavailableError(operation, code, message)
    return AwsRefusedError(operation, code, message)


def _worst_cancellation(error: ClientError, code: str) -> str:
    """Why a transaction was cancelled: throttling before a lost condition, since a retry may then succeed.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code", "None") for reason in reasons]
    renamed = {
        "ThrottlingError": "ThrottlingException",
        "ProvisionedThroughputExceeded": "ProvisionedThroughputExceededException",
        "ConditionalCheckFailed": "ConditionalCheckFailedException",
        "TransactionConflict": "TransactionConflictException",
    }
    return next((new for old, new in renamed.items() if old in codes), code)
