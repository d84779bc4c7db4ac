"""The boto3 clients that functions use."""

from __future__ import annotations

import pytest

from chalicelib.wiring.clients import Clients


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1"])
def test_links_and_forms_for_s3_are_signed_as_buckets_with_kms_ask(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    """In regions that still know signature version 2 as in those that never did."""
    for name, value in {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "DEFAULT_REGION": region}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    s3 = Clients().get("s3")
    link = s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "key"}, 60)
    form = s3.generate_presigned_post(Bucket="bucket", Key="key")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link
    assert form["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
