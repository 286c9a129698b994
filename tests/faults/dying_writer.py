"""A process that is killed inside a write, and so leaves its transaction open: `python -m tests.faults.dying_writer URL CODE`."""

import os
import signal
import sys

from archive.clock import SystemClock
from archive.models import Project
from archive.models.connection import connect
from archive.transaction import Transaction, write
from tests.builders import SYSTEM


def main(url: str, code: str) -> None:
    def work(tx: Transaction) -> None:
        tx.audit("test.cut-off", f"project:{key}")
        tx.update(Project, key, {"$set": {"name": "没有写完"}})
        tx.finish()  # the head of the audit chain is taken as well
        os.kill(os.getpid(), signal.SIGKILL)

    connect(url)
    key = Project.objects.get(code=code).id
    write(SYSTEM, SystemClock("Asia/Shanghai"), work)


if __name__ == "__main__":
    main(*sys.argv[1:])
