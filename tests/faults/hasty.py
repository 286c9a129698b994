"""`dangan` with short terms, whose reading can be made to take long: `python -m tests.faults.hasty worker`.

What takes half a minute in earnest, taking over from the dead, takes two seconds here.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from admin import bootstrap, scheduler
from admin.cli import main
from archive import claims
from ingest.sandbox import Sandbox

TERM = timedelta(seconds=2)

if __name__ == "__main__":
    claims.TERM, claims.RENEW_SECONDS = TERM, 0.4
    scheduler.TERM, scheduler.BEAT_SECONDS = TERM, 0.4  # type: ignore[assignment]
    patient: Any = partial(Sandbox, worker_module="tests.faults.slow_reader")
    bootstrap.Sandbox = patient  # type: ignore[misc]
    main()
