"""Files that hold other files: bundles, mails, and what is attached inside a PDF or OFD.

A bundle is opened only in a confined process (`unpacking.worker`), which sends its members one after another through a
pipe and writes none of them anywhere. The archive's side (`unpacking.process`) reads them; what becomes of them is
`ingest/unpack.py`.
"""
