locals {
  # What API Gateway says itself, as problem documents like the app's own (RFC 9457).
  gateway_problems = {
    UNAUTHORIZED                 = { status = 401, code = "unauthorized", detail = "There is no Authorization header with a bearer token." }
    ACCESS_DENIED                = { status = 403, code = "forbidden", detail = "The credential is not known." }
    INVALID_API_KEY              = { status = 403, code = "no-usage-plan", detail = "The tenant has no usage plan in this environment." }
    MISSING_AUTHENTICATION_TOKEN = { status = 404, code = "not-found", detail = "There is no such path, or not with this method." }
    REQUEST_TOO_LARGE            = { status = 413, code = "request-too-large", detail = "The request has more than 10 MB; upload large pictures." }
    THROTTLED                    = { status = 429, code = "throttled", detail = "Too many requests; try again later." }
    QUOTA_EXCEEDED               = { status = 429, code = "quota-exceeded", detail = "The month's requests are used up." }
    DEFAULT_4XX                  = { status = 400, code = "bad-request", detail = "The request cannot be served." }
    DEFAULT_5XX                  = { status = 503, code = "unavailable", detail = "The request could not be finished; nothing was approved. Try again later." }
  }
}

resource "aws_api_gateway_gateway_response" "problem" {
  for_each = local.gateway_problems

  rest_api_id   = module.app.api_id
  response_type = each.key
  status_code   = each.value.status

  response_parameters = merge(
    { "gatewayresponse.header.Content-Type" = "'application/problem+json'" },
    contains([429, 503], each.value.status) ? { "gatewayresponse.header.Retry-After" = "'2'" } : {},
  )
  response_templates = {
    "application/json" = jsonencode({
      type   = "urn:countersign:problem:${each.value.code}"
      title  = title(replace(each.value.code, "-", " "))
      status = each.value.status
      detail = each.value.detail
    })
  }
}

resource "aws_api_gateway_deployment" "api" {
  rest_api_id = module.app.api_id

  triggers = {
    api      = module.app.api_body_sha256
    problems = sha256(jsonencode(local.gateway_problems))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_api_gateway_gateway_response.problem]
}

resource "aws_api_gateway_stage" "api" {
  rest_api_id          = module.app.api_id
  deployment_id        = aws_api_gateway_deployment.api.id
  stage_name           = "api"
  xray_tracing_enabled = true

  # Paths as they are declared: a user's id is in the real one.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      request_id     = "$context.requestId"
      time           = "$context.requestTime"
      method         = "$context.httpMethod"
      path           = "$context.resourcePath"
      status         = "$context.status"
      tenant         = "$context.authorizer.tenant"
      latency_ms     = "$context.responseLatency"
      integration_ms = "$context.integrationLatency"
      response_bytes = "$context.responseLength"
      gateway_error  = "$context.error.responseType"
      trace_id       = "$context.xrayTraceId"
    })
  }

  depends_on = [aws_api_gateway_account.current]
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = module.app.api_id
  stage_name  = aws_api_gateway_stage.api.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false # it would log pictures
    throttling_rate_limit  = var.throttle.requests_per_second
    throttling_burst_limit = var.throttle.burst
  }
}

resource "aws_api_gateway_domain_name" "api" {
  count = var.domain == null ? 0 : 1

  domain_name              = var.domain.name
  regional_certificate_arn = var.domain.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "api" {
  count = var.domain == null ? 0 : 1

  domain_name = aws_api_gateway_domain_name.api[0].domain_name
  api_id      = module.app.api_id
  stage_name  = aws_api_gateway_stage.api.stage_name
}

resource "aws_route53_record" "api" {
  count = try(var.domain.zone_id, null) == null ? 0 : 1

  zone_id = var.domain.zone_id
  name    = var.domain.name
  type    = "A"

  alias {
    name                   = aws_api_gateway_domain_name.api[0].regional_domain_name
    zone_id                = aws_api_gateway_domain_name.api[0].regional_zone_id
    evaluate_target_health = true
  }
}

resource "aws_wafv2_web_acl" "api" {
  count = var.waf_requests_per_5_minutes == null ? 0 : 1

  name  = local.prefix
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "requests-of-one-address"
    priority = 1

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = var.waf_requests_per_5_minutes
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${local.prefix}-rate"
      sampled_requests_enabled   = false # they would show headers
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = local.prefix
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "api" {
  count = var.waf_requests_per_5_minutes == null ? 0 : 1

  resource_arn = aws_api_gateway_stage.api.arn
  web_acl_arn  = aws_wafv2_web_acl.api[0].arn
}
