"""What a person types to say who they are: a phone number or an e-mail address (pure)."""

from dataclasses import dataclass
from typing import Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email

PHONE_REGION = "CN"


@dataclass(frozen=True)
class Identity:
    """A normalised way to reach one account: E.164 for phones, lower case for e-mail."""

    kind: Literal["email", "phone"]
    value: str


def normalise_phone(text: str) -> str | None:
    """`138 0013 8000` -> `+8613800138000`; None when it cannot be a phone number.

    Full-width digits and separators are understood; numbers without a country code are China's.
    """
    try:
        number = phonenumbers.parse(text, region=PHONE_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str | None:
    """The address in lower case, or None when it is not one. Asks no name server."""
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            test_environment=True,
            globally_deliverable=False,
        )
    except EmailNotValidError:
        return None
    return found.normalized.lower()


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
    if "@" in text or "\uff20" in text:
        email = normalise_email(text.replace("\uff20", "@"))
        return Identity("email", email) if email else None
    phone = normalise_phone(text)
    return Identity("phone", phone) if phone else None


def masked(identity: Identity) -> str:
    """Enough of it for its owner to recognise: `+86138****8000`, `l***@example.com`."""
    if identity.kind == "phone":
        return f"{identity.value[:-8]}****{identity.value[-4:]}"
    name, _, domain = identity.value.partition("@")
    return f"{name[:1]}***@{domain}"
