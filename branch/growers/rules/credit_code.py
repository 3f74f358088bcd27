"""The unified social credit code of a business (GB 32100-2015): 17 characters and a check character (pure)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18


def normalise_uscc(text: str) -> str:
    """Upper case, without blanks and hyphens."""
    return text.upper().replace(" ", "").replace("-", "")


def is_valid_uscc(code: str) -> bool:
    """Whether the check character agrees. Weights are 3^(position-1) mod 31 (GB 32100-2015, 4.6)."""
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        return False
    total = sum(ALPHABET.index(character) * pow(3, i, 31) for i, character in enumerate(code[:-1]))
    return ALPHABET[(31 - total % 31) % 31] == code[-1]
