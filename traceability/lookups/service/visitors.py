"""Who looks a code up, as far as it may be known: keyed digests, and a province if the operator can tell."""

import re
from dataclasses import dataclass

from core.keyed_digests import key_for, keyed
from core.networks import customer_of, neighbourhood_of
from traceability.lookups.service.address_database import province_of

# What WeChat adds to its name changes when a phone leaves its wireless network: the phone is the same.
_NETWORK_KIND = re.compile(r"\s*NetType/\S+")
DEVICE_BYTES = 16
PART_BYTES = 8


@dataclass(frozen=True)
class Visitor:
    """A visitor without address or name: `device` is address and agent together, `network` a /24 or /48."""

    device: bytes
    address: bytes
    agent: bytes
    network: bytes
    province: str | None

    @property
    def crowd(self) -> bytes:
        """What stands for every further device of a network from which very many looked at one text."""
        return self.network.ljust(DEVICE_BYTES, b"\0")


def visitor_of(address: str, agent: str) -> Visitor:
    """Digest `address` and `agent`, each with a key of its own, so that no two kinds can be compared."""
    agent = _NETWORK_KIND.sub("", agent)
    customer = customer_of(address)
    return Visitor(
        device=_keyed("checking device v2", f"{customer}\n{agent}", DEVICE_BYTES),
        address=_keyed("checking address v1", customer, PART_BYTES),
        agent=_keyed("checking agent v1", agent, PART_BYTES),
        network=_keyed("checking network v1", neighbourhood_of(address), PART_BYTES),
        province=province_of(address),
    )


def _keyed(purpose: str, message: str, length: int) -> bytes:
    return keyed(key_for(purpose), message)[:length]
