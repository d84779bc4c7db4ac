"""The policy language: YAML in, a frozen Policy or all its problems out.

`load.load_policy` does it for given texts; `source.PolicySource` keeps what is in force.
"""
