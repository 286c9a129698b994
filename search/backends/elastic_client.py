"""The official client, held to what servers 8 and 9 both understand, and what its failures mean here.

A client of version 9 announces `compatible-with=9`, which a server 8 refuses; a server 9 also takes 8. So everything
is said in version 8.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elastic_transport import ConnectionError as NotReached
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from archive.errors import EngineDown
from search.backends.elastic_address import ElasticAddress

ENGINE = "Elasticsearch"
BULK_SECONDS = 60.0  # at least, for writes, which a server may take its time for
LEAST_MAJOR, MOST_MAJOR = 8, 9
_PLAIN = re.compile(r"application/(json|x-ndjson)\b")
_COMPATIBLE = r"application/vnd.elasticsearch+\1; compatible-with=8"
_ASKED_AGAIN = (502, 503, 504)  # another copy of the data may answer; 429 is waited out by whoever asks
_TRIES_MORE = 2
_CONNECTIONS = 32  # of one process to one node; more threads wait for each other


class Missing(Exception):
    """The index, alias or point in time that was named is not there (any more)."""


class Busy(Exception):
    """The server has too much to do (429): to be asked again later."""


class TooLarge(Exception):
    """The request exceeds what the server takes at once (413)."""


class Client(Elasticsearch):
    """Every request, of the namespaces too, passes here."""

    def perform_request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **rest: Any
    ) -> Any:
        said = {name: _PLAIN.sub(_COMPATIBLE, value) for name, value in (headers or {}).items()}
        return super().perform_request(method, path, headers=said, **rest)


def connect(address: ElasticAddress) -> Elasticsearch:
    """Touches no network and reads no file yet."""
    login: dict[str, Any] = {"api_key": address.api_key} if address.api_key else {}
    if address.user:
        login = {"basic_auth": (address.user, address.password)}
    trust: dict[str, Any] = {"ca_certs": address.ca} if address.ca else {}
    if address.fingerprint:
        trust = {"ssl_assert_fingerprint": address.fingerprint}
    return Client(
        list(address.hosts), **login, **trust, request_timeout=address.timeout, max_retries=_TRIES_MORE,
        retry_on_status=_ASKED_AGAIN, retry_on_timeout=False, http_compress=_far(address),
        connections_per_node=_CONNECTIONS)


def _far(address: ElasticAddress) -> bool:
    """Texts shrink to a third, which pays wherever there is a wire."""
    return not all(re.match(r"https?://(localhost|127\.|\[::1\])", host) for host in address.hosts)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Raises EngineDown with a short reason, or Missing, Busy, TooLarge, which the caller knows to answer."""
    try:
        yield
    except ApiError as error:
        _sort_out(error, what)
    except UnsupportedProductError:
        raise _down(what, "应答者不是 Elasticsearch") from None
    except ConnectionTimeout:
        raise _down(what, "没有在规定时间内应答") from None
    except TlsError as error:
        raise _down(what, f"TLS 证书不可用、不被信任或握手失败（{_cause(error)}）") from None
    except NotReached as error:
        raise _down(what, f"连接不上（{_cause(error)}）") from None
    except TransportError as error:
        raise _down(what, f"通信失败（{type(error).__name__}）") from None


def _sort_out(error: ApiError, what: str) -> None:
    status = error.meta.status
    if status == 404:
        raise Missing(what) from None
    if status == 429:
        raise Busy(what) from None
    if status == 413:
        raise TooLarge(what) from None
    if status in (401, 403):
        raise _down(what, f"用户名、口令或权限不被接受（{status}）") from None
    raise _down(what, f"应答 {status}（{short(error.message)}）") from None


def _down(what: str, reason: str) -> EngineDown:
    return EngineDown(engine=ENGINE, reason=f"{what}：{reason}")


def _cause(error: NotReached) -> str:
    """The kind of the first failure; its text can hold addresses."""
    deepest: Exception = error
    while isinstance(deepest, TransportError) and deepest.errors:
        deepest = deepest.errors[-1]
    return type(deepest.__cause__ or deepest).__name__


def short(text: object) -> str:
    return " ".join(str(text).split())[:200]
