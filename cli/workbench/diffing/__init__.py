"""What changes between two versions of a policy, in words, and whether it loosens."""
