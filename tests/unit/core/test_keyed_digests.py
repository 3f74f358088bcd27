"""Keys and digests are those of the standards: what is stored under them is found again by any later version."""

import hmac

from core.keyed_digests import derived_key, keyed


def sha256_keyed(key, message):
    return hmac.new(key, message, "sha256").digest()


def test_a_key_is_made_of_the_secret_for_one_purpose_as_rfc_5869_says():
    extracted = sha256_keyed(b"guiyuan traceability", b"a secret of at least 32 characters")
    assert derived_key("a secret of at least 32 characters", "codes") == sha256_keyed(extracted, b"codes\x01")


def test_a_digest_is_hmac_sha256_of_the_text_in_utf_8():
    assert keyed(b"Jefe", "what do ya want for nothing?").hex() == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"  # RFC 4231, case 2
    )
    assert keyed(b"k", "桂") == sha256_keyed(b"k", "桂".encode())
