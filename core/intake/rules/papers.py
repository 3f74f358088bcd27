"""PDFs: measured, not opened. They are kept and handed out as they came, to be saved and never shown inside our pages."""

from __future__ import annotations

import re
from typing import Any

from core.intake.rules import bounds
from core.intake.rules.wire import Refused, WireMessage

_COUNT = re.compile(rb"/Count\s+(\d{1,9})")
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def parse(data: bytes, _options: dict[str, Any]) -> WireMessage:
    """`{pages}`: the most that its page tree claims or its plain objects show; 0 where both are packed away."""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise Refused("not_a_pdf")
    claimed = max((int(digits) for digits in _COUNT.findall(data)), default=0)
    pages = max(claimed, sum(1 for _ in _PAGE.finditer(data)))
    if pages > bounds.MOST_PAGES:
        raise Refused("too_many_pages", pages=pages)
    return WireMessage({"pages": pages})
