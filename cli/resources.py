"""The AWS resources that the app needs, made without Terraform: for the sandbox and for tests. Idempotent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

KEY_SCHEMA = ({"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"})
TTL_ATTRIBUTE = "expires_at"
_THERE_ALREADY = {
    "ResourceInUseException",
    "BucketAlreadyOwnedByYou",
    "BucketAlreadyExists",
    "ResourceAlreadyExistsException",
    "ValidationException",  # TTL is already enabled
}

ClientOf = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Names:
    """What the resources are called; `environment` tells the app."""

    table: str
    images_bucket: str
    policies_bucket: str
    queue: str
    collection_prefix: str

    def environment(self) -> dict[str, str]:
        return {
            "COUNTERSIGN_TABLE": self.table,
            "COUNTERSIGN_IMAGES_BUCKET": self.images_bucket,
            "COUNTERSIGN_POLICIES_BUCKET": self.policies_bucket,
            "COUNTERSIGN_COLLECTION_PREFIX": self.collection_prefix,
        }


def create(client_of: ClientOf, names: Names, shards_by_tenant: Mapping[str, int]) -> None:
    """Make what is not there: the table, the versioned buckets, the queue, and each tenant's collections."""
    _create_table(client_of("dynamodb"), names.table)
    for bucket in (names.images_bucket, names.policies_bucket):
        _create_bucket(client_of("s3"), bucket)
    client_of("sqs").create_queue(QueueName=names.queue)
    for tenant, shards in shards_by_tenant.items():
        for shard in range(shards):
            with _unless_there():
                collection = f"{names.collection_prefix}-{tenant}-{shard}"
                client_of("rekognition").create_collection(CollectionId=collection)


def _create_table(dynamodb: Any, table: str) -> None:
    with _unless_there():
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=list(KEY_SCHEMA),
            AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in KEY_SCHEMA],
        )
    with _unless_there():
        dynamodb.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
        )


def _create_bucket(s3: Any, bucket: str) -> None:
    with _unless_there():
        region = s3.meta.region_name
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **place)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


@contextlib.contextmanager
def _unless_there() -> Any:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in _THERE_ALREADY:
            raise
