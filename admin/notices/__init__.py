"""What is told besides the digest of the morning: at once, once a week, and by other ways than the worker's mail."""
