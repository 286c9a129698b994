"""What mail servers send back, as they write it: a report in each of the forms met in practice."""

from collections.abc import Mapping

POSTFIX = """Return-Path: <>
From: MAILER-DAEMON@mx.example.cn (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.cn
{envelope}Arrival-Date: Mon,  2 Mar 2026 08:00:00 +0800 (CST)

Final-Recipient: rfc822; gone@example.cn
Original-Recipient: rfc822;gone@example.cn
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.cn
Diagnostic-Code: smtp; {said}

--B
Content-Description: Undelivered Message Headers
Content-Type: {kind}

{head}
--B--
"""


def report(*, to: str = "dangan@archive.example.cn", envelope: str = "", action: str = "failed", status: str = "5.1.1",
           said: str = "550 5.1.1 <gone@example.cn>: Recipient address rejected: User unknown", kind: str = "text/rfc822-headers",
           head: Mapping[str, str] | None = None) -> bytes:
    lines = "".join(f"{name}: {value}\n" for name, value in (head or {}).items())
    envelope = f"Original-Envelope-Id: {envelope}\n" if envelope else ""
    return POSTFIX.format(to=to, envelope=envelope, action=action, status=status, said=said, kind=kind,
                          head=lines + "\n").replace("\n", "\r\n").encode()


def in_words(key: str, sender: str = "postmaster@example.cn") -> bytes:
    return (f"From: {sender}\r\nTo: dangan@archive.example.cn\r\nSubject: =?utf-8?b?6YCA5L+h?=\r\n\r\n"
            f"您的邮件被退回。\r\nSMTP error: 550 User not found: gone@example.cn\r\n"
            f"Message-ID: <{key}@archive.example.cn>\r\n").encode()
