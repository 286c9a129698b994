"""Receipts of hand-overs as files to print and keep: PDF and spreadsheet. What is in them is `archive.receipts`."""
