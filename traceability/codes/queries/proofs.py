"""That one code is in its batch, without telling the others: its leaf, and the path to the sealed root."""

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import NotFound
from core.seal.queries.subjects import Member
from core.seal.rules.merkle import Levels
from traceability.codes.models.digests import code_digest, leaf_salt
from traceability.codes.models.tables import Code, CodeBatch


def code_membership(code: str) -> tuple[str, Member]:
    """The number of the code's batch, and the code as its member: what was hashed is the salt and the code.

    Raises:
        NotFound: the code is unknown, or its batch is older than the seal; both look the same.
    """
    row = session.execute(
        select(Code.batch_id, Code.position, CodeBatch.number)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .where(Code.digest == code_digest(code), CodeBatch.root.is_not(None))
    ).one_or_none()
    if row is None:
        raise NotFound(_("There is no sealed code like this."), code="not_sealed")
    query = select(Code.leaf).where(Code.batch_id == row.batch_id).order_by(Code.position)
    leaves = [leaf or b"" for leaf in session.scalars(query)]
    index = row.position - 1
    member = Member(
        entry=leaf_salt(code) + code.encode(),
        index=index,
        size=len(leaves),
        path=tuple(Levels(leaves).inclusion(index)),
    )
    return row.number, member
