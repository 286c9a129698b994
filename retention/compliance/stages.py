"""Which stages of a dossier have been filed at all.

Where nothing of a stage is there, nobody can say which of its papers were never written: the dossier has simply not
been brought in yet. That is one matter (R26-4), not forty.
"""

from functools import cache, lru_cache

from archive import taxonomy
from retention.compliance.facts import Facts

GROUPS = {
    "申报审批": ("APP", "APR"), "采购合同": ("BID", "CON"), "建设管理": ("BLD", "SUP", "MGT"),
    "试运行验收": ("TRL", "ACC", "SEC"), "运维": ("OM",), "财务": ("FIN",), "绩效": ("PRF",)}


@cache
def _group_by_type() -> dict[str, str]:
    by_stage = {stage: name for name, stages in GROUPS.items() for stage in stages}
    return {kind.key: by_stage[kind.stage] for kind in taxonomy.load().types if kind.stage in by_stage}


def group_of(type_key: str) -> str:
    """The group of stages a type of document belongs to, "" where it belongs to none."""
    return _group_by_type().get(type_key, "")


def filed(facts: Facts, group: str) -> int:
    """How many documents of the group are there."""
    return _counts(facts).get(group, 0)


@lru_cache(maxsize=8)  # facts are equal only to themselves: once an evaluation
def _counts(facts: Facts) -> dict[str, int]:
    groups, counts = _group_by_type(), dict[str, int]()
    for key, found in facts.by_type.items():
        if group := groups.get(key):
            counts[group] = counts.get(group, 0) + len(found)
    return counts


def type_name(key: str) -> str:
    """The Chinese name of a type of document."""
    return taxonomy.load().get(key).name
