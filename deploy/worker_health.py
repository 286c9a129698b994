#!/usr/bin/env python3
"""Whether a worker's container is of use: the database answers, and some worker's scheduler holds its lease.

A worker has no port to ask. What it claimed and did not finish is taken over by another; what nobody takes over, this shows.
"""

import sys

from admin.scheduler import DUTY
from admin.settings import load
from archive.errors import ArchiveError
from archive.leases import standing
from archive.models.connection import connect


def main() -> int:
    try:
        connect(load().mongodb_url)
        scheduler = standing(DUTY)
    except ArchiveError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if scheduler is None or not scheduler.alive:
        sys.stderr.write("没有任务调度在运行，请查看 worker 的日志。\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
