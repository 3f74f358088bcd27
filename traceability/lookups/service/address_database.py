"""Where an address is, to the province, from a file that the operator installs; without one nobody guesses.

`ADDRESS_DATABASE` names a file in the MMDB format (city or region data of any maker). Mobile networks and
tunnels make such answers wrong now and then: they are hints for the rules, never proof.
"""

from pathlib import Path
from typing import Any

from flask import Flask, current_app

from core.networks import parsed_address
from core.settings import SettingError, Settings
from traceability.lookups.rules.provinces import province_named

# Countries that such files list on their own, and that are provinces in orders.
OWN_COUNTRY = {"HK", "MO", "TW"}


def init_app(app: Flask, settings: Settings) -> None:
    """Open the file, if one is named.

    Raises:
        SettingError: ADDRESS_DATABASE is set and is no such file.
    """
    app.extensions["address_database"] = (
        open_database(settings.address_database) if settings.address_database else None
    )


def open_database(path: Path) -> Any:
    """A reader of the file; the reading library is loaded only here.

    Raises:
        SettingError: there is no file, or it is not in the MMDB format.
    """
    import maxminddb

    try:
        return maxminddb.open_database(path, maxminddb.MODE_MMAP)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise SettingError("ADDRESS_DATABASE", f"{path}: {error}") from None


def province_of(address: str) -> str | None:
    """The province of an address, or None: no file, not in it, abroad, or not an address."""
    reader = current_app.extensions.get("address_database")
    if reader is None:
        return None
    parsed = parsed_address(address)
    if parsed is None:
        return None
    try:
        record = reader.get(parsed)
    except ValueError:
        return None  # a file of IPv4 is asked for an IPv6 address
    return province_in(record)


def province_in(record: Any) -> str | None:
    """The province in one record of the file, by its subdivision's code or else its Chinese or English name."""
    if not isinstance(record, dict):
        return None
    country = (record.get("country") or {}).get("iso_code")
    if country in OWN_COUNTRY:
        return province_named(country)
    subdivisions = record.get("subdivisions") or []
    if country != "CN" or not subdivisions:
        return None
    first = subdivisions[0]
    names = first.get("names") or {}
    for text in (first.get("iso_code"), names.get("zh-CN"), names.get("en")):
        if province := province_named(text):
            return province
    return None
