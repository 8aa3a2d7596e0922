# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes of RFC 6238 as a phone makes them: SHA-1, 30 s, 6 digits. Standard library alone, nothing of ours."""
import base64
import hashlib
import hmac
import struct


def totp(secret, seconds):
    """`secret` in base32."""
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(seconds) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def wrong(secret, seconds):
    """Six digits that are no code of these minutes."""
    near = {totp(secret, seconds + 30 * step) for step in range(-3, 4)}
    return next(code for code in (f"{n:06}" for n in range(100)) if code not in near)
