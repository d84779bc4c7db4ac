locals {
  prefix = "${var.name}-${var.environment}"

  protected = coalesce(var.protected, var.environment == "prod")

  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.name
  # The partition is aws, aws-cn or aws-us-gov.
  arn = "arn:${data.aws_partition.current.partition}"

  # Read by chalicelib/wiring.py.
  environment = {
    COUNTERSIGN_TABLE             = aws_dynamodb_table.main.name
    COUNTERSIGN_IMAGES_BUCKET     = aws_s3_bucket.main["images"].bucket
    COUNTERSIGN_POLICIES_BUCKET   = aws_s3_bucket.main["policies"].bucket
    COUNTERSIGN_COLLECTION_PREFIX = local.prefix
    COUNTERSIGN_QUEUE_URL         = aws_sqs_queue.jobs.url
    COUNTERSIGN_SIGNING_KEY_ID    = aws_kms_key.signing.key_id
    COUNTERSIGN_QUOTAS            = jsonencode(var.calls_per_second)
  }

  sizes = {
    api_handler = { memory_mb = 1024, timeout_s = 29, reserved_concurrency = -1 } # API Gateway waits 29 s
    tenant_auth = { memory_mb = 512, timeout_s = 10, reserved_concurrency = -1 }
    jobs        = { memory_mb = 1024, timeout_s = 300, reserved_concurrency = -1 } # a batch of ten, JOB_BUDGET_S each
    sweep       = { memory_mb = 512, timeout_s = 60, reserved_concurrency = 1 }    # one look at a time
  }
  functions = {
    for name, size in local.sizes : name => {
      name                 = "${local.prefix}-${replace(name, "_", "-")}"
      memory_mb            = try(coalesce(var.functions[name].memory_mb), size.memory_mb)
      timeout_s            = try(coalesce(var.functions[name].timeout_s), size.timeout_s)
      reserved_concurrency = try(coalesce(var.functions[name].reserved_concurrency), size.reserved_concurrency)
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# The functions, and the API's description: written by `make package`.
module "app" {
  source = "../build/package"

  name        = local.prefix
  environment = local.environment
  queue_arn   = aws_sqs_queue.jobs.arn
  snap_start  = var.snap_start

  # By way of the role's policy: a function that runs before its role may do anything fails.
  functions = {
    for name, policy in aws_iam_role_policy.function : name => merge(local.functions[name], {
      role_arn = aws_iam_role.function[name].arn
    })
  }
}
