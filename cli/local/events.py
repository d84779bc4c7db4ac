"""What AWS hands to Lambda functions: of API Gateway, of a queue, of the schedule."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

ACCOUNT, API, STAGE, REGION = "123456789012", "a1b2c3d4e5", "api", "eu-west-1"
_API_HOST = f"{API}.execute-api.{REGION}.amazonaws.com"


def api_event(
    method: str,
    path: str,
    body: object,
    caller: Mapping[str, Any],
    *,
    route: str | None = None,
    parameters: Mapping[str, str] | None = None,
    token: str | None = None,
) -> dict[str, Any]:
    """A request through API Gateway. `caller` is what the authorizer found; empty where there is none.

    `route` is the path with its `parameters` by name, "/v1/users/{user_id}"; without any it is the path.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    headers = {
        "accept": "*/*",
        "content-type": "application/json",
        "Host": _API_HOST,
        "User-Agent": "curl/8.5.0",
        "X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        **({"Authorization": f"Bearer {token}"} if token else {}),
    }
    return {
        "resource": route or path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": dict(parameters) if parameters else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            **({"authorizer": dict(caller)} if caller else {}),
            "domainName": _API_HOST,
            "domainPrefix": API,
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "httpMethod": method,
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "curl/8.5.0", "apiKey": None},
            "path": f"/{STAGE}{path}",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTime": "25/Nov/2026:03:22:49 +0000",
            "requestTimeEpoch": int(time.time() * 1000),
            "resourceId": "10gpo6",
            "resourcePath": route or path,
            "stage": STAGE,
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def sqs_event(messages: list[dict[str, Any]], queue_url: str, region: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event"""
    account, name = queue_url.rsplit("/", 2)[-2:]
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": message.get("MessageAttributes", {}),
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{region}:{account}:{name}",
                "awsRegion": region,
            }
            for message in messages
        ]
    }


def schedule_event(now: datetime) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html"""
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "eu-west-1",
        "resources": [],
        "detail": {},
    }
