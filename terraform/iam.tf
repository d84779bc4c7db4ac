# Each function has a role of its own, and in it exactly the operations that its code calls. Those of Rekognition and
# Textract that look at a picture and at nothing stored know no resources: https://docs.aws.amazon.com/service-authorization/

locals {
  table   = aws_dynamodb_table.main.arn
  images  = aws_s3_bucket.main["images"].arn
  rules   = aws_s3_bucket.main["policies"].arn
  jobs    = aws_sqs_queue.jobs.arn
  faces   = "${local.arn}:rekognition:${local.region}:${local.account}:collection/${local.prefix}-*"
  signing = aws_kms_key.signing.arn

  # A key of one's own is used by S3 and DynamoDB in the caller's name, and through them alone.
  encryption = {
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
    Resource  = [aws_kms_key.data.arn]
    Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.${local.region}.amazonaws.com", "s3.${local.region}.amazonaws.com"] } }
  }

  read_policies = [
    { Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion"], Resource = ["${local.rules}/*"] },
    { Effect = "Allow", Action = ["s3:ListBucket", "s3:ListBucketVersions"], Resource = [local.rules] },
  ]

  # A verification, whether it is asked for over HTTP or finished later from the queue.
  verify = concat(local.read_policies, [
    {
      Effect = "Allow"
      Action = [
        "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem",
        "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
      ]
      Resource = [local.table]
    },
    # The decision log and the audit log are written once: docs/decisions/0006-decision-log.md. A put over an entry IAM
    # cannot tell from a new one; the app puts under the condition that there is none.
    {
      Effect    = "Deny"
      Action    = ["dynamodb:DeleteItem", "dynamodb:UpdateItem"]
      Resource  = [local.table]
      Condition = { "ForAnyValue:StringLike" = { "dynamodb:LeadingKeys" = ["T#*#V#*", "T#*#AUDIT"] } }
    },
    {
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"]
      Resource = ["${local.images}/*"]
    },
    { Effect = "Allow", Action = ["s3:ListBucket", "s3:ListBucketVersions"], Resource = [local.images] },
    {
      Effect = "Allow"
      Action = [
        "rekognition:DeleteFaces", "rekognition:DisassociateFaces", "rekognition:IndexFaces", "rekognition:ListFaces",
        "rekognition:SearchFaces", "rekognition:SearchFacesByImage",
      ]
      Resource = [local.faces]
    },
    {
      Effect = "Allow"
      Action = [
        "rekognition:CompareFaces", "rekognition:DetectFaces", "rekognition:GetFaceLivenessSessionResults",
        "textract:AnalyzeID",
      ]
      Resource = ["*"]
    },
    { Effect = "Allow", Action = ["kms:GetPublicKey", "kms:Sign"], Resource = [local.signing] },
    { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [local.jobs] },
    local.encryption,
  ])

  permissions = {
    api_handler = concat(local.verify, [
      { Effect = "Allow", Action = ["rekognition:CreateFaceLivenessSession"], Resource = ["*"] },
    ])
    tenant_auth = [
      {
        Effect    = "Allow"
        Action    = ["dynamodb:GetItem"]
        Resource  = [local.table]
        Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["KEY#*"] } }
      },
      local.encryption,
    ]
    jobs = concat(local.verify, [
      { Effect = "Allow", Action = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], Resource = [local.jobs] },
    ])
    sweep = [
      { Effect = "Allow", Action = ["dynamodb:Query"], Resource = ["${local.table}/index/due"] },
      { Effect = "Allow", Action = ["dynamodb:UpdateItem"], Resource = [local.table] },
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [local.jobs] },
      local.encryption,
    ]
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name = each.value.name

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name = "function"
  role = aws_iam_role.function[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.permissions[each.key], [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
      },
      { Effect = "Allow", Action = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], Resource = ["*"] },
    ])
  })
}

# By this role API Gateway writes logs, for all APIs of the account in the region.
resource "aws_iam_role" "api_gateway" {
  count = var.api_gateway_account ? 1 : 0

  name = "${local.prefix}-api-gateway-logs"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "api_gateway" {
  count = var.api_gateway_account ? 1 : 0

  name = "logs"
  role = aws_iam_role.api_gateway[0].name

  # As in AWS's own AmazonAPIGatewayPushToCloudWatchLogs.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams",
        "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents",
      ]
      Resource = ["*"]
    }]
  })
}

resource "aws_api_gateway_account" "current" {
  count = var.api_gateway_account ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.api_gateway[0].arn

  depends_on = [aws_iam_role_policy.api_gateway]
}
