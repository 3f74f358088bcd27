"""What happened to outside storefronts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StorefrontAuthorised:
    """A shop answers as authorised from now on."""

    public_id: str
    grower_id: int


@dataclass(frozen=True)
class StorefrontRefused:
    """The branch did not authorise a proposed shop."""

    public_id: str
    grower_id: int
    reason: str


@dataclass(frozen=True)
class StorefrontSuspended:
    """A shop answers as suspended from now on."""

    public_id: str
    grower_id: int
    reason: str


@dataclass(frozen=True)
class StorefrontEnded:
    """A shop is no longer known as the grower's."""

    public_id: str
    grower_id: int
