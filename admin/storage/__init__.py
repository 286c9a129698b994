"""Where the objects are kept, and moving them elsewhere while the archive works. Docs: docs/handbook/zh/storage-move.md."""
