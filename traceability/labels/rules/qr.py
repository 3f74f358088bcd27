"""QR symbols."""

import io
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer

DOTS_PER_MODULE = 6


def qr_png(text: str) -> bytes:
    """A QR symbol of `text`, error correction M, without its quiet zone (the label leaves it white).

    A black-and-white picture of some 400 bytes: ten thousand of them make a small PDF, drawings do not.
    """
    import zxingcpp
    from PIL import Image

    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    dots = symbol.to_image(scale=DOTS_PER_MODULE, add_quiet_zones=False)
    height, width = dots.shape
    out = io.BytesIO()
    Image.frombytes("L", (width, height), bytes(memoryview(cast("Buffer", dots)))).convert("1").save(
        out, "PNG"
    )
    return out.getvalue()
