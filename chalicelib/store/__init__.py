"""DynamoDB and S3: users, decisions, attempts, liveness sessions, uploads, idempotency, credentials, policies.

One table (`pk`, `sk`, TTL in `expires_at`). TTL deletes late, up to days, so what must not outlive its time is
checked on reading too.
"""
