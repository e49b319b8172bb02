"""C5: one body as text, everything else by reference, names that are safe."""

import pytest

from channels.base import Attachment, MessageKind
from channels.email import body, mime
from channels.email.flowed import unflow
from channels.errors import Gone, TooLarge


def multipart(kind: str, *parts: str) -> str:
    inner = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="b"\r\n\r\n{inner}--b--\r\n'
    )


PLAIN = "Content-Type: text/plain\r\n\r\nteks"
HTML = "Content-Type: text/html\r\n\r\n<p>html</p>"
EMPTY = "Content-Type: text/plain\r\n\r\n \r\n"
PHOTO = (
    "Content-Type: image/jpeg; name=foto.jpg\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=foto.jpg\r\n\r\naGFsbw=="
)
NOTE = "Content-Type: text/plain; name=catatan.txt\r\n\r\nlampiran"
SIGNATURE = "Content-Type: application/pgp-signature\r\n\r\nx"
BODIES = {
    "plain": (PLAIN, "teks", 0),
    "C5.3 text before html": (multipart("alternative", PLAIN, HTML), "teks", 0),
    "C5.3 html first, text still": (multipart("alternative", HTML, PLAIN), "teks", 0),
    "C5.3 html if the text is empty": (multipart("alternative", EMPTY, HTML), "html", 0),
    "C5.3 html alone": (HTML, "html", 0),
    "C5.3 a text attachment is no body": (multipart("mixed", PLAIN, NOTE), "teks", 1),
    "C5.3 only a text attachment": (multipart("mixed", NOTE), "", 1),
    "a photo": (multipart("mixed", PLAIN, PHOTO), "teks", 1),
    "related": (multipart("related", HTML, PHOTO), "html", 1),
    "text around a photo (Apple)": (multipart("mixed", PLAIN, PHOTO, PLAIN), "teks\n\nteks", 1),
    "signed": (multipart("signed", PLAIN, SIGNATURE), "teks", 0),
}


@pytest.mark.parametrize("name", BODIES)
def test_c5_3_the_body_is_one_version_and_files_are_references(name):
    raw, text, files = BODIES[name]
    found = body.read(mime.parse(raw.encode()))
    assert found.text == text
    assert len(found.attachments) == files


@pytest.mark.anyio
async def test_a_photo_is_kept_by_its_place_in_the_mail(new_channel):
    raw = b"From: ana@pelanggan.example\r\n" + multipart("mixed", PLAIN, PHOTO).encode()
    [photo] = body.read(mime.parse(raw)).attachments
    assert (photo.reference, photo.content_type) == ("part:2", "image/jpeg")
    assert (photo.filename, photo.size) == ("foto.jpg", 6)
    file = await new_channel().download(photo, original=raw)
    assert (file.content, file.filename) == (b"halo", "foto.jpg")


@pytest.mark.anyio
@pytest.mark.parametrize("place", ["part:2", "part:", "part:9.9", "2", "", "https://x.example/"])
async def test_a_place_that_is_not_there_is_gone(new_channel, place):
    with pytest.raises(Gone):
        await new_channel().download(Attachment(place), original=multipart("mixed", PHOTO).encode())


@pytest.mark.anyio
async def test_a_photo_that_is_all_of_a_mail_is_had_too(new_channel):
    [photo] = body.read(mime.parse(PHOTO.encode())).attachments
    file = await new_channel().download(photo, original=PHOTO.encode())
    assert (photo.reference, file.content) == ("part:", b"halo")


@pytest.mark.anyio
async def test_a_photo_larger_than_allowed_is_left(new_channel):
    raw = multipart("mixed", PHOTO).encode()
    with pytest.raises(TooLarge):
        await new_channel().download(Attachment("part:1"), original=raw, most_bytes=3)


HTML_WITH_PHOTO = 'Content-Type: text/html\r\n\r\n<img src="cid:foto1@x">'
SHOWN_PHOTO = f"Content-ID: <foto1@x>\r\n{PHOTO}"


def test_the_html_version_comes_with_the_pictures_it_shows(new_channel, parser):
    raw = multipart("related", HTML_WITH_PHOTO, SHOWN_PHOTO, PHOTO).encode()
    found = new_channel().formatted(raw)
    assert "cid:foto1@x" in found.html
    assert {key: image.content for key, image in found.images.items()} == {"foto1@x": b"halo"}
    assert parser.events(raw)[0].metadata["html"] == "part:1"


def test_a_mail_that_is_html_and_nothing_else_has_a_place_too(new_channel, parser):
    assert parser.events(HTML.encode())[0].metadata["html"] == "part:"
    assert new_channel().formatted(HTML.encode()).html == "<p>html</p>"


