"""QR symbols."""

import zxingcpp


def qr_svg(text: str) -> str:
    """A QR symbol of `text`, error correction M, without its quiet zone (the label leaves it white)."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg: str = symbol.to_svg(add_quiet_zones=False)
    return svg
