"""Measuring the archive from outside, as its users meet it. What is measured and how to read it: README.md."""
