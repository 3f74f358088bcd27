"""What a channel will address is what was meant, or nothing is sent."""

import pytest

from core.accounts.rules.identity import (
    is_of_another_script,
    normalise_email,
    normalise_phone,
    parse_identity,
)
from core.messaging.rules import ANY_MAIL, filled, serving, would_address
from core.messaging.service.channels import _apprise_module, channels_for, reaches

MAIL = "mailto://u:p@smtp.example.org?from=s@example.org&to={email}"
SMS = "twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@+15551234567/{phone}"
BOTH = "json://127.0.0.1/{to}"


@pytest.mark.parametrize(
    ("template", "receiver", "right"),
    [
        (MAIL, "li@b.example", True),
        (MAIL, "a+b@b.example", True),
        (MAIL, "o'neil@b.example", False),
        (MAIL + ",office@example.org", "li@b.example", True),
        (MAIL + ",office@example.org", "o'neil@b.example", False),
        (ANY_MAIL, "o'neil@b.example", False),
        (SMS, "+8613800138001", True),
        (SMS, "+491701234567", True),
        (BOTH, "o'neil@b.example", True),
    ],
)
def test_a_channel_is_asked_whom_it_would_address(template, receiver, right):
    assert would_address(_apprise_module(), template, receiver) is right


def test_a_channel_serves_its_kind_of_receiver():
    assert serving([MAIL, SMS, BOTH], "a@b.example") == [MAIL, BOTH]
    assert serving([MAIL, SMS, BOTH], "+8613800138000") == [SMS, BOTH]
    assert filled("x://{phone}/{email}", "+86 138").endswith("/%2B86%20138")


def test_nobody_is_taken_whom_messages_would_not_reach(app, session):
    assert reaches("li@b.example")
    assert reaches("+8613800138000")
    assert not reaches("o'neil@b.example")


def test_what_would_go_to_somebody_else_is_not_sent(app, session, monkeypatch):
    monkeypatch.setitem(app.extensions, "messaging", ([MAIL], None))
    assert channels_for("o'neil@b.example") == (
        [], "a channel in NOTIFY_URLS would write to somebody else than this address names",
    )  # fmt: skip
    assert channels_for("li@b.example")[0] == [filled(MAIL, "li@b.example")]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Ｌｉ＠Ｂ．example", "li@b.example"),
        (" li@b.example ", "li@b.example"),
        ("ﬁsh@b.example", "fish@b.example"),
        ("\u202ali@b.example\u202c", "li@b.example"),
        ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
        ("李@b.example", None),
        ("o'neil@b.example", "o'neil@b.example"),
        ("１３８　００１３　８０００", "+8613800138000"),
        ("\u202a+86 138 0013 8000\u202c", "+8613800138000"),
        ("1380013800²", None),
    ],
)
def test_however_it_is_written_it_is_one_identity(typed, value):
    found = parse_identity(typed)
    assert (found.value if found else None) == value


def test_another_script_before_the_at_is_told_apart():
    assert is_of_another_script("李@b.example")
    assert not is_of_another_script("li@例子.中国")
    assert normalise_email("李@b.example") is None
    assert normalise_phone("abc") is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("o'neil@b.example", "该地址含有特殊字符，发出的消息会寄给别人，请换一个地址。"),
        ("李@b.example", "无法向 @ 前带有这类文字的邮箱发送消息，请换一个邮箱，或填写手机号码。"),
    ],
)
def test_a_sign_up_with_such_an_address_is_refused_with_a_sentence(client, typed, sentence):
    answer = client.submit(
        "/account/sign-up",
        {
            "identity": typed,
            "password": "correct horse battery",
            "password_again": "correct horse battery",
            "name": "x",
        },
    )
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
