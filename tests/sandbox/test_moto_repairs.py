"""What Terraform needs of moto, over the wire."""

from __future__ import annotations

import hashlib
import json
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.running_sandbox import RunningSandbox
from tests.sandbox.errors import error_of
from tests.sandbox.tables import TABLE

SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "api", "version": "1.0"},
    "paths": {
        "/things": {
            "options": {
                "responses": {"200": {"description": "CORS"}},
                "x-amazon-apigateway-integration": {"type": "mock", "responses": {"default": {"statusCode": "200"}}},
            }
        }
    },
}


def test_redrive_policies_are_answered_as_they_were_given(scripted: RunningSandbox) -> None:
    sqs = scripted.client("sqs")
    dead = sqs.create_queue(QueueName=f"dead-{uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}, separators=(",", ":"))
    queue = sqs.create_queue(QueueName=f"live-{uuid4()}", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["RedrivePolicy"] == policy
    assert "RedriveAllowPolicy" not in attributes

    allow = '{"redrivePermission":"allowAll"}'
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": allow})
    attributes = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
    assert attributes["RedriveAllowPolicy"] == allow
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": ""})
    assert "RedriveAllowPolicy" not in sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]


def test_swagger_2_with_mock_integrations_is_taken(scripted: RunningSandbox) -> None:
    apigateway = scripted.client("apigateway")
    api = apigateway.create_rest_api(name="api")["id"]
    apigateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(SWAGGER).encode())
    paths = [resource["path"] for resource in apigateway.get_resources(restApiId=api)["items"]]
    assert sorted(paths) == ["/", "/things"]


def test_media_types_are_patched_by_path(scripted: RunningSandbox) -> None:
    apigateway = scripted.client("apigateway")
    api = apigateway.create_rest_api(name="api")["id"]
    for operation, expected in (("add", ["image/png"]), ("remove", [])):
        patch = {"op": operation, "path": "/binaryMediaTypes/image~1png"}
        answer = apigateway.update_rest_api(
            restApiId=api, patchOperations=[patch, {"op": "replace", "path": "/name", "value": "n"}]
        )
        assert answer.get("binaryMediaTypes", []) == expected
        assert answer["name"] == "n"


def test_a_bucket_that_denies_plain_http_can_be_used(scripted: RunningSandbox) -> None:
    s3, bucket = scripted.client("s3"), f"tls-{uuid4()}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_a_function_exists_without_a_container(scripted: RunningSandbox) -> None:
    role = scripted.client("iam").create_role(
        RoleName=f"role-{uuid4()}",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ],
            }
        ),
    )["Role"]["Arn"]
    function = scripted.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.12",
        Role=role,
        Handler="app.app",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
    )
    assert function["State"] in ("Active", "Pending")


def test_a_digest_is_signed_as_it_is_and_a_message_is_hashed(scripted: RunningSandbox) -> None:
    kms = scripted.client("kms")
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    public_key = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    assert isinstance(public_key, EllipticCurvePublicKey)
    for kind, message in (("DIGEST", hashlib.sha256(b"a text").digest()), ("RAW", b"a text")):
        call = {"KeyId": key, "Message": message, "MessageType": kind, "SigningAlgorithm": "ECDSA_SHA_256"}
        signature = kms.sign(**call)["Signature"]
        public_key.verify(signature, b"a text", ECDSA(SHA256()))
        assert kms.verify(**call, Signature=signature)["SignatureValid"]


