"""The AWS resources that the app needs, made without Terraform: for the sandbox and for tests. Idempotent."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import Aws
from chalicelib.errors import AwsError
from chalicelib.model.policy import collection_names
from chalicelib.store.due import INDEX, INDEX_SCHEMA

KEY_SCHEMA = {"pk": "HASH", "sk": "RANGE"}
TTL_ATTRIBUTE = "expires_at"
MAX_RECEIVES = 5  # then a message goes to the dead-letter queue
VISIBILITY_TIMEOUT_S = 30
_THERE_ALREADY = {
    "ResourceInUseException",
    "BucketAlreadyOwnedByYou",
    "BucketAlreadyExists",
    "ResourceAlreadyExistsException",
    "AlreadyExistsException",
    "ValidationException",  # TTL is already enabled
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the resources are called; `environment` tells the app."""

    table: str
    images_bucket: str
    policies_bucket: str
    queue: str
    dead_letter_queue: str
    collection_prefix: str
    signing_key: str

    @classmethod
    def for_environment(cls, prefix: str) -> Names:
        return cls(
            table=f"{prefix}-table",
            images_bucket=f"{prefix}-images",
            policies_bucket=f"{prefix}-policies",
            queue=f"{prefix}-jobs",
            dead_letter_queue=f"{prefix}-dead-letters",
            collection_prefix=prefix,
            signing_key=f"alias/{prefix}-signing",
        )

    def environment(self, queue_url: str) -> dict[str, str]:
        return {
            "COUNTERSIGN_TABLE": self.table,
            "COUNTERSIGN_IMAGES_BUCKET": self.images_bucket,
            "COUNTERSIGN_POLICIES_BUCKET": self.policies_bucket,
            "COUNTERSIGN_COLLECTION_PREFIX": self.collection_prefix,
            "COUNTERSIGN_SIGNING_KEY_ID": self.signing_key,
            "COUNTERSIGN_QUEUE_URL": queue_url,
            "COUNTERSIGN_QUOTAS": "{}",
        }


def create(aws: Aws, names: Names, region: str, shards_by_tenant: Mapping[str, int]) -> None:
    """Make what is not there: the table, the versioned buckets, the queues, and each tenant's collections."""
    _create_table(aws, names.table)
    for bucket in (names.images_bucket, names.policies_bucket):
        _create_bucket(aws, bucket, region)
    _create_queues(aws, names)
    _create_signing_key(aws, names.signing_key)
    for tenant, shards in shards_by_tenant.items():
        for name in collection_names(tenant, shards):
            with _unless_there():
                aws("rekognition", "create_collection", {"CollectionId": f"{names.collection_prefix}-{name}"})


def _create_table(aws: Aws, table: str) -> None:
    schema = {
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in KEY_SCHEMA.items()],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in (*KEY_SCHEMA, *INDEX_SCHEMA)
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": INDEX,
                "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in INDEX_SCHEMA.items()],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    }
    expiry = {"Enabled": True, "AttributeName": TTL_ATTRIBUTE}
    with _unless_there():
        aws("dynamodb", "create_table", schema)
    with _unless_there():
        aws("dynamodb", "update_time_to_live", {"TableName": table, "TimeToLiveSpecification": expiry})


def _create_queues(aws: Aws, names: Names) -> None:
    dead_letters = aws("sqs", "create_queue", {"QueueName": names.dead_letter_queue})["QueueUrl"]
    asked = {"QueueUrl": dead_letters, "AttributeNames": ["QueueArn"]}
    arn = aws("sqs", "get_queue_attributes", asked)["Attributes"]["QueueArn"]
    redrive = {"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES}
    attributes = {"VisibilityTimeout": str(VISIBILITY_TIMEOUT_S), "RedrivePolicy": json.dumps(redrive)}
    aws("sqs", "create_queue", {"QueueName": names.queue, "Attributes": attributes})


def queue_url(aws: Aws, name: str) -> str:
    return str(aws("sqs", "get_queue_url", {"QueueName": name})["QueueUrl"])


def _create_bucket(aws: Aws, bucket: str, region: str) -> None:
    parameters: dict[str, Any] = {"Bucket": bucket}
    if region != "us-east-1":
        parameters["CreateBucketConfiguration"] = {"LocationConstraint": region}
    with _unless_there():
        aws("s3", "create_bucket", parameters)
    versioning = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}}
    aws("s3", "put_bucket_versioning", versioning)


def _create_signing_key(aws: Aws, alias: str) -> None:
    """The key by its alias, so that a second time finds it."""
    try:
        aws("kms", "describe_key", {"KeyId": alias})
    except AwsError as error:
        if error.code != "NotFoundException":
            raise
        key = aws("kms", "create_key", {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"})["KeyMetadata"]
        with _unless_there():
            aws("kms", "create_alias", {"AliasName": alias, "TargetKeyId": key["KeyId"]})


@contextlib.contextmanager
def _unless_there() -> Iterator[None]:
    try:
        yield
    except AwsError as error:
        if error.code not in _THERE_ALREADY:
            raise
