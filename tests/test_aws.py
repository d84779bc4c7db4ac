"""What becomes of AWS's errors: botocore's own, over the wire wherever moto can make them."""

from __future__ import annotations

from functools import partial
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from chalicelib.aws import AwsCaller
from chalicelib.errors import (
    AwsConditionFailedError,
    AwsError,
    AwsMisconfiguredError,
    AwsRefusedError,
    AwsUnavailableError,
)
from tests.aws_server import NAMES, AwsServer
from tests.store.conftest import server  # noqa: F401 - a fixture


def client(service: str, **more: Any) -> Any:
    settings = {"region_name": "eu-central-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"} | more
    return botocore.session.Session().create_client(service, **settings)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ThrottlingException", 400, AwsUnavailableError),
        ("ProvisionedThroughputExceededException", 400, AwsUnavailableError),
        ("InternalServerError", 500, AwsUnavailableError),
        ("SomethingNew", 503, AwsUnavailableError),
        ("AccessDeniedException", 400, AwsMisconfiguredError),
        ("ResourceNotFoundException", 400, AwsMisconfiguredError),
        ("ServiceQuotaExceededException", 400, AwsMisconfiguredError),
        ("InvalidParameterException", 400, AwsRefusedError),
        ("InvalidImageFormatException", 400, AwsRefusedError),
        ("InvalidS3ObjectException", 400, AwsRefusedError),
    ],
)
def test_codes(code: str, status: int, expected: type[AwsError]) -> None:
    rekognition = client("rekognition", config=Config(retries={"total_max_attempts": 1}))
    with Stubber(rekognition) as stub, pytest.raises(AwsError) as caught:
        stub.add_client_error("detect_faces", code, "why", status)
        AwsCaller(lambda _: rekognition)("rekognition", "detect_faces", {"Image": {"Bytes": b"x"}})
    assert type(caught.value) is expected
    assert (caught.value.operation, caught.value.code) == ("rekognition:DetectFaces", code)


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (["None", "ConditionalCheckFailed"], AwsConditionFailedError),
        (["TransactionConflict", "ConditionalCheckFailed"], AwsConditionFailedError),
        (["ThrottlingError", "ConditionalCheckFailed"], AwsConditionFailedError),
        (["TransactionConflict", "None"], AwsUnavailableError),
        (["ThrottlingError", "None"], AwsUnavailableError),
        (["ValidationError"], AwsRefusedError),
        ([], AwsRefusedError),
    ],
)
def test_cancelled_transactions(reasons: list[str], expected: type[AwsError]) -> None:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }

    class Cancelling:
        def transact_write_items(self) -> None:
            raise ClientError(response, "TransactWriteItems")

    with pytest.raises(AwsError) as caught:
        AwsCaller(lambda _: Cancelling())("dynamodb", "transact_write_items", {})
    assert type(caught.value) is expected


def test_a_real_lost_condition(server: AwsServer) -> None:  # noqa: F811
    item = {"pk": {"S": "condition"}, "sk": {"S": "x"}}
    new = {"TableName": NAMES.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    server.aws("dynamodb", "put_item", new)
    with pytest.raises(AwsConditionFailedError):
        server.aws("dynamodb", "put_item", new)
    with pytest.raises(AwsConditionFailedError):
        server.aws("dynamodb", "transact_write_items", {"TransactItems": [{"Put": new}]})


def test_real_missing_things(server: AwsServer) -> None:  # noqa: F811
    with pytest.raises(AwsMisconfiguredError):
        server.aws("dynamodb", "scan", {"TableName": "missing"})
    with pytest.raises(AwsMisconfiguredError):
        server.aws("s3", "get_object", {"Bucket": "missing-bucket", "Key": "x"})
    with pytest.raises(AwsRefusedError) as caught:
        server.aws("s3", "get_object", {"Bucket": NAMES.images_bucket, "Key": "missing"})
    assert caught.value.code == "NoSuchKey"


def test_parameters_that_botocore_refuses_are_not_repeated_in_the_error(server: AwsServer) -> None:  # noqa: F811
    with pytest.raises(AwsRefusedError) as caught:
        server.aws("dynamodb", "get_item", {"TableName": NAMES.table, "Key": "ada@example.org"})
    assert "ada@" not in str(caught.value)


def test_nobody_listens() -> None:
    config = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    deaf = client("dynamodb", endpoint_url="http://127.0.0.1:9", config=config)
    with pytest.raises(AwsUnavailableError):
        AwsCaller(lambda _: deaf)("dynamodb", "scan", {"TableName": "x"})


def test_no_region_and_no_credentials_are_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for region in (None, "eu-central-1"):
        caller = AwsCaller(partial(botocore.session.Session().create_client, region_name=region))
        with pytest.raises(AwsMisconfiguredError):
            caller("rekognition", "list_collections", {})
