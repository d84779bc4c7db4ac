"""Policy files in a versioned bucket, over the wire."""

from __future__ import annotations

from chalicelib.store.policies import PolicyObjects
from tests.aws_server import NAMES, AwsServer


def save(server: AwsServer, key: str, text: str) -> None:
    server.client("s3").put_object(Bucket=NAMES.policies_bucket, Key=key, Body=text.encode())


def test_a_file_is_read_once_and_then_only_when_it_has_changed(server: AwsServer, tenant: str) -> None:
    files = PolicyObjects(server.aws, NAMES.policies_bucket)
    assert files.version(tenant, None) is None
    save(server, f"{tenant}.yaml", "é")
    first = files.version(tenant, None)
    assert first is not None
    assert first[1] == "é"
    assert files.version(tenant, first[0]) == (first[0], None)
    save(server, f"{tenant}.yaml", "b")
    second = files.version(tenant, first[0])
    assert second is not None
    assert second[1] == "b"


def test_history_is_the_latest_first_with_deletions_and_of_this_file_alone(server: AwsServer, tenant: str) -> None:
    files = PolicyObjects(server.aws, NAMES.policies_bucket)
    save(server, f"{tenant}.yaml", "a")
    save(server, f"{tenant}.yaml.bak", "other")
    server.client("s3").delete_object(Bucket=NAMES.policies_bucket, Key=f"{tenant}.yaml")
    save(server, f"{tenant}.yaml", "b")
    history = files.history(tenant)
    moments = [since for since, _ in history]
    assert moments == sorted(moments, reverse=True)
    assert [read() for _, read in history] == ["b", None, "a"]
    server.client("s3").delete_object(Bucket=NAMES.policies_bucket, Key=f"{tenant}.yaml")
    assert files.version(tenant, None) is None
