output "url" {
  description = "Where the API is: COUNTERSIGN_URL for the command line."
  value       = var.domain == null ? aws_api_gateway_stage.api.invoke_url : "https://${var.domain.name}"
}

output "table" {
  description = "COUNTERSIGN_TABLE for `countersign keys`."
  value       = aws_dynamodb_table.main.name
}

output "dead_letter_queue_url" {
  description = "COUNTERSIGN_DEAD_LETTER_QUEUE_URL for operators' commands."
  value       = aws_sqs_queue.dead_letters.url
}

output "environment" {
  description = "The functions' environment variables, which operators' commands read too."
  value       = local.environment
}

output "functions" {
  description = "The functions' names in Lambda."
  value       = module.app.functions
}

output "tenants" {
  description = "The tenants: one per policy that is no template."
  value       = local.tenants
}
