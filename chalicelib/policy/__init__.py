"""The policy language: YAML in, a frozen Policy or all its problems out."""
