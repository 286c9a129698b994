"""Real servers and protocol peers for the tests, each started on loopback when a test asks for it."""
