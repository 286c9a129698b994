"""What the settings may say of an Elasticsearch server, and what is told of what they may not."""

import pytest

from admin.settings import BadSetting, load
from search.backends.elastic_address import ElasticAddress

FINGERPRINT = ":".join(["Ab"] * 32)


def test_the_shortest_address_has_sensible_defaults() -> None:
    assert ElasticAddress.parse("http://es") == ElasticAddress(
        hosts=("http://es:9200",), prefix="dangan", shards=1, replicas=None, analyzer="cjk")


def test_everything_can_be_said() -> None:
    address = ElasticAddress.parse(
        "https://u%40x:p%2Fw@a:443,b,[::1]:9201/es/?prefix=da-1&shards=3&replicas=0&ca=/etc/ca.pem&analyzer=ik")
    assert address.hosts == ("https://a:443/es", "https://b:9200/es", "https://[::1]:9201/es")
    assert (address.user, address.password, address.ca) == ("u@x", "p/w", "/etc/ca.pem")
    assert (address.prefix, address.shards, address.replicas, address.analyzer) == ("da-1", 3, 0, "ik")
    assert ElasticAddress.parse(f"https://es/?fingerprint={FINGERPRINT}").fingerprint == "ab" * 32
    assert ElasticAddress.parse("https://es/?api_key=geheim").api_key == "geheim"


def test_secrets_are_not_shown() -> None:
    for url in ("https://user:geheim@es/", "https://es/?api_key=geheim"):
        address = ElasticAddress.parse(url)
        assert "geheim" not in repr(address)
        assert "geheim" not in "".join(address.hosts)


WRONG = [
    ("ftp://user:geheim@es/", "http"),
    ("http://", "主机"),
    ("http://user:geheim@", "主机"),
    ("http://user:geheim@es:x/", "端口"),
    ("http://user:geheim@es:70000/", "端口"),
    ("http://user:geheim@es,/", "主机名"),
    ("http://[geheim/", "主机"),
    ("http://user@es/", "口令"),
    ("http://user:geheim@es/?api_key=geheim", "一种"),
    ("http://es/?apikey=geheim", "api_key"),
    ("http://user:ge#heim@es/", "%23"),
    ("http://es/?prefix=Da", "prefix"),
    ("http://es/?prefix=", "prefix"),
    ("http://es/?shards=0", "shards"),
    ("http://es/?shards=two", "shards"),
    ("http://es/?replicas=9", "replicas"),
    ("http://es/?ca=/x", "https"),
    (f"https://es/?ca=/x&fingerprint={FINGERPRINT}", "一种"),
    ("https://es/?fingerprint=abc", "64"),
    ("http://es/?analyzer=smart", "cjk"),
    ("http://es/?timeout=0", "timeout"),
]


@pytest.mark.parametrize(("url", "said"), WRONG)
def test_what_is_wrong_is_said_without_any_secret(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        ElasticAddress.parse(url)
    assert "heim" not in str(caught.value)
    with pytest.raises(BadSetting, match="DANGAN_ELASTICSEARCH_URL") as refused:
        load({"DANGAN_ELASTICSEARCH_URL": url, "DANGAN_SECRET_KEY": "k" * 32})
    assert "heim" not in str(refused.value)
    assert said in str(refused.value)


def test_a_good_address_is_a_setting() -> None:
    url = "https://user:geheim@es:9200/?prefix=dangan"
    settings = load({"DANGAN_ELASTICSEARCH_URL": url, "DANGAN_SECRET_KEY": "k" * 32})
    assert settings.elasticsearch_url == url
    assert "geheim" not in repr(settings)
