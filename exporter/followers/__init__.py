"""What is made of the journals' rows. Each follower has its own durable cursor."""
