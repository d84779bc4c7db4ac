environment                = "prod"
region                     = "eu-west-1"
log_retention_days         = 365
throttle                   = { requests_per_second = 1000, burst = 2000 }
waf_requests_per_5_minutes = 10000
