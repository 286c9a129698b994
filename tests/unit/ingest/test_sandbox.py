import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.errors import EngineDown
from ingest.extractors import Extraction, NoExtractor, Source, UnreadableFile, extract
from ingest.media_types import DOCX, identify
from ingest.sandbox import Limits, Sandbox, SandboxClosed, SandboxFailure
from tests import format_samples, samples
from tests.functional.processes import until

HOSTILE = "tests.unit.ingest.hostile_worker"
SHORT = Limits(cpu_seconds=1, wall_seconds=20, memory_mb=512, output_mb=4, file_mb=1)
ROOT = Path(__file__).resolve().parents[3]


class Orders:
    """A sandbox whose files are orders to the worker that reads them."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder, self.pipe = sandbox, folder, folder / "pipe"

    def __call__(self, order: str) -> str:
        path = self.folder / f"{threading.get_ident()}-{abs(hash(order))}"
        path.write_text(order)
        return self.sandbox.extract(path, "text/plain", "order.txt").pages[0]

    def sleep(self) -> str:
        """The order to sleep for ever, saying so on a pipe first."""
        if not self.pipe.exists():
            os.mkfifo(self.pipe)
        return f"sleep {self.pipe}"

    def wait_until_asleep(self) -> None:
        assert self.pipe.read_bytes()

    def fails(self, order: str) -> SandboxFailure:
        with pytest.raises(SandboxFailure) as caught:
            self(order)
        assert caught.value.reason
        assert "已原样保存" in str(caught.value)
        return caught.value


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[Orders]:
    with Sandbox(workers=1, limits=SHORT, worker_module=HOSTILE) as hostile:
        yield Orders(hostile, tmp_path)


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends within the time; one that has ended already counts."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def test_workers_started_ahead_are_those_that_read(tmp_path: Path) -> None:
    path = samples.pdf(tmp_path / "a.pdf", [["第一页内容"]])
    with Sandbox(workers=2) as sandbox:
        sandbox.warm_up()
        assert until(lambda: len(sandbox.pids) == 2, 20)
        started = sandbox.pids
        sandbox.warm_up()
        with ThreadPoolExecutor(2) as pool:
            read = list(pool.map(lambda _: sandbox.extract(path, identify(path, path.name), "报告.pdf").page_count, range(6)))
        assert (read, sandbox.pids) == ([1] * 6, started)


def test_a_worker_started_ahead_that_is_gone_is_replaced(tmp_path: Path) -> None:
    path = samples.pdf(tmp_path / "a.pdf", [["第一页内容"]])
    with Sandbox(workers=1) as sandbox:
        sandbox.warm_up()
        assert until(lambda: sandbox.pids, 20)
        os.kill(sandbox.pids[0], signal.SIGKILL)
        assert sandbox.extract(path, identify(path, path.name), "报告.pdf").page_count == 1


def test_what_an_extractor_reads_comes_back_whole(tmp_path: Path) -> None:
    path = samples.pdf(tmp_path / "a.pdf", [["第一页内容"], ["第二页内容"], ["第三页内容"]], title="验收报告")
    with Sandbox(workers=1) as sandbox:
        read = sandbox.extract(path, identify(path, path.name), "报告.pdf")
        head = sandbox.extract(path, identify(path, path.name), "报告.pdf", max_pages=2)
    assert read == Extraction(read.pages, 3, read.engine, ("验收报告",), properties=read.properties)
    assert read.properties["pdf_version"] == "1.3"
    assert "第三页内容" in read.pages[2]
    assert (len(head.pages), head.page_count, head.complete) == (2, 3, False)


def test_what_an_extractor_refuses_is_refused_here(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 torn")
    with Sandbox(workers=1) as sandbox:
        with pytest.raises(UnreadableFile, match="损坏"):
            sandbox.extract(tmp_path / "a.docx", DOCX, "a.docx")
        with pytest.raises(NoExtractor, match="暂不读取"):
            sandbox.extract(tmp_path / "a.docx", "image/vnd.dwg", "a.dwg")


def test_properties_pages_to_recognise_and_remarks_come_back_too(tmp_path: Path) -> None:
    loaded = format_samples.loaded_pdf(tmp_path / "a.pdf", attachment="清单.csv", script=True)
    scanned = samples.scanned_pdf(tmp_path / "b.pdf")
    with Sandbox(workers=1) as sandbox:
        for path in (loaded, scanned):
            source = Source(path, "application/pdf", path.name)
            assert sandbox.extract(path, "application/pdf", path.name) == extract(source)
    assert [remark.code for remark in extract(Source(loaded, "application/pdf", "a")).remarks] == ["file.attachments", "file.active"]


def test_an_endless_loop_ends_at_the_processor_limit(orders: Orders) -> None:
    assert orders.fails("loop").kind == "cpu"


def test_the_processor_limit_is_counted_for_each_file(orders: Orders) -> None:
    first = orders("pid")
    assert orders.fails("loop").kind == "cpu"
    second = orders("pid")
    assert first != second
    assert orders("pid") == second


def test_a_file_that_waits_for_ever_ends_at_the_time_limit(tmp_path: Path) -> None:
    limits = Limits(wall_seconds=0.5)
    with Sandbox(workers=1, limits=limits, worker_module=HOSTILE) as sandbox:
        orders = Orders(sandbox, tmp_path)
        pid = int(orders("pid"))
        assert orders.fails("sleep").kind == "timeout"
        assert gone(pid)
        assert orders("pid").isdigit()


def test_memory_beyond_the_limit_is_refused_and_the_worker_replaced(orders: Orders) -> None:
    before = orders("pid")
    assert orders.fails("hoard").kind == "memory"
    assert orders("pid") != before


@pytest.mark.parametrize("order", ["die 11", "die 6", "exit", "raise something"])
def test_a_crash_costs_this_file_only(orders: Orders, order: str) -> None:
    assert orders.fails(order).kind == "crash"
    assert orders("pid").isdigit()


def test_a_worker_killed_from_outside_is_not_held_against_the_file_the_first_time(orders: Orders) -> None:
    with ThreadPoolExecutor(1) as threads:
        failure = threads.submit(orders.fails, orders.sleep())
        seen = set()
        for _ in range(2):
            orders.wait_until_asleep()
            (pid,) = orders.sandbox.pids
            seen.add(pid)
            os.kill(pid, signal.SIGKILL)
        assert failure.result().kind == "killed"
    assert len(seen) == 2
    assert int(orders("pid")) not in seen


def test_a_file_that_was_read_by_a_worker_killed_once_is_read(orders: Orders) -> None:
    marker = orders.folder / "tried"
    assert orders(f"die_once {marker}") == "alive"
    assert marker.exists()


def test_a_worker_killed_while_idle_costs_nothing(orders: Orders) -> None:
    pid = int(orders("pid"))
    os.kill(pid, signal.SIGKILL)
    assert int(orders("pid")) != pid


def test_text_beyond_the_limit_is_not_taken(orders: Orders) -> None:
    assert orders.fails("flood 3").kind == "output"


def test_a_worker_that_lies_about_its_answer_is_not_believed(orders: Orders) -> None:
    assert orders.fails("lie").kind == "output"
    assert orders("pid").isdigit()


def test_a_library_that_prints_does_not_disturb_the_answers(orders: Orders) -> None:
    assert orders("babble").isdigit()


def test_a_worker_cannot_fill_the_disk(orders: Orders) -> None:
    assert orders.fails("write 3").kind == "crash"


def test_a_worker_sees_an_empty_folder_a_bare_environment_and_its_own_session(orders: Orders) -> None:
    folder, _, rest = orders("about").partition(" ")
    names, _, rest = rest.partition("] [")
    assert names == "["
    assert set(rest.partition("]")[0].replace("'", "").split(", ")) <= {
        "HOME", "LANG", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS", "PYTHONPATH", "TMPDIR", "LC_CTYPE"}
    assert rest.endswith("True")
    assert not Path(folder).is_relative_to(ROOT)


def test_a_worker_that_may_leave_the_network_has_left_it(orders: Orders) -> None:
    allowed = subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode == 0 or subprocess.run(
        ["unshare", "--user", "--net", "true"], capture_output=True).returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if allowed:
            assert orders.fails(f"connect {port}").kind == "crash"
        else:
            assert orders(f"connect {port}") == "connected"


def test_workers_are_replaced_when_worn(tmp_path: Path) -> None:
    with Sandbox(workers=1, limits=Limits(jobs=2, rss_mb=100), worker_module=HOSTILE) as sandbox:
        orders = Orders(sandbox, tmp_path)
        pids = [orders("pid") for _ in range(4)]
        assert pids[0] == pids[1] != pids[2] == pids[3]
        heavy = int(orders("keep 120"))
        assert gone(heavy)


def test_four_threads_share_two_workers(tmp_path: Path) -> None:
    paths = [samples.pdf(tmp_path / f"{n}.pdf", [[f"内容之{n}"]]) for n in range(12)]
    with Sandbox(workers=2) as sandbox, ThreadPoolExecutor(4) as threads:
        reads = list(threads.map(lambda path: sandbox.extract(path, "application/pdf", path.name), paths))
        assert 1 <= len(sandbox.pids) <= 2
    assert [f"内容之{n}" in read.pages[0] for n, read in enumerate(reads)] == [True] * 12


def test_nothing_runs_before_the_first_file_and_nothing_is_left_after_the_last(tmp_path: Path) -> None:
    sandbox = Sandbox(workers=1, worker_module=HOSTILE)
    assert sandbox.pids == ()
    orders = Orders(sandbox, tmp_path)
    folder = Path(orders("about").partition(" ")[0])
    pids = sandbox.pids
    sandbox.close()
    sandbox.close()
    assert all(map(gone, pids))
    assert not folder.exists()
    with pytest.raises(SandboxClosed):
        orders("pid")


def test_closing_ends_jobs_under_way_and_waiting_without_blaming_their_files(tmp_path: Path) -> None:
    sandbox = Sandbox(workers=1, worker_module=HOSTILE)
    orders = Orders(sandbox, tmp_path)
    pid = int(orders("pid"))
    with ThreadPoolExecutor(3) as threads:
        jobs = [threads.submit(orders, orders.sleep()) for _ in range(3)]
        orders.wait_until_asleep()
        sandbox.close()
        assert [type(job.exception(timeout=20)) for job in jobs] == [SandboxClosed] * 3
    assert gone(pid)


def test_an_installation_that_cannot_start_workers_is_not_the_files_fault(tmp_path: Path) -> None:
    with Sandbox(workers=1, worker_module="ingest.no_such_worker") as sandbox, pytest.raises(EngineDown, match="no_such_worker"):
        Orders(sandbox, tmp_path)("pid")


@pytest.mark.parametrize("order", ["pid", "sleep", "loop"])
def test_workers_die_with_the_archive(tmp_path: Path, order: str) -> None:
    """The parent is killed with no chance to clean up, its worker idle, waiting or computing."""
    (tmp_path / "first").write_text("pid")
    (tmp_path / "order").write_text(order)
    program = ("import sys; from pathlib import Path; from ingest.sandbox import Sandbox\n"
               f"s = Sandbox(workers=1, worker_module={HOSTILE!r}); f = Path({str(tmp_path)!r})\n"
               "print(s.extract(f / 'first', 'text/plain', 'x').pages[0], flush=True)\n"
               "s.extract(f / 'order', 'text/plain', 'x'); sys.stdin.read()")
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)},
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
        assert gone(worker)
