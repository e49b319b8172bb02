"""What a file is, is read from its bytes; names and claims are only believed where they may be."""

import pytest

from bot.files import kinds
from bot.files.fetching import RefusedError, checked_type
from bot.settings import AttachmentsSection
from tests.attachments.conftest import PDF, PNG, zipped

RULES = AttachmentsSection()
OFFICE = "application/vnd.openxmlformats-officedocument"
WORD = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")
KEPT = {
    "png": (PNG, "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(40), "image/jpeg"),
    "webp": (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(20), "image/webp"),
    "gif": (b"GIF89a" + bytes(20), "image/gif"),
    "a photo of an iPhone": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(20), "image/heic"),
    "pdf": (PDF, "application/pdf"),
    "a voice note": (b"OggS\0\2" + bytes(22) + b"\1\x1eOpusHead", "audio/ogg"),
    "a voice note that begins like a script": (b"#!AMR\n" + bytes(20), "audio/amr"),
    "mp3": (b"ID3\3\0" + bytes(50), "audio/mpeg"),
    "mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(20), "video/mp4"),
    "an old phone's video": (b"\0\0\0\x18ftyp3gp4" + bytes(20), "video/3gpp"),
    "word": (WORD, f"{OFFICE}.wordprocessingml.document"),
    "excel": (zipped("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
    "text": ("halo, kulkas saya bocor 😢\n".encode(), "text/plain"),
}
REFUSED = {
    "a program for Windows": (b"MZ\x90\0\3" + bytes(200), None, "harmful"),
    "a program for Linux": (b"\x7fELF\2\1\1" + bytes(50), None, "harmful"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", None, "harmful"),
    "a program called photo": (b"MZ\x90\0\3" + bytes(200), "foto.jpg", "harmful"),
    "a batch file": (b"del c:\\\r\n", "nota.bat", "harmful"),
    "a name with two endings": (b"var a = 1;", "nota.pdf.js", "harmful"),
    "a name that ends in dots": (b"var a = 1;", "nota.JS. .", "harmful"),
    "a short cut": (b"L\0\0\0\1\x14\2\0" + bytes(60), "nota.lnk", "harmful"),
    "macros": (zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "n.docx",
               "harmful"),
    "a program in an archive": (zipped("[Content_Types].xml", "word/a.exe"), "n.docx", "harmful"),
    "an Android app": (zipped("AndroidManifest.xml", "classes.dex"), "foto.png", "harmful"),
    "a broken archive": (b"PK\3\4" + bytes(50), "nota.docx", "harmful"),
    "any archive": (zipped("foto.png"), "foto.zip", "type"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "nota.txt", "type"),
    "a page after blanks": (b"\xef\xbb\xbf \n<script>alert(1)</script>", None, "type"),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "foto.png", "type"),
    "xml": (b"<?xml version='1.0'?><html/>", None, "type"),
    "an old Word document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "nota.doc", "type"),
    "noise": (bytes(range(128, 256)) * 5, "foto.jpg", "type"),
    "text with controls": (b"halo\x00\x01\x02", "nota.txt", "type"),
    "nothing": (b"", "foto.jpg", "empty"),
    "too much": (b"x" * 16_000_001, "nota.txt", "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_a_file_is_what_its_bytes_say(name):
    content, type_ = KEPT[name]
    assert checked_type(content, None, "text/html", RULES) == type_


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_do_harm_is_refused_under_any_name(name):
    content, filename, reason = REFUSED[name]
    with pytest.raises(RefusedError, match=f"^{reason}$"):
        checked_type(content, filename, "image/jpeg", RULES)


@pytest.mark.parametrize(
    ("claimed", "type_"),
    [("text/csv", "text/csv"), ("text/vcard", "text/vcard"), ("text/html", "text/plain")],
)
def test_of_plain_text_the_claim_says_which(claimed, type_):
    assert kinds.real_type(b"nama,nomor\nAna,1\n", claimed) == type_


def test_what_is_kept_is_the_owners_choice():
    rules = AttachmentsSection(types=("application/pdf",), largest=10**6)
    assert checked_type(PDF, None, None, rules) == "application/pdf"
    with pytest.raises(RefusedError, match="type"):
        checked_type(PNG, None, None, rules)


NAMES = {
    ("foto.jpg", "image/jpeg"): "foto.jpg",
    ("foto.JPEG", "image/jpeg"): "foto.JPEG",
    ("foto.png", "image/webp"): "foto.png",
    ("foto.jpg", "application/pdf"): "foto.jpg.pdf",
    ("nota.html", "image/gif"): "nota.html.gif",
    ("nota.htm", "text/plain"): "nota.htm.txt",
    ("gambar.svg", "image/png"): "gambar.svg.png",
    ("nota.html", "text/html"): "nota.html",
    ("harga.csv", "text/plain"): "harga.csv",
    ("suara.mp4", "audio/mp4"): "suara.mp4",
    ("nota", "application/pdf"): "nota.pdf",
    (None, "audio/ogg"): "file-7.ogg",
    ("daftar.xlsx", f"{OFFICE}.spreadsheetml.sheet"): "daftar.xlsx",
}


@pytest.mark.parametrize(("given", "type_"), NAMES)
def test_the_name_a_file_is_saved_under_does_not_lie(given, type_):
    assert kinds.fitting_name(given, type_, "file-7") == NAMES[given, type_]
