"""The process that asks PRONOM's signatures (siegfried) about one file after another. Started by `ingest.identification`."""

from ingest.extractors.base import Extraction, Source, UnreadableFile
from ingest.sandbox_worker import serve

_UNKNOWN = "UNKNOWN"


def look(source: Source) -> Extraction:
    """The identifier as the only page; an empty one where the signatures do not know the file."""
    import pygfried

    try:
        found = str(pygfried.identify(str(source.path)))
    except (pygfried.GoError, OSError) as error:
        raise UnreadableFile("文件无法识别。") from error
    return Extraction(("" if found == _UNKNOWN else found,), 1, f"pygfried {pygfried.version()}")


if __name__ == "__main__":
    serve(look)
