"""How long one file takes from its upload to being found: `python -m bench.single`.

`dangan serve` runs beside; a client uploads a PDF of one page over HTTP and asks the search for a word that stands in
this file only, until it is found. One file after another, so each meets an archive that is at rest.
"""

import argparse
import json
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from admin.sample.paper import Paper
from admin.sample.writers import write
from bench.scratch import CODE, UNIT, Scratch, free_port, scratch_archive
from bench.search_http import START_SECONDS, STOP_SECONDS, Client

FILES, WARM, MOST_SECONDS, GIVEN_UP_SECONDS = 20, 2, 1.0, 30.0
REST_SECONDS, LOOK_SECONDS = 1.0, 0.01
BOUNDARY = "one-page"
_NUMBERS = "零壹贰叁肆伍陆柒捌玖"


def measure(engines: Mapping[str, str], files: int = FILES) -> dict[str, Any]:
    """Seconds of each upload until its answer, and until the file is found; the first ones warm the processes up."""
    with scratch_archive(engines) as scratch, _serving(scratch) as client:
        taken = [_one(client, number) for number in range(files + WARM)][WARM:]
    answered, found = zip(*taken, strict=True)
    return {"files": files, "answered_median_s": round(statistics.median(answered), 3),
            "searchable_median_s": round(statistics.median(found), 3), "searchable_worst_s": round(max(found), 3)}


def word(number: int) -> str:
    """Stands in this file and in no other."""
    return "麒麟" + "".join(_NUMBERS[int(digit)] for digit in f"{number:04}")


def one_page(number: int) -> bytes:
    lines = ("各有关单位：", f"经研究，{word(number)}项目按计划推进，现将有关事项通知如下。", "一、工作安排",
             "请各单位按照职责分工，抓好落实。" * 6, "二、有关要求", "请于本月底前将进展情况报送办公室。" * 6)
    return write("pdf", Paper("letter", f"关于第{number}号事项的通知", UNIT, date(2026, 3, 2), blocks=lines))


def _one(client: Client, number: int) -> tuple[float, float]:
    content = one_page(number)
    time.sleep(REST_SECONDS)
    started = time.perf_counter()
    _upload(client, f"{number:04}_通知.pdf", content)
    answered = time.perf_counter() - started
    while not client.search(q=word(number))["total"]:
        if time.perf_counter() - started > GIVEN_UP_SECONDS:
            raise SystemExit("the file was not found")
        time.sleep(LOOK_SECONDS)
    return answered, time.perf_counter() - started


def _upload(client: Client, filename: str, content: bytes) -> None:
    head = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
            "Content-Type: application/pdf\r\n\r\n").encode()
    client.connection.request("POST", f"/api/v1/projects/{CODE}/documents", head + content + f"\r\n--{BOUNDARY}--\r\n".encode(), {
        **client.headers, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    response = client.connection.getresponse()
    body = response.read()
    if response.status != 201:
        raise SystemExit(f"the upload was answered {response.status}: {body.decode()[:300]}")


@contextmanager
def _serving(scratch: Scratch) -> Iterator[Client]:
    scratch.run("user", "add", "archivist", "--role", "archivist")
    port = free_port()
    client = Client(port, scratch.run("user", "token", "archivist").split()[-1])
    process: subprocess.Popen[str] = scratch.start("serve", "--port", port)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not client.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("dangan serve did not start")
            time.sleep(0.1)
        yield client
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.single", description=__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    result = measure({}, parser.parse_args().files)
    print(json.dumps({**result, "goals_met": result["searchable_median_s"] < MOST_SECONDS}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
