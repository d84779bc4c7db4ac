"""The whole service on one machine: the sandbox, the app, and the policies of a folder."""
