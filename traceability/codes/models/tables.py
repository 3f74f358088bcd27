"""Trace codes: the database holds keyed digests, never a code that could be printed again."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Act, Base, Record, fk, one_of_check
from traceability.codes.states import ActionKind, BatchState, CodeState, Level

LEVELS = tuple(Level)
STATES = tuple(CodeState)


class CodeBatch(Record):
    """Codes issued together for one lot: one file, printed once.

    `root` is the Merkle root over the leaves of its codes in order, sealed with the count when the codes
    are made; None for batches older than the seal and for those that wait for approval.
    """

    __tablename__ = "code_batch"
    __table_args__ = (
        CheckConstraint(one_of_check("level", LEVELS), name="level_known"),
        CheckConstraint(one_of_check("state", tuple(BatchState)), name="state_known"),
        CheckConstraint("count > 0", name="count_positive"),
        CheckConstraint("plants_per_code > 0", name="plants_positive"),
        CheckConstraint(
            "decided_by_account_id IS NULL OR issued_by_account_id IS NULL"
            " OR decided_by_account_id <> issued_by_account_id",
            name="two_people",
        ),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    lot_id: Mapped[int] = fk("lot.id")
    grower_id: Mapped[int] = fk("grower.id")
    level: Mapped[str] = mapped_column(String(8))
    count: Mapped[int]
    plants_per_code: Mapped[int]
    licence_number: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime]
    issued_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    state: Mapped[str] = mapped_column(String(12), default="made")
    root: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    inner: Mapped[bool] = mapped_column(default=False)
    form: Mapped[str] = mapped_column(String(12), default="")
    decided_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    job_id: Mapped[str | None] = mapped_column(String(32))
    file_key: Mapped[str | None] = mapped_column(String(160))
    file_until: Mapped[datetime | None]


class CodeAction(Act, Record):
    """What was done to many codes of a lot at once: one row, sealed. `digest` is over the codes concerned."""

    __tablename__ = "code_action"
    __table_args__ = (
        CheckConstraint(one_of_check("kind", tuple(ActionKind)), name="kind_known"),
        CheckConstraint("codes > 0", name="codes_positive"),
        CheckConstraint("quota >= 0", name="quota_not_negative"),
        Index(None, "at"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    grower_id: Mapped[int] = fk("grower.id")
    lot_id: Mapped[int] = fk("lot.id")
    codes: Mapped[int]
    plants: Mapped[int]
    quota: Mapped[int] = mapped_column(default=0)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    reason: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(String(40), default="")
    height_cm: Mapped[int | None]
    ground_diameter_mm: Mapped[int | None]
    photo_key: Mapped[str | None] = mapped_column(String(160))


class Code(Record):
    """One code. Its place in the batch stands on the label beside it, so that people can name it.

    `leaf` is its leaf in the batch's Merkle tree. `quota` is how many plants it took from the quota. Whether it is
    doubted stands in its cases and alarms, never here.
    """

    __tablename__ = "code"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        CheckConstraint(one_of_check("level", LEVELS), name="level_known"),
        CheckConstraint(one_of_check("state", STATES), name="state_known"),
        CheckConstraint("plants > 0", name="plants_positive"),
        CheckConstraint("quota >= 0 AND quota <= plants", name="quota_within_plants"),
        CheckConstraint(
            "state NOT IN ('shipped', 'accepted') OR consignment_number IS NOT NULL",
            name="shipped_with_a_consignment",
        ),
        Index(None, "lot_id", "level", "state"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    leaf: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    batch_id: Mapped[int] = fk("code_batch.id", index=False)
    position: Mapped[int]
    lot_id: Mapped[int] = fk("lot.id", index=False)
    grower_id: Mapped[int] = fk("grower.id")
    level: Mapped[str] = mapped_column(String(8))
    plants: Mapped[int]
    quota: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(12), default="printed")
    state_reason: Mapped[str] = mapped_column(Text, default="")
    height_cm: Mapped[int | None]
    ground_diameter_mm: Mapped[int | None]
    activation_id: Mapped[int | None] = fk("code_action.id", nullable=True)
    ending_id: Mapped[int | None] = fk("code_action.id", nullable=True)
    consignment_number: Mapped[str | None] = mapped_column(String(32), index=True)
    order_number: Mapped[str | None] = mapped_column(String(32))
    destination_province: Mapped[str | None] = mapped_column(String(40))
    seller: Mapped[str | None] = mapped_column(String(120))
    dispatched_at: Mapped[datetime | None]


class CodeChange(Act, Record):
    """One step of a code, or of all codes of a batch at once. Rows are only ever added."""

    __tablename__ = "code_change"
    __table_args__ = (
        CheckConstraint("code_id IS NOT NULL OR batch_id IS NOT NULL", name="of_something"),
        CheckConstraint(one_of_check("to_state", STATES), name="to_state_known"),
    )

    code_id: Mapped[int | None] = fk("code.id", nullable=True)
    batch_id: Mapped[int | None] = fk("code_batch.id", nullable=True)
    action_id: Mapped[int | None] = fk("code_action.id", nullable=True)
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    count: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(Text, default="")


class CodeMember(Act, Record):
    """A plant's code inside a bundle's code: the plant is counted with the bundle, once."""

    __tablename__ = "code_member"

    unit_code_id: Mapped[int] = fk("code.id", unique=True)
    bundle_code_id: Mapped[int] = fk("code.id")


class InnerCode(Base):
    """The inner code of a code, under scratch film or inside the parcel: a keyed digest, and when it was first right.

    Waits and whether many know it are computed from the entries (`InnerTry`).
    """

    __tablename__ = "inner_code"

    code_id: Mapped[int] = fk("code.id", primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    right_at: Mapped[datetime | None]


class InnerTry(Record):
    """One entry of an inner code that was looked at, right or wrong. Rows are only ever added; what was typed is not kept.

    The digests of network and program are missing on rows that are older than the columns.
    """

    __tablename__ = "inner_try"
    __table_args__ = (Index(None, "at"),)

    code_id: Mapped[int] = fk("code.id")
    device_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    network_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    agent_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    right: Mapped[bool]
    at: Mapped[datetime]


class InnerUnlock(Record):
    """How two people opened a locked inner code again, while there was such a lock. Sealed history; nothing is added."""

    __tablename__ = "inner_unlock"
    __table_args__ = (
        CheckConstraint(one_of_check("state", ("open", "done", "refused")), name="state_known"),
        CheckConstraint(
            "decided_by_account_id IS NULL OR decided_by_account_id <> asked_by_account_id",
            name="two_people",
        ),
    )

    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    code_id: Mapped[int] = fk("code.id")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="open")
    asked_by_account_id: Mapped[int] = fk("account.id", index=False)
    asked_at: Mapped[datetime]
    decided_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    decided_at: Mapped[datetime | None]


class VoidProposal(Record):
    """Codes of a grower that one person of the branch wants void; another must agree."""

    __tablename__ = "void_proposal"
    __table_args__ = (
        CheckConstraint(one_of_check("state", ("open", "done", "refused")), name="state_known"),
        CheckConstraint("first <= last", name="places_in_order"),
        CheckConstraint(
            "decided_by_account_id IS NULL OR decided_by_account_id <> proposed_by_account_id",
            name="two_people",
        ),
    )

    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    batch_id: Mapped[int] = fk("code_batch.id")
    first: Mapped[int]
    last: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="open")
    proposed_by_account_id: Mapped[int] = fk("account.id", index=False)
    proposed_at: Mapped[datetime]
    decided_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    decided_at: Mapped[datetime | None]


class ActivationRefusal(Act, Record):
    """An activation that was refused: who tried when, for how many, and what was missing. Rows are only ever added."""

    __tablename__ = "activation_refusal"
    __table_args__ = (
        CheckConstraint("codes >= 0 AND plants >= 0", name="counts_not_negative"),
        Index(None, "grower_id", "at"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    lot_id: Mapped[int | None] = fk("lot.id", nullable=True, index=False)
    why: Mapped[str] = mapped_column(String(16))
    codes: Mapped[int]
    plants: Mapped[int]
    free: Mapped[int | None]
