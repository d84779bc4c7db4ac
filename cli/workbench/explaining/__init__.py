"""What a policy means in practice: where its values come from, what it asks of AWS, and what that costs."""
