"""What moto 5.2 does otherwise than AWS, where Terraform or the app stumbles over it. Each repair says why.

They change moto's classes for the whole process, so `apply` is called once, by the process that serves them.
"""

# mypy: disable-error-code="method-assign, assignment"

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.awslambda.models import EventSourceMapping
from moto.core.config import default_user_config
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.kms import utils as kms_utils
from moto.kms.responses import KmsResponse
from moto.sqs.models import Queue

_PLAIN = {"S", "N", "BOOL", "NULL"}
_MEDIA_TYPES = "/binaryMediaTypes/"
_transaction: ContextVar[list[dict[str, Any]] | None] = ContextVar("transaction", default=None)
_is_digest: ContextVar[bool] = ContextVar("is_digest", default=False)


def apply() -> None:
    """All repairs; once per process."""
    _lambda_without_docker()
    _redrive_policies()
    _swagger_2()
    _media_types_by_path()
    _conditional_denials()
    _signed_digests()
    _quick_transactions()
    _quick_attribute_values()
    _event_sources_by_alias()
    _policies_of_queues()


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


def _quick_transactions() -> None:
    """moto copies the whole table, in case the transaction fails: with some thousand items, each takes seconds. Only
    the partitions that the transaction touches can change."""
    transact_write_items = DynamoDBBackend.transact_write_items

    @wraps(transact_write_items)
    def repaired(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        token = _transaction.set(transact_items)
        try:
            transact_write_items(self, transact_items)
        finally:
            _transaction.reset(token)

    DynamoDBBackend.transact_write_items = repaired
    setattr(Table, "__deepcopy__", _copy_of_table)  # noqa: B010 - not a method that the class declares


def _copy_of_table(table: Table, memo: dict[int, Any]) -> Table:
    transaction = _transaction.get()
    copied = copy.copy(table)
    if transaction is None:
        vars(copied).update(copy.deepcopy(vars(table), memo))
        return copied
    copied.items = defaultdict(dict, table.items)
    for write in transaction:
        for place in write.values():
            hash_key = place.get("Item", place.get("Key", {})).get(table.hash_key_attr)
            if place.get("TableName") == table.name and hash_key and DynamoType(hash_key) in table.items:
                copied.items[DynamoType(hash_key)] = copy.deepcopy(table.items[DynamoType(hash_key)])
    return copied


def _quick_attribute_values() -> None:
    """moto looks for each of the ten members that an attribute's value could have, in several spellings: that is half
    of what a call of DynamoDB costs. A value that is text, a number or a truth is as it should be already."""
    serialize = BaseJSONSerializer._serialize_type_structure

    @wraps(serialize)
    def repaired(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and value.keys() <= _PLAIN:
            self._default_serialize(serialized, value, shape, key)
        else:
            serialize(self, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = repaired


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
