"""Letters that were dealt with, so that none is dealt with twice, whatever the mail server still shows."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, StringField

from archive.models.base import Model


class MailboxLetter(Model):
    """`id` is the mailbox, its UIDVALIDITY and the letter's UID. Of who is not known here nothing is kept."""

    meta: ClassVar[dict[str, Any]] = {"collection": "mailbox_letters", "auto_create_index": False,
            "indexes": [("answered_to", "-at"), "-at"]}

    id: str = StringField(primary_key=True)
    outcome: str = StringField(required=True, choices=("filed", "duplicates", "refused", "unclear"))
    reason: str = StringField(default="")
    person: str = StringField(default="")
    project: str = StringField(default="")
    document: str = StringField(default="")
    answered: bool = BooleanField(default=False)
    answered_to: str = StringField(default="")
    at: datetime = DateTimeField(required=True)
