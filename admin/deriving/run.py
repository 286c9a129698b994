"""One run: what is older than its engine is found, made anew document by document, and counted on the way.

Nothing is kept of what is still to do: what was made is no longer old, so an interrupted run begins its search again and
does nothing twice. Only where everything is to be made, old or not, the run remembers behind which document it goes on.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from admin.deriving.kinds import KINDS, Engines, Item, Kind, Made
from admin.system import System
from archive import leases
from archive.access import Actor
from archive.errors import ArchiveError, EngineDown, NotFound
from archive.models import Derivation, Document, Project, TextRecord, TextState, Version, new_id
from archive.operations.derivations import begin_derivation, end_derivation, may_derive, note_derivation
from ingest.media_types import types_named
from ingest.sandbox import SandboxClosed

DUTY, TERM = "derive", timedelta(seconds=10)
LOOKED_AT, MADE_AT = 200, 16
MOST_TROUBLES = 100


class DeriveBusy(ArchiveError):
    code: ClassVar[str] = "derive.busy"
    text: ClassVar[str] = "另一个进程正在重新生成，本进程没有开始。请等它结束，或稍后再试。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: `kinds` (none: all), of one project, of files of one format (`pdf`, a media type, a PRONOM id), of
    what was made by engines whose name begins so; `everything`, also what is not old."""

    kinds: tuple[str, ...] = ()
    project: str = ""
    format: str = ""
    engine: str = ""
    everything: bool = False

    @property
    def asked(self) -> dict[str, str]:
        named = {"kinds": " ".join(sorted(self.kinds)), "project": self.project, "format": self.format, "engine": self.engine}
        return {**{name: value for name, value in named.items() if value}, **({"all": "yes"} if self.everything else {})}

    @property
    def key(self) -> str:
        return sha256(json.dumps(self.asked, sort_keys=True).encode()).hexdigest()[:24]

    def chosen(self) -> list[Kind]:
        return [kind for kind in KINDS if not self.kinds or kind.key in self.kinds]


@dataclass(slots=True)
class Count:
    """Of one kind: how many documents have such a thing, how many are to be made anew, and what made those."""

    kind: Kind
    there: int = 0
    old: int = 0
    by: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A document of which a thing could not be made anew; what it had before it has still."""

    kind: str
    document: str
    reason: str


Tell = Callable[[Derivation, Kind], object]


def count(system: System, actor: Actor, wanted: Wanted) -> list[Count]:
    """What a run would make, without making it. Raises NotPermitted, NotFound for a project or format there is not."""
    may_derive(actor)
    counts = [Count(kind) for kind in wanted.chosen()]
    for items in _batches(wanted, ""):
        for each in counts:
            for made in each.kind.look(system, items).values():
                each.there += 1
                if _is_wanted(made, wanted):
                    each.old += 1
                    each.by[made.by or "（未记录）"] += 1
    return counts


class Run:
    """Makes anew what is wanted. Use once."""

    def __init__(self, system: System, actor: Actor, wanted: Wanted, tell: Tell, patience: float = 2 * TERM.total_seconds()) -> None:
        """`patience`: seconds that another run is waited for."""
        self.system, self.actor, self.wanted, self.tell, self.patience = system, actor, wanted, tell, patience
        self.troubles: list[Trouble] = []

    def run(self) -> Derivation:
        """Raises DeriveBusy, EngineDown, NotPermitted, NotFound; then whoever asks the same again goes on."""
        may_derive(self.actor)
        with self._alone():
            total = {each.kind.key: each.old for each in count(self.system, self.actor, self.wanted)}
            run = begin_derivation(self.actor, self.system.clock, self.wanted.key, self.wanted.asked, total)
            if not self.wanted.everything:
                run.total, run.kind, run.after, run.done, run.failed = total, "", "", {}, {}
            engines = Engines.of(self.system)
            try:
                self._make_all(engines, run)
            finally:
                engines.close()
            end_derivation(self.actor, self.system.clock, run)
        return run

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """What a killed process held is free again a term later: that is waited for."""
        holder, end = new_id(), time.monotonic() + self.patience
        while not leases.take(DUTY, holder, self.system.clock, TERM):
            if time.monotonic() > end:
                raise DeriveBusy
            time.sleep(0.5)
        with leases.held(DUTY, holder, self.system.clock, TERM):
            yield

    def _make_all(self, engines: Engines, run: Derivation) -> None:
        chosen = self.wanted.chosen()
        keys = [kind.key for kind in chosen]
        first, after = (keys.index(run.kind), run.after) if run.kind in keys else (0, "")
        for kind in chosen[first:]:
            with ThreadPoolExecutor(kind.threads, thread_name_prefix="derive") as pool:
                self._make(engines, run, kind, after, pool)
            after = ""

    def _make(self, engines: Engines, run: Derivation, kind: Kind, after: str, pool: ThreadPoolExecutor) -> None:
        since = run.started_at if self.wanted.everything else None
        for items in _batches(self.wanted, after):
            made = kind.look(self.system, items)
            todo = [item for item in items if item.document.id in made and _is_wanted(made[item.document.id], self.wanted)]
            size = MADE_AT if kind.threads > 1 else 1
            for start in range(0, len(todo), size):
                some = todo[start:start + size]
                failed = sum(pool.map(lambda item: self._failed(engines, kind, item, since), some))
                note_derivation(self.system.clock, run, kind.key, some[-1].document.id, len(some), failed)
                self.tell(run, kind)

    def _failed(self, engines: Engines, kind: Kind, item: Item, since: datetime | None) -> bool:
        try:
            kind.make(engines, item, since)
        except (EngineDown, SandboxClosed):
            raise
        except ArchiveError as error:
            if len(self.troubles) < MOST_TROUBLES:
                self.troubles.append(Trouble(kind.key, item.document.id, str(error)))
            return True
        return False


def _is_wanted(made: Made, wanted: Wanted) -> bool:
    return (made.old or wanted.everything) and made.by.startswith(wanted.engine)


def _batches(wanted: Wanted, after: str) -> Iterator[list[Item]]:
    """Documents by id, with bytes and a text that is through. Raises NotFound, Invalid."""
    query: dict[str, object] = {"current": {"$gt": ""}, "text_state": {"$ne": TextState.PENDING.value}}
    if wanted.project:
        project = Project.objects(code=wanted.project).first()
        if project is None:
            raise NotFound(what="项目", key=wanted.project)
        query["project"] = project.code
    formats = types_named(wanted.format) if wanted.format else frozenset()
    while True:
        found = list(Document.objects(__raw__={**query, "_id": {"$gt": after}}).order_by("id").limit(LOOKED_AT))
        if not found:
            return
        after = found[-1].id
        if items := _items(found, wanted.format, formats):
            yield items


def _items(documents: Sequence[Document], named: str, formats: frozenset[str]) -> list[Item]:
    keys = [document.current for document in documents]
    versions = {version.id: version for version in Version.objects(id__in=keys)}
    records = {record.id: record for record in TextRecord.objects(id__in=keys)}
    return [Item(document, versions[document.current], records[document.current]) for document in documents
            if document.current in versions and document.current in records
            and (not named or versions[document.current].media_type in formats or versions[document.current].puid == named)]
