"""When a password is too weak (pure). Length first, as NIST SP 800-63B asks; then what everybody tries first."""

SHORTEST = 8
DISTINCT = 5
TRIED_FIRST = frozenset(
    {
        "password",
        "password1",
        "12345678",
        "123456789",
        "1234567890",
        "87654321",
        "qwertyuiop",
        "1qaz2wsx",
        "1q2w3e4r5t",
        "abc12345",
        "a12345678",
        "woaini1314",
        "5201314520",
        "iloveyou",
        "guihua123",
    }
)


def is_too_simple(password: str, *, about: tuple[str, ...] = ()) -> bool:
    """Few different characters, one of the passwords tried first, or made of the person's own contact."""
    plain = password.casefold()
    if len(set(plain)) < DISTINCT or plain in TRIED_FIRST:
        return True
    own = [part.casefold() for part in about if len(part) >= 5]
    return any(plain in part or (part in plain and len(plain) - len(part) < 4) for part in own)
