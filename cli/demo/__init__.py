"""The demonstration: the identity flows on real photographs, through the HTTP API of a local service."""
