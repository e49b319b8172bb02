"""What a file really is, by its bytes; its name and its sender may say anything."""

import mimetypes
import zipfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from io import BytesIO

IMAGES = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))
"""What a browser may draw in a page: pictures that cannot hold a program."""
SOUNDS = frozenset(("audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav"))
"""What a browser may play in a page: voice notes, above all."""
UNKNOWN = "application/octet-stream"
MARKUP = "text/html"
"""Stands for everything that a browser would read as a page, SVG and XML too."""

# Endings a computer starts or opens as a program, and pages, which run scripts from the disk.
PROGRAMS = frozenset(
    "app apk appx bat chm cmd com cpl dex dll dmg docm dotm exe gadget hta htc iqy iso jar jnlp js"
    " jse lnk msc msi msix msp ocx osx pif potm ppam ppsm pptm ps1 py pyw rb reg scf scr sct sh"
    " slk sys url vb vbe vbs vhd vhdx wsc wsf wsh xlam xlsb xlsm xltm xll".split()
)
PAGES = frozenset("htm html mht mhtml shtml svg svgz xht xhtml xml xsl xslt".split())
_STARTS = (
    b"MZ",  # Windows
    b"\x7fELF",
    b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",  # macOS
    b"\xca\xfe\xba\xbe",  # Java, and macOS for two processors
    b"dex\n", b"\0asm", b"L\0\0\0\x01\x14\x02\0",  # Android, WebAssembly, Windows short cut
)  # fmt: skip
_SCRIPT, _VOICE = b"#!", b"#!AMR"
_ZIP = b"PK\x03\x04"
_MOST_ENTRIES = 10_000
_SNIFFED = 8192
_TEXTS = ("text/csv", "text/vcard", "text/calendar")
_OTHER_NAMES = {
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "video/x-m4v": "video/mp4",
    "video/x-msvideo": "video/avi",
}
_office = "application/vnd.openxmlformats-officedocument"
_FOLDERS = {
    "word/": f"{_office}.wordprocessingml.document",
    "xl/": f"{_office}.spreadsheetml.sheet",
    "ppt/": f"{_office}.presentationml.presentation",
}
# Without the system's own list: the same names everywhere.
_names = mimetypes.MimeTypes()
_ENDINGS = {"audio/ogg": ".ogg", "audio/amr": ".amr", "image/heic": ".heic", "audio/wav": ".wav"}


def real_type(content: bytes, claimed: str | None = None) -> str:
    """The MIME type; UNKNOWN if the bytes fit nothing we know.

    `claimed` only says which kind of plain text it is: CSV looks like any text.
    """
    # Loaded at first use: start-up stays light.
    import filetype

    head = content[:_SNIFFED]
    found = filetype.guess_mime(head) if head else None
    if head.startswith(_ZIP):
        return _zipped(content, found)
    if found:
        return _OTHER_NAMES.get(found, str(found))
    if head[4:10] in (b"ftyp3g", b"ftypmm"):  # an old phone's video, which the library misses
        return "video/3gpp"
    return _text_type(content, claimed) or UNKNOWN


def is_harmful(content: bytes, filename: str | None) -> bool:
    """Whether it may be a program: by its first bytes, by its name, by what is packed in it."""
    script = content.startswith(_SCRIPT) and not content.startswith(_VOICE)
    if script or content.startswith(_STARTS) or ending(filename) in PROGRAMS:
        return True
    if not content.startswith(_ZIP):
        return False
    names = _entries(content)
    return names is None or any(_is_program(name) for name in names)


def matches(type_: str, allowed: Sequence[str]) -> bool:
    """Whether a type fits one of the patterns, such as `image/*`."""
    return any(fnmatchcase(type_, pattern) for pattern in allowed)


def ending(filename: str | None) -> str:
    """What stands behind the last dot, in lower case, "" if there is none."""
    return (
        (filename or "").rstrip(" .").rpartition(".")[2].lower() if "." in (filename or "") else ""
    )


def fitting_name(filename: str | None, type_: str, default: str) -> str:
    """A name whose ending does not lie about the type: `foto.jpg.pdf` for a PDF called foto.jpg.

    `default` is the name without an ending of a file that has none.
    """
    name = filename or default
    told, right = _names.guess_type(name)[0], _ENDINGS.get(type_) or _names.guess_extension(type_)
    page = ending(name) in PAGES and type_ != MARKUP
    lies = told is not None and _family(told) != _family(type_)
    return f"{name}{right or '.bin'}" if lies or page or not ending(name) else name


def _family(type_: str) -> str:
    first = type_.partition("/")[0]
    return "media" if first in ("audio", "video") else first


def _zipped(content: bytes, found: str | None) -> str:
    """Office documents are archives; which, is told by the folder in them."""
    names = _entries(content) or []
    if "[Content_Types].xml" in names:
        for folder, type_ in _FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return type_
    if found and "opendocument" in found:
        return found
    return "application/zip"


def _entries(content: bytes) -> list[str] | None:
    """The names in an archive; None if it cannot be read or has too many."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, LookupError):
        return None
    return names if len(names) <= _MOST_ENTRIES else None


def _is_program(name: str) -> bool:
    return ending(name) in PROGRAMS or name.lower().endswith("vbaproject.bin")


def _text_type(content: bytes, claimed: str | None) -> str | None:
    """Text in UTF-8 without controls; what begins like a tag is markup whatever it claims."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    start = text.lstrip()
    if not start or any(char < " " and char not in "\t\n\r\f\x1b" for char in text[:_SNIFFED]):
        return None
    if start[0] == "<" and (start[1:2].isalpha() or start[1:2] in "!?"):
        return MARKUP
    return claimed if claimed in _TEXTS else "text/plain"
