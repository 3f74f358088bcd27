"""Tables of the ledger: facts that are only ever added, and the daily sums that follow them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from branch.ledger.rules.costs import Purpose
from branch.ledger.rules.facts import FactKind
from core import append_only
from core.database import Record, fk, one_of_check
from core.types import JSONType, UTCDateTime

# The same rules as `facts.SIGN_RULES`, held by the database as well.
SALE = "gross_minor >= 0 AND discount_minor BETWEEN 0 AND gross_minor AND refund_minor = 0 AND plants >= 0 AND orders BETWEEN 0 AND 1"
REFUND = "gross_minor = 0 AND discount_minor = 0 AND refund_minor > 0 AND plants <= 0 AND orders = 0"
REVERSAL_OF_SALE = "refund_minor = 0 AND gross_minor <= discount_minor AND discount_minor <= 0 AND plants <= 0 AND orders BETWEEN -1 AND 0"
REVERSAL_OF_REFUND = (
    "gross_minor = 0 AND discount_minor = 0 AND refund_minor < 0 AND plants >= 0 AND orders = 0"
)


class SaleFactRow(Record):
    """One `SaleFact`. `local_day` is the Shanghai day of `occurred_at`, written once with the row."""

    __tablename__ = "sale_fact"
    __table_args__ = (
        UniqueConstraint("source", "source_ref"),
        CheckConstraint(one_of_check("kind", FactKind), name="kind_known"),
        CheckConstraint(f"kind <> 'sale' OR ({SALE})", name="sale_signs"),
        CheckConstraint(f"kind <> 'refund' OR ({REFUND})", name="refund_signs"),
        CheckConstraint(
            f"kind <> 'reversal' OR ({REVERSAL_OF_SALE}) OR ({REVERSAL_OF_REFUND})", name="reversal_signs"
        ),
        CheckConstraint("net_minor = gross_minor - discount_minor - refund_minor", name="net_adds_up"),
        CheckConstraint("length(currency) = 3 AND currency = upper(currency)", name="currency_code"),
        Index("ix_sale_fact_grower_id_local_day", "grower_id", "local_day"),
        Index("ix_sale_fact_source_order_ref", "source", "order_ref"),
    )

    kind: Mapped[str] = mapped_column(String(8))
    grower_id: Mapped[int] = fk("grower.id", index=False)
    channel: Mapped[str] = mapped_column(String(20))
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    local_day: Mapped[date] = mapped_column(Date)
    product_key: Mapped[str] = mapped_column(String(80))
    product_name: Mapped[str] = mapped_column(String(200))
    cultivar_group: Mapped[str | None] = mapped_column(String(20))
    size_class: Mapped[str | None] = mapped_column(String(40))
    plants: Mapped[int]
    orders: Mapped[int]
    gross_minor: Mapped[int]
    discount_minor: Mapped[int]
    refund_minor: Mapped[int]
    net_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    source: Mapped[str] = mapped_column(String(40))
    source_ref: Mapped[str] = mapped_column(String(120))
    order_ref: Mapped[str] = mapped_column(String(80))
    province: Mapped[str | None] = mapped_column(String(20))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SalesDaily(Record):
    """Facts summed by grower, day, channel, product, group and currency; "" stands for no group.

    Only `rollup` writes here; `flask ledger check` proves it equal to the facts.
    """

    __tablename__ = "sales_daily"
    __table_args__ = (
        UniqueConstraint("grower_id", "local_day", "channel", "product_key", "cultivar_group", "currency"),
        CheckConstraint("net_minor = gross_minor - discount_minor - refund_minor", name="net_adds_up"),
        CheckConstraint("facts > 0", name="has_facts"),
        Index("ix_sales_daily_local_day", "local_day"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    local_day: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(20))
    product_key: Mapped[str] = mapped_column(String(80))
    cultivar_group: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    facts: Mapped[int]
    sales: Mapped[int]
    refunds: Mapped[int]
    orders: Mapped[int]
    plants: Mapped[int]
    gross_minor: Mapped[int]
    discount_minor: Mapped[int]
    refund_minor: Mapped[int]
    net_minor: Mapped[int]
    last_recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SalesMonthly(Record):
    """Daily sums added up by grower, month (``YYYY-MM``), channel, group and currency; only `months` writes here."""

    __tablename__ = "sales_monthly"
    __table_args__ = (
        UniqueConstraint("grower_id", "month", "channel", "cultivar_group", "currency"),
        CheckConstraint("net_minor = gross_minor - discount_minor - refund_minor", name="net_adds_up"),
        CheckConstraint("facts > 0", name="has_facts"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    month: Mapped[str] = mapped_column(String(7))
    channel: Mapped[str] = mapped_column(String(20))
    cultivar_group: Mapped[str] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    facts: Mapped[int]
    sales: Mapped[int]
    refunds: Mapped[int]
    orders: Mapped[int]
    plants: Mapped[int]
    gross_minor: Mapped[int]
    discount_minor: Mapped[int]
    refund_minor: Mapped[int]
    net_minor: Mapped[int]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    last_recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SalesPart(Record):
    """Facts summed by grower, month (``YYYY-MM``), and one value of one dimension: a size class or a province.

    Only `parts` writes here; "" stands for facts that name no value.
    """

    __tablename__ = "sales_part"
    __table_args__ = (
        UniqueConstraint("grower_id", "month", "dimension", "value", "currency"),
        CheckConstraint("net_minor = gross_minor - discount_minor - refund_minor", name="net_adds_up"),
        CheckConstraint("dimension IN ('size_class', 'province')", name="dimension_known"),
        Index("ix_sales_part_dimension_month", "dimension", "month"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    month: Mapped[str] = mapped_column(String(7))
    dimension: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    orders: Mapped[int]
    plants: Mapped[int]
    gross_minor: Mapped[int]
    discount_minor: Mapped[int]
    refund_minor: Mapped[int]
    net_minor: Mapped[int]


class SalesDirty(Record):
    """A grower's day whose sums are out of date. One row per append, never merged: a row that becomes
    visible with its facts cannot be lost to a refresh that ran at the same time.
    """

    __tablename__ = "sales_dirty"

    grower_id: Mapped[int] = fk("grower.id")
    local_day: Mapped[date] = mapped_column(Date)


class SalesChannel(Record):
    """What a grower says of one place of sale, each time he says it; the latest version counts.

    `sells` False: he has never sold there. `since` and `until` are the first and the last day of selling, as
    far as he told them; no `until` means that he still sells there.
    """

    __tablename__ = "sales_channel"
    __table_args__ = (
        UniqueConstraint("grower_id", "channel", "version"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("sells OR (since IS NULL AND until IS NULL)", name="days_only_where_sold"),
        CheckConstraint("until IS NULL OR since IS NULL OR since <= until", name="days_in_order"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    channel: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    sells: Mapped[bool]
    since: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ChannelCoverage(Record):
    """Days of a grower's channel that a set of records covers, both included.

    `shop` is the public id of the outside shop, or "" when the records speak for the channel as a whole;
    `reference` names the import.
    """

    __tablename__ = "channel_coverage"
    __table_args__ = (
        UniqueConstraint("grower_id", "channel", "reference"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    channel: Mapped[str] = mapped_column(String(20))
    shop: Mapped[str] = mapped_column(String(32))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    reference: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class GrowerCost(Record):
    """What a grower spent in one season on one purpose, each time he says it; the latest version counts.

    `season` is the key of a `Period`: a season of the trade, January, or a whole year. Zero is said, not assumed.
    """

    __tablename__ = "grower_cost"
    __table_args__ = (
        UniqueConstraint("grower_id", "season", "purpose", "version"),
        CheckConstraint(one_of_check("purpose", Purpose), name="purpose_known"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    season: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    amount_minor: Mapped[int]
    note: Mapped[str] = mapped_column(String(200))
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReconcileRun(Record):
    """One night's comparison of a month's sums with the facts: which month, out of which, and what differed."""

    __tablename__ = "reconcile_run"
    __table_args__ = (CheckConstraint("differing >= 0 AND days >= 0", name="counts_not_negative"),)

    day: Mapped[date] = mapped_column(Date)
    first_month: Mapped[str] = mapped_column(String(7))
    last_month: Mapped[str] = mapped_column(String(7))
    month: Mapped[str] = mapped_column(String(7))
    days: Mapped[int]
    differing: Mapped[int]
    examples: Mapped[list[str]] = mapped_column(JSONType)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


append_only.guard(SaleFactRow, instead=": record a reversal instead")
