"""Backup and restore: a consistent copy of database and objects in a folder, and the way back into an empty archive."""
