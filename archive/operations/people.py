"""Accounts: adding and disabling people, passwords, tokens, signing in with lock-out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from archive import passwords
from archive.access import Actor, require, system_actor
from archive.clock import Clock
from archive.errors import AlreadyExists, ArchiveError, Invalid, NotFound
from archive.models import Person, Token, Unit
from archive.permissions import Permission, Role
from archive.transaction import Transaction, write

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


class SignInFailed(ArchiveError):
    code = "people.sign-in-failed"
    text = "用户名或口令不对。连续 {most} 次不对将锁定 {minutes} 分钟；忘记口令请联系安全保密管理员重置。"


class AccountLocked(ArchiveError):
    code = "people.locked"
    text = "该账号因多次口令错误已暂时锁定，请 {minutes} 分钟后再试，或联系安全保密管理员。"


@dataclass(frozen=True, slots=True)
class NewPerson:
    name: str
    role: Role
    unit: str = ""
    email: str = ""
    display_name: str = ""
    password: str = ""


def add_person(actor: Actor, clock: Clock, new: NewPerson) -> Person:
    """Open an account. Raises AlreadyExists, Invalid, NotPermitted."""
    require(actor, Permission.PERSON_MANAGE)
    _check(new)

    def work(tx: Transaction) -> Person:
        if new.unit:
            ensure_unit(tx, new.unit)
        person = Person(
            name=new.name, display_name=new.display_name or new.name, role=new.role.value, unit=new.unit,
            email=new.email, created_at=tx.now,
            password_hash=passwords.hash_password(new.password) if new.password else "")
        tx.insert(person)
        tx.audit("person.added", f"person:{person.name}", role=new.role.value, unit=new.unit)
        return person

    try:
        return write(actor, clock, work)
    except DuplicateKeyError:
        raise AlreadyExists(what="用户", key=new.name) from None


def ensure_unit(tx: Transaction, name: str) -> None:
    """A unit exists once somebody or something belongs to it."""
    if tx.fresh(Unit, {"_id": name}) is None:
        tx.insert(Unit(id=name, created_at=tx.now))
        tx.audit("unit.added", f"unit:{name}")


def disable_person(actor: Actor, clock: Clock, name: str) -> Person:
    """Close an account: tokens and sessions end at once. Raises NotFound, NotPermitted."""
    require(actor, Permission.PERSON_MANAGE)

    def change(person: Person, tx: Transaction) -> None:
        person.disabled, person.tokens = True, []
        person.session_epoch += 1
        tx.audit("person.disabled", f"person:{name}")

    return _change(actor, clock, name, change)


def set_password(actor: Actor, clock: Clock, name: str, password: str) -> Person:
    """Set a password, of another person or one's own; open sessions end."""
    _require_for(actor, name)
    passwords.check_strength(password, name)

    def change(person: Person, tx: Transaction) -> None:
        person.password_hash = passwords.hash_password(password)
        person.failures, person.locked_until = 0, None
        person.session_epoch += 1
        tx.audit("person.password-set", f"person:{name}")

    return _change(actor, clock, name, change)


def issue_token(actor: Actor, clock: Clock, name: str) -> str:
    """A new API token for the person; it is shown once and kept as a digest. One's own needs no permission."""
    _require_for(actor, name)
    token = passwords.new_token()

    def change(person: Person, tx: Transaction) -> None:
        if person.disabled:
            raise Invalid(field="用户", problem=f"“{name}”已停用，不能签发令牌。")
        person.tokens.append(Token(digest=passwords.token_digest(token), created_at=tx.now))
        tx.audit("person.token-issued", f"person:{name}")

    _change(actor, clock, name, change)
    return token


def sign_in(clock: Clock, name: str, password: str) -> Person:
    """The person, where name and password match. Raises SignInFailed or AccountLocked.

    Every attempt whose password was looked at is audited; unknown names are not kept: people type passwords there.
    """
    person = Person.objects(name=name).first()
    if person is not None and person.locked_until and person.locked_until > clock.now():
        minutes = int((person.locked_until - clock.now()).total_seconds() // 60) + 1
        raise AccountLocked(minutes=minutes)
    matches = passwords.password_matches(person.password_hash if person else "", password)
    if person is None or person.disabled or not matches:
        if person is not None:
            _note_failure(clock, name)
        raise SignInFailed(most=MOST_FAILURES, minutes=int(LOCKED_FOR.total_seconds() // 60))

    def change(person: Person, tx: Transaction) -> None:
        person.failures, person.locked_until = 0, None
        tx.audit("person.signed-in", f"person:{name}")

    return _change(person.actor(), clock, name, change)


def person_of_token(token: str) -> Person | None:
    """Whose token this is; None for unknown tokens and disabled people."""
    found: Person | None = Person.objects(tokens__digest=passwords.token_digest(token), disabled=False).first()
    return found


def find_person(name: str) -> Person:
    person: Person | None = Person.objects(name=name).first()
    if person is None:
        raise NotFound(what="用户", key=name)
    return person


def _require_for(actor: Actor, name: str) -> None:
    """One's own account, or the permission; whoever lacks both does not even learn whether the name exists."""
    person = Person.objects(name=name).first()
    if person is None or actor.id != person.id:
        require(actor, Permission.PERSON_MANAGE)


def _note_failure(clock: Clock, name: str) -> None:
    def change(person: Person, tx: Transaction) -> None:
        person.failures += 1
        locked = person.failures >= MOST_FAILURES
        if locked:
            person.failures, person.locked_until = 0, tx.now + LOCKED_FOR
        tx.audit("person.sign-in-failed", f"person:{name}", locked=locked)

    _change(system_actor("sign-in"), clock, name, change)


def _change(actor: Actor, clock: Clock, name: str, change: Callable[[Person, Transaction], None]) -> Person:
    def work(tx: Transaction) -> Person:
        person = find_person(name)
        change(person, tx)
        tx.replace(person)
        return person

    write(actor, clock, work)
    return find_person(name)


def _check(new: NewPerson) -> None:
    if not new.name or len(new.name) > 64 or any(c.isspace() or c in "/:" for c in new.name):
        raise Invalid(field="用户名", problem="应为 1–64 个字符，不含空格、斜线和冒号。")
    if new.role is Role.UNIT and not new.unit:
        raise Invalid(field="单位", problem="项目单位经办须指明所在单位（--unit）。")
    if new.role is Role.SYSTEM:
        raise Invalid(field="角色", problem="system 是内部角色，不能授予人员。")
    if new.email and ("@" not in new.email or any(c.isspace() for c in new.email)):
        raise Invalid(field="邮箱", problem=f"“{new.email}”不是邮箱地址。")
    if new.password:
        passwords.check_strength(new.password, new.name)
