"""Puts itself behind a wall and becomes LibreOffice: `python -m ingest.office_launcher LIMITS PARENT PROGRAM ARGUMENTS…`.

A process of its own, because what must happen between fork and exec cannot safely happen in a process with threads.
"""

import ctypes
import json
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_OPEN_FILES = 512


def main() -> None:
    limits, parent, command = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    libc = ctypes.CDLL(None)
    # Best effort: needs root or unprivileged user namespaces. It comes first: changing credentials clears PDEATHSIG.
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:     # it died before the line above
        os._exit(1)
    for what, amount in ((resource.RLIMIT_AS, limits["memory_mb"] << 20), (resource.RLIMIT_CPU, limits["cpu_seconds"]),
                         (resource.RLIMIT_FSIZE, limits["output_mb"] << 20), (resource.RLIMIT_NOFILE, _OPEN_FILES),
                         (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))
    os.execv(command[0], command)  # noqa: S606 - the archive's own command, without a shell


if __name__ == "__main__":
    main()
