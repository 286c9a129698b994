"""From a file somebody has to a document the archive can keep: identify, read, recognise, refuse. Imports only archive."""
