"""Cases replace the reports of fakes"""

import hashlib
from datetime import timedelta

import rfc8785
import sqlalchemy as sa
from alembic import op
from core.types import BigInt
from core.types import JSONType
from core.types import UTCDateTime

revision = "1795326000"
down_revision = "1795325923"
branch_labels = ()
depends_on = None


BEGINNING = "0" * 64
STATES = {"received": "received", "accepted": "investigating", "answered": "closed", "closed": "closed"}
STEPS = {"accepted": "take", "answered": "decide", "closed": "close"}


def _digest(number, position, kind, body, file, at, before):
    said = {
        "case": number,
        "position": position,
        "kind": kind,
        "body": body,
        "file": file,
        "at": at.isoformat(timespec="microseconds"),
        "before": before,
    }
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def _pieces(report):
    """The evidence that a report amounts to; a photograph's key holds the digest of its bytes."""
    yield "statement", {"text": report.what}, None, None
    if report.verdict:
        yield "code", {"verdict_shown": report.verdict}, None, None
    if report.shop:
        yield "shop", {"text": report.shop, "registry": report.shop_status}, None, None
    if report.price:
        yield "price", {"text": report.price}, None, None
    for key in report.photo_keys:
        yield "photo", {}, key, "".join(key.rsplit(".", 1)[0].split("/")[-2:])


def _move_reports() -> None:
    """Each report of a fake becomes a case; one that was answered ends as undetermined, since nobody said more."""
    bind = op.get_bind()
    meta = sa.MetaData()
    names = (
        "fake_report",
        "fake_report_change",
        "counterfeit_case",
        "case_evidence",
        "case_change",
        "code",
        "grower",
    )
    meta.reflect(bind, only=names)
    old, changes, cases, evidence, steps, code, grower = (meta.tables[name] for name in names)
    for table in (old, changes, cases, evidence, steps):
        for column in table.columns:
            if column.name.endswith("_at") or column.name == "at":
                column.type = UTCDateTime()
            if column.name in {"photo_keys", "body", "detail"}:
                column.type = JSONType
    for report in bind.execute(sa.select(old).order_by(old.c.id)).all():
        owner = bind.execute(
            sa.select(code.c.lot_id, code.c.grower_id, grower.c.unit_id)
            .join(grower, grower.c.id == code.c.grower_id)
            .where(code.c.id == report.code_id)
        ).one_or_none()
        state = STATES[report.state]
        rows = bind.execute(
            sa.select(changes).where(changes.c.fake_report_id == report.id).order_by(changes.c.id)
        ).all()
        ended = state == "closed"
        chain, head = [], BEGINNING
        for position, (kind, body, key, sha256) in enumerate(_pieces(report), start=1):
            head = _digest(report.number, position, kind, body, sha256, report.received_at, head)
            chain.append((position, kind, body, key, sha256, head))
        case_id = bind.execute(
            cases.insert()
            .values(
                number=report.number,
                origin="public",
                state=state,
                subject_kind="code" if report.code_id else "shop" if report.shop else "other",
                subject_key=f"code/{report.code_id}" if report.code_id else "",
                code_id=report.code_id,
                lot_id=owner.lot_id if owner else None,
                grower_id=owner.grower_id if owner else None,
                unit_id=owner.unit_id if owner else None,
                code_doubted=False,
                reopened=0,
                summary=report.what,
                shop=report.shop,
                contact=report.contact,
                locale=report.locale,
                opened_at=report.received_at,
                due_at=report.received_at + timedelta(days=10),
                verdict="undetermined" if ended else None,
                decided_at=(rows[-1].at if rows else report.received_at) if ended else None,
                closed_at=(report.closed_at or rows[-1].at if rows else report.received_at)
                if ended
                else None,
                answer=report.answer,
                evidence_count=len(chain),
                evidence_head=head,
            )
            .returning(cases.c.id)
        ).scalar_one()
        for position, kind, body, key, sha256, digest in chain:
            bind.execute(
                evidence.insert().values(
                    case_id=case_id,
                    position=position,
                    kind=kind,
                    body=body,
                    file_key=key,
                    file_sha256=sha256,
                    digest=digest,
                    at=report.received_at,
                )
            )
        for row in rows:
            bind.execute(
                steps.insert().values(
                    case_id=case_id,
                    step=STEPS.get(row.to_state, "open"),
                    from_state=STATES[row.from_state] if row.from_state else None,
                    to_state=STATES[row.to_state],
                    note=row.note,
                    detail={},
                    by_account_id=row.by_account_id,
                    at=row.at,
                )
            )


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "shop_warning",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_warning")),
        sa.UniqueConstraint("reference", "key", name=op.f("uq_shop_warning_reference_key")),
    )
    with op.batch_alter_table("shop_warning", schema=None) as batch_op:
        batch_op.create_index(
            "ix_shop_warning_standing_key",
            ["key"],
            unique=False,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    # ### end Alembic commands ###
    _move_reports()
    op.drop_table("fake_report_change")
    op.drop_table("fake_report")


def downgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "fake_report",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("code_id", BigInt, nullable=True),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("price", sa.String(length=60), nullable=False),
        sa.Column("shop", sa.String(length=500), nullable=False),
        sa.Column("shop_status", sa.String(length=24), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("photo_keys", JSONType, nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'accepted', 'answered', 'closed')", name=op.f("ck_fake_report_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_fake_report_code_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fake_report")),
        sa.UniqueConstraint("number", name=op.f("uq_fake_report_number")),
    )
    with op.batch_alter_table("fake_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fake_report_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_fake_report_code_id"), ["code_id"], unique=False)

    op.create_table(
        "fake_report_change",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("fake_report_id", BigInt, nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=True),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_fake_report_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["fake_report_id"],
            ["fake_report.id"],
            name=op.f("fk_fake_report_change_fake_report_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fake_report_change")),
    )
    with op.batch_alter_table("fake_report_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_fake_report_change_fake_report_id"), ["fake_report_id"], unique=False
        )

    with op.batch_alter_table("shop_warning", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_shop_warning_standing_key",
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.drop_table("shop_warning")
    # ### end Alembic commands ###
