"""What the server is and how it does: version, plugin, health, for `prepare`, the health page and `doctor`."""

from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from archive.errors import EngineDown
from search.backends.elastic_address import ElasticAddress
from search.backends.elastic_client import ENGINE, LEAST_MAJOR, MOST_MAJOR, asking
from search.backends.elastic_generations import State
from search.port import IndexInfo

# A cluster that knows nothing of an index would otherwise wait half a minute for it to come.
_PATIENCE = "1s"


def number(client: Elasticsearch) -> str:
    with asking("连接"):
        return str(client.info().body["version"]["number"])


def check(client: Elasticsearch, address: ElasticAddress) -> None:
    """Raises EngineDown where the server is of a version, or lacks a plugin, that the settings need."""
    found = number(client)
    if not LEAST_MAJOR <= int(found.partition(".")[0]) <= MOST_MAJOR:
        raise EngineDown(engine=ENGINE, reason=f"版本 {found} 不受支持，需要 {LEAST_MAJOR} 或 {MOST_MAJOR}")
    if address.analyzer == "ik" and not _knows(client, "ik_max_word"):
        raise EngineDown(engine=ENGINE, reason="设置了 analyzer=ik，但服务器没有安装 IK 分词插件")


def condition(client: Elasticsearch, state: State, unusable: str, documents: int) -> IndexInfo:
    """`unusable` says why the live index cannot be used, and is empty where it can. Raises Missing, EngineDown."""
    engine = f"{ENGINE} {number(client)}"
    healthy = "rebuilding" if state.next is not None else "needs_rebuild" if unusable else "ready"
    if state.live is None:
        return IndexInfo(engine, "rebuilding" if state.next is not None else "needs_rebuild", 0, 0, unusable)
    with asking("读取状态"):
        status = str(client.cluster.health(index=state.live.name, timeout=_PATIENCE).body["status"])
        stats: dict[str, Any] = client.indices.stats(index=state.live.name, metric="store").body
    size = int(stats["_all"]["total"]["store"]["size_in_bytes"])
    detail = {"generation": state.live.name, "cluster": status}
    if status == "red":
        return IndexInfo(engine, "down", documents, size, "集群状态为 red，部分数据所在的节点不可用", detail)
    return IndexInfo(engine, healthy, documents, size, unusable, detail)  # type: ignore[arg-type]


def _knows(client: Elasticsearch, analyzer: str) -> bool:
    with asking("检查分词插件"):
        try:
            client.indices.analyze(analyzer=analyzer, text="档案")
        except BadRequestError:
            return False
    return True
