"""What happened to licences. Each tells the grower; those that change what may be sold tell the search, too."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LicenceApplied:
    """A grower asked for a licence."""

    number: str
    grower_id: int


@dataclass(frozen=True)
class LicenceGranted:
    """A licence became valid, at once or from its first day."""

    number: str
    grower_id: int


@dataclass(frozen=True)
class LicenceRefused:
    """An application was refused."""

    number: str
    grower_id: int
    reason: str


@dataclass(frozen=True)
class LicenceSuspended:
    """Nothing may be sold under the licence until it is reinstated."""

    number: str
    grower_id: int
    reason: str


@dataclass(frozen=True)
class LicenceReinstated:
    """A suspension ended."""

    number: str
    grower_id: int
    reason: str


@dataclass(frozen=True)
class LicenceExtended:
    """A licence has a later last day."""

    number: str
    grower_id: int


@dataclass(frozen=True)
class LicenceExpired:
    """The last day of a licence has passed."""

    number: str
    grower_id: int


@dataclass(frozen=True)
class LicenceWithdrawn:
    """A licence has ended for good."""

    number: str
    grower_id: int
    reason: str
