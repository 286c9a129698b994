"""Records as the JSON objects that the command line prints; the same names as the API's."""

from typing import Any

from archive.models import CONTRACT_FIELDS, LEDGER_FIELDS, Contract, Project


def project_shape(project: Project) -> dict[str, Any]:
    fields = {name: getattr(project, name) for name in LEDGER_FIELDS}
    return {"code": project.code, **fields, "trial_abnormal_days": project.trial_abnormal_days,
            "revision": project.revision}


def contract_shape(contract: Contract) -> dict[str, Any]:
    return {"number": contract.number, **{name: getattr(contract, name) for name in CONTRACT_FIELDS}}
