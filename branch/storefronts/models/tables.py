"""Outside shops and sites of growers, the addresses by which they are recognised, and every step of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from branch.platforms.rules.shop_pages import Platform
from branch.storefronts.states import StorefrontState, StorefrontStep
from core.database import Record, fk, one_of_check
from core.types import UTCDateTime


class Storefront(Record):
    """A shop or site outside this system, covered by its grower's licence of the mark while both are valid."""

    __tablename__ = "storefront"
    __table_args__ = (
        CheckConstraint(one_of_check("platform", Platform), name="platform_known"),
        CheckConstraint(one_of_check("state", StorefrontState), name="state_known"),
    )

    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    grower_id: Mapped[int] = fk("grower.id")
    mark_id: Mapped[int] = fk("mark.id")
    platform: Mapped[str] = mapped_column(String(16))
    shop_name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(16), index=True)
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StorefrontAddress(Record):
    """One key of a storefront: of its main address, or of another form or short link of it.

    While `live`, a key answers for one storefront only; a proposal blocks nobody.
    """

    __tablename__ = "storefront_address"
    __table_args__ = (
        UniqueConstraint("storefront_id", "key"),
        Index(
            "uq_storefront_address_live_key",
            "key",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
    )

    storefront_id: Mapped[int] = fk("storefront.id", index=False)
    key: Mapped[str] = mapped_column(String(200))
    given: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(Text)
    main: Mapped[bool] = mapped_column(default=False)
    live: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StorefrontChange(Record):
    """One step of a storefront: who, when, why. Rows are only ever added.

    `source` is of suspensions and their ends: the number of the case from which it follows, none for the branch's own.
    """

    __tablename__ = "storefront_change"
    __table_args__ = (
        CheckConstraint(one_of_check("step", StorefrontStep), name="step_known"),
        CheckConstraint(one_of_check("to_state", StorefrontState), name="to_state_known"),
    )

    storefront_id: Mapped[int] = fk("storefront.id")
    step: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str | None] = mapped_column(String(24))


class ShopWarning(Record):
    """A key of an outside shop that a decided case found to sell fakes under the mark.

    `reference` is the number of the case; lifting keeps the row, so that the history can be read.
    """

    __tablename__ = "shop_warning"
    __table_args__ = (
        UniqueConstraint("reference", "key"),
        Index(
            "ix_shop_warning_standing_key",
            "key",
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    key: Mapped[str] = mapped_column(String(200))
    shown: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(String(24))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
