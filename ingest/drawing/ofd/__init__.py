"""OFD (GB/T 33190-2016) drawn as it says: each page becomes a PDF of one page, which pdfium turns into a picture.

`package` reads what the document is made of, `content` walks the objects of a page, `text`, `paths`, `pictures` and
`seals` draw them, `fonts` finds their letters, `writer` writes the PDF. A rendition: what it leaves out (patterns,
video, forms) is not seen.
"""
