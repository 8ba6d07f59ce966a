"""Chinese phone numbers: one spelling in the ledger, masked where they leave the specialist's screen. Pure."""

from __future__ import annotations

import re
import unicodedata

from demandctl.errors import UsageError

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d\d))(\d{7,8})(\d{0,6})")
_SERVICE = re.compile(r"[48]00\d{7}")


def normalise(text: str) -> str:
    """``+86 138-0000-0121`` gives ``13800000121``, ``(0731)84000012转8`` gives ``0731-84000012-8``.

    UsageError when it is no mobile, landline or 400 number.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    main, _, extension = re.sub(r"\s*(?:转|分机|ext\.?)\s*", "转", plain, flags=re.IGNORECASE).partition("转")
    digits = re.sub(r"[\s\-‐-―().]", "", main)
    digits = re.sub(r"^(?:\+|00)86(?=[01348])", "", digits)
    extension = re.sub(r"\D", "", extension)
    if _MOBILE.fullmatch(digits) and not extension:
        return digits
    dashed = re.fullmatch(r"(0\d{2,3})\D*(\d{7,8})(?:-(\d{1,6}))?", main.strip())
    if dashed:
        return "-".join(part for part in (dashed[1], dashed[2], extension or dashed[3]) if part)
    landline = _LANDLINE.fullmatch(digits)
    if landline and not landline[3]:
        return "-".join(part for part in (landline[1], landline[2], extension) if part)
    if _SERVICE.fullmatch(digits):
        return "-".join(part for part in (digits[:3], digits[3:6], digits[6:], extension) if part)
    raise UsageError(f"“{text[:40]}”不像电话号码", "手机 11 位，座机带区号，如 13800000121、0731-84000012")


def masked(phone: str) -> str:
    """The number with its middle hidden: ``138****0121``."""
    if len(phone) < 7:
        return "*" * len(phone)
    return f"{phone[:3]}****{phone[-4:]}" if phone.isdecimal() else f"{phone[:-6]}****{phone[-2:]}"


_GAP = r"[-\s.－—·]{0,2}"
# Digits inside a longer run are a serial number; a phone stands alone, in whatever groups people write it.
_WRITTEN = re.compile(
    rf"(?<!\d)(?:(?:[+＋]|00)86{_GAP})?"
    rf"(1[3-9]\d(?:{_GAP}\d){{8}}|[（(]?0(?:10|2\d|[3-9]\d\d)[)）]?{_GAP}\d{{3,4}}{_GAP}\d{{4}}|[48]00(?:{_GAP}\d){{7}})(?!\d)"
)


def masked_text(text: str) -> str:
    """A text with every phone number in it masked, however it is written; full-width digits become plain ones."""
    plain = re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), text)
    return _WRITTEN.sub(lambda found: masked(re.sub(r"\D", "", found[1])), plain)
