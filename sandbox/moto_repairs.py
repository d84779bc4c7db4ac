"""What moto 5.2 does otherwise than AWS, where Terraform or the app stumbles over it. Each repair says why.

They change moto's classes for the whole process, so `apply` is called once, by the process that serves them.
"""

# mypy: disable-error-code="method-assign, assignment"

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.awslambda.models import EventSourceMapping
from moto.core.config import default_user_config
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.kms import utils as kms_utils
from moto.kms.responses import KmsResponse
from moto.s3.responses import S3Response
from moto.sqs.models import Queue

from sandbox import moto_dynamodb, moto_expressions, moto_speed
from sandbox.errors import AwsError
from sandbox.post_policy import check as check_form
from sandbox.refusal import refusal

_MEDIA_TYPES = "/binaryMediaTypes/"
_is_digest: ContextVar[bool] = ContextVar("is_digest", default=False)


def apply() -> None:
    """All repairs; once per process."""
    _lambda_without_docker()
    _redrive_policies()
    _swagger_2()
    _media_types_by_path()
    _conditional_denials()
    _signed_digests()
    moto_dynamodb.apply()
    moto_expressions.apply()
    moto_speed.apply()
    _event_sources_by_alias()
    _policies_of_queues()
    _policies_of_forms()


def _lambda_without_docker() -> None:
    """moto would start each Lambda function in a container; here functions only have to exist."""
    default_user_config["lambda"]["use_docker"] = False


def _redrive_policies() -> None:
    """moto forgets RedriveAllowPolicy, for which Terraform waits for ever, and answers RedrivePolicy with other spaces
    than AWS, which Terraform takes for a change at each plan."""
    attributes: property = vars(Queue)["attributes"]

    def repaired(self: Queue) -> dict[str, Any]:
        result: dict[str, Any] = attributes.__get__(self)
        if result.get("RedrivePolicy"):
            result["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        if not result.get("RedriveAllowPolicy"):  # "" removes it
            result.pop("RedriveAllowPolicy", None)
        return result

    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    setattr(Queue, "redrive_allow_policy", None)  # noqa: B010 - not an attribute that the class declares
    Queue.attributes = property(repaired)


def _swagger_2() -> None:
    """moto refuses Swagger 2.0, which is what Chalice writes; it reads none of the parts that differ from OpenAPI 3.
    It also asks mock integrations (CORS) for an address and a method, which AWS does not."""
    put_rest_api = APIGatewayBackend.put_rest_api

    @wraps(put_rest_api)
    def repaired(
        self: APIGatewayBackend, function_id: str, api_doc: dict[str, Any], fail_on_warnings: bool, mode: str = "merge"
    ) -> RestAPI:
        if api_doc.pop("swagger", None):
            api_doc["openapi"] = "3.0.1"
        methods = [method for path in api_doc.get("paths", {}).values() for method in path.values()]
        for method in methods:
            integration = method.get("x-amazon-apigateway-integration", {}) if isinstance(method, dict) else {}
            if integration.get("type") == "mock":
                integration.setdefault("uri", "")
                integration.setdefault("httpMethod", "POST")
        return put_rest_api(self, function_id, api_doc, fail_on_warnings, mode)

    APIGatewayBackend.put_rest_api = repaired


def _media_types_by_path() -> None:
    """A patch of /binaryMediaTypes/image~1png names the type in its path; moto looks for it in the value."""
    apply_patch_operations = RestAPI.apply_patch_operations

    @wraps(apply_patch_operations)
    def repaired(self: RestAPI, patch_operations: list[dict[str, Any]]) -> None:
        for operation in patch_operations:
            if operation["path"].startswith(_MEDIA_TYPES):
                media_type = operation["path"].removeprefix(_MEDIA_TYPES).replace("~1", "/")
                others = [known for known in self.binaryMediaTypes if known not in (None, media_type)]
                self.binaryMediaTypes = others + ([media_type] if operation["op"] == "add" else [])
        left = [operation for operation in patch_operations if not operation["path"].startswith(_MEDIA_TYPES)]
        apply_patch_operations(self, left)

    RestAPI.apply_patch_operations = repaired


def _conditional_denials() -> None:
    """moto takes "Deny unless TLS" for "Deny": it does not evaluate conditions such as aws:SecureTransport, and every
    call of the bucket would be refused. Statements that deny under a condition are left out."""
    is_action_permitted = IAMPolicyStatement.is_action_permitted

    @wraps(is_action_permitted)
    def repaired(
        self: IAMPolicyStatement,
        action: str,
        resource: str = "*",
        principal: str | None = None,
        incoming_condition_values: dict[str, str] | None = None,
    ) -> PermissionResult:
        if self._statement.get("Effect") == "Deny" and self._statement.get("Condition"):
            return PermissionResult.NEUTRAL
        return is_action_permitted(self, action, resource, principal, incoming_condition_values)

    IAMPolicyStatement.is_action_permitted = repaired


def _signed_digests() -> None:
    """moto hashes a message once more although its MessageType is DIGEST, so that no other program could verify the
    signature. Of elliptic curves only, which is what the app uses."""
    KmsResponse.sign = _telling_digests(KmsResponse.sign)
    KmsResponse.verify = _telling_digests(KmsResponse.verify)
    setattr(kms_utils, "ec", _EcForDigests())  # noqa: B010 - not a name that the module exports


def _telling_digests(operation: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    @wraps(operation)
    def repaired(self: KmsResponse) -> str:
        token = _is_digest.set(self._get_param("MessageType") == "DIGEST")
        try:
            return operation(self)
        finally:
            _is_digest.reset(token)

    return repaired


class _EcForDigests:
    """The module `ec` as moto sees it, whose ECDSA does not hash what is hashed."""

    def __getattr__(self, name: str) -> Any:
        return _ecdsa if name == "ECDSA" else getattr(ec, name)


def _ecdsa(algorithm: Any) -> ec.ECDSA:
    return ec.ECDSA(Prehashed(algorithm) if _is_digest.get() else algorithm)


def _event_sources_by_alias() -> None:
    """An event source that was made for a function's alias calls the alias; moto tells the version behind it, which
    Terraform takes for a change at each plan."""
    get_configuration = EventSourceMapping.get_configuration

    @wraps(get_configuration)
    def repaired(self: EventSourceMapping) -> dict[str, Any]:
        configuration = get_configuration(self)
        if self.function_name.startswith("arn:"):
            configuration["FunctionArn"] = self.function_name
        return configuration

    EventSourceMapping.get_configuration = repaired


def _policies_of_queues() -> None:
    """moto forgets a queue's policy when any other attribute is set. Terraform sets both at once, in either order, and
    waits for minutes until the policy is there."""
    set_attributes = Queue._set_attributes

    @wraps(set_attributes)
    def repaired(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
        kept = {} if "Policy" in attributes or "_policy_json" not in vars(self) else {"Policy": self.policy}
        set_attributes(self, attributes | kept, now)

    Queue._set_attributes = repaired


def _policies_of_forms() -> None:
    """moto takes whatever a presigned form brings, at whatever key."""
    post = S3Response._bucket_response_post

    @wraps(post)
    def repaired(self: S3Response, request: Any, bucket_name: str) -> Any:
        if self.form_data:
            try:
                check_form({**self.form_data, "bucket": bucket_name}, len(self.body), datetime.now(UTC))
            except AwsError as error:
                refused = refusal("s3", error)
                return refused.status.value, dict(refused.headers), refused.body
        return post(self, request, bucket_name)

    S3Response._bucket_response_post = repaired
