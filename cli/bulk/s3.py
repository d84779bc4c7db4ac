"""People whose pictures are in S3, read with the operator's own AWS credentials."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.bulk.people import Bucket
from cli.errors import CliError


def bucket(url: str) -> Bucket:
    """`s3://bucket/prefix`."""
    name, _, prefix = url.removeprefix("s3://").partition("/")
    client = boto3.client("s3", config=Config(max_pool_connections=16, retries={"mode": "standard"}))

    def list_keys(prefix: str) -> Iterator[str]:
        try:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix, Delimiter="/"):
                yield from (item["Key"] for item in page.get("Contents", []))
        except (BotoCoreError, ClientError) as error:
            raise CliError(f"Cannot list {url}: {error}") from error

    def get(key: str) -> bytes:
        try:
            content: bytes = client.get_object(Bucket=name, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise OSError(str(error)) from error
        return content

    return Bucket(prefix.rstrip("/") + "/" if prefix else "", list_keys, get)
