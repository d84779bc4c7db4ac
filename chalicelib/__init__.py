"""Countersign: all that runs in Lambda."""
