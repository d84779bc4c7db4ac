"""What is kept: one DynamoDB table, and objects in S3. Every key begins with the tenant, but the credentials'."""
