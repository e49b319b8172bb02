"""Bytes to text whatever the mail claims about them: unknown, wrong and dangerous charsets."""

import codecs
import re
from types import MappingProxyType

# What senders write -> what Python calls it (or what browsers decode it as: WHATWG Encoding).
_ALIASES = MappingProxyType(
    {
        "ascii": "us-ascii",
        "ansi_x3.4-1968": "us-ascii",
        "iso-8859-1": "cp1252",
        "latin1": "cp1252",
        "iso-8859-8-i": "iso-8859-8",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "ks_c_5601-1987": "cp949",
        "unicode-1-1-utf-7": "utf-7",
        "utf8mb4": "utf-8",
        "windows-874": "cp874",
    }
)
# Codecs that are no charset of mail: quadratic, escapes, or only there to raise.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def decode(data: bytes, charset: str | None) -> str:
    """Text of `data`. A charset that is unknown or does not fit falls back to UTF-8, then 1252."""
    name = _codec(charset)
    if name in (None, "ascii", "utf-8"):
        return tidy(_guessed(data, claimed=name))
    for fitting in (name, "utf-8"):
        try:
            return tidy(data.decode(fitting))
        except (ValueError, LookupError):
            continue
    return tidy(data.decode(name, "replace"))


def _guessed(data: bytes, claimed: str | None) -> str:
    """UTF-8 if it is, or mostly is; else what its bytes show, else Windows-1252."""
    if b"\x1b$" in data and data.isascii():
        return data.decode("iso2022_jp_ext", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = sum(1 for char in text if char > "\x7f")
    mostly = foreign - broken > broken if claimed != "utf-8" else foreign > broken
    return text if mostly else data.decode("cp1252", "replace")


def tidy(text: str) -> str:
    """Without NUL, other control characters and lone surrogates; line ends are LF."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", unified)


def _codec(charset: str | None) -> str | None:
    """Python's name for a charset, None if it has none that is fit for mail."""
    given = (charset or "us-ascii").strip().strip("'\"").lower().replace("_", "-")
    given = _ALIASES.get(given, _ALIASES.get(given.replace("-", "_"), given))
    try:
        b"a".decode(given, "replace")
        name = codecs.lookup(given).name
    except (LookupError, ValueError):
        return None
    return None if name.replace("-", "_") in _REFUSED else name
