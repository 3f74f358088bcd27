"""Whom a channel would write to, compared with whom we mean: Apprise reads an address by rules of its own.

`o'neil@b.example` is a good address; put into `mailto://...?to=` it becomes `neil@b.example`, which is somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

# A receiver of whom we know how every channel reads it, to find where in a channel's targets the receiver stands.
KNOWN_EMAIL, KNOWN_PHONE = "known.receiver@guiyuan.example", "+8613800138000"
# Letters that no reader of addresses gives a meaning; most addresses have no others.
PLAIN = re.compile(r"[a-z0-9._+-]+@[a-z0-9.-]+|\+[0-9]{6,15}")
# Read as every channel of e-mail reads it, also where none is set up yet.
ANY_MAIL = "mailto://user:password@smtp.guiyuan.example?from=sender@guiyuan.example&to={email}"


def filled(template: str, receiver: str) -> str:
    """A channel's address with its receiver put in."""
    quoted = quote(receiver, safe="")
    return template.format(to=quoted, email=quoted, phone=re.sub(r"[^\d+]", "", receiver))


def serving(templates: Sequence[str], receiver: str) -> list[str]:
    """The channels that take this kind of receiver."""
    is_email = "@" in receiver
    return [
        template
        for template in templates
        if "{to}" in template or ("{email}" if is_email else "{phone}") in template
    ]


def would_address(apprise: Any, template: str, receiver: str) -> bool:
    """Whether the channel writes to this receiver and, beside him, only to whom its template names.

    A channel without targets, which hands the receiver on as a word, has nothing to be misread.
    """
    known = KNOWN_EMAIL if "@" in receiver else KNOWN_PHONE
    expected = _targets(apprise, filled(template, known))
    actual = _targets(apprise, filled(template, receiver))
    if expected is None and actual is None:
        return True
    if expected is None or actual is None:
        return False
    wanted = [_same(receiver) if target == _same(known) else target for target in expected]
    return sorted(wanted) == sorted(actual)


def _targets(apprise: Any, address: str) -> list[str] | None:
    plugin = apprise.Apprise.instantiate(address)
    targets = getattr(plugin, "targets", None)
    if not isinstance(targets, list | tuple | set):
        return None
    return [_same(_text(target)) for target in targets]


def _text(target: Any) -> str:
    """A target as text: an address alone, or the last of a name or a kind with its address."""
    if isinstance(target, list | tuple):
        return " ".join(str(part) for part in target if part and len(str(part)) > 1)
    return str(target)


def _same(text: str) -> str:
    """An address as it is compared: e-mail without case, numbers without their plus sign."""
    return text.casefold() if "@" in text else text.lstrip("+")
