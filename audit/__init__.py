"""What tools know of insecure code, committed secrets and vulnerable dependencies."""
