variable "environment" {
  description = "Which environment this is. It is part of every resource's name."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environment must be dev, staging or prod, not \"${var.environment}\"."
  }
}

variable "region" {
  description = "The AWS region. Rekognition Face Liveness and Textract AnalyzeID are not in all of them."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The region must be one of AWS's, such as eu-west-1."
  }
}

variable "name" {
  description = "What the names of all resources begin with, before the environment."
  type        = string
  default     = "countersign"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "The name must have 3 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "templates" {
  description = "Policies that are there to be extended and belong to no tenant: no collections and no usage plan are made for them."
  type        = set(string)
  default     = ["baseline"]
}

variable "protected" {
  description = "Whether the table and the buckets refuse to be deleted with what is in them. By default only in prod."
  type        = bool
  default     = null
}

variable "table" {
  description = "The table's name, where it is another than the prefix and -table: one that was restored (docs/operations.md). With another name here and nothing imported, the table is replaced by an empty one."
  type        = string
  default     = null

  validation {
    condition     = var.table == null || can(regex("^[A-Za-z0-9_.-]{3,255}$", var.table))
    error_message = "The table's name must have 3 to 255 letters, digits, hyphens, dots and underscores."
  }
}

variable "functions" {
  description = "Changes to the functions' sizes, by api_handler, tenant_auth, jobs or sweep. A reserved concurrency of -1 reserves nothing."
  type = map(object({
    memory_mb            = optional(number)
    timeout_s            = optional(number)
    reserved_concurrency = optional(number)
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.functions), ["api_handler", "tenant_auth", "jobs", "sweep"])) == 0
    error_message = "The functions are api_handler, tenant_auth, jobs and sweep."
  }
}

variable "snap_start" {
  description = "Whether functions start from a snapshot. Shorter cold starts for a price; not in every region."
  type        = bool
  default     = false
}

variable "throttle" {
  description = "The whole API's limit, over all tenants. API Gateway's own default per account and region is 10,000 and 5,000."
  type = object({
    requests_per_second = number
    burst               = number
  })
  default = { requests_per_second = 200, burst = 400 }
}

variable "tenant_limits" {
  description = "Each tenant's usage plan; `default` is for the tenants that are not named."
  type = map(object({
    requests_per_second = number
    burst               = number
    requests_per_month  = number
  }))
  default = { default = { requests_per_second = 20, burst = 40, requests_per_month = 1000000 } }

  validation {
    condition     = contains(keys(var.tenant_limits), "default")
    error_message = "The tenants' limits need an entry `default`."
  }
}

variable "calls_per_second" {
  description = "What AWS grants in this region, by operation (\"rekognition:IndexFaces\" = 200), where it is much more than 50: there tenants begin to share once they are throttled. They find the true number without it, only more slowly."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for operation, number in var.calls_per_second : can(regex("^(rekognition|textract):[A-Z][A-Za-z]+$", operation)) && number > 0])
    error_message = "calls_per_second has names such as \"rekognition:IndexFaces\" and numbers above 0."
  }
}

variable "former_images_days" {
  description = "Other days than now that policies kept pictures, as long as there are pictures of that time: they end as was said when they were stored."
  type        = list(number)
  default     = []

  validation {
    condition     = alltrue([for days in var.former_images_days : days >= 1 && days <= 3650 && floor(days) == days])
    error_message = "former_images_days has whole days from 1 to 3650."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps logs."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms. Each address gets a message in which to confirm it."
  type        = set(string)
  default     = []
}

variable "max_p95_latency_ms" {
  description = "The API's 95th percentile from which an alarm is raised."
  type        = number
  default     = 8000
}

variable "upload_origins" {
  description = "The web pages (https://host) whose browsers may upload pictures straight to S3."
  type        = list(string)
  default     = []
}

variable "waf_requests_per_5_minutes" {
  description = "What one address may send before the web application firewall blocks it; null for no firewall."
  type        = number
  default     = null
}

variable "domain" {
  description = "The API's own domain name, its certificate in this region and, if the name is to be made in Route 53, the hosted zone."
  type = object({
    name            = string
    certificate_arn = string
    zone_id         = optional(string)
  })
  default = null
}

variable "api_gateway_account" {
  description = "Whether to make the role by which API Gateway writes logs. There is one per account and region: set it in one environment of those that share them."
  type        = bool
  default     = true
}
