"""From sources to what Terraform applies: the Lambda zip, the child module around it, and the checked policies."""
