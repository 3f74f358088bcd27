"""What a person types to say who they are: a phone number or an e-mail address (pure)."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from core.unseen_characters import without_unseen

PHONE_REGION = "CN"
# Longer than any address (254) and number.
LONGEST_TYPED = 400


@dataclass(frozen=True)
class Identity:
    """A normalised way to reach one account: E.164 for phones, lower case for e-mail."""

    kind: Literal["email", "phone"]
    value: str


def normalise_phone(text: str) -> str | None:
    """`138 0013 8000` -> `+8613800138000`; None when it cannot be a phone number.

    Full-width digits and separators are understood; numbers without a country code are China's.
    """
    if any(unicodedata.category(character) == "No" for character in text):
        return None  # a superscript would be folded to a digit that nobody dialled
    try:
        number = phonenumbers.parse(folded(text), region=PHONE_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def folded(text: str) -> str:
    """What was typed in plain letters: of full width, ligatures and unseen marks nothing is left that makes a second account."""
    return unicodedata.normalize("NFKC", without_unseen(text[:LONGEST_TYPED])).strip()


def normalise_email(text: str) -> str | None:
    """The address in lower case and plain letters, or None when it is not one. Asks no name server.

    The part before the @ is ASCII: no channel of ours writes to others (SMTPUTF8 is for both ends to have). A domain in
    another script is kept as mail servers know it, `xn--`.
    """
    try:
        address = validate_email(
            folded(text),
            check_deliverability=False,
            test_environment=True,
            globally_deliverable=False,
            allow_smtputf8=False,
        )
    except EmailNotValidError:
        return None
    return (address.ascii_email or address.normalized).lower()


def is_of_another_script(text: str) -> bool:
    """Whether the text is an e-mail address but for letters before the @ that no channel of ours writes to."""
    local, at, _domain = folded(text).rpartition("@")
    return bool(at) and bool(local) and not local.isascii()


def spoken_phone(value: str | None) -> str:
    """A stored number as people read it: `138 0013 8000` at home, `+49 30 123456` abroad."""
    if not value:
        return ""
    try:
        number = phonenumbers.parse(value, region=PHONE_REGION)
    except phonenumbers.NumberParseException:
        return value
    home = number.country_code == phonenumbers.country_code_for_region(PHONE_REGION)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def parse_identity(text: str) -> Identity | None:
    """The phone number or e-mail address in `text`, or None when it is neither."""
    plain = folded(text)
    if "@" in plain:
        email = normalise_email(plain)
        return Identity("email", email) if email else None
    phone = normalise_phone(text)
    return Identity("phone", phone) if phone else None


def masked(identity: Identity) -> str:
    """Enough of it for its owner to recognise: `+86138****8000`, `l***@example.com`."""
    if identity.kind == "phone":
        return f"{identity.value[:-8]}****{identity.value[-4:]}"
    name, _, domain = identity.value.partition("@")
    return f"{name[:1]}***@{domain}"
