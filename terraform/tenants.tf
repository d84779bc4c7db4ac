# A tenant is a policy file: adding the file adds the tenant.

locals {
  root     = "${path.module}/.."
  policies = "${local.root}/policies"

  policy_files = toset([for file in fileset(local.policies, "*.yaml") : file if !endswith(file, ".test.yaml")])
  tenants      = setsubtract([for file in local.policy_files : trimsuffix(file, ".yaml")], var.templates)

  # What `make policies` found. Where it is missing or of other files, the preconditions below say so.
  checked  = try(jsondecode(file("${local.root}/build/policies.json")), { validated_by = "", policies = {} })
  verdicts = { for file in local.policy_files : file => lookup(local.checked.policies, file, null) }

  changed_policies = [for file, verdict in local.verdicts : file if try(verdict.sha256, "") != filesha256("${local.policies}/${file}")]
  policy_problems  = distinct(flatten([for file, verdict in local.verdicts : try(verdict.problems, [])]))

  collections = flatten([for tenant in local.tenants : try(local.verdicts["${tenant}.yaml"].collections, [])])
  images_days = distinct(concat(
    [for tenant in local.tenants : local.verdicts["${tenant}.yaml"].images_days if try(local.verdicts["${tenant}.yaml"].images_days, 0) > 0],
    var.former_images_days,
  ))

  # What `make package` packaged.
  package = jsondecode(file("${local.root}/build/package/package.json"))
  sources = setunion(
    ["app.py", "requirements.txt", ".chalice/config.json"],
    [for file in fileset(local.root, "chalicelib/**") : file if !endswith(file, ".pyc")],
  )
  changed_sources = sort(concat(
    [for file in local.sources : file if lookup(local.package.sources, file, "") != filesha256("${local.root}/${file}")],
    tolist(setsubtract(keys(local.package.sources), local.sources)),
  ))
}

# Stands for no resource of AWS: it stops a plan of what was not checked or not built.
resource "terraform_data" "checked" {
  lifecycle {
    precondition {
      condition     = fileexists("${local.root}/build/policies.json")
      error_message = "The policies have not been checked: run `make policies`."
    }
    precondition {
      condition     = length(local.policy_problems) == 0
      error_message = "These policies are not valid:\n  ${join("\n  ", local.policy_problems)}" # Terraform wraps no indented lines
    }
    precondition {
      condition     = length(local.changed_policies) == 0
      error_message = "Changed since the policies were checked: ${join(", ", local.changed_policies)}. Run `make policies`."
    }
    precondition {
      condition     = local.checked.validated_by == local.package.sources_sha256
      error_message = "The policies were checked by another version of the app than the packaged one. Run `make policies package`."
    }
    precondition {
      condition     = length(distinct(local.collections)) == length(local.collections)
      error_message = "Several tenants would share a collection: ${join(", ", [for id in distinct(local.collections) : id if length([for other in local.collections : other if other == id]) > 1])}. Rename one of their policies."
    }
    precondition {
      condition     = length(local.changed_sources) == 0
      error_message = "The package is older than the app; changed since: ${join(", ", local.changed_sources)}. Run `make package`."
    }
    precondition {
      condition     = filesha256("${local.root}/build/package/deployment.zip") == local.package.zip_sha256
      error_message = "build/package/deployment.zip is not the one that was packaged. Run `make package`."
    }
  }
}

resource "aws_s3_object" "policy" {
  for_each = local.policy_files

  bucket       = aws_s3_bucket.main["policies"].bucket
  key          = each.value
  source       = "${local.policies}/${each.value}"
  source_hash  = filesha256("${local.policies}/${each.value}")
  content_type = "application/yaml"

  depends_on = [aws_s3_bucket_versioning.main]
}

resource "aws_rekognition_collection" "tenant" {
  for_each = toset(local.collections)

  collection_id = "${local.prefix}-${each.value}"
}

# API Gateway counts by the key that the authorizer names; chalicelib.wiring makes the same value. It is no secret.
resource "aws_api_gateway_api_key" "tenant" {
  for_each = local.tenants

  name  = "${local.prefix}-${each.value}"
  value = sha256("${local.prefix}/${each.value}")
}

resource "aws_api_gateway_usage_plan" "tenant" {
  for_each = local.tenants

  name = "${local.prefix}-${each.value}"

  api_stages {
    api_id = module.app.api_id
    stage  = aws_api_gateway_stage.api.stage_name
  }

  throttle_settings {
    rate_limit  = local.limits[each.value].requests_per_second
    burst_limit = local.limits[each.value].burst
  }

  quota_settings {
    limit  = local.limits[each.value].requests_per_month
    period = "MONTH"
  }
}

resource "aws_api_gateway_usage_plan_key" "tenant" {
  for_each = local.tenants

  key_id        = aws_api_gateway_api_key.tenant[each.value].id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.tenant[each.value].id
}

locals {
  limits = { for tenant in local.tenants : tenant => lookup(var.tenant_limits, tenant, var.tenant_limits["default"]) }
}
