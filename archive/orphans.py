"""Transactions whose process is gone. A killed process leaves its own open in the server for a minute
(`transactionLifetimeLimitSeconds`), with whatever it had begun to change in it; all who want to change the same wait as long.

The server knows of each open transaction the connection it was last spoken to by, and which connections there are.
"""

import logging

from pymongo.errors import PyMongoError

from archive.models.connection import database

log = logging.getLogger(__name__)
_LISTED = {"$currentOp": {"idleSessions": True, "idleConnections": True}}  # our own user's, which takes no privilege


def end_orphans() -> int:
    """Abort the transactions whose connections are gone; how many there were. A server that does not answer, or does not let us,
    is left alone: it ends them by itself, only later."""
    admin = database().client.admin
    try:
        listed = list(admin.aggregate([_LISTED]))
        there = {line.get("connectionId") for line in listed if line.get("type") != "idleSession"}
        gone = [{"id": line["lsid"]["id"]} for line in listed
                if line.get("type") == "idleSession" and "transaction" in line and line.get("connectionId") not in there]
        if gone:
            admin.command({"killSessions": gone}, codec_options=admin.codec_options)  # as it was read
    except PyMongoError as error:
        log.info("open transactions could not be listed or ended: %s", error)
        return 0
    return len(gone)
