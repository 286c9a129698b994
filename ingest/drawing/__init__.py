"""Drawing pages as pictures. Runs in the workers that draw and recognise alone: every module here opens hostile bytes.

`draw` chooses the format: a PDF, an image, an OFD document. Office files arrive as the PDF that LibreOffice made of them.
"""

from ingest.drawing import images, pdf
from ingest.drawing.base import Task, page_png
from ingest.drawing.ofd import pages as ofd
from ingest.extractors.base import Extraction, NoExtractor, Source

MODULES = (pdf, images, ofd)


def perform(source: Source) -> Extraction:
    """Do what `source.task` asks of page `source.max_pages`. Raises UnreadableFile, NoExtractor."""
    task = Task.read(source.task)
    module = next((module for module in MODULES if source.media_type in module.MEDIA_TYPES), None)
    if module is None:
        raise NoExtractor(media_type=source.media_type, filename=source.filename)
    number = source.max_pages or 1
    with module.Opened(source.path) as opened:
        count = opened.count
        if task.want == "overview":
            return Extraction(opened.texts(source.max_chars) if task.texts else (), count, module.engine())
        if number > count:
            return Extraction((), count, module.engine())
        if task.want == "letters":
            return Extraction((opened.letters(number - 1).written(),), count, module.engine())
        return Extraction((page_png(opened.picture(number - 1, task.side), task.marks),), count, module.engine())
