# What a tenant gets. Needs `make policies package`; the tenants are those of policies/.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment = "dev"
  region      = "eu-west-1"
}

run "each_tenant_has_its_own" {
  command = plan

  assert {
    condition     = toset(keys(aws_rekognition_collection.tenant)) == toset(["acme-0", "acme-1", "globex-0"])
    error_message = "Not one collection for each tenant and shard: ${join(", ", keys(aws_rekognition_collection.tenant))}"
  }
  assert {
    condition     = aws_rekognition_collection.tenant["acme-1"].collection_id == "countersign-dev-acme-1"
    error_message = "The app looks for another collection."
  }
  assert {
    condition     = toset(keys(aws_api_gateway_usage_plan.tenant)) == toset(["acme", "globex"])
    error_message = "Not one usage plan for each tenant: ${join(", ", keys(aws_api_gateway_usage_plan.tenant))}"
  }
  assert {
    condition     = toset(keys(aws_s3_object.policy)) == toset(["acme.yaml", "baseline.yaml", "globex.yaml"])
    error_message = "Not one object for each policy: ${join(", ", keys(aws_s3_object.policy))}"
  }
}

run "a_template_belongs_to_no_tenant" {
  command = plan

  variables {
    templates = ["baseline", "globex"]
  }

  assert {
    condition     = output.tenants == toset(["acme"])
    error_message = "The tenants are ${join(", ", output.tenants)}"
  }
}

run "limits_are_each_tenants" {
  command = plan

  variables {
    tenant_limits = {
      default = { requests_per_second = 5, burst = 10, requests_per_month = 1000 }
      globex  = { requests_per_second = 50, burst = 100, requests_per_month = 100000 }
    }
  }

  assert {
    condition     = aws_api_gateway_usage_plan.tenant["acme"].throttle_settings[0].rate_limit == 5
    error_message = "acme has not the default limits."
  }
  assert {
    condition     = aws_api_gateway_usage_plan.tenant["globex"].quota_settings[0].limit == 100000
    error_message = "globex has not its own limits."
  }
}

run "pictures_are_kept_as_long_as_the_policies_say" {
  command = plan

  assert {
    condition = alltrue([
      for days in [1, 30, 90] : contains([
        for rule in aws_s3_bucket_lifecycle_configuration.images.rule : rule.expiration[0].days if try(rule.filter[0].tag[0].value, "") == tostring(days)
      ], days)
    ])
    error_message = "A policy's retention has no rule of its own."
  }
  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.images.rule : rule.expiration[0].days if rule.id == "nothing-longer"]) == 90
    error_message = "A picture whose tag no policy has any more is not deleted with the longest-kept."
  }
}

run "pictures_end_as_was_said_when_they_were_stored" {
  command = plan

  variables {
    former_images_days = [7, 180]
  }

  assert {
    condition = alltrue([
      for days in [7, 180] : contains([
        for rule in aws_s3_bucket_lifecycle_configuration.images.rule : rule.expiration[0].days if try(rule.filter[0].tag[0].value, "") == tostring(days)
      ], days)
    ])
    error_message = "What a policy said before has no rule any more."
  }
  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.images.rule : rule.expiration[0].days if rule.id == "nothing-longer"]) == 180
    error_message = "Pictures end sooner than was said when they were stored."
  }
}
