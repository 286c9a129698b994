#!/usr/bin/env python3
"""Whether a worker's container is of use: the database answers, and some worker's scheduler has lately given a sign of life.

A worker has no port to ask. What it claimed and did not finish is taken over by another; what nobody takes over, this shows.
"""

import sys

from admin.scheduler import DUTY
from admin.settings import load
from archive.clock import SystemClock
from archive.errors import ArchiveError
from archive.models import Lease
from archive.models.connection import connect

LATE_SECONDS = 180.0


def main() -> int:
    try:
        settings = load()
        connect(settings.mongodb_url)
        lease = Lease.objects(id=DUTY).first()
    except ArchiveError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if lease is None or (SystemClock(settings.timezone).now() - lease.beat_at).total_seconds() > LATE_SECONDS:
        sys.stderr.write("没有任务调度在运行，请查看 worker 的日志。\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
