"""Registered land: the ceiling of what can be genuine."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk, one_of_check
from core.types import JSONType
from traceability.plots.states import Method, SurveyState

ONE_STANDING = text("state IN ('surveyed', 'agreed', 'approved')")


class Plot(Record):
    """A piece of land that one grower works, registered by area and place."""

    __tablename__ = "plot"
    __table_args__ = (
        CheckConstraint("area_m2 > 0", name="area_positive"),
        CheckConstraint("state IN ('open', 'closed')", name="state_known"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    grower_id: Mapped[int] = fk("grower.id")
    unit_id: Mapped[int] = fk("unit.id")
    name: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(120), default="")
    area_m2: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="open")
    recorded_at: Mapped[datetime]
    recorded_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class PlotSurvey(Record):
    """What somebody found on a plot for one year, and who agreed and approved; three different people."""

    __tablename__ = "plot_survey"
    __table_args__ = (
        CheckConstraint("area_m2 > 0", name="area_positive"),
        CheckConstraint(one_of_check("state", tuple(SurveyState)), name="state_known"),
        CheckConstraint(one_of_check("method", tuple(Method)), name="method_known"),
        CheckConstraint("agreed_by_account_id <> surveyed_by_account_id", name="agreed_by_another"),
        CheckConstraint(
            "approved_by_account_id <> agreed_by_account_id AND approved_by_account_id <> surveyed_by_account_id",
            name="approved_by_another",
        ),
        CheckConstraint(
            "state <> 'approved' OR (agreed_by_account_id IS NOT NULL AND approved_by_account_id IS NOT NULL)",
            name="approved_in_two_steps",
        ),
        Index(
            "uq_plot_survey_standing",
            "plot_id",
            "year",
            unique=True,
            sqlite_where=ONE_STANDING,
            postgresql_where=ONE_STANDING,
        ),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    plot_id: Mapped[int] = fk("plot.id")
    year: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="surveyed")
    area_m2: Mapped[int]
    method: Mapped[str] = mapped_column(String(12))
    outline: Mapped[list[list[float]]] = mapped_column(JSONType, default=list)
    photo_key: Mapped[str | None] = mapped_column(String(160))
    note: Mapped[str] = mapped_column(Text, default="")
    surveyed_at: Mapped[datetime]
    surveyed_by_account_id: Mapped[int] = fk("account.id", index=False)
    recorded_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    agreed_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    approved_at: Mapped[datetime | None]
    approved_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    reason: Mapped[str] = mapped_column(Text, default="")


class SurveyStand(Record):
    """What stands on a part of a surveyed plot: one cultivar group in one stage of growth."""

    __tablename__ = "survey_stand"
    __table_args__ = (
        UniqueConstraint("survey_id", "cultivar_group", "stage_code"),
        CheckConstraint("area_m2 > 0", name="area_positive"),
        CheckConstraint("plants >= 0", name="plants_not_negative"),
    )

    survey_id: Mapped[int] = fk("plot_survey.id", index=False)
    cultivar_group: Mapped[str] = mapped_column(String(24))
    stage_code: Mapped[str] = mapped_column(String(24))
    area_m2: Mapped[int]
    plants: Mapped[int] = mapped_column(default=0)
