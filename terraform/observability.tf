# Where Lambda writes by itself. Its roles may not make log groups, so these are there first or not at all.
resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${each.value.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${local.prefix}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.data.arn
}

# The app writes a line when a policy cannot be loaded and the last good one stays in force.
resource "aws_cloudwatch_log_metric_filter" "invalid_policy" {
  for_each = toset(["api_handler", "jobs"])

  name           = "${local.prefix}-invalid-policy"
  log_group_name = aws_cloudwatch_log_group.function[each.value].name
  pattern        = "\"policy_invalid\""

  metric_transformation {
    namespace = local.prefix
    name      = "InvalidPolicies"
    value     = "1"
  }
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.prefix}-alarms"
  kms_master_key_id = aws_kms_key.data.arn
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  api = { ApiName = module.app.api_name, Stage = aws_api_gateway_stage.api.stage_name }

  # Whose calls per second a region has few of: https://docs.aws.amazon.com/general/latest/gr/rekognition.html
  throttled = merge([
    for service, operations in {
      Rekognition = [
        "CompareFaces", "CreateFaceLivenessSession", "DeleteFaces", "DetectFaces", "GetFaceLivenessSessionResults",
        "IndexFaces", "SearchFaces", "SearchFacesByImage",
      ]
      Textract = ["AnalyzeID"]
    } : { for operation in operations : operation => service }
  ]...)

  # Each: what is counted over `minutes`, and from how much on it is an alarm. docs/operations.md says what to do.
  alarms = merge(
    {
      for name, function in module.app.functions : "${name}-errors" => {
        metric  = "AWS/Lambda:Errors", dimensions = { FunctionName = function }, statistic = "Sum", minutes = 5, threshold = 1
        meaning = "Invocations of ${function} ended with an exception or a timeout."
      }
    },
    {
      for name, function in module.app.functions : "${name}-throttles" => {
        metric  = "AWS/Lambda:Throttles", dimensions = { FunctionName = function }, statistic = "Sum", minutes = 5, threshold = 1
        meaning = "${function} was not started because its or the account's concurrency is used up."
      }
    },
    {
      for operation, service in local.throttled : "${lower(service)}-${lower(operation)}-throttles" => {
        metric  = "AWS/${service}:ThrottledCount", dimensions = { Operation = operation }, statistic = "Sum", minutes = 5, threshold = 10
        meaning = "${service} refused calls of ${operation}: its calls per second are used up."
      }
    },
    {
      dead-letters = {
        metric  = "AWS/SQS:ApproximateNumberOfMessagesVisible", dimensions = { QueueName = aws_sqs_queue.dead_letters.name }, statistic = "Maximum", minutes = 1, threshold = 1
        meaning = "A job failed five times: something half-made was not cleaned up."
      }
      jobs-late = {
        metric  = "AWS/SQS:ApproximateAgeOfOldestMessage", dimensions = { QueueName = aws_sqs_queue.jobs.name }, statistic = "Maximum", minutes = 5, threshold = 1800
        meaning = "A job has been waiting for half an hour."
      }
      invalid-policy = {
        metric  = "${local.prefix}:InvalidPolicies", dimensions = {}, statistic = "Sum", minutes = 1, threshold = 1
        meaning = "A policy in the bucket is not valid; the last good one stays in force."
      }
      api-errors = {
        metric  = "AWS/ApiGateway:5XXError", dimensions = local.api, statistic = "Sum", minutes = 5, threshold = 5
        meaning = "The API answered with 5xx: AWS unavailable, or a defect."
      }
      api-latency = {
        metric  = "AWS/ApiGateway:Latency", dimensions = local.api, statistic = "p95", minutes = 5, threshold = var.max_p95_latency_ms
        meaning = "One answer in twenty takes longer than ${var.max_p95_latency_ms} ms."
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "main" {
  for_each = local.alarms

  alarm_name          = "${local.prefix}-${replace(each.key, "_", "-")}"
  alarm_description   = each.value.meaning
  namespace           = split(":", each.value.metric)[0]
  metric_name         = split(":", each.value.metric)[1]
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period              = each.value.minutes * 60
  evaluation_periods  = 1
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

locals {
  graphs = {
    "Requests"                  = [for metric in ["Count", "4XXError", "5XXError"] : ["AWS/ApiGateway", metric, "ApiName", local.api.ApiName, "Stage", local.api.Stage, { stat = "Sum" }]]
    "Latency (ms)"              = [for statistic in ["p50", "p95", "p99"] : ["AWS/ApiGateway", "Latency", "ApiName", local.api.ApiName, "Stage", local.api.Stage, { stat = statistic }]]
    "Duration, p95 (ms)"        = [for function in values(module.app.functions) : ["AWS/Lambda", "Duration", "FunctionName", function, { stat = "p95" }]]
    "Errors"                    = [for function in values(module.app.functions) : ["AWS/Lambda", "Errors", "FunctionName", function, { stat = "Sum" }]]
    "Running side by side"      = [for function in values(module.app.functions) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", function, { stat = "Maximum" }]]
    "Messages"                  = [for queue in [aws_sqs_queue.jobs.name, aws_sqs_queue.dead_letters.name] : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { stat = "Maximum" }]]
    "Throttled"                 = [for operation, service in local.throttled : ["AWS/${service}", "ThrottledCount", "Operation", operation, { stat = "Sum" }]]
    "Policies that are invalid" = [[local.prefix, "InvalidPolicies", { stat = "Sum" }]]
  }
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = local.prefix

  dashboard_body = jsonencode({
    widgets = [
      for index, title in keys(local.graphs) : {
        type   = "metric"
        x      = index % 2 * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = title
          region  = local.region
          period  = 60
          metrics = local.graphs[title]
        }
      }
    ]
  })
}
