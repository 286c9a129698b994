"""What people do while engines fall over: they file, file again what was not confirmed, look things up, change a project.

Every one of them repeats a request until it is answered, as the handbook tells programs to; what was answered with 200
or 201 is noted. Whatever happens to the engines, no answer may be an error of the program's own.
"""

import hashlib
import random
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from tests import samples
from tests.faults.cluster import CODE, Cluster, Said

UPLOADERS = 3
GIVE_UP_SECONDS = 240.0
TRY_AGAIN = {0, 429, 503}
IN_USE_SECONDS = 5.0  # after which a program without patience begins anew under another key
FILES = f"/api/v1/projects/{CODE}/documents"
LARGE_BYTES = 9 << 20  # more than one part of S3
LARGE_SHARE = 0.3


@dataclass(frozen=True)
class Acknowledged:
    sha256: str
    document: str
    word: str
    status: int


@dataclass
class Load:
    """`patient` is the share of uploads that keep their Idempotency-Key for as long as a dead web's claim on it lasts.

    `faults`: answers nobody should ever get, and requests nobody answered in the end.
    """

    cluster: Cluster
    seed: int
    patient: float = 0.0
    acknowledged: list[Acknowledged] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asked: int = 0
    refused: int = 0  # answered 503: could not be done, and said so
    found: int = 0
    contact: int = 0
    _pause: threading.Event = field(default_factory=threading.Event)  # never set: it only waits
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Load":
        people = [*(partial(self._upload, number) for number in range(UPLOADERS)), self._search, self._change]
        self._threads = [threading.Thread(target=self._safely, args=[each], daemon=True) for each in people]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(GIVE_UP_SECONDS + 60)
            if thread.is_alive():
                self.faults.append("a client hung")

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # a bug of the test must not pass for quiet
            self.faults.append(f"{type(error).__name__}: {error}")

    def _upload(self, number: int) -> None:
        chance, mine, count = random.Random(f"{self.seed}/{number}"), list[str](), 0
        while not self._stop.wait(chance.uniform(0.1, 1.0)):
            count += 1
            content, name, word = make(self.cluster.folder, chance, number, count)
            path = f"/api/v1/documents/{chance.choice(mine)}/versions" if mine and chance.random() < 0.1 else FILES
            said = self._until_done(chance, path, *form(name, content))
            if said is None:
                continue
            made = Acknowledged(f"sha256:{hashlib.sha256(content).hexdigest()}", said.body["id"], word, said.status)
            self.acknowledged.append(made)
            mine.append(made.document)

    def _until_done(self, chance: random.Random, path: str, body: bytes, kind: str) -> Said | None:
        key, since, end = uuid4().hex, time.monotonic(), time.monotonic() + GIVE_UP_SECONDS
        patient = chance.random() < self.patient
        while time.monotonic() < end:
            said = self._ask(chance, "POST", path, body, Content_Type=kind, Idempotency_Key=key)
            if said.status in (200, 201):
                return said
            if said.status == 409 and not patient and time.monotonic() - since > IN_USE_SECONDS:
                key, since = uuid4().hex, time.monotonic()
            elif said.status not in {409, *TRY_AGAIN}:
                self.faults.append(f"POST {path}: {said.status} {said.body}")
                return None
            self._pause.wait(chance.uniform(0.2, 1.0))
        self.faults.append(f"POST {path}: not done within {GIVE_UP_SECONDS:.0f} s, last {said.status} {said.body}")
        return None

    def _search(self) -> None:
        chance = random.Random(f"{self.seed}/search")
        while not self._stop.wait(chance.uniform(0.2, 0.8)):
            if not self.acknowledged:
                continue
            wanted = chance.choice(self.acknowledged)
            said = self._ask(chance, "GET", f"/api/v1/search?q={quote(wanted.word)}")
            if said.status == 200:
                others = {item["document"] for item in said.body["items"]} - {wanted.document}
                self.found += 1
                if others:
                    self.faults.append(f"search for {wanted.word}: found {others}, not only {wanted.document}")
            elif said.status not in TRY_AGAIN:
                self.faults.append(f"search: {said.status} {said.body}")

    def _change(self) -> None:
        """Counts upwards in one field of the project; `contact` is the last number that was confirmed."""
        chance, number, path = random.Random(f"{self.seed}/change"), 0, f"/api/v1/projects/{CODE}"
        while not self._stop.wait(chance.uniform(0.5, 2.0)):
            read = self._ask(chance, "GET", path)
            if read.status != 200:
                continue
            number += 1
            body = b'{"contact": "%d"}' % number
            said = self._ask(chance, "PATCH", path, body, Content_Type="application/json", If_Match=read.headers["ETag"])
            if said.status == 200:
                self.contact = number
            elif said.status not in {409, 412, *TRY_AGAIN}:
                self.faults.append(f"PATCH: {said.status} {said.body}")

    def _ask(self, chance: random.Random, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
        said = self.cluster.ask(chance.randrange(2), method, path, body, **headers)
        self.asked += 1
        if said.status == 503:
            self.refused += 1
        if said.status == 500:
            self.faults.append(f"{method} {path}: {said.status} {said.body}")
        return said


def make(folder: Path, chance: random.Random, number: int, count: int) -> tuple[bytes, str, str]:
    """A file like no other: content, name, and a word that is in it and nowhere else."""
    word = f"w{chance.getrandbits(64):016x}"
    text, name = f"会议纪要 {word} 讨论了接口联调与数据归集。", f"会议纪要{number}-{count:04}"
    kind = chance.randrange(12)
    path = folder / f"made-{number}"
    if kind < 4:
        samples.pdf(path, [[text, *["接口联调与数据归集的进度。"] * 12]] * (1 + chance.randrange(9)))
    elif kind < 7:
        samples.word(path, title=name, paragraphs=[text] * 9)
        if kind == 6 and chance.random() < LARGE_SHARE:
            with zipfile.ZipFile(path, "a") as package:
                package.writestr("padding.bin", chance.randbytes(LARGE_BYTES))
    elif kind < 9:
        samples.workbook(path, {"清单": [[number, text]] * 20})
    else:
        path.write_text(text * 40, encoding="utf-8")
    content, suffix = path.read_bytes(), ("pdf", "docx", "xlsx", "txt")[(kind >= 4) + (kind >= 7) + (kind >= 9)]
    path.unlink()
    return content, f"{name}.{suffix}", word


def form(name: str, content: bytes) -> tuple[bytes, str]:
    """A multipart body and its media type."""
    edge = uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return head + content + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
