"""Passwords and tokens: what is strong enough, how they are kept, how they are checked."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from archive.errors import Invalid

# OWASP's second recommended Argon2id profile; light enough for a two-core machine under a burst of sign-ins.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SHORT, _PASSPHRASE = 8, 16


def check_strength(password: str, name: str) -> None:
    """GB/T 22239 identity rules. Raises Invalid naming what is wrong."""
    if len(password) < _SHORT:
        raise Invalid(field="口令", problem=f"至少 {_SHORT} 位，请加长。")
    if name.lower() in password.lower():
        raise Invalid(field="口令", problem="不能包含用户名，请更换。")
    kinds = sum((any(c.islower() for c in password), any(c.isupper() for c in password),
                 any(c.isdigit() for c in password), any(not c.isalnum() for c in password)))
    if kinds < 3 and len(password) < _PASSPHRASE:
        raise Invalid(field="口令", problem=f"应含大写、小写、数字、符号中的三类，或不少于 {_PASSPHRASE} 位。")


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _decoy(), password) and bool(stored)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    """An unknown name costs as much time as a known one, so names cannot be probed."""
    return _HASHER.hash("decoy")


def new_password() -> str:
    return f"{secrets.token_urlsafe(9)}-{secrets.randbelow(90) + 10}aZ"


def new_token() -> str:
    return "dgn_" + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()
