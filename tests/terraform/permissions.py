"""Which IAM actions AWS asks for, by what the code calls.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

import botocore.session
from botocore import xform_name

from cli.local.processes import PROJECT

_SERVICES = ("dynamodb", "kms", "rekognition", "s3", "sqs", "textract")
_OPERATORS_ONLY = {"scan"}  # in chalicelib for the command line, which has its operator's own rights
_OTHER_WORDS = {"verify"}  # not the operation of KMS: a scope, and a method of ours
_ACTIONS = {
    "dynamodb:TransactWriteItems": (
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    ),
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:GetObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:PutObject": ("s3:PutObject", "s3:PutObjectTagging"),
    "sqs:SendMessageBatch": ("sqs:SendMessage",),
}
# What AWS does in the functions' name, and what makes a missing object a 404.
BESIDE_CALLS = {
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:ListBucket",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def called_operations() -> set[str]:
    """All operations of AWS ("dynamodb:GetItem") whose names stand in the app's code."""
    known = _operations()
    words = {
        node.value
        for path in (PROJECT / "chalicelib").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {known[word] for word in words - _OPERATORS_ONLY - _OTHER_WORDS if word in known}


def actions_of(operations: Iterable[str]) -> set[str]:
    return {action for operation in operations for action in _ACTIONS.get(operation, (operation,))}


def allowed_actions(policy: dict[str, Any]) -> set[str]:
    """The actions of a role's policy document that it allows to something."""
    return {action for one in policy["Statement"] if one["Effect"] == "Allow" for action in one["Action"]}


def _operations() -> dict[str, str]:
    """By the name in Python."""
    session = botocore.session.get_session()
    models = {service: session.get_service_model(service) for service in _SERVICES}
    return {xform_name(name): f"{service}:{name}" for service in _SERVICES for name in models[service].operation_names}
