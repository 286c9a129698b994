"""The worker that draws: one page of one file, as PNG in base64, in the messages of a reading worker.

Started by `ingest.rendering` as `python -m ingest.rendering_worker`. The page wanted is the last of the job's
`max_pages`; the answer holds that page alone, or none where the file has fewer.
"""

import base64
import io

from ingest.extractors.base import Extraction, Source, UnreadableFile
from ingest.sandbox_worker import serve

LONGEST_SIDE = 1600  # pixels
USUAL_SCALE = 2.0    # 144 dots an inch: text is easy to read
_PASSWORD_NEEDED = 4


def draw(source: Source) -> Extraction:
    """Raises UnreadableFile where the file is damaged or asks for a password."""
    import pypdfium2

    number = source.max_pages or 1
    try:
        document = pypdfium2.PdfDocument(source.path)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == _PASSWORD_NEEDED
        raise UnreadableFile("文件设有打开密码。" if locked else "文件已损坏或不完整。") from error
    with document:
        count = len(document)
        pages = (_png(document, number - 1),) if number <= count else ()
        return Extraction(pages, count, f"pypdfium2 {pypdfium2.version.PYPDFIUM_INFO}")


def _png(document: object, index: int) -> str:
    """However large the page says it is, the picture stays within LONGEST_SIDE."""
    page = document[index]  # type: ignore[index]  # pypdfium2 is untyped
    scale = min(USUAL_SCALE, LONGEST_SIDE / max(*page.get_size(), 1.0))
    target = io.BytesIO()
    page.render(scale=scale, may_draw_forms=False).to_pil().save(target, "PNG", optimize=False)
    return base64.b64encode(target.getvalue()).decode()


if __name__ == "__main__":
    serve(draw)
