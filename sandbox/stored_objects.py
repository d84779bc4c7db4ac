"""Objects in moto's S3, in the same process."""

from __future__ import annotations

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend, s3_backends

from sandbox.errors import AwsError


def get_object(bucket: str, key: str, version: str | None) -> bytes:
    """Raises AwsError (InvalidS3ObjectException) when there is no such bucket, object or version."""
    try:
        found = _s3().get_object(bucket, key, version_id=version)
    except S3ClientError:
        found = None
    if found is None:
        message = "Unable to get object metadata from S3. Check object key, region and/or access permissions."
        raise AwsError("InvalidS3ObjectException", message)
    return bytes(found.value)


def put_object(bucket: str, key: str, data: bytes) -> None:
    """Raises AwsError (InvalidParameterException) when there is no such bucket."""
    try:
        _s3().put_object(bucket, key, data)
    except S3ClientError as error:
        raise AwsError("InvalidParameterException", f"Unable to write to the bucket {bucket}") from error


def _s3() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
