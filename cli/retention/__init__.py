"""What is held of a tenant, and until when."""