def test_a_failed_transaction_changes_nothing(scripted: RunningSandbox) -> None:
    """Also in the partitions that it had already written to, and a later one finds them as they were."""
    dynamodb, table = scripted.client("dynamodb"), f"table-{uuid4()}"
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    old = [{"pk": {"S": pk}, "sk": {"S": sk}, "n": {"N": "1"}} for pk in ("a", "b", "c") for sk in ("1", "2")]
    for item in old:
        dynamodb.put_item(TableName=table, Item=item)

    def key(item: dict[str, object]) -> dict[str, object]:
        return {name: item[name] for name in ("pk", "sk")}

    update = {"UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    new = {"Item": {"pk": {"S": "d"}, "sk": {"S": "1"}}, "TableName": table}
    failing = [
        {"Update": {"TableName": table, "Key": key(old[0]), **update}},
        {"Delete": {"TableName": table, "Key": key(old[2])}},
        {"Put": new},
        {"Put": {"TableName": table, "Item": old[4], "ConditionExpression": "attribute_not_exists(pk)"}},
    ]
    code, _, _ = error_of(dynamodb.transact_write_items, TransactItems=failing)
    assert code == "TransactionCanceledException"
    assert dynamodb.scan(TableName=table)["Items"] == old

    dynamodb.transact_write_items(TransactItems=failing[:3])
    after = {(item["pk"]["S"], item["sk"]["S"]): item.get("n") for item in dynamodb.scan(TableName=table)["Items"]}
    assert (after["a", "1"], after["a", "2"], after["d", "1"]) == ({"N": "2"}, {"N": "1"}, None)
    assert ("b", "1") not in after


@pytest.mark.parametrize(("attributes", "size_bytes"), [(500, 1000), (1, 410_000), (390, 1100)])
def test_an_item_that_is_too_large_is_refused(scripted: RunningSandbox, attributes: int, size_bytes: int) -> None:
    dynamodb, table = scripted.client("dynamodb"), f"table-{uuid4()}"
    dynamodb.create_table(TableName=table, **TABLE)
    nested = {f"n{number}": {"S": "x" * size_bytes} for number in range(attributes)}
    for item in ({"pk": {"S": "flat"}, **nested}, {"pk": {"S": "deep"}, "map": {"M": {"inner": {"M": nested}}}}):
        code, message, _ = error_of(dynamodb.put_item, TableName=table, Item=item)
        assert (code, "size" in message) == ("ValidationException", True)


def test_a_transaction_that_comes_again_with_its_token_is_made_once(scripted: RunningSandbox) -> None:
    dynamodb, table = scripted.client("dynamodb"), f"table-{uuid4()}"
    dynamodb.create_table(TableName=table, **TABLE)
    put = {"TableName": table, "Item": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    first, other = str(uuid4()), str(uuid4())

    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[{"Put": put}], ClientRequestToken=first)

    for _ in range(2):  # a transaction that failed is made anew
        code, _, _ = error_of(dynamodb.transact_write_items, TransactItems=[{"Put": put}], ClientRequestToken=other)
        assert code == "TransactionCanceledException"


def test_queries_find_the_items_of_a_partition_and_of_an_index_in_their_order(scripted: RunningSandbox) -> None:
    dynamodb, table = scripted.client("dynamodb"), f"table-{uuid4()}"
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    due = [{"AttributeName": "shard", "KeyType": "HASH"}, {"AttributeName": "moment", "KeyType": "RANGE"}]
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys,
        GlobalSecondaryIndexes=[{"IndexName": "due", "KeySchema": due, "Projection": {"ProjectionType": "ALL"}}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "shard", "moment")
        ],
    )
    for number, shard in enumerate("01x0"):
        item = {"pk": {"S": f"p{number % 2}"}, "sk": {"S": f"s{9 - number}"}}
        indexed = {} if shard == "x" else {"shard": {"S": shard}, "moment": {"S": f"{9 - number}"}}
        dynamodb.put_item(TableName=table, Item=item | indexed)

    def found(condition: str, index: dict[str, str], **values: str) -> list[str]:
        packed = {f":{name}": {"S": value} for name, value in values.items()}
        answer = dynamodb.query(
            TableName=table, KeyConditionExpression=condition, ExpressionAttributeValues=packed, **index
        )
        return [item["sk"]["S"] for item in answer["Items"]]

    assert found("pk = :pk", {}, pk="p0") == ["s7", "s9"]
    assert found("pk = :pk AND begins_with(sk, :sk)", {}, pk="p1", sk="s6") == ["s6"]
    assert found("pk = :pk", {}, pk="none") == []
    assert found("shard = :shard", {"IndexName": "due"}, shard="0") == ["s6", "s9"]
    assert found("shard = :shard AND moment <= :at", {"IndexName": "due"}, shard="0", at="6") == ["s6"]


def test_versions_are_listed_below_a_prefix_page_by_page(scripted: RunningSandbox) -> None:
    s3, bucket = scripted.client("s3"), f"bucket-{uuid4()}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for name in ("a/1", "b/1", "b/2", "b/1", "c/1"):
        s3.put_object(Bucket=bucket, Key=name, Body=name.encode())
    s3.delete_object(Bucket=bucket, Key="b/2")

    def found(**asked: object) -> list[tuple[str, bool]]:
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, **asked)
        entries = [one for page in pages for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, ())]
        return sorted((one["Key"], one["IsLatest"]) for one in entries)

    below_b = [("b/1", False), ("b/1", True), ("b/2", False), ("b/2", True)]
    assert found(Prefix="b/") == found(Prefix="b/", PaginationConfig={"PageSize": 1}) == below_b
    assert found() == [("a/1", True), *below_b, ("c/1", True)]
    assert found(Prefix="d") == []
    assert s3.get_object(Bucket=bucket, Key="b/1")["Body"].read() == b"b/1"


def test_a_queue_gives_what_is_neither_delayed_nor_held(scripted: RunningSandbox) -> None:
    sqs = scripted.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{uuid4()}")["QueueUrl"]
    for body, delay_s in (("now", 0), ("later", 900)):
        sqs.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay_s)
    received = [sqs.receive_message(QueueUrl=url, VisibilityTimeout=600).get("Messages", []) for _ in range(2)]
    assert [[message["Body"] for message in messages] for messages in received] == [["now"], []]
