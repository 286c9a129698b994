"""The worker that draws: a page as PNG in base64, or where its letters stand, in the messages of a reading worker.

Started by `ingest.rendering` as `python -m ingest.rendering_worker`. The page wanted is the last of the job's
`max_pages`, what is wanted of it the job's `task`; the answer holds that alone, or nothing where there is no such page.
"""

from ingest.drawing import perform
from ingest.sandbox_worker import serve

if __name__ == "__main__":
    serve(perform)
