"""Chalice's Terraform output made into a child module: pure, dictionary in, dictionary out.

What Chalice 1.34 writes pins old versions of Terraform and the provider, names some resources alike in every stage,
and leaves roles, sizes and environment to its own configuration. Here they become variables of the module. Stage and
deployment are left to the root module, where logs, throttling and the domain are.
"""

from __future__ import annotations

import json
import re
from typing import Any

Json = dict[str, Any]

ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}  # Lambda's name: Python's name in wheels
ALIAS = "live"
_VERSIONS = {
    "required_version": ">= 1.9, < 2.0",
    "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100.0, < 6.0"}},
}
_VARIABLES: Json = {
    "name": {"type": "string", "description": "The API's name, with which those of rules begin."},
    "environment": {"type": "map(string)", "description": "The functions' environment variables."},
    "queue_arn": {"type": "string", "description": "The queue of jobs."},
    "snap_start": {"type": "bool", "description": "Whether functions start from a snapshot."},
    "functions": {
        "description": "What each function is given, by the names of the output `functions`.",
        "type": (
            "map(object({name = string, role_arn = string, memory_mb = number, timeout_s = number,"
            " reserved_concurrency = number}))"
        ),
    },
}


def child_module(chalice: Json, runtime: str, architecture: str) -> Json:
    """The module's main.tf.json from Chalice's chalice.tf.json, for the runtime and processors that the zip is for."""
    resources = _through_aliases(chalice["resource"])
    functions = resources["aws_lambda_function"]
    swagger = _swagger(json.loads(_through_aliases(chalice["locals"])["chalice_api_swagger"]))
    del resources["aws_api_gateway_deployment"]
    _name_rules(resources.get("aws_cloudwatch_event_rule", {}))
    _report_failed_messages(resources.get("aws_lambda_event_source_mapping", {}))
    _permit_aliases(resources["aws_lambda_permission"])
    api = resources["aws_api_gateway_rest_api"]["rest_api"]
    return {
        "terraform": _VERSIONS,
        "variable": _VARIABLES,
        "locals": {"swagger": json.dumps(swagger, sort_keys=True)},
        "data": {name: chalice["data"][name] for name in ("aws_caller_identity", "aws_partition", "aws_region")},
        "resource": resources
        | {
            "aws_lambda_function": {
                name: _function(name, function, runtime, architecture) for name, function in functions.items()
            },
            "aws_lambda_alias": {name: _alias(name) for name in functions},
            "aws_api_gateway_rest_api": {"rest_api": _api(api)},
        },
        "output": _outputs(list(functions)),
    }


def _through_aliases(part: Json) -> Json:
    """Whoever calls a function calls its alias, so that an upgrade is one switch from one version to the next."""
    text = re.sub(r"aws_lambda_function\.(\w+)\.(arn|invoke_arn)\b", r"aws_lambda_alias.\1.\2", json.dumps(part))
    result: Json = json.loads(text)
    return result


def _function(name: str, function: Json, runtime: str, architecture: str) -> Json:
    given = f'var.functions["{name}"]'
    return {
        "function_name": f"${{{given}.name}}",
        "handler": function["handler"],
        "filename": function["filename"],
        "source_code_hash": function["source_code_hash"],
        "runtime": runtime,
        "architectures": [architecture],
        "role": f"${{{given}.role_arn}}",
        "memory_size": f"${{{given}.memory_mb}}",
        "timeout": f"${{{given}.timeout_s}}",
        "reserved_concurrent_executions": f"${{{given}.reserved_concurrency}}",
        "tracing_config": {"mode": "Active"},
        "environment": {"variables": "${var.environment}"},
        "publish": True,
        "dynamic": {
            "snap_start": {
                "for_each": "${var.snap_start ? [1] : []}",
                "content": {"apply_on": "PublishedVersions"},
            }
        },
    }


def _alias(name: str) -> Json:
    function = f"aws_lambda_function.{name}"
    return {
        "name": ALIAS,
        "function_name": f"${{{function}.function_name}}",
        "function_version": f"${{{function}.version}}",
    }


def _api(api: Json) -> Json:
    return api | {
        "name": "${var.name}",
        "body": "${local.swagger}",
        "api_key_source": "AUTHORIZER",
        "binary_media_types": sorted(set(api["binary_media_types"])),
    }


def _swagger(swagger: Json) -> Json:
    """Whoever needs an authorizer also needs the API key that it names: that is what usage plans count by.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
    """
    methods = [method for path in swagger["paths"].values() for method in path.values()]
    for method in methods:
        if method.get("security"):
            method["security"].append({"api_key": []})
    swagger["securityDefinitions"]["api_key"] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
    swagger["x-amazon-apigateway-api-key-source"] = "AUTHORIZER"
    return swagger


def _name_rules(rules: Json) -> None:
    for name, rule in rules.items():
        rule["name"] = f"${{var.name}}-{name.replace('_', '-')}"
        if not rule.get("description"):
            rule.pop("description", None)


def _report_failed_messages(mappings: Json) -> None:
    """Only the messages that failed come back, not the whole batch."""
    for mapping in mappings.values():
        mapping["function_response_types"] = ["ReportBatchItemFailures"]


def _permit_aliases(permissions: Json) -> None:
    for permission in permissions.values():
        alias = permission["function_name"].removeprefix("${").removesuffix(".arn}")
        permission |= {"function_name": f"${{{alias}.function_name}}", "qualifier": f"${{{alias}.name}}"}


def _outputs(functions: list[str]) -> Json:
    values = {
        "functions": {name: f"${{aws_lambda_function.{name}.function_name}}" for name in functions},
        "api_id": "${aws_api_gateway_rest_api.rest_api.id}",
        "api_name": "${aws_api_gateway_rest_api.rest_api.name}",
        "api_body_sha256": "${sha256(local.swagger)}",
    }
    return {name: {"value": value} for name, value in values.items()}
