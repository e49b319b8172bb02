"""Ana's photo, receipt and formatted mail, at a desk that can show them."""

from pathlib import Path

from bot.app import App
from bot.settings import Settings
from channels.base import (
    Attachment,
    ChannelKind,
    InboundMessage,
    Media,
    Sender,
    VerifiedBy,
    WebhookRequest,
)
from channels.email import Config as EmailConfig
from channels.memory import MemoryChannel
from crm_store import lookups
from tests.attachments.conftest import PDF, png
from tests.console import cast

PHOTO = png(64, 48)
LETTER = b"""From: Ana <ana@pelanggan.example>\r
To: halo@toko-sinar.example\r
Subject: Kulkas bocor\r
Message-ID: <1@pelanggan.example>\r
Date: Sun, 22 Nov 2026 09:00:00 +0700\r
MIME-Version: 1.0\r
Content-Type: multipart/related; boundary=b\r
\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<html><head><style>p{color:red}</style><title>x</title>
<script>document.title = "pwned"; fetch("https://tracker.example/s")</script></head>
<body background="https://tracker.example/b.png"><h2 style="color:#a8431c">Kulkas bocor</h2>
<p style="background:url(https://tracker.example/c.png)">Halo, <b>kulkas</b> saya bocor.</p>
<img src="https://tracker.example/pixel.gif" alt="logo toko"><img src="cid:foto@ana" alt="foto">
<img src=x onerror="document.title='pwned'"><a href="https://evil.example/masuk">Masuk</a>
<table border="1"><tr><td>TS-204815</td><td>Rp 4.500.000</td></tr></table>
<form action="https://evil.example/f"><input name="pin"><button>Kirim</button></form>
<iframe src="https://evil.example/i"></iframe></body></html>\r
--b\r
Content-Type: image/png; name="foto.png"\r
Content-ID: <foto@ana>\r
Content-Disposition: inline; filename="foto.png"\r
Content-Transfer-Encoding: base64\r
\r
%s\r
--b--\r
"""


def settings(folder: Path, **web: object) -> Settings:
    """The cast's settings with a mailbox."""
    chosen = cast.settings(folder, **web)
    given = {"address": "halo@toko-sinar.example", "secret": "of-the-mailbox",
             "smtp": {"host": "127.0.0.1", "port": 9, "tls": "none"}}  # fmt: skip
    mail = EmailConfig.model_validate(given)
    return chosen.model_copy(update={"channels": {**chosen.channels, "mail": mail}})


def ana_sends(app: App, *files: tuple[str, bytes], text: str = "") -> int:
    """Ana sends files (name, content) on WhatsApp; gives the conversation's id."""
    channel = app.channels["demo-whatsapp"]
    assert isinstance(channel, MemoryChannel)
    sent = []
    for name, content in files:
        reference = f"at-provider/{next(cast._numbers)}"
        channel.files[reference] = Media(content)
        sent.append(Attachment(reference, None, name, len(content)))
    message = InboundMessage(
        "demo-whatsapp",
        ChannelKind.WHATSAPP,
        f"m{next(cast._numbers)}",
        Sender(cast.ANA, "Ana Permata", cast.ANA, VerifiedBy.CHANNEL),
        text,
        attachments=tuple(sent),
    )
    cast.settle(app, message)
    return conversation(app, "whatsapp", cast.ANA)


def ana_mails(app: App, mail: bytes = b"") -> int:
    """Ana's formatted mail comes in; gives the conversation's id."""
    import base64

    raw = mail or LETTER % base64.b64encode(PHOTO)
    request = WebhookRequest("POST", "http://localhost/webhooks/mail", {}, raw)
    cast.settle(app, *app.channels["mail"].parse(request))
    return conversation(app, "email", "ana@pelanggan.example")


def conversation(app: App, kind: str, address: str) -> int:
    """The id of the conversation with an address, which now belongs to the service team."""
    with app.db.transaction() as session:
        talk = lookups.conversation_at(session, kind, address)
        assert talk is not None
        talk.team = "service"
        return talk.id


RECEIPT = PDF
