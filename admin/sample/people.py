"""The accounts of the sample, one for each role, and the contact persons of departments that have no account.

The password is the same for all and is printed by the demonstration: it protects nothing, and belongs nowhere else.
"""

from dataclasses import dataclass

from admin.sample.model import SamplePerson
from admin.sample.names import UNITS, Unit

PASSWORD = "Yunchuan#2026"  # noqa: S105 - public, for the demonstration


@dataclass(frozen=True)
class Contact:
    display_name: str
    email: str


def _person(name: str, display_name: str, role: str, unit: str = "") -> SamplePerson:
    return SamplePerson(name, display_name, role, unit, f"{name}@example.com", PASSWORD)


PEOPLE = (
    _person("danganyuan", "沈静", "archivist"),
    _person("shuili", "罗文斌", "unit", UNITS[0].name),
    _person("huanjing", "唐雪", "unit", UNITS[1].name),
    _person("shenji", "郑国栋", "auditor"),
    _person("zhuguan", "何志诚", "supervisor"),
    _person("xitong", "吕晨", "sysadmin"),
    _person("anquan", "卢思远", "secadmin"),
    _person("rizhi", "田怡", "auditadmin"),
)
SUPERVISOR = Contact("何志诚", "zhuguan@example.com")
_CONTACTS = {
    UNITS[0].name: Contact("罗文斌", "shuili@example.com"),
    UNITS[1].name: Contact("唐雪", "huanjing@example.com"),
    UNITS[2].name: Contact("韩凯", "jiaotong@example.com"),
    UNITS[3].name: Contact("曹敏", "renshe@example.com"),
    UNITS[4].name: Contact("彭春", "nongye@example.com"),
    UNITS[5].name: Contact("萧燕", "wenlv@example.com"),
    UNITS[6].name: Contact("蔡勇", "yingji@example.com"),
    UNITS[7].name: Contact("潘欣怡", "yibao@example.com"),
}


def contact_of(unit: Unit) -> Contact:
    """The department's person in charge of archives: for two departments the one who has an account."""
    return _CONTACTS[unit.name]
