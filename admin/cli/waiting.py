"""Commands that file or make much wait for the search index at their end, and say how far it is."""

import time

import click

from admin.system import System
from admin.worker import working
from archive.effects import INDEX
from archive.events import lag, seconds_behind

PATIENCE_SECONDS = 120.0
SECONDS_BETWEEN_LINES = 5.0


def indexed(system: System, *, quiet: bool) -> bool:
    """Wait until what was filed can be found; False where the index has stopped coming nearer."""
    since, best, moved, told = system.clock.now(), -1, time.monotonic(), float("-inf")
    with working(system):
        while seconds_behind(now := system.clock.now(), INDEX) > (now - since).total_seconds():
            left = lag(now, INDEX).waiting
            if best < 0 or left < best:
                best, moved = left, time.monotonic()
            elif time.monotonic() - moved > PATIENCE_SECONDS:
                return False
            if not quiet and time.monotonic() - told > SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                click.echo(f"已全部归档；检索索引还差 {left} 件……（可用 Ctrl-C 结束等待，索引由后台继续）", err=True)
            time.sleep(0.2)
        return True
