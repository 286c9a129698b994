"""A reading worker whose only format does what the file says: the twin of `ingest.sandbox_worker` for tests of the wall."""

import fcntl
import os
import signal
import socket
import stat
import sys
from pathlib import Path

from ingest.extractors.base import Extraction, Source, UnreadableFile
from ingest.sandbox_worker import serve


def obey(source: Source) -> Extraction:
    order, _, argument = source.path.read_text().partition(" ")
    match order:
        case "loop":
            while True:
                pass
        case "sleep":
            if argument:     # a named pipe whose reader waits for this moment
                Path(argument).write_bytes(b".")
            signal.pause()
        case "hoard":
            return said(str(len(bytearray(8 << 30))))
        case "keep":     # memory held on to after the job
            KEPT.append(os.urandom(int(argument) << 20))
        case "die":
            os.kill(os.getpid(), int(argument))
        case "die_once":
            if Path(argument).exists():
                return said("alive")
            Path(argument).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(0)
        case "raise":
            raise LookupError(argument)
        case "refuse":
            raise UnreadableFile(argument)
        case "flood":
            return said("字" * (int(argument) << 20))
        case "lie":      # a length that would fill the archive's memory
            os.write(answer_pipe(), b"\xff" * 8)
            signal.pause()
        case "babble":
            print("not a message" * 1000)
            os.write(1, b"neither is this")
        case "write":
            Path("big").write_bytes(bytes(int(argument) << 20))
        case "connect":
            with socket.create_connection(("127.0.0.1", int(argument)), timeout=5):
                return said("connected")
        case "about":
            return said(f"{Path.cwd()} {sorted(map(str, Path.cwd().iterdir()))} {sorted(os.environ)} {os.getsid(0) == os.getpid()}")
    return said(f"{os.getpid()}")


KEPT: list[bytes] = []


def answer_pipe() -> int:
    """The pipe that answers go to: the last descriptor that is a pipe and can be written to."""
    return max(int(fd.name) for fd in Path("/proc/self/fd").iterdir() if int(fd.name) > 2 and is_pipe_to_write(int(fd.name)))


def is_pipe_to_write(number: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode) and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_WRONLY != 0
    except OSError:
        return False


def said(text: str) -> Extraction:
    return Extraction((text,), 1, f"hostile {sys.version_info.major}")


if __name__ == "__main__":
    serve(obey)
