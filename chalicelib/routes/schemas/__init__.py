"""The forms of requests and answers, as JSON Schemas of the OpenAPI document."""
