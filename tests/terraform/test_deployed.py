"""The whole module really applied, against the sandbox; used by the packaged functions; changed, upgraded, destroyed.

The tests are steps of one life, in this order: each goes on from where the one before has left the environment.
What passes here is wired rightly and idempotent; whether AWS takes every value, only AWS can tell.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws import AwsCaller
from chalicelib.store.credentials import Credentials
from chalicelib.store.due import INDEX, INDEX_SCHEMA
from chalicelib.wiring import Services
from cli.local.events import schedule_event, sqs_event
from cli.local.processes import PROJECT
from cli.packaging.build import build
from cli.packaging.interpreters import Interpreter
from cli.packaging.unpacked import lambda_runtime
from cli.resources import KEY_SCHEMA, MAX_RECEIVES, TTL_ATTRIBUTE, Names
from sandbox.scripted import ScriptedFace, picture
from tests.packaged.deployment import Deployment, architecture, deployed
from tests.running_sandbox import REGION, RunningSandbox
from tests.terraform.permissions import BESIDE_CALLS, actions_of, allowed_actions, called_operations
from tests.terraform.workspace import Workspace

PREFIX = "countersign-dev"
IN_FORCE_WITHIN_S = 60
SELFIE = base64.b64encode(picture([ScriptedFace("ada")])).decode()


@pytest.fixture(scope="module")
def workspace(
    tmp_path_factory: pytest.TempPathFactory, package: Path, terraform_environment: dict[str, str]
) -> Workspace:
    """Applied once."""
    made = Workspace.copied(tmp_path_factory.mktemp("deployed") / "project", package, terraform_environment)
    made.plan()
    made.apply()
    return made


@pytest.fixture(scope="module")
def settings(workspace: Workspace) -> dict[str, str]:
    """The functions' environment variables, as Terraform makes them."""
    made: dict[str, str] = workspace.outputs()["environment"]
    return made


