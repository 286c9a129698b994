"""What was found out about a file is read where the file is: on its page and in the API's description of it."""

from collections.abc import Callable

from admin.system import System
from archive.models import Document
from archive.operations.remarks import record_remarks
from archive.remarks import Remark, Severity
from tests.functional.pages.conftest import Browser


def test_the_page_shows_remarks_with_their_pages_and_no_markup_of_the_file(
        system: System, filled: Document, signed_in: Callable[[str], Browser]) -> None:
    browser = signed_in("unit_a")
    assert "文件检查" not in browser.page(f"/documents/{filled.id}")
    record_remarks(system.clock, filled.current, "seals 1", [
        Remark("signature.broken", Severity.PROBLEM, "签章<b>“甲”</b>之后内容被改动。", tuple(range(1, 13)))])
    page = browser.page(f"/documents/{filled.id}")
    assert "签章&lt;b&gt;“甲”&lt;/b&gt;之后内容被改动。" in page
    assert 'data-code="signature.broken"' in page
    assert "第 10 页</a>" in page
    assert "等 12 页" in page
    assert signed_in("unit_b").get(f"/documents/{filled.id}").status_code == 404
