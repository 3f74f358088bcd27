"""Lots: seedlings of one species, cultivar, method, age, grade and origin, handled as one.

That is how the provincial grading standards of nursery stock define one lot of seedlings.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Act, Record, fk, one_of_check
from traceability.lots.rules.balance import Side, StepKind
from traceability.lots.states import LOT_STATES, PROPAGATIONS, ROOTS, RequestState


class CultivarGroup(Record):
    """One of the four groups of osmanthus; its epithet differs by source, so it is data."""

    __tablename__ = "cultivar_group"

    code: Mapped[str] = mapped_column(String(24), unique=True)
    position: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60))
    epithet: Mapped[str] = mapped_column(String(60))


class Cultivar(Record):
    """A named cultivar of a group."""

    __tablename__ = "cultivar"
    __table_args__ = (UniqueConstraint("group_code", "name_zh"),)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    group_code: Mapped[str] = mapped_column(String(24), index=True)
    position: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60))


class Lot(Record):
    """Seedlings handled as one, with the plants that are left of what was recorded."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("quantity_on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("quantity_on_hand <= quantity_recorded", name="on_hand_within_recorded"),
        CheckConstraint("height_cm_min <= height_cm_max", name="height_in_order"),
        CheckConstraint("ground_diameter_mm_min <= ground_diameter_mm_max", name="diameter_in_order"),
        CheckConstraint(one_of_check("propagation", PROPAGATIONS), name="propagation_known"),
        CheckConstraint(one_of_check("root", ROOTS), name="root_known"),
        CheckConstraint(one_of_check("state", LOT_STATES), name="state_known"),
        Index(None, "grower_id", "state"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    grower_id: Mapped[int] = fk("grower.id", index=False)
    plot_id: Mapped[int] = fk("plot.id")
    species: Mapped[str] = mapped_column(String(60))
    cultivar_group: Mapped[str] = mapped_column(String(24))
    cultivar: Mapped[str] = mapped_column(String(40))
    cultivar_en: Mapped[str] = mapped_column(String(60), default="")
    propagation: Mapped[str] = mapped_column(String(12))
    age_code: Mapped[str] = mapped_column(String(12), default="")
    height_cm_min: Mapped[int | None]
    height_cm_max: Mapped[int | None]
    ground_diameter_mm_min: Mapped[int | None]
    ground_diameter_mm_max: Mapped[int | None]
    root: Mapped[str] = mapped_column(String(12))
    grade: Mapped[str] = mapped_column(String(24), default="")
    origin: Mapped[str] = mapped_column(String(120))
    quantity_recorded: Mapped[int]
    quantity_on_hand: Mapped[int]
    quantity_moved: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[str] = mapped_column(String(12), default="open")
    state_reason: Mapped[str] = mapped_column(Text, default="")
    photo_key: Mapped[str | None] = mapped_column(String(160))
    recorded_at: Mapped[datetime]


class LotChange(Act, Record):
    """One step in the life of a lot: who, when, how many, why. Rows are only ever added."""

    __tablename__ = "lot_change"

    lot_id: Mapped[int] = fk("lot.id")
    kind: Mapped[str] = mapped_column(String(16))
    plants: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")


class LotStep(Act, Record):
    """A transformation: lots became other lots, and what went in came out or was lost. Rows are only ever added."""

    __tablename__ = "lot_step"
    __table_args__ = (
        CheckConstraint(one_of_check("kind", tuple(StepKind)), name="kind_known"),
        CheckConstraint("loss >= 0", name="loss_not_negative"),
        CheckConstraint("plants_in = plants_out + loss", name="mass_balance"),
        CheckConstraint("plants_out > 0", name="something_comes_out"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    grower_id: Mapped[int] = fk("grower.id")
    kind: Mapped[str] = mapped_column(String(12))
    plants_in: Mapped[int]
    plants_out: Mapped[int]
    loss: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, default="")


class LotStepPart(Record):
    """One lot's part in a transformation. Rows are only ever added."""

    __tablename__ = "lot_step_part"
    __table_args__ = (
        UniqueConstraint("step_id", "lot_id", "side"),
        CheckConstraint(one_of_check("side", tuple(Side)), name="side_known"),
        CheckConstraint(
            "(side = 'scion' AND plants = 0) OR (side <> 'scion' AND plants > 0)", name="plants_fit"
        ),
    )

    step_id: Mapped[int] = fk("lot_step.id", index=False)
    lot_id: Mapped[int] = fk("lot.id")
    side: Mapped[str] = mapped_column(String(8))
    plants: Mapped[int]


class LotRecall(Act, Record):
    """A recall of a lot and all that came of it: who, why, and what it reached. Rows are only ever added."""

    __tablename__ = "lot_recall"

    number: Mapped[str] = mapped_column(String(24), unique=True)
    lot_id: Mapped[int] = fk("lot.id")
    reason: Mapped[str] = mapped_column(Text)
    lots: Mapped[int]
    codes: Mapped[int]
    orders: Mapped[int]


class LotRecallPart(Record):
    """A lot that a recall reached."""

    __tablename__ = "lot_recall_part"
    __table_args__ = (UniqueConstraint("recall_id", "lot_id"),)

    recall_id: Mapped[int] = fk("lot_recall.id", index=False)
    lot_id: Mapped[int] = fk("lot.id")


class RecallRequest(Record):
    """A recall that one person asked for and another confirms or refuses; the sale stops when it is asked."""

    __tablename__ = "recall_request"
    __table_args__ = (
        CheckConstraint(one_of_check("state", tuple(RequestState)), name="state_known"),
        CheckConstraint(
            "decided_by_account_id IS NULL OR asked_by_account_id IS NULL"
            " OR decided_by_account_id <> asked_by_account_id",
            name="two_people",
        ),
        CheckConstraint(
            "state = 'open' OR (decided_by_account_id IS NOT NULL AND decided_at IS NOT NULL)",
            name="decided_by_somebody",
        ),
        Index(
            "uq_recall_request_open",
            "lot_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    lot_id: Mapped[int] = fk("lot.id")
    grower_id: Mapped[int] = fk("grower.id")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="open")
    recall_id: Mapped[int | None] = fk("lot_recall.id", nullable=True, index=False)
    asked_by_account_id: Mapped[int] = fk("account.id", index=False)
    asked_at: Mapped[datetime]
    decided_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(Text, default="")


class RecallStop(Record):
    """A lot whose sale a request stopped: opened again when the request is refused."""

    __tablename__ = "recall_stop"
    __table_args__ = (UniqueConstraint("request_id", "lot_id"),)

    request_id: Mapped[int] = fk("recall_request.id", index=False)
    lot_id: Mapped[int] = fk("lot.id")