def test_a_mail_without_html_is_shown_as_it_was_typed_with_its_quotations(new_channel, parser):
    raw = b"From: ana@pelanggan.example\n\nsiap\n\n> <b>kapan</b>\n> ya\n"
    assert "quoted" in parser.events(raw)[0].metadata
    html = new_channel().formatted(raw).html
    assert "siap\n\n&gt; &lt;b&gt;kapan&lt;/b&gt;\n&gt; ya" in html


@pytest.mark.parametrize("raw", ["", multipart("mixed", PHOTO)])
def test_a_mail_without_words_has_no_formatted_version(new_channel, raw):
    assert new_channel().formatted(raw.encode()) is None


@pytest.mark.parametrize("text", ["[image: foto.jpg]", "[cid:image001.png@01DA]\r\n", "\ufffc"])
def test_the_place_of_a_picture_is_no_text(parser, text):
    part = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    raw = f"From: ana@pelanggan.example\r\n{multipart('mixed', part, PHOTO)}".encode()
    [event] = parser.events(raw)
    assert (event.text, event.message_kind) == ("", MessageKind.MEDIA)


def test_a_photo_without_words_is_media(parser):
    raw = b"From: ana@pelanggan.example\r\n" + multipart("mixed", EMPTY, PHOTO).encode()
    [event] = parser.events(raw)
    assert (event.text, event.message_kind) == ("", MessageKind.MEDIA)


FILENAMES = {
    "foto.jpg": "foto.jpg",
    "../../etc/passwd": "passwd",
    "C:\\Windows\\evil.exe": "evil.exe",
    "laporan\u202egpj.exe": "laporangpj.exe",
    "=?utf-8?b?Zm90byDwn5iALmpwZw==?=": "foto 😀.jpg",
    "=?utf-8?q?..=2F..=2Fx.sh?=": "x.sh",
    "a\r\nX-Evil: 1.txt": "a X-Evil_ 1.txt",
    "..": None,
    "": None,
    "a\x00b.txt": "ab.txt",
    "x" * 500 + ".pdf": "x" * 108 + ".pdf",
}


@pytest.mark.parametrize("given", FILENAMES)
def test_c5_2_a_file_name_is_only_a_name(given):
    assert body.filename(given) == FILENAMES[given]


def test_c5_2_continued_parameters_are_put_together():
    raw = (
        b"Content-Disposition: attachment;\r\n filename*0*=utf-8''foto%20;\r\n"
        b" filename*1*=%F0%9F%98%80;\r\n filename*2=.jpg\r\n\r\nx"
    )
    assert mime.parse(raw).named == "foto 😀.jpg"


@pytest.mark.parametrize(
    ("text", "delsp", "wanted"),
    [("satu \ndua\n", False, "satu dua\n"), ("sa \ntu", True, "satu"),
     ("satu\ndua", False, "satu\ndua"),
     ("Ya \n-- \nAna", False, "Ya \n-- \nAna"), ("> a \n> b\nc", False, "> a b\nc"),
     ("> a \nb", False, "> a \nb"), (" >bukan kutipan", False, ">bukan kutipan")],
)  # fmt: skip
def test_c5_4_flowed_lines_are_joined(text, delsp, wanted):
    assert unflow(text, delsp=delsp) == wanted


def test_c5_4_a_flowed_mail_reads_as_sentences(parser, new_mail):
    text = "Kulkas saya \r\nrusak\r\n\r\n-- \r\nAna\r\n"
    [event] = parser.events(new_mail(text, Content_Type="text/plain; format=flowed"))
    assert event.text == "Kulkas saya rusak"


BROKEN = {
    "a field broken, not folded": "Subject: long\nsubject\nX-Y: 1\nTo: a@b.example\n\nhalo",
    "a line of spaces in the header": "Subject: x\n \n\tx\nTo: a@b.example\n\nhalo",
    "spaces before the header": "   \nFrom: a@b.example\nSubject: x\n\nhalo",
    "a boundary the header does not name": 'Content-Type: multipart/mixed; boundary="no"\n\n'
    "------=_Part\nContent-Type: text/plain\n\nhalo\n------=_Part--\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_c5_1_the_text_of_a_broken_mail_is_found(name):
    assert body.read(mime.parse(BROKEN[name].encode())).text == "halo"


def test_a_file_inside_the_text_is_named_and_left_out():
    lines = "M" + "'" * 60 + "\n"
    text = f"Ini fotonya:\n\nbegin 644 kulkas.jpg\n{lines * 3}`\nend\nTerima kasih"
    found = body.read(mime.parse(f"Subject: x\n\n{text}".encode())).text
    assert found == "Ini fotonya:\n\n[kulkas.jpg]\nTerima kasih"
