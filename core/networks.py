"""Who counts as one visitor by address: an IPv4 address, or the /64 that every IPv6 customer has to himself (pure)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

PREFIX_V6 = 64


def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, an IPv4 address that is written as IPv6 (`::ffff:1.2.3.4`) as IPv4; None when it is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def customer_of(text: str) -> str:
    """What one customer of a network cannot change at will: `192.0.2.7`, `2001:db8:1:2::/64`; other text as it is.

    An IPv6 customer has at least 2**64 addresses; counting each would count nothing.
    """
    address = parsed_address(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, PREFIX_V6), strict=False))
    return text if address is None else str(address)


def neighbourhood_of(text: str) -> str:
    """The network around an address, as one provider's customers share it: /24 of IPv4, /48 of IPv6; other text as it is."""
    address = parsed_address(text)
    if address is None:
        return text
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))
