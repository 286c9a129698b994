"""The definitions, by the part of a project's life they belong to."""
