"""One way to call AWS: lazy clients, and errors turned into ours.

`Aws` is the only thing that signals, effects and stores get; `chalicelib.wiring` makes it, and has calls made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from chalicelib.errors import (
    AwsConditionFailedError,
    AwsError,
    AwsMisconfiguredError,
    AwsRefusedError,
    AwsUnavailableError,
)
from chalicelib.logs import carried
from chalicelib.model.images import Image

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

Answer = dict[str, Any]
T = TypeVar("T")
R = TypeVar("R")

THROTTLING = {
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "LimitExceededException",
}
_UNAVAILABLE = THROTTLING | {
    "InternalServerError",
    "InternalServerException",
    "InternalError",
    "ServiceUnavailable",
    "SlowDown",
    "RequestThrottled",
    "RequestTimeout",
    "TransactionInProgressException",
    "TransactionConflictException",  # another transaction was at the same item; the condition was never looked at
}
_MISCONFIGURED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "ExpiredTokenException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "NoSuchBucket",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "KMSAccessDeniedException",
}
_CONDITION_FAILED = {"ConditionalCheckFailedException"}
_SIDE_BY_SIDE = 8
_DELETED_AT_ONCE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html


class Aws(Protocol):
    """Call an operation by boto3's names: `aws("rekognition", "detect_faces", {"Image": ...})`.

    Raises:
        AwsUnavailableError: throttled, timed out, unreachable or broken.
        AwsMisconfiguredError: access denied, no region or credentials, or a table, bucket, queue or collection is
            missing or full.
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
        except Exception as error:
            if (ours := _ours(f"{service}:{operation}", service, error)) is None:
                raise
            raise ours from error
        return answer


def _ours(name: str, service: str, error: Exception) -> AwsError | None:
    """What one of botocore's errors is to us; None for what is not botocore's."""
    from botocore import exceptions as raised  # noqa: PLC0415 - whoever gets here has it loaded
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    if isinstance(error, raised.ClientError):
        return _translate(f"{service}:{error.operation_name}", error)
    if isinstance(error, (raised.NoRegionError, raised.NoCredentialsError, raised.PartialCredentialsError)):
        return AwsMisconfiguredError(name, type(error).__name__, str(error))
    if isinstance(error, raised.ParamValidationError):  # the text may hold what the applicant sent
        return AwsRefusedError(name, "ParamValidationError", "botocore refused the parameters")
    if isinstance(
        error, (raised.BotoCoreError, ResponseParserError)
    ):  # timeouts, no connection, an answer that is none
        return AwsUnavailableError(name, type(error).__name__, str(error))
    return None


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
    """Why a transaction was cancelled: a lost condition first, since no retry wins it; then what passes by itself.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code", "None") for reason in reasons]
    renamed = {
        "ConditionalCheckFailed": "ConditionalCheckFailedException",
        "ThrottlingError": "ThrottlingException",
        "ProvisionedThroughputExceeded": "ProvisionedThroughputExceededException",
        "TransactionConflict": "TransactionConflictException",
    }
    return next((new for old, new in renamed.items() if old in codes), code)


def side_by_side(call: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """The results in the order of the items. Raises what the first of them raised."""
    things = list(items)
    if len(things) < 2:
        return [call(thing) for thing in things]
    with ThreadPoolExecutor(min(len(things), _SIDE_BY_SIDE), thread_name_prefix="part") as pool:
        return list(pool.map(carried(call), things))


def put_picture(aws: Aws, bucket: str, key: str, image: Image, images_days: int) -> None:
    """Store a picture. The tag `images_days` tells the bucket's lifecycle rules how long the policy keeps it."""
    aws(
        "s3",
        "put_object",
        {
            "Bucket": bucket,
            "Key": key,
            "Body": image.content,
            "ContentType": image.media_type,
            "Tagging": f"images_days={images_days}",
        },
    )


def delete_object(aws: Aws, bucket: str, key: str) -> None:
    """Delete an object with every version and delete marker it has. None there: nothing to do.

    Raises AwsUnavailableError, beside what any call raises, when S3 deleted only some of them.
    """
    versions = list(_versions(aws, bucket, key))  # all of them first: a deleted one marks no place in the listing
    for first in range(0, len(versions), _DELETED_AT_ONCE):
        batch = {"Objects": versions[first : first + _DELETED_AT_ONCE], "Quiet": True}
        if errors := aws("s3", "delete_objects", {"Bucket": bucket, "Delete": batch}).get("Errors"):
            raise AwsUnavailableError("s3:DeleteObjects", errors[0].get("Code", "Unknown"), "a version stayed")


def _versions(aws: Aws, bucket: str, key: str) -> Iterator[dict[str, str]]:
    listing = {"Bucket": bucket, "Prefix": key}
    while True:
        page = aws("s3", "list_object_versions", listing)
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            if one["Key"] == key:
                yield {"Key": key, "VersionId": one["VersionId"]}
        if not page.get("IsTruncated"):
            return
        listing |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
