"""What a file of a report says of itself: which report it is of, and its annex when it carries one. Pure.

Used only to say what a file claims to be when its bytes are not those of a sealed report; it proves nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_META = re.compile(r'<meta name="guiyuan-report" content="([^"]{1,120})">')
_PROPERTY = re.compile(r'name="GuiyuanReport"[^>]*>\s*<(?:\w+:)?lpwstr[^>]*>([^<]{1,120})<')
_NUMBER = re.compile(r"[a-z0-9-]+/20\d\d[0-9S.-]*/[0-9a-f]{10}")
LARGEST_PART = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReportClaim:
    """`number` is the report number that the file claims, `annex` the frozen annex inside it; None without."""

    form: str
    number: str | None
    annex: bytes | None


def read(data: bytes) -> ReportClaim:
    """What `data` claims; every kind of damage reads as no claim."""
    if data.startswith(b"%PDF-"):
        annex = _attached(data)
        return ReportClaim("pdf", _number(annex), annex)
    if data.startswith(b"PK"):
        return ReportClaim("xlsx", _property(data), None)
    text = data.decode("utf-8-sig", errors="replace")
    if text.lstrip().startswith("{"):
        return ReportClaim("json", _number(data), data)
    if "<html" in text[:400].lower():
        match = _META.search(text)
        return ReportClaim("html", match.group(1) if match else None, None)
    return ReportClaim("csv", _in_column(text), None)


def _attached(pdf: bytes) -> bytes | None:
    for match in _STREAM.finditer(pdf):
        content = match.group(1)
        if not content.startswith(b"{"):
            try:
                content = zlib.decompressobj().decompress(content, LARGEST_PART)
            except zlib.error:
                continue
        if content.startswith(b"{") and b'"guiyuan-report-' in content:
            return content
    return None


def _number(annex: bytes | None) -> str | None:
    try:
        content = json.loads(annex or b"null")
    except ValueError:
        return None
    number = content.get("number") if isinstance(content, dict) else None
    return number if isinstance(number, str) and _NUMBER.fullmatch(number) else None


def _property(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo("docProps/custom.xml").file_size > LARGEST_PART:
                return None
            match = _PROPERTY.search(archive.read("docProps/custom.xml").decode(errors="replace"))
    except (zipfile.BadZipFile, KeyError):
        return None
    return match.group(1) if match else None


def _in_column(text: str) -> str | None:
    lines = csv.reader(io.StringIO(text[:20_000]))
    try:
        next(lines, None)
        first = next(lines, None)
    except csv.Error:
        return None
    return first[0] if first and _NUMBER.fullmatch(first[0]) else None
