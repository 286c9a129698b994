"""The recipes of papers and the passages they share, as data; read by `admin.sample.recipes`."""
