"""Papers and tables the archive makes for people to print, sign and send: one description, written as DOCX, PDF or XLSX."""
