"""Mails: the port and its two implementations (folder, SMTP), and the texts of the digests."""
