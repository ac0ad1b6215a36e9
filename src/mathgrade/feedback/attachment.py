"""Pictures that may stand on a page: PNG, whole, of bounded size, and nothing else.

SVG can carry scripts and anything else may be mistaken for something else, so a
picture is decoded, checked for the signature of PNG and encoded again.
"""

import base64
import binascii

__all__ = ["MAX_PICTURE", "png_url"]

MAX_PICTURE = 3_000_000
"""Bytes of a picture; a larger one is left out."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PREFIX = "data:image/png;base64,"


def png_url(data: object) -> str:
    """A ``data:`` address of a PNG given in base64, or "" if it is not one.

    >>> png_url(base64.b64encode(SIGNATURE + b"...").decode())[:26]
    'data:image/png;base64,iVBO'
    >>> png_url("PHN2Zz4="), png_url(None)
    ('', '')
    """
    if not isinstance(data, str) or len(data) > MAX_PICTURE * 4 // 3 + 4:
        return ""
    try:
        picture = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    if not picture.startswith(SIGNATURE):
        return ""
    return PREFIX + base64.b64encode(picture).decode("ascii")
