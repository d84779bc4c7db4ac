"""What stops a plan, and the words in which it is told."""

from __future__ import annotations

from tests.terraform.workspace import Workspace


def test_a_sound_project_can_be_planned(workspace: Workspace) -> None:
    changes = workspace.plan()

    assert changes['aws_s3_object.policy["acme.yaml"]'] == ["create"]
    assert changes["module.app.aws_lambda_function.api_handler"] == ["create"]
    assert 'aws_api_gateway_usage_plan.tenant["baseline"]' not in changes
