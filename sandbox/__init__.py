"""A local stand-in for AWS that really looks at the pictures. `python -m sandbox --help` says how to start it."""
