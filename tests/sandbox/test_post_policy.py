"""Presigned forms: S3 takes what the policy in the form allows, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
import urllib3

from tests.running_sandbox import RunningSandbox

CONTENT = b"0123456789"
EXACTLY = [{"Content-Type": "image/png"}, ["content-length-range", len(CONTENT), len(CONTENT)]]


@pytest.fixture
def bucket(scripted: RunningSandbox) -> str:
    name = f"forms-{uuid4()}"
    scripted.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


def post(
    scripted: RunningSandbox,
    bucket: str,
    changed: Mapping[str, str] | None = None,
    content: bytes = CONTENT,
    good_for_s: int = 60,
) -> tuple[int, str]:
    form: Any = scripted.client("s3").generate_presigned_post(
        bucket,
        "mine/picture",
        {"Content-Type": "image/png"},
        [*EXACTLY, ["starts-with", "$x-amz-meta-a", "b"]],
        good_for_s,
    )
    fields = {**form["fields"], "x-amz-meta-a": "bc", **(changed or {}), "file": ("picture", content)}
    answer = urllib3.request("POST", form["url"], fields={name: value for name, value in fields.items() if value})
    return answer.status, answer.data.decode()


def test_what_the_form_allows_is_stored(scripted: RunningSandbox, bucket: str) -> None:
    assert post(scripted, bucket)[0] == 204
    assert scripted.client("s3").get_object(Bucket=bucket, Key="mine/picture")["Body"].read() == CONTENT


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"key": "theirs/picture"}, "Policy Condition failed"),
        ({"Content-Type": "text/html"}, "Policy Condition failed"),
        ({"x-amz-meta-a": "c"}, "Policy Condition failed"),
        ({"acl": "public-read"}, "Extra input fields: acl"),
        ({"policy": ""}, "no policy"),
    ],
)
def test_a_changed_form_is_refused(scripted: RunningSandbox, bucket: str, changed: Mapping[str, str], why: str) -> None:
    status, answer = post(scripted, bucket, changed)
    assert (status, "<Code>AccessDenied</Code>" in answer) == (403, True)
    assert why in answer


@pytest.mark.parametrize(("content", "code"), [(CONTENT[1:], "EntityTooSmall"), (CONTENT + b"0", "EntityTooLarge")])
def test_another_size_is_refused(scripted: RunningSandbox, bucket: str, content: bytes, code: str) -> None:
    status, answer = post(scripted, bucket, content=content)
    assert (status, f"<Code>{code}</Code>" in answer) == (400, True)


def test_a_form_that_is_too_old_is_refused(scripted: RunningSandbox, bucket: str) -> None:
    status, answer = post(scripted, bucket, good_for_s=-1)
    assert (status, "Policy expired" in answer) == (403, True)
