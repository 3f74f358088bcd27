"""Which leaf of a subject is the newest: the order of the log decides, which is signed, never the row's id."""

from sqlalchemy import ColumnElement, Select, func, select

from core.seal.models.leaves import SealLeaf

# What waits for its number came after all that have one.
OLDEST_FIRST = (SealLeaf.number.is_(None), SealLeaf.number, SealLeaf.id)
NEWEST_FIRST = (SealLeaf.number.is_(None).desc(), SealLeaf.number.desc(), SealLeaf.id.desc())


def newest_ids(condition: ColumnElement[bool]) -> Select[int]:
    """The id of the newest leaf of each subject among those that meet a condition."""
    place = func.row_number().over(partition_by=SealLeaf.subject, order_by=NEWEST_FIRST)
    placed = select(SealLeaf.id, place.label("place")).where(condition).subquery()
    return select(placed.c.id).where(placed.c.place == 1)
