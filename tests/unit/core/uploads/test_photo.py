"""The photograph of a form that fails comes back with the next try, and only to the kind of form it was sent with."""

import io

import pytest
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField

from core.files import service as files
from core.uploads.forms import FormPhoto, kept_token, take_photo
from tests.factories.pictures import picture


class Form(FlaskForm):
    class Meta:
        csrf = False

    photo = FileField("Photograph")
    kept = HiddenField()


@pytest.fixture
def sent(app):
    """(what was taken, the form) of a request with these fields."""

    def send(kind="code_photo", upload=None, kept=None, **options):
        data = {"kept": kept or ""} | (
            {"photo": (io.BytesIO(upload), "leaf.jpg")} if upload is not None else {}
        )
        with app.test_request_context("/", method="POST", data=data):
            form = Form()
            taken = take_photo(form, kind=kind, **options)
            form.validate()
            return taken, form

    return send


def test_a_photograph_is_stored_and_comes_back_without_being_sent_again(app, sent):
    taken, form = sent(upload=picture(60, 40))
    assert taken.ok
    again, _form = sent(kept=form.kept.data)
    assert again == taken
    with app.app_context():
        assert files.get(taken.key).startswith(b"\xff\xd8")


def test_another_photograph_replaces_the_kept_one(sent):
    first, form = sent(upload=picture(60, 40))
    second, form = sent(upload=picture(40, 60), kept=form.kept.data)
    assert second.key != first.key
    assert sent(kept=form.kept.data)[0] == second


def test_what_is_no_photograph_is_named_at_its_field_and_the_kept_one_stays(sent):
    first, form = sent(upload=picture(60, 40))
    taken, form = sent(upload=b"MZ no picture", kept=form.kept.data)
    assert taken == FormPhoto(first.key, ok=False)
    assert form.photo.errors
    assert sent(kept=form.kept.data)[0].key == first.key


def test_a_photograph_of_another_kind_of_form_or_a_made_up_key_is_not_taken(app, sent):
    _taken, form = sent(kind="lot_photo", upload=picture(60, 40), public=True)
    assert sent(kept=form.kept.data)[0] == FormPhoto(None, ok=True)
    assert sent(kept="private/code_photo/00")[0].key is None
    with app.app_context():
        other = kept_token(["private/plot_photo/00"], purpose="plot_photo")
    assert sent(kept=other)[0].key is None


def test_only_public_photographs_are_public(sent):
    assert sent(upload=picture(60, 40))[0].key.startswith("private/code_photo/")
    assert sent(kind="lot_photo", upload=picture(60, 40), public=True)[0].key.startswith("public/lot_photo/")
