"""What the rules are given, and what they answer. Pure: filled from the database or by the simulator alike."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Alert(StrEnum):
    """How loud a score is. `confirmed` is never reached by a score: two persons say so in a case."""

    QUIET = "quiet"
    NOTICE = "notice"
    SUSPECT = "suspect"


class Life(StrEnum):
    """What a code's state means to the rules."""

    UNUSED = "unused"  # made or printed, on no plant yet
    ACTIVE = "active"  # on a plant, not sold by an order of ours
    SENT = "sent"
    ACCEPTED = "accepted"
    ENDED = "ended"  # voided or returned
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Look:
    """One device's look-ups of a code, folded. Digests are only ever compared with each other."""

    id: int
    first_at: datetime
    last_at: datetime
    device: Hashable
    address: Hashable
    agent: Hashable
    network: Hashable
    province: str | None


@dataclass(frozen=True, slots=True)
class InnerAttempt:
    """One entry of an inner code."""

    id: int
    at: datetime
    device: Hashable
    right: bool
    network: Hashable
    agent: Hashable


class Proof(StrEnum):
    """What makes a report more than a stranger's word."""

    NONE = "none"
    ORDER = "order"  # knows the number of the order that the label went out with
    INNER = "inner"  # entered the right inner code from the same network
    STAFF = "staff"  # a person of the branch


@dataclass(frozen=True, slots=True)
class PersonReport:
    """One report by a person: when, from which network, and whether the reporter proved to hold the goods."""

    id: int
    at: datetime
    network: Hashable
    proof: Proof = Proof.NONE


@dataclass(frozen=True)
class CodeFacts:
    """What is known of one code of a plant or bundle when it is judged; `looks` in the order of `first_at`.

    `at` is the moment of judging. `neighbours` are other codes of the same batch that are on notice, reported or confirmed.
    """

    at: datetime
    life: Life
    is_bundle: bool
    home: str | None
    destination: str | None = None
    activated_at: datetime | None = None
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    looks: tuple[Look, ...] = ()
    inner: tuple[InnerAttempt, ...] = ()
    reports: tuple[PersonReport, ...] = ()
    neighbours: int = 0


@dataclass(frozen=True)
class NetworkFacts:
    """What one /24 or /48 tries: different texts that are no code of ours, within ten minutes; and different codes for
    which it entered a wrong inner code, within a day.
    """

    texts: int
    looks: tuple[int, ...] = ()
    inner_codes: int = 0
    entries: tuple[int, ...] = ()


@dataclass(frozen=True)
class LicenseeFacts:
    """A licensee's season in figures. Counts are of codes, `*_plants` of plants, by full name of province."""

    home: str | None
    quota_plants: int = 0
    activated_plants: int = 0
    season_elapsed: float = 1.0
    peer_paces: tuple[float, ...] = ()
    # Activations refused because land or lot cannot have grown so many: lots and days, plants, their rows.
    refused_tries: int = 0
    refused_plants: int = 0
    refused_rows: tuple[int, ...] = ()
    odd_hour_codes: int = 0
    sent_plants: int = 0
    accepted_plants: int = 0
    # Plants that the ledger knows as sold, whatever the channel; and those sold without an order of ours.
    sold_plants: int = 0
    sold_without_code_by_province: Mapping[str, int] = field(default_factory=dict)
    # Active codes that no order of ours took and that were looked up; and, for each batch of labels, by the
    # province where they came up first.
    surfaced_unsold: int = 0
    surfaced_by_batch: tuple[Mapping[str, int], ...] = ()
    plants_per_code: float = 1.0
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A rule that fired: its points, the rows it rests on, and the figures that a person reads."""

    rule: str
    points: int
    evidence: tuple[int, ...] = ()
    figures: Mapping[str, int | str] = field(default_factory=dict)
