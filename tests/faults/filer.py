"""A process that files documents and notes each acceptance durably: `python -m tests.faults.filer DATA PROJECT FILES LOG`.

What the log names was answered with "filed" before anything killed the process; it must be there ever after.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from admin import settings
from admin.bootstrap import build
from admin.worker import working
from archive.access import system_actor
from archive.blobs.staging import file_chunks
from archive.errors import ArchiveError
from archive.operations.people import AlreadyExists
from tests.builders import a_project


def main(data: str, code: str, files: str, log: str) -> None:
    os.environ["DANGAN_DATA_DIR"] = data
    system = build(settings.load(), work=True)
    actor = system_actor("filer")
    with working(system), Path(log).open("a", buffering=1) as acknowledged, ThreadPoolExecutor(3) as pool:
        with suppress(AlreadyExists):
            a_project(system, code)

        def one(path: Path) -> None:
            try:
                filed = system.intake.file(actor, code, path.name, file_chunks(path))
            except ArchiveError as error:  # an engine was killed under it: not accepted, to be tried again
                print(f"{path.name}: {error}", file=sys.stderr)
                return
            acknowledged.write(f"{filed.version.sha256}\n")
            os.fsync(acknowledged.fileno())

        list(pool.map(one, sorted(Path(files).iterdir())))
    system.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
