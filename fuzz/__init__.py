"""What nobody would think of: requests made from the API's own description, and bytes for what reads bytes."""
