"""Tables of the catalogue."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Record, fk, one_of_check
from core.types import BigInt, JSONType, UTCDateTime
from shop.catalogue.rules.measures import Root, Unit
from shop.catalogue.rules.seasons import Season
from shop.catalogue.states import ListingState


class Listing(Record):
    """One grower's offer from one lot.

    A draft keeps what was typed, as typed, in `typed`; the other columns hold only what has passed validation.
    `draft_key` is the name under which the form first kept it; sending a form twice meets the same listing. The measures are the span over the size grades, kept for search.
    """

    __tablename__ = "listing"
    __table_args__ = (
        CheckConstraint(one_of_check("state", ListingState), name="state_known"),
        CheckConstraint(f"root = '' OR {one_of_check('root', Root)}", name="root_known"),
        CheckConstraint(
            "state = 'draft' OR (lot_id IS NOT NULL AND title <> '' AND cultivar_group <> '' AND root <> '')",
            name="complete_unless_draft",
        ),
        CheckConstraint(
            "sale_from IS NULL OR sale_until IS NULL OR sale_from < sale_until", name="sale_window"
        ),
        Index("ix_listing_grower_state", "grower_id", "state"),
        Index("ix_listing_state_published", "state", "published_at"),
    )

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    draft_key: Mapped[str] = mapped_column(String(20), unique=True)
    grower_id: Mapped[int] = fk("grower.id", index=False)
    lot_id: Mapped[int | None] = fk("lot.id", nullable=True)
    title: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    cultivar_group: Mapped[str] = mapped_column(String(40), default="")
    cultivar: Mapped[str] = mapped_column(String(80), default="")
    propagation: Mapped[str] = mapped_column(String(20), default="")
    age_code: Mapped[str] = mapped_column(String(20), default="")
    root: Mapped[str] = mapped_column(String(20), default="")
    grade: Mapped[str] = mapped_column(String(40), default="")
    origin: Mapped[str] = mapped_column(String(120), default="")
    height_cm_min: Mapped[int | None]
    height_cm_max: Mapped[int | None]
    ground_diameter_mm_min: Mapped[int | None]
    ground_diameter_mm_max: Mapped[int | None]
    breast_diameter_mm_min: Mapped[int | None]
    breast_diameter_mm_max: Mapped[int | None]
    crown_cm_min: Mapped[int | None]
    crown_cm_max: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12), default=ListingState.DRAFT)
    sale_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sale_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    presale_week: Mapped[str | None] = mapped_column(String(8))
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    typed: Mapped[dict[str, list[str]]] = mapped_column(JSONType, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    variants: Mapped[list["Variant"]] = relationship(order_by="Variant.position", lazy="raise_on_sql")
    windows: Mapped[list["DispatchWindow"]] = relationship(
        order_by="DispatchWindow.season.desc()", lazy="raise_on_sql", cascade="all, delete-orphan"
    )
    photos: Mapped[list["Photo"]] = relationship(order_by="Photo.position", lazy="raise_on_sql")


class Variant(Record):
    """One size grade of a listing, sold by the plant or by the bundle; `weight_g` is one plant, packed.

    A withdrawn grade stays for its old orders.
    """

    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint(one_of_check("unit", Unit), name="unit_known"),
        CheckConstraint("plants_per_unit >= 1", name="plants_per_unit_positive"),
        CheckConstraint("unit = 'bundle' OR plants_per_unit = 1", name="plant_is_one"),
        CheckConstraint("increment >= 1", name="increment_positive"),
        CheckConstraint("minimum_quantity >= 1", name="minimum_positive"),
        CheckConstraint("minimum_quantity % increment = 0", name="increment_divides_minimum"),
        CheckConstraint("weight_g >= 1", name="weight_positive"),
    )

    sku: Mapped[str] = mapped_column(String(20), unique=True)
    listing_id: Mapped[int] = fk("listing.id")
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(80))
    height_cm_min: Mapped[int | None]
    height_cm_max: Mapped[int | None]
    ground_diameter_mm_min: Mapped[int | None]
    ground_diameter_mm_max: Mapped[int | None]
    breast_diameter_mm_min: Mapped[int | None]
    breast_diameter_mm_max: Mapped[int | None]
    crown_cm_min: Mapped[int | None]
    crown_cm_max: Mapped[int | None]
    branching_height_cm: Mapped[int | None]
    root_ball_cm: Mapped[int | None]
    container_l: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(8), default=Unit.PLANT)
    plants_per_unit: Mapped[int] = mapped_column(default=1)
    minimum_quantity: Mapped[int] = mapped_column(default=1)
    increment: Mapped[int] = mapped_column(default=1)
    weight_g: Mapped[int] = mapped_column(BigInt)
    withdrawn: Mapped[bool] = mapped_column(default=False)

    tiers: Mapped[list["PriceTier"]] = relationship(
        order_by="PriceTier.from_quantity", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class PriceTier(Record):
    """From this quantity on, one unit of the variant costs this much."""

    __tablename__ = "price_tier"
    __table_args__ = (
        UniqueConstraint("variant_id", "from_quantity"),
        CheckConstraint("from_quantity >= 1", name="from_quantity_positive"),
        CheckConstraint("unit_price_minor >= 1", name="unit_price_positive"),
    )

    variant_id: Mapped[int] = fk("variant.id", index=False)
    from_quantity: Mapped[int]
    unit_price_minor: Mapped[int] = mapped_column(BigInt)


class DispatchWindow(Record):
    """Weeks of the year in which the plants of a listing travel."""

    __tablename__ = "dispatch_window"
    __table_args__ = (
        UniqueConstraint("listing_id", "season"),
        CheckConstraint(one_of_check("season", Season), name="season_known"),
        CheckConstraint("from_week BETWEEN 1 AND 53 AND to_week BETWEEN 1 AND 53", name="weeks_of_a_year"),
    )

    listing_id: Mapped[int] = fk("listing.id", index=False)
    season: Mapped[str] = mapped_column(String(8))
    from_week: Mapped[int]
    to_week: Mapped[int]


class Photo(Record):
    """A photo of a listing in three sizes. `taken` (place and time) is private and empty unless the grower agreed."""

    __tablename__ = "photo"
    __table_args__ = (CheckConstraint("width >= 1 AND height >= 1", name="has_a_size"),)

    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    listing_id: Mapped[int] = fk("listing.id")
    position: Mapped[int]
    key_small: Mapped[str] = mapped_column(String(200))
    key_medium: Mapped[str] = mapped_column(String(200))
    key_large: Mapped[str] = mapped_column(String(200))
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(String(160), default="")
    taken: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PhotoUpload(Record):
    """A picture that was sent for a listing and is no photo yet; `problem` says why it will not be one.

    `original_key` is empty once the original was removed.
    """

    __tablename__ = "photo_upload"

    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    listing_id: Mapped[int] = fk("listing.id")
    original_key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(120))
    keep_place_and_time: Mapped[bool]
    problem: Mapped[str] = mapped_column(Text, default="")
    job_id: Mapped[str] = mapped_column(String(32), index=True)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ListingChange(Record):
    """Who changed a listing, when and what: its state, or (both states equal) its prices, stock or text."""

    __tablename__ = "listing_change"

    listing_id: Mapped[int] = fk("listing.id")
    from_state: Mapped[str] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    what: Mapped[str] = mapped_column(String(12))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    reason: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
