"""The command line: the client, the local stack and the demo. Never part of what runs in Lambda."""
