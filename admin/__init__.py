"""Composition, settings, web, API, command line, scheduler. The only package that may import all others."""
