"""Letters as a way in: one folder of an IMAP account, looked at by the worker."""
