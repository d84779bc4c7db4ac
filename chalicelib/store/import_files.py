"""What an import reads: its manifest and the pictures that it names, below the tenant's own prefix."""

from __future__ import annotations

from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsRefusedError, BadRequestError

_NOTHING_LEFT = ("InvalidRange", "416")


def folder_of(tenant: str) -> str:
    """Where a tenant's manifests and the pictures they name have to be, in the images bucket."""
    return f"{tenant}/imports/"


def read_import(
    aws: Aws, bucket: str, tenant: str, key: str, first_byte: int = 0, most_bytes: int | None = None
) -> bytes:
    """An object, or a part of it; empty behind its end.

    Raises BadRequestError when there is none, or it is not below the tenant's own folder.
    """
    if not key.startswith(folder_of(tenant)):
        raise BadRequestError("not-the-tenants", "What is imported has to be in the tenant's own folder.")
    part = {"Range": f"bytes={first_byte}-{first_byte + most_bytes - 1}"} if most_bytes else {}
    try:
        answer: Any = aws("s3", "get_object", {"Bucket": bucket, "Key": key, **part})
    except AwsRefusedError as refused:
        if refused.code in _NOTHING_LEFT:
            return b""
        if refused.code == "NoSuchKey":
            raise BadRequestError("picture-missing", "There is no such object.") from refused
        raise
    return bytes(answer["Body"].read())
