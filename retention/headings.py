"""How a finding is headed, on pages, in mails and calendars: its rule, and which of several things it is about."""

from archive.names import name_of

_SUBJECTS = {"repeated": "多次延期"}


def about(title: str, subject: str) -> tuple[str, str]:
    """The rule's title and what in the project it is about, nothing said twice."""
    name = subject_name(subject)
    if not name or name in title:
        return title, ""
    return (name, "") if title in name else (title, name)


def headed(title: str, subject: str) -> str:
    """Both in one line."""
    return " · ".join(filter(None, about(title, subject)))


def subject_name(subject: str) -> str:
    """For people: a type of document or a register by its name, a contract's years in words."""
    if subject.startswith("round:"):
        return f"自合同 {subject.removeprefix('round:')} 起的逐年续签"
    if "#" in subject:
        return "合同 {} 第 {} 年".format(*subject.rsplit("#", 1))
    return _SUBJECTS.get(subject) or name_of(subject)
