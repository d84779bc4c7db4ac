# What functions may do. tests/terraform compares it with what the code calls. Needs `make policies package`.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment = "dev"
  region      = "eu-west-1"
}

run "roles" {
  command = apply

  assert {
    condition     = toset(keys(aws_iam_role_policy.function)) == toset(keys(module.app.functions))
    error_message = "Not each function has a role of its own."
  }
  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.function : !strcontains(join("", flatten(jsondecode(policy.policy).Statement[*].Action)), "*")])
    error_message = "A role has actions that nobody listed."
  }
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement : [
          for action in statement.Action : contains([
            "rekognition:CompareFaces", "rekognition:CreateFaceLivenessSession", "rekognition:DetectFaces",
            "rekognition:GetFaceLivenessSessionResults", "textract:AnalyzeID", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
          ], action)
        ] if contains(statement.Resource, "*")
      ]
    ]))
    error_message = "A role may do something to everything, though it could be bound to a resource."
  }
  assert {
    condition     = toset(flatten([for statement in local.permissions.tenant_auth : statement.Action if statement != local.encryption])) == toset(["dynamodb:GetItem"])
    error_message = "The authorizer may do more than look up a credential."
  }
  assert {
    condition     = toset(flatten([for statement in local.permissions.sweep : statement.Action if statement != local.encryption])) == toset(["dynamodb:Query", "dynamodb:UpdateItem", "sqs:SendMessage"])
    error_message = "The sweep may do more than put what is due on the queue."
  }
}
