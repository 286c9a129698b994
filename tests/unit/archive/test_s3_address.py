"""The URL of a bucket: every part of it, what is wrong with it in Chinese, and never the secret."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.blobs.port import LockMode
from archive.blobs.s3_address import S3Address
from archive.blobs.s3_upload import LARGEST_PART, MOST_PARTS, SMALLEST_PART, part_size
from archive.errors import Invalid

GOOD = "https://AK:SK@s3.example.cn/dangan"


def test_every_part_is_read(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    assert S3Address.parse(
        f"https://A%2FK:S%40K%3a@s3.example.cn:9000/dan-gan?region=cn-1&lock=compliance&days=30"
        f"&public=https://files.example.cn&ca={authority}",
    ) == S3Address(
        host="s3.example.cn", port=9000, bucket="dan-gan", key="A/K", secret="S@K:", secure=True, region="cn-1",
        lock=LockMode.COMPLIANCE, days=30, public="https://files.example.cn", ca=str(authority))


@pytest.mark.parametrize(("url", "endpoint"), [
    (GOOD, "s3.example.cn:443"), ("http://AK:SK@10.0.0.1/dangan", "10.0.0.1:80"),
    ("http://AK:SK@[::1]:9000/dangan/", "[::1]:9000")])
def test_host_and_port_have_their_usual_meaning(url: str, endpoint: str) -> None:
    address = S3Address.parse(url)
    assert address.endpoint == endpoint
    assert address.place == f"s3://{endpoint}/dangan"


@pytest.mark.parametrize(("url", "wrong"), [
    ("s3://AK:hunter2@h/dangan", "http"), ("http://h/dangan", "密钥"), ("http://AK@h/dangan", "密钥"),
    ("http://AK:hunter2@/dangan", "主机"), ("http://AK:hunter2@h:port/dangan", "端口"), ("http://AK:hunter2@h", "桶"),
    ("http://AK:hunter2@h/a", "桶"), ("http://AK:hunter2@h/Dangan", "桶"), ("http://AK:hunter2@h/a/b", "桶"),
    ("http://AK:hunter2@h/dangan?regio=x", "region"), ("http://AK:hunter2@h/dangan?colour=red", "可用的有"),
    ("http://AK:hunter2@h/dangan?region=", "region"), ("http://AK:hunter2@h/dangan?region=a&region=b", "两次"),
    ("http://AK:hunter2@h/dangan?lock=forever&days=3", "governance"), ("http://AK:hunter2@h/dangan?lock=compliance", "days"),
    ("http://AK:hunter2@h/dangan?days=3", "lock"), ("http://AK:hunter2@h/dangan?lock=compliance&days=0", "days"),
    ("http://AK:hunter2@h/dangan?lock=compliance&days=99999", "days"),
    ("http://AK:hunter2@h/dangan?lock=compliance&days=３", "days"),
    ("http://AK:hunter2@h/dangan?public=files.example.cn", "public"),
    ("http://AK:hunter2@h/dangan?public=http://f/path", "public"), ("http://AK:hunter2@h/dangan?public=http://u@f", "public"),
    ("http://AK:hunter2@h/dangan?ca=/no/such.pem", "https"), ("https://AK:hunter2@h/dangan?ca=/no/such.pem", "不存在"),
    ("http://AK:hunter2/x@h/dangan", "%2F"), ("http://AK:hunter2#x@h/dangan", "%23"), ("http://AK:hunter2@[::1/dangan", "写法")])
def test_what_is_wrong_is_named_without_the_secret(url: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong) as refusal:
        S3Address.parse(url)
    assert "hunter2" not in str(refusal.value)


def test_the_secret_is_not_shown() -> None:
    address = S3Address.parse("http://AK:hunter2@h/dangan?lock=governance&days=1")
    assert "hunter2" not in repr(address)
    assert "hunter2" not in address.place
    assert "AK" not in address.place


@given(size=st.integers(1, MOST_PARTS * LARGEST_PART))
def test_any_file_fits_into_the_parts_there_may_be(size: int) -> None:
    part = part_size(size)
    assert SMALLEST_PART <= part <= LARGEST_PART
    assert -(-size // part) <= MOST_PARTS


def test_a_file_beyond_what_fits_is_refused() -> None:
    with pytest.raises(Invalid):
        part_size(MOST_PARTS * LARGEST_PART + 1)
