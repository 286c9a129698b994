"""Text from pictures: the port, its implementations, and the lane that works on scans page by page."""
