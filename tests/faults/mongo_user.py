"""A process that uses the embedded mongod until it is told to stop: `python -m tests.faults.mongo_user DATA`.

Says `ready URL` once it has a share and can write; for each line it is given it writes a row and answers `wrote N`.
"""

import sys
import threading
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from archive.mongo.embedded import EmbeddedMongo

TRIES = 300


def main(data: str) -> None:
    pause = threading.Event()
    with EmbeddedMongo.attach(Path(data)) as share:
        client: MongoClient[dict[str, object]] = MongoClient(share.url, serverSelectionTimeoutMS=1000, w="majority")
        rows = client.test.rows
        rows.insert_one({"by": "start"})
        print(f"ready {share.url}", flush=True)
        for _ in sys.stdin:
            for _ in range(TRIES):
                try:
                    rows.insert_one({"by": "line"})
                    break
                except PyMongoError:
                    pause.wait(0.05)
            print(f"wrote {rows.count_documents({})}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
