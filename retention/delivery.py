"""Whose mail does not arrive: for whoever manages people, so that an address gets corrected."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from retention.models import Mail

NOT_DELIVERED = ("bounced", "rejected")
BACK = timedelta(days=30)
PROOF = timedelta(days=1)  # a mail that did not come back within a day has arrived


def undelivered(addresses: Iterable[str], now: datetime) -> dict[str, Mail]:
    """By address as given, the last mail that did not arrive, unless a later one did."""
    wanted = {address.strip().casefold(): address for address in addresses if address}
    found: dict[str, Mail] = {}
    for mail in Mail.objects(state__in=NOT_DELIVERED, created_at__gt=now - BACK).order_by("created_at"):
        address = wanted.get(mail.address.strip().casefold())
        if address is not None:
            found[address] = mail
    return {address: mail for address, mail in found.items() if not _arrived_since(mail, now)}


def _arrived_since(mail: Mail, now: datetime) -> bool:
    later = Mail.objects(address=mail.address, state="sent", created_at__gt=mail.created_at, sent_at__lt=now - PROOF)
    return later.first() is not None
