"""Finding: the query language, the index port and its engines.

Holds nothing that cannot be rebuilt. Imports only archive.
"""
