import hashlib
import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from archive.digests import CHUNK, Hasher, digests_of, sha256_of


def test_known_answers_of_both_algorithms() -> None:
    hasher = Hasher()
    hasher.update(b"abc")
    assert hasher.result().sha256 == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    # GB/T 32905-2016, appendix A.1
    assert hasher.result().sm3 == "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert hasher.result().size == 3


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_how_the_bytes_are_cut_does_not_matter(chunks: list[bytes]) -> None:
    hasher, whole = Hasher(), b"".join(chunks)
    for chunk in chunks:
        hasher.update(chunk)
    assert hasher.result().sha256 == f"sha256:{hashlib.sha256(whole).hexdigest()}" == sha256_of(io.BytesIO(whole))
    assert hasher.result().size == len(whole)


def test_a_file_larger_than_a_chunk(tmp_path: Path) -> None:
    content = bytes(range(256)) * (CHUNK // 256 + 1)
    path = tmp_path / "large"
    path.write_bytes(content)
    digests = digests_of(path)
    assert (digests.size, digests.sha256) == (len(content), sha256_of(path.open("rb")))
    assert digests.sm3 == f"sm3:{hashlib.new('sm3', content).hexdigest()}"