@pytest.fixture(scope="module")
def deployment(
    workspace: Workspace,
    settings: dict[str, str],
    package: Path,
    cloud: RunningSandbox,
    terraform_environment: dict[str, str],
    lambda_python: Interpreter,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("functions")
    keys = cloud.client("apigateway").get_api_keys(includeValues=True)["items"]
    usage_keys = {key["value"] for key in keys}
    environment = terraform_environment | settings
    python = lambda_runtime(lambda_python, home / "runtime")
    with deployed(package, python, environment, usage_keys, home / "lambda") as running:
        yield running


@pytest.fixture(scope="module")
def token(settings: dict[str, str], cloud: RunningSandbox) -> str:
    credentials = Credentials(AwsCaller(cloud.client), settings["COUNTERSIGN_TABLE"])
    return credentials.create("acme", "tests", datetime.now(UTC))


def _verify(deployment: Deployment, token: str, flow: str) -> str:
    body = {"flow": flow, "user_id": "ada", "selfie": SELFIE, "consent": {"version": "1"}}
    answer = deployment.gateway.request("POST", "/v1/verifications", body, token)
    assert answer.status == 200, answer
    return str(answer.content["decision"])


def _role(cloud: RunningSandbox, function: str) -> set[str]:
    name = f"{PREFIX}-{function.replace('_', '-')}"
    answer = cloud.client("iam").get_role_policy(RoleName=name, PolicyName="function")
    return allowed_actions(answer["PolicyDocument"])


def test_a_second_plan_changes_nothing(workspace: Workspace) -> None:
    assert workspace.plan() == {}


def test_the_table_is_the_one_that_the_app_needs(settings: dict[str, str], cloud: RunningSandbox) -> None:
    dynamodb, name = cloud.client("dynamodb"), settings["COUNTERSIGN_TABLE"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    (index,) = table["GlobalSecondaryIndexes"]

    assert {part["AttributeName"]: part["KeyType"] for part in table["KeySchema"]} == KEY_SCHEMA
    assert index["IndexName"] == INDEX
    assert {part["AttributeName"]: part["KeyType"] for part in index["KeySchema"]} == INDEX_SCHEMA
    assert index["Projection"]["ProjectionType"] == "KEYS_ONLY"
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", TTL_ATTRIBUTE)


def test_the_environment_is_the_one_that_the_app_reads(settings: dict[str, str], cloud: RunningSandbox) -> None:
    assert set(settings) == set(Names.for_environment(PREFIX).environment("queue"))
    for function in ("api-handler", "tenant-auth", "jobs", "sweep"):
        made = cloud.client("lambda").get_function_configuration(FunctionName=f"{PREFIX}-{function}")
        assert made["Environment"]["Variables"] == settings


def test_queues_policies_collections_and_api_keys_are_those_of_the_app(
    settings: dict[str, str], cloud: RunningSandbox
) -> None:
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=settings["COUNTERSIGN_QUEUE_URL"], AttributeNames=["All"]
    )["Attributes"]
    policies = cloud.client("s3").list_objects_v2(Bucket=settings["COUNTERSIGN_POLICIES_BUCKET"])["Contents"]
    collections = cloud.client("rekognition").list_collections()["CollectionIds"]
    keys = cloud.client("apigateway").get_api_keys(includeValues=True)["items"]
    usage_key = Services(settings).usage_key

    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == MAX_RECEIVES
    assert {one["Key"] for one in policies} == {path.name for path in (PROJECT / "policies").glob("*[!t].yaml")}
    assert set(collections) == {f"{PREFIX}-acme-0", f"{PREFIX}-acme-1", f"{PREFIX}-globex-0"}
    assert {key["value"] for key in keys} == {usage_key("acme"), usage_key("globex")}


def test_the_roles_allow_what_the_code_calls_and_nothing_else(workspace: Workspace, cloud: RunningSandbox) -> None:
    allowed = {action for function in workspace.outputs()["functions"] for action in _role(cloud, function)}

    assert allowed - BESIDE_CALLS == actions_of(called_operations())


def test_the_packaged_functions_work_on_it_within_their_roles(
    deployment: Deployment, token: str, settings: dict[str, str], cloud: RunningSandbox
) -> None:
    def called() -> set[str]:
        """Once no more come: what an approval did not need may still be read after its answer."""
        seen = -1
        while seen < len(cloud.calls.of()):
            seen = len(cloud.calls.of())
            time.sleep(1)
        operations = {call["operation"] for call in cloud.calls.of()}
        cloud.calls.clear()
        return actions_of(operations)

    cloud.calls.clear()
    arn = "arn:aws:execute-api:eu-west-1:123456789012:api/api/GET/v1/policy"
    admitted = deployment.functions["tenant_auth"].invoke(
        {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": arn}
    )
    assert admitted["context"]["tenant"] == "acme"
    assert called() <= _role(cloud, "tenant_auth") | {"iam:GetRolePolicy"}

    assert _verify(deployment, token, "register") == "approved"
    assert _verify(deployment, token, "authenticate") == "approved"
    assert called() <= _role(cloud, "api_handler") | {"iam:GetRolePolicy"}

    deployment.functions["sweep"].invoke(schedule_event(datetime.now(UTC)))
    assert called() <= _role(cloud, "sweep") | {"iam:GetRolePolicy"}

    job = {"job": "recover", "tenant": "acme", "user_key": "0" * 64}
    message = {"MessageId": "1", "ReceiptHandle": "1", "Body": json.dumps(job), "Attributes": {}, "MD5OfBody": ""}
    event = sqs_event([message], settings["COUNTERSIGN_QUEUE_URL"], REGION)
    assert deployment.functions["jobs"].invoke(event) == {"batchItemFailures": []}
    assert called() <= _role(cloud, "jobs") | {"iam:GetRolePolicy"}


def test_an_edited_policy_is_one_change_and_in_force_within_a_minute(
    workspace: Workspace, deployment: Deployment, token: str
) -> None:
    def policy_in_force() -> Any:
        return deployment.gateway.request("GET", "/v1/policy", token=token).content

    before, decisions, done = policy_in_force(), list[str](), threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            decisions.append(_verify(deployment, token, "authenticate"))

    acme = workspace.policies / "acme.yaml"
    acme.write_text(acme.read_text().replace("policy: acme ", "execution: cheapest\npolicy: acme "))
    workspace.check_policies()
    assert workspace.plan() == {'aws_s3_object.policy["acme.yaml"]': ["update"]}

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        workspace.apply()
        applied_s = time.monotonic()
        while policy_in_force()["digest"] == before["digest"]:
            assert time.monotonic() - applied_s < IN_FORCE_WITHIN_S, "the edited policy is not in force"
            time.sleep(0.5)
    finally:
        done.set()
        asking.join()

    assert policy_in_force()["execution"] == "cheapest" != before["execution"]
    assert set(decisions) == {"approved"}


def test_an_earlier_version_of_a_policy_put_in_place_by_hand_is_not_noticed_by_a_plan(
    workspace: Workspace, settings: dict[str, str], cloud: RunningSandbox
) -> None:
    """As docs/operations.md has it for emergencies."""
    s3, bucket = cloud.client("s3"), settings["COUNTERSIGN_POLICIES_BUCKET"]
    newest, before = s3.list_object_versions(Bucket=bucket, Prefix="acme.yaml")["Versions"]
    source = {"Bucket": bucket, "Key": "acme.yaml", "VersionId": before["VersionId"]}
    s3.copy_object(Bucket=bucket, Key="acme.yaml", CopySource=source)

    assert b"execution: cheapest" not in s3.get_object(Bucket=bucket, Key="acme.yaml")["Body"].read()
    assert workspace.plan() == {}
    source["VersionId"] = newest["VersionId"]
    s3.copy_object(Bucket=bucket, Key="acme.yaml", CopySource=source)


def test_a_new_file_is_a_new_tenant(workspace: Workspace, cloud: RunningSandbox) -> None:
    (workspace.policies / "initech.yaml").write_text("policy: initech\nextends: baseline\n")
    workspace.check_policies()

    assert workspace.plan() == {
        'aws_api_gateway_api_key.tenant["initech"]': ["create"],
        'aws_api_gateway_usage_plan.tenant["initech"]': ["create"],
        'aws_api_gateway_usage_plan_key.tenant["initech"]': ["create"],
        'aws_rekognition_collection.tenant["initech-0"]': ["create"],
        'aws_s3_object.policy["initech.yaml"]': ["create"],
    }
    workspace.apply()
    assert f"{PREFIX}-initech-0" in cloud.client("rekognition").list_collections()["CollectionIds"]


def test_an_upgrade_switches_each_function_to_a_new_version(
    workspace: Workspace, cloud: RunningSandbox, lambda_python: Interpreter
) -> None:
    def versions() -> list[str]:
        aws = cloud.client("lambda")
        return [
            aws.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
            for name in workspace.outputs()["functions"].values()
        ]

    before = versions()
    (workspace.root / "chalicelib/errors.py").open("a").write("NEXT_RELEASE = True\n")
    build(lambda_python, architecture(), workspace.root / "build/package", print, workspace.root)
    workspace.check_policies()

    parts = ("aws_lambda_function", "aws_lambda_alias")
    functions = ("api_handler", "jobs", "sweep", "tenant_auth")
    assert workspace.plan() == {f"module.app.{part}.{name}": ["update"] for part in parts for name in functions}
    workspace.apply()
    assert all(int(after) == int(earlier) + 1 for earlier, after in zip(before, versions(), strict=True))
    assert workspace.plan() == {}


def test_going_back_by_alias_is_undone_by_the_next_apply(workspace: Workspace, cloud: RunningSandbox) -> None:
    """The commands of docs/operations.md."""
    aws, names = cloud.client("lambda"), workspace.outputs()["functions"].values()
    for name in names:
        *_, before, newest = [one["Version"] for one in aws.list_versions_by_function(FunctionName=name)["Versions"]]
        assert aws.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == newest
        aws.update_alias(FunctionName=name, Name="live", FunctionVersion=before)

    forward = {
        f"module.app.aws_lambda_alias.{name}": ["update"] for name in ("api_handler", "jobs", "sweep", "tenant_auth")
    }
    assert workspace.plan() == forward
    workspace.apply()
    assert workspace.plan() == {}


def test_a_restored_table_takes_the_place_of_the_old_one(
    workspace: Workspace, settings: dict[str, str], token: str, cloud: RunningSandbox
) -> None:
    """The steps of docs/operations.md, in their order; the sandbox restores the table as it is now."""
    dynamodb, old = cloud.client("dynamodb"), settings["COUNTERSIGN_TABLE"]
    new = f"{old}-2"
    for name in ("api-handler", "jobs", "sweep"):
        cloud.client("lambda").put_function_concurrency(FunctionName=f"{PREFIX}-{name}", ReservedConcurrentExecutions=0)
    dynamodb.restore_table_to_point_in_time(SourceTableName=old, TargetTableName=new, UseLatestRestorableTime=True)
    (workspace.root / "terraform/environments/dev.tfvars").open("a").write(f'table = "{new}"\n')
    workspace.run("state", "rm", "aws_dynamodb_table.main")
    workspace.run("import", "-input=false", "-var-file=environments/dev.tfvars", "aws_dynamodb_table.main", new)

    changes = workspace.plan()
    assert changes["aws_dynamodb_table.main"] == ["update"]
    assert {action for actions in changes.values() for action in actions} == {"update"}
    workspace.apply()
    assert set(workspace.plan()) <= {"aws_dynamodb_table.main"}  # moto forgets how a restored table is encrypted

    assert dynamodb.describe_time_to_live(TableName=new)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    backups = dynamodb.describe_continuous_backups(TableName=new)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert workspace.outputs()["environment"]["COUNTERSIGN_TABLE"] == new
    for name in ("api-handler", "jobs", "sweep", "tenant-auth"):
        function = cloud.client("lambda").get_function(FunctionName=f"{PREFIX}-{name}", Qualifier="live")
        assert function["Configuration"]["Environment"]["Variables"]["COUNTERSIGN_TABLE"] == new
        role = cloud.client("iam").get_role_policy(RoleName=f"{PREFIX}-{name}", PolicyName="function")
        assert f'table/{old}"' not in json.dumps(role["PolicyDocument"])
    assert Credentials(AwsCaller(cloud.client), new).find(token, datetime.now(UTC)) is not None
    assert old in dynamodb.list_tables()["TableNames"]
    dynamodb.delete_table(TableName=old)


def test_destroying_it_leaves_nothing(workspace: Workspace, cloud: RunningSandbox) -> None:
    workspace.run("destroy", "-input=false", "-auto-approve", "-var-file=environments/dev.tfvars")

    assert cloud.client("dynamodb").list_tables()["TableNames"] == []
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("rekognition").list_collections()["CollectionIds"] == []
    assert cloud.client("lambda").list_functions()["Functions"] == []
