"""A PDF of one page, written straight down: objects, then the table of where they are (ISO 32000-1, 7.5)."""

import zlib


class PdfWriter:
    """Objects get numbers as they are added; `finish` tells the whole file."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def add(self, body: str | bytes) -> int:
        self._objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(self._objects)

    def stream(self, entries: str, data: bytes, *, packed: bool = False) -> int:
        """`packed`: worth compressing; what is compressed already, or read once by us, is not."""
        if packed:
            data, entries = zlib.compress(data, 1), f"{entries}/Filter/FlateDecode"
        return self.add(b"<<%s/Length %d>>stream\n%s\nendstream" % (entries.encode("latin-1"), len(data), data))

    def finish(self, catalog: int) -> bytes:
        parts, places, at = [b"%PDF-1.7\n"], [], 9
        for number, body in enumerate(self._objects, 1):
            places.append(at)
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
            at += len(parts[-1])
        table = "".join(f"{place:010} 00000 n \n" for place in places)
        parts.append(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer\n<</Size {len(places) + 1}"
                     f"/Root {catalog} 0 R>>\nstartxref\n{at}\n%%EOF\n".encode())
        return b"".join(parts)
