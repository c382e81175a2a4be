"""Text as Qawl counts it: Unicode code points, and the UTF-16 units of older tools."""

import hashlib


def sha256(text: str) -> str:
    """Hex SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
