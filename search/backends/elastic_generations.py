"""Which index answers and which one is being built: numbered generations behind two aliases, known to every process.

    <prefix>-000007     a generation: one index, its format and how far it was filled in its mapping's _meta
    <prefix>            alias of the one that answers; searches and writes go through it
    <prefix>-next       alias of the one being built; every process's writes go through it as well

The server keeps both and moves them in one step. A process remembers for `noticing` seconds what it saw, so a rebuild
begins only when everybody knows of it. Knows nothing of documents.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from archive.errors import EngineDown
from search.backends.elastic_address import ElasticAddress
from search.backends.elastic_client import ENGINE, Missing, asking
from search.backends.elastic_fields import fingerprint, mappings, settings
from search.errors import IndexNeedsRebuild

_META = "*.aliases,*.mappings._meta"


@dataclass(frozen=True, slots=True)
class Generation:
    name: str
    meta: Mapping[str, Any]

    def fits(self, wanted: Mapping[str, object]) -> bool:
        """Whether this program can read and write it."""
        return all(self.meta.get(key) == value for key, value in wanted.items())

    @property
    def complete(self) -> bool:
        """Whether a rebuild filled it to the end."""
        return self.meta.get("complete") is True

    @property
    def mark(self) -> str:
        return str(self.meta.get("mark") or "")


@dataclass(frozen=True, slots=True)
class State:
    live: Generation | None = None
    next: Generation | None = None
    names: frozenset[str] = field(default_factory=frozenset)


class Generations:
    """`noticing` in seconds; the same for every process that uses the prefix."""

    def __init__(
        self, client: Elasticsearch, address: ElasticAddress, noticing: float,
        tick: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.live_alias, self.next_alias = address.prefix, f"{address.prefix}-next"
        self.wanted = fingerprint(address.analyzer)
        self._client = client
        self._address = address
        self._noticing, self._tick, self._pause = noticing, tick, pause
        self._name = re.compile(rf"{re.escape(address.prefix)}-(\d{{6,}})")
        self._seen: tuple[float, State] | None = None
        self._turn = 0  # what was asked before the last `forget` is not remembered
        self._remembering = threading.Lock()

    def state(self) -> State:
        """As it was at most `noticing` seconds ago."""
        with self._remembering:
            seen, turn, asked_at = self._seen, self._turn, self._tick()
        if seen is not None and asked_at - seen[0] <= self._noticing:
            return seen[1]
        found = self._look()  # not under the lock: where the server is away, all wait together, not one by one
        with self._remembering:
            if turn == self._turn:
                self._seen = asked_at, found
        return found

    def fresh(self) -> State:
        self.forget()
        return self.state()

    def forget(self) -> None:
        with self._remembering:
            self._seen = None
            self._turn += 1

    def live(self) -> Generation:
        """The generation that answers. Raises IndexNeedsRebuild where there is none that this program can use."""
        live = self.state().live or self.fresh().live
        if live is None:
            raise IndexNeedsRebuild(reason=f"服务器上没有名为 {self.live_alias} 的索引")
        if not live.fits(self.wanted):
            raise IndexNeedsRebuild(reason="索引由另一版本的程序或以另一种分词设置建立")
        return live

    def targets(self) -> list[str]:
        """The aliases a write goes to, the one being built first. Raises IndexNeedsRebuild where there is none.

        Also where a rebuild by another version of the program is under way: what this one wrote would be missing from
        it, so the writing waits for a process of that version.
        """
        state = self.state()
        if state.next is not None and not state.next.fits(self.wanted):
            raise IndexNeedsRebuild(reason="另一版本的程序正在重建索引，请停止旧版本的进程")
        building = [self.next_alias] if state.next is not None else []
        try:
            self.live()
        except IndexNeedsRebuild:
            if not building:
                raise
            return building
        return [*building, self.live_alias]

    def prepare(self) -> Generation:
        """The generation that answers, made empty where there is none, by whichever process is first."""
        state = self.fresh()
        live = state.live
        if live is None:
            self._create(state, self.live_alias, {"is_write_index": True})
            live = self.fresh().live
        if live is None:
            raise EngineDown(engine=ENGINE, reason=f"建立索引 {self.live_alias}：没有成功，名称已被别的索引占用")
        return live

    def begin(self, *, fresh: bool) -> str:
        """The mark to go on from. Returns when every process knows that there is a generation being built."""
        state = self.fresh()
        building = state.next
        if building is not None and (fresh or not building.fits(self.wanted)):
            self.drop([building.name])
            building = None
        if building is None:
            self._create(state, self.next_alias, {})
        self.wait_until_noticed()
        return building.mark if building is not None else ""

    def note(self, generation: Generation, *, complete: bool = False, mark: str = "") -> None:
        with asking("记录重建进度"):
            self._client.indices.put_mapping(
                index=generation.name, meta={**self.wanted, "complete": complete, "mark": mark})
        self.forget()

    def switch(self, state: State) -> None:
        """From here on the next generation answers, in one step. Raises Missing where it is no longer being built."""
        assert state.next is not None
        move: list[dict[str, Any]] = [
            {"remove": {"index": state.next.name, "alias": self.next_alias, "must_exist": True}},
            {"add": {"index": state.next.name, "alias": self.live_alias, "is_write_index": True}},
        ]
        if state.live is not None:
            move.insert(0, {"remove": {"index": state.live.name, "alias": self.live_alias, "must_exist": True}})
        with asking("切换索引"):
            self._client.indices.update_aliases(actions=move)
        self.forget()

    def sweep(self) -> None:
        """Drop every generation without an alias: old ones, and what a process that died left."""
        state = self.fresh()
        kept = {generation.name for generation in (state.live, state.next) if generation is not None}
        self.drop(sorted(state.names - kept))

    def drop(self, names: list[str]) -> None:
        for name in names:
            try:
                with asking("删除旧索引"):
                    self._client.indices.delete(index=name)
            except Missing:
                pass  # another process was faster
        self.forget()

    def wait_until_noticed(self) -> None:
        """Until no process can still act on what it saw before; half as long again, for clocks and slow answers."""
        self._pause(1.5 * self._noticing)

    def _create(self, seen: State, alias: str, how: Mapping[str, Any]) -> None:
        """The number after those seen, with its alias in the same step. Where another process just made it, nothing."""
        taken = [int(name.rpartition("-")[2]) for name in seen.names]
        name = f"{self._address.prefix}-{max(taken, default=0) + 1:06d}"
        with asking(f"建立索引 {name}"):
            try:
                self._client.indices.create(
                    index=name, aliases={alias: how}, settings=settings(self._address),
                    mappings=mappings(self._address.analyzer))
            except BadRequestError as error:
                if error.message != "resource_already_exists_exception":
                    raise
        self.forget()

    def _look(self) -> State:
        with asking("读取索引状态"):
            found = self._client.indices.get(index=f"{self._address.prefix}-*", filter_path=_META).body
        mine = {name: entry for name, entry in found.items() if self._name.fullmatch(name)}
        return State(self._behind(self.live_alias, mine), self._behind(self.next_alias, mine), frozenset(mine))

    @staticmethod
    def _behind(alias: str, found: Mapping[str, Any]) -> Generation | None:
        """The newest that has the alias: two only where two processes made the first index in the same moment."""
        names = sorted(name for name, entry in found.items() if alias in entry.get("aliases", {}))
        return Generation(names[-1], found[names[-1]].get("mappings", {}).get("_meta", {})) if names else None
