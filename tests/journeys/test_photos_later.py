"""The form answers at once: the worker makes the pictures, and what cannot become a photo is told in words."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.files import service as files
from core.outbox.tasks import deliver_pending
from shop.catalogue.models import Photo, PhotoUpload
from shop.catalogue.service import photo_renderings as photos
from shop.catalogue.service import photo_uploads as uploads
from shop.catalogue.tasks import photo_making
from shop.catalogue.tasks.jobs import forget_originals, make_photo
from tests.journeys.test_listing import TYPED, listings, page_of, picture, seller, send

assert seller  # the fixture

COLOURS = [(40, 90, 40), (200, 120, 20), (90, 60, 40)]


def broken():
    """A JPEG that came whole and was damaged in one of its tables: only decoding tells."""
    data = bytearray(picture(colour=COLOURS[1]))
    start = data.index(b"\xff\xc4") + 5
    data[start : start + 16] = b"\xff" * 16
    return bytes(data)


def sent(app):
    with app.app_context():
        rows = uploads.session.scalars(sa.select(PhotoUpload).order_by(PhotoUpload.id)).all()
        return [(row.job_id, row.public_id, row.original_key) for row in rows]


def photos_of(app):
    with app.app_context():
        return uploads.session.scalar(sa.select(sa.func.count()).select_from(Photo))


@pytest.fixture
def made(monkeypatch):
    """How many pictures were made so far, by whom ever."""
    calls, real = [], photos.render

    def render(data):
        calls.append(len(data))
        return real(data)

    monkeypatch.setattr(photos, "render", render)
    return calls


def test_one_photo_is_made_at_once_and_the_others_by_the_worker(app, seller, made):
    answer = send(seller, TYPED, photos=[picture(colour=one) for one in COLOURS])
    assert answer.status_code == 303
    assert len(made) == 1
    [card] = listings(app, seller.grower)
    assert (card.state, photos_of(app)) == ("published", 1)
    edit = f"/seller/listings/{card.slug}/edit"
    assert page_of(seller.get(edit)).count("data-waiting") == 2
    assert "js/photos.js" in page_of(seller.get(edit))
    for job, public_id, _key in sent(app):
        make_photo(job, public_id)
        make_photo(job, public_id)
    assert photos_of(app) == 3
    after = page_of(seller.get(edit))
    assert ("data-waiting" in after, "js/photos.js" in after) == (False, False)
    with app.app_context():
        assert files.keys_of(uploads.SHELF, until=now()) == []


def test_what_turns_out_to_be_no_photo_is_told_in_words_and_can_be_dropped(app, seller):
    answer = send(seller, TYPED, action="draft", photos=[picture(), broken()])
    assert answer.status_code == 302
    [(job, public_id, _key)] = sent(app)
    make_photo(job, public_id)
    with app.app_context():
        deliver_pending()
    page = page_of(seller.get(answer.location))
    assert "plants-1.jpg" in page
    assert "没有传完" in page
    assert photos_of(app) == 1
    send(seller, {}, action=f"drop_upload:{public_id}", at=answer.location)
    assert sent(app) == []


@pytest.mark.both
def test_a_picture_that_was_dropped_meanwhile_is_not_added(app, seller):
    answer = send(seller, TYPED, action="draft", photos=[picture(), picture(colour=COLOURS[1])])
    [(job, public_id, key)] = sent(app)
    send(seller, {}, action=f"drop_upload:{public_id}", at=answer.location)
    make_photo(job, public_id)
    assert photos_of(app) == 1
    with app.app_context():
        forget_originals()
        assert files.get(key)
        photo_making.forget_originals(at=now() + timedelta(days=2))
        assert files.keys_of(uploads.SHELF, until=now()) == []


def test_a_draft_with_pictures_on_their_way_can_be_thrown_away(app, seller):
    answer = send(seller, TYPED, action="draft", photos=[picture(), picture(colour=COLOURS[1])])
    [(job, public_id, _key)] = sent(app)
    page = answer.location.removesuffix("/edit")
    assert seller.submit(f"{page}/discard", form_at=answer.location).status_code == 302
    make_photo(job, public_id)
    assert (sent(app), photos_of(app)) == ([], 0)


def test_photos_on_their_way_count_towards_the_most(app, seller, monkeypatch):
    monkeypatch.setattr("shop.catalogue.service.drafts.MAX_PHOTOS", 2)
    answer = send(seller, TYPED, action="draft", photos=[picture(colour=one) for one in COLOURS])
    assert answer.status_code == 422
    assert len(sent(app)) == 1


def test_a_worker_that_is_killed_leaves_the_original_for_the_next(app, seller, monkeypatch):
    send(seller, TYPED, action="draft", photos=[picture(), picture(colour=COLOURS[1])])
    [(job, public_id, _key)] = sent(app)
    real = photos.render

    def dies(_data):
        raise SystemExit

    monkeypatch.setattr(photos, "render", dies)
    with pytest.raises(SystemExit):
        make_photo(job, public_id)
    monkeypatch.setattr(photos, "render", real)
    with app.app_context(), transaction():
        uploads.session.execute(sa.text("DELETE FROM work_claim"))
    make_photo(job, public_id)
    assert photos_of(app) == 2
