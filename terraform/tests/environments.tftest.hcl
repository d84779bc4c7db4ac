# What differs between environments, and what a wrong variable is told. Needs `make policies package`.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  environment = "dev"
  region      = "eu-west-1"
}

run "dev_can_be_deleted_whole" {
  command = plan

  assert {
    condition     = !aws_dynamodb_table.main.deletion_protection_enabled
    error_message = "The table of dev is protected."
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.main : bucket.force_destroy])
    error_message = "A bucket of dev cannot be deleted with what is in it."
  }
}

run "prod_is_protected" {
  command = plan

  variables {
    environment = "prod"
  }

  assert {
    condition     = aws_dynamodb_table.main.deletion_protection_enabled
    error_message = "The table of prod can be deleted."
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.main : !bucket.force_destroy])
    error_message = "A bucket of prod can be deleted with what is in it."
  }
  assert {
    condition     = aws_kms_key.data.deletion_window_in_days == 30
    error_message = "The key of prod is gone sooner than it could be missed."
  }
  assert {
    condition     = aws_dynamodb_table.main.name == "countersign-prod-table"
    error_message = "Names do not tell the environment."
  }
}

run "protection_can_be_lifted_to_delete_prod" {
  command = plan

  variables {
    environment = "prod"
    protected   = false
  }

  assert {
    condition     = !aws_dynamodb_table.main.deletion_protection_enabled
    error_message = "The protection cannot be lifted."
  }
}

run "a_restored_table_keeps_its_own_name" {
  command = plan

  variables {
    table = "countersign-dev-table-2"
  }

  assert {
    condition     = aws_dynamodb_table.main.name == "countersign-dev-table-2"
    error_message = "The restored table would be replaced."
  }
}

run "every_environment_can_be_restored" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.main.point_in_time_recovery[0].enabled
    error_message = "The table cannot be restored."
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket_versioning.main : bucket.versioning_configuration[0].status == "Enabled"])
    error_message = "A bucket keeps no versions."
  }
}

run "an_unknown_environment_is_refused" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}

run "a_region_that_is_none_is_refused" {
  command = plan

  variables {
    region = "Ireland"
  }

  expect_failures = [var.region]
}

run "days_that_cloudwatch_does_not_know_are_refused" {
  command = plan

  variables {
    log_retention_days = 10
  }

  expect_failures = [var.log_retention_days]
}

run "a_function_that_is_none_is_refused" {
  command = plan

  variables {
    functions = { worker = { memory_mb = 512 } }
  }

  expect_failures = [var.functions]
}

run "limits_without_a_default_are_refused" {
  command = plan

  variables {
    tenant_limits = { acme = { requests_per_second = 1, burst = 1, requests_per_month = 1 } }
  }

  expect_failures = [var.tenant_limits]
}

run "functions_are_sized_one_by_one" {
  command = plan

  variables {
    functions = { jobs = { reserved_concurrency = 7 } }
  }

  assert {
    condition     = local.functions["jobs"].reserved_concurrency == 7 && local.functions["jobs"].memory_mb == 1024
    error_message = "Changing one size changed another, or none."
  }
  assert {
    condition     = local.functions["api_handler"].reserved_concurrency == -1
    error_message = "Changing one function changed another."
  }
}

run "firewall_and_domain_are_left_out" {
  command = plan

  assert {
    condition     = length(aws_wafv2_web_acl.api) + length(aws_api_gateway_domain_name.api) + length(aws_route53_record.api) == 0
    error_message = "Something was made that nobody asked for."
  }
}

run "firewall_and_domain_can_be_had" {
  command = plan

  variables {
    waf_requests_per_5_minutes = 500
    domain = {
      name            = "identity.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
      zone_id         = "Z0123456789"
    }
  }

  assert {
    condition     = length(aws_wafv2_web_acl_association.api) == 1 && length(aws_api_gateway_base_path_mapping.api) == 1 && length(aws_route53_record.api) == 1
    error_message = "The firewall or the domain is missing."
  }
  assert {
    condition     = output.url == "https://identity.example.com"
    error_message = "The URL is not the domain's."
  }
}
