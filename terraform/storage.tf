# The table: users, decisions, credentials and the rest; docs/architecture.md lists them.
resource "aws_dynamodb_table" "main" {
  name                        = coalesce(var.table, "${local.prefix}-table")
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = local.protected

  dynamic "attribute" {
    for_each = ["pk", "sk", "due_shard", "due_at"]

    content {
      name = attribute.value
      type = "S"
    }
  }

  # Sparse: only items that need attention at a time are in it.
  global_secondary_index {
    name            = "due"
    hash_key        = "due_shard"
    range_key       = "due_at"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }
}

locals {
  # Bucket names are shared with the whole world, so the account's number is part of them.
  buckets = { for name in ["images", "policies"] : name => "${local.prefix}-${name}-${local.account}" }
}

resource "aws_s3_bucket" "main" {
  for_each = local.buckets

  bucket        = each.value
  force_destroy = !local.protected
}

resource "aws_s3_bucket_versioning" "main" {
  for_each = local.buckets

  bucket = aws_s3_bucket.main[each.key].bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  for_each = local.buckets

  bucket = aws_s3_bucket.main[each.key].bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "main" {
  for_each = local.buckets

  bucket = aws_s3_bucket.main[each.key].bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  for_each = local.buckets

  bucket                  = aws_s3_bucket.main[each.key].bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "main" {
  for_each = local.buckets

  bucket = aws_s3_bucket.main[each.key].bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["${local.arn}:s3:::${each.value}", "${local.arn}:s3:::${each.value}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.main]
}

# Pictures are tagged with the days that the tenant's policy keeps them; a tag that no policy has any more, and that is
# not among `former_images_days`, goes with the longest. Where several rules apply, S3 takes the shortest.
resource "aws_s3_bucket_lifecycle_configuration" "images" {
  bucket = aws_s3_bucket.main["images"].bucket

  dynamic "rule" {
    for_each = toset(concat([1], local.images_days)) # 1: uploads that nobody took

    content {
      id     = "pictures-for-${rule.value}-days"
      status = "Enabled"

      filter {
        tag {
          key   = "images_days"
          value = tostring(rule.value)
        }
      }

      expiration {
        days = rule.value
      }
    }
  }

  rule {
    id     = "nothing-longer"
    status = "Enabled"

    filter {}

    expiration {
      days = max(concat([1], local.images_days)...)
    }

    # What was deleted is gone: the version behind a delete marker too.
    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "no-empty-delete-markers"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }

  depends_on = [aws_s3_bucket_versioning.main]
}

resource "aws_s3_bucket_cors_configuration" "images" {
  count = length(var.upload_origins) > 0 ? 1 : 0

  bucket = aws_s3_bucket.main["images"].bucket

  cors_rule {
    allowed_methods = ["POST"]
    allowed_origins = var.upload_origins
    allowed_headers = ["*"]
    max_age_seconds = 3600
  }
}

# Earlier versions of a policy are what functions go back to when the latest is not valid.
resource "aws_s3_bucket_lifecycle_configuration" "policies" {
  bucket = aws_s3_bucket.main["policies"].bucket

  rule {
    id     = "earlier-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 365
    }
  }

  depends_on = [aws_s3_bucket_versioning.main]
}
