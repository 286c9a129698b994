"""An address in the database opens with the secret key alone."""

import pytest

from admin.storage.sealing import Unreadable, seal, unseal

ADDRESS = "https://KEY:very-secret@s3.example.com/dangan?region=cn"


def test_what_is_sealed_comes_back_with_the_same_key_only() -> None:
    sealed = seal("k" * 40, ADDRESS)
    assert unseal("k" * 40, sealed) == ADDRESS
    for key, text in (("K" * 40, sealed), ("k" * 40, sealed[:-8] + "AAAAAAA="), ("k" * 40, "")):
        with pytest.raises(Unreadable):
            unseal(key, text)


def test_nothing_of_the_address_shows() -> None:
    sealed = seal("k" * 40, ADDRESS)
    assert not any(part in sealed for part in ("very-secret", "KEY", "example"))
    assert sealed != seal("k" * 40, ADDRESS), "the same address twice must not look the same"
