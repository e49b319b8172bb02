"""C3.5: reports in words only, what is none of them, and what servers say of an address."""

import pytest

from channels.base import DeliveryStatus, InboundMessage, Reachability, ReachState, StatusUpdate
from channels.email.reason_words import Reason
from channels.email.reasons import judge

ANA = "ana@pelanggan.example"
FAILED, SENT, DEAD = DeliveryStatus.FAILED, DeliveryStatus.SENT, ReachState.DEAD
UNKNOWN = "Remote server returned '550 5.1.1 user unknown'"
SENT_ON = "\n\n--- Below this line is a copy of the message.\n"
TEXTS = {
    "Exchange, Indonesian": (
        "postmaster@x.example", "Tidak terkirim: Kulkas",
        f"Pengiriman ke penerima atau grup ini telah gagal:\n\n{ANA}\n{UNKNOWN}", FAILED, DEAD,
    ),
    "Exchange, Indonesian, full": (
        "postmaster@x.example", "Tak terkirim: Kulkas",
        f"Pengiriman telah gagal ke penerima berikut:\n\n{ANA}\nKotak surat penerima penuh.",
        FAILED, None,
    ),
    "Exchange names and links": (
        "<>", "Undeliverable: Kulkas",
        f"Delivery has failed to these recipients:\n\nAna ({ANA})<mailto:{ANA}>\n"
        "The address you entered couldn't be found.", FAILED, DEAD,
    ),
    "Gmail, Indonesian": (
        "mailer-daemon@googlemail.com", "Delivery Status Notification (Failure)",
        f"Pesan Anda tidak terkirim ke {ANA} karena alamat tidak dapat ditemukan.", FAILED, DEAD,
    ),
    "Gmail, Indonesian, later": (
        "mailer-daemon@googlemail.com", "Delivery Status Notification (Delay)",
        f"Ada masalah saat mengirim pesan Anda ke {ANA}. Gmail akan mencoba lagi.", SENT, None,
    ),
    "returned, Indonesian": (
        "MAILER-DAEMON@x.example", "Email dikembalikan",
        f"Surat Anda tidak berhasil disampaikan kepada <{ANA}>: kotak surat penuh.", FAILED, None,
    ),
    "a filter": (
        "MAILER-DAEMON@x.example", "**Message you sent blocked by our bulk email filter**",
        f"Your message to: {ANA}\nwas blocked by our Spam Firewall.", FAILED, None,
    ),
    "a server of no known name": (
        "layanan-surat.x.example", "Undelivered Mail Returned to Sender",
        "An error occurred while trying to deliver the mail to the following recipients:\n"
        f"{ANA}\n\nFinal-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.1.1\n", FAILED, DEAD,
    ),
    "refused, and nothing else": (
        "MAILER-DAEMON@x.example", "Kulkas",
        f"Your message to {ANA} was rejected due to the user exceeding its mailbox quota",
        FAILED, None,
    ),
    "refused in Indonesian": (
        "MAILER-DAEMON@x.example", "Kulkas",
        f"Email Anda ke {ANA} ditolak karena kotak surat penuh.", FAILED, None,
    ),
    "a postmaster's own words": (
        "postmaster@x.example", "Kulkas", f"Alamat <{ANA}> tidak ada.", FAILED, DEAD,
    ),
    "sending failed, Indonesian": (
        "<>", "Gagal mengirim: Kulkas", f"Kotak surat penerima penuh.\n\n<{ANA}>", FAILED, None,
    ),
    "blocked, Indonesian": (
        "mailer-daemon@googlemail.com", "** Pesan diblokir **",
        f"Pesan Anda ke {ANA} telah diblokir.", FAILED, None,
    ),
    "Gmail, Portuguese": (
        "mailer-daemon@googlemail.com", "Mensagem não foi entregue",
        f"Sua mensagem para {ANA} não foi entregue: o endereço não foi encontrado.", FAILED, DEAD,
    ),
    "blocked, with a link": (
        "mailer-daemon@googlemail.com", "Message blocked",
        f"Your message to  {ANA}  has been blocked.", FAILED, None,
    ),
    "a gateway's": (
        "postmaster@x.example", "Your message couldn't be delivered",
        f"The message you sent to {ANA} couldn't be delivered.", FAILED, None,
    ),
    "Exchange, Italian": (
        "postmaster@x.example", "Impossibile recapitare: Kulkas",
        f"{ANA}\nImpossibile trovare l'indirizzo e-mail immesso.", FAILED, DEAD,
    ),
    "Exchange, Portuguese": (
        "postmaster@x.example", "Não é possível entregar: Kulkas",
        f"{ANA}\nO endereço de email que você inseriu não pôde ser encontrado.", FAILED, DEAD,
    ),
    "Chinese": (
        "postmaster@x.example", "投递失败",
        f"您发送到“{ANA}”的邮件无法投递，因为该收件人不存在。", FAILED, DEAD,
    ),
    "Chinese, in brackets": (
        "PostMaster@x.example", "系统退信",
        f"收件人邮件地址（{ANA}）不存在，邮件无法送达。", FAILED, DEAD,
    ),
    "Chinese of Taiwan, full": (
        "postmaster@x.example", "投遞失敗",
        f"{ANA} 的郵件無法投遞，因為收件人郵箱已滿。", FAILED, None,
    ),
    "Japanese, full": (
        "postmaster@x.example", "メール送信失敗",
        f'受信者のメールボックスが一杯です。"{ANA}"へ送信できません。', FAILED, None,
    ),
    "fields in a text": (
        "MAILER-DAEMON@x.example", "Kulkas",
        f"--b\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {ANA}\nAction: delayed\n"
        "Status: 4.4.1\n", SENT, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_report_in_words_tells_the_recipient_and_what_became_of_the_mail(name, parser, new_mail):
    sender, subject, text, status, reach = TEXTS[name]
    [event] = parser.events(new_mail(text + SENT_ON, From=sender, Subject=subject))
    assert isinstance(event, StatusUpdate)
    assert (event.recipient, event.status, event.reach) == (ANA, status, reach)


COMPLAINTS = {
    "Delivery failure": "My fridge: it could not be delivered to my address.",
    "My order could not be delivered": "It was not delivered to my house.\nana@kantor.example",
    "Paket tidak terkirim": "Paket saya tidak dapat dikirim ke rumah.\nana@kantor.example",
    "Message not delivered": "Your message could not be delivered to me, my mailbox was full.",
    "Undeliverable: Kulkas": "Kenapa saya dapat ini?",
}


@pytest.mark.parametrize("subject", COMPLAINTS)
def test_who_complains_of_a_delivery_is_a_customer(subject, parser, new_mail):
    [event] = parser.events(new_mail(COMPLAINTS[subject], Subject=subject))
    assert isinstance(event, InboundMessage)
    assert not event.automatic


def mixed(new_mail, *parts: str, **fields: str) -> bytes:
    body = "".join(f"--o\nContent-Type: {part}\n" for part in parts) + "--o--\n"
    return new_mail(body, **fields, Content_Type='multipart/mixed; boundary="o"')


def test_a_report_within_a_report_is_read(parser, new_mail):
    fields = f"Final-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.1.1\n"
    inner = (
        'Content-Type: multipart/report; boundary="i"\n\n'
        f"--i\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{fields}\n--i--\n"
    )
    parts = ("text/plain\n\nPT Maju, Bandung\n", f"message/rfc822\n\n{inner}")
    raw = mixed(new_mail, *parts, From="postmaster@x.example", Subject="Undeliverable: Kulkas")
    [event] = parser.events(raw)
    assert (event.recipient, event.status, event.error_code) == (ANA, FAILED, "5.1.1")


def test_what_a_content_filter_tells_its_administrator_is_no_bounce(parser, new_mail):
    told = "text/plain\n\nNo viruses were found.\n\nContent type: Unchecked\n"
    returned = f"text/rfc822-headers\n\nTo: {ANA}\nMessage-ID: <1@x.example>\n"
    fields = {"From": "postmaster@x.example", "Subject": "UNCHECKED contents in mail"}
    [event] = parser.events(mixed(new_mail, told, returned, **fields))
    assert isinstance(event, InboundMessage)
    assert event.automatic


FEEDBACK = f"message/feedback-report\n\nFeedback-Type: {{}}\nOriginal-Rcpt-To: {ANA}\n"


def test_c3_6_a_complaint_that_a_gateway_made_a_mixture_opts_out(parser, new_mail):
    raw = mixed(new_mail, FEEDBACK.format("abuse"), From="fbl@mail.example")
    [event] = parser.events(raw)
    assert isinstance(event, Reachability)
    assert (event.address, event.state) == (ANA, ReachState.OPTED_OUT)


@pytest.mark.parametrize("kind", ["auth-failure", "dmarc", "not-spam"])
def test_c3_6_a_server_that_reports_a_forgery_opts_nobody_out(kind, parser, new_mail):
    raw = mixed(new_mail, FEEDBACK.format(kind), From="forensic@mail.example")
    [event] = parser.events(raw)
    assert isinstance(event, InboundMessage)
    assert event.automatic


def test_c3_6_who_passes_a_complaint_on_opts_nobody_out(parser, new_mail):
    raw = mixed(new_mail, FEEDBACK.format("abuse"), Subject="Fwd: Laporan")
    [event] = parser.events(raw)
    assert isinstance(event, InboundMessage)
    assert not event.automatic


def test_c3_6_a_receipt_says_whose_it_is(parser, new_mail):
    fields = f"Final-Recipient: rfc822; {ANA}\nDisposition: manual-action/sent; displayed\n"
    body = f"--o\nContent-Type: message/disposition-notification\n\n{fields}\n--o--\n"
    [event] = parser.events(new_mail(body, Content_Type='multipart/report; boundary="o"'))
    assert (event.recipient, event.status) == (ANA, DeliveryStatus.READ)


REASONS = {
    "553 <ana@x.example>... Unknown E-Mail Address": Reason.UNKNOWN_USER,
    "ana tidak ditemukan di pelanggan.example": Reason.UNKNOWN_USER,
    "telah diblokir": Reason.POLICY,
    "L'adresse de messagerie que vous avez entrée est introuvable.": Reason.UNKNOWN_USER,
    "No se ha encontrado la dirección de correo especificada.": Reason.UNKNOWN_USER,
    "找不到您输入的电子邮件地址。": Reason.UNKNOWN_USER,
    "551 <ana@x.example> is a deactivated mailbox": Reason.DISABLED,
    "550 BAD_RECIPIENT": Reason.UNKNOWN_USER,
    "550 'ana@x.example' is not a registered gateway user": Reason.UNKNOWN_USER,
    "550 Unknown address error": Reason.UNKNOWN_USER,
    "550 5.1.1 RCPT TO:<ana@x.example> max message size exceeded": Reason.TOO_LARGE,
    "554 rejected due to security policies": Reason.POLICY,
    "550 192.0.2.1 is not allowed to send mail from toko-sinar.example": Reason.OUR_SETUP,
    "an undisclosed address": Reason.OTHER,
    "553 Domain of sender address <halo@x.example> does not exist": Reason.OUR_SETUP,
    "550 Too many invalid recipients": Reason.RATE,
    "550 Account closed, please remove": Reason.DISABLED,
    "550 the server of this address: connection closed": Reason.OTHER,
    "550 User account not activated": Reason.DISABLED,
    "521 This host does not accept mail": Reason.NO_DOMAIN,
    "550 This host does not accept mail from you": Reason.OTHER,
    "550 recipient unrecognized": Reason.UNKNOWN_USER,
    "553 sorry, no mail-box here by that name": Reason.UNKNOWN_USER,
    "Unrouteable address": Reason.NO_DOMAIN,
}


@pytest.mark.parametrize("words", REASONS)
def test_c3_3_what_a_server_says_is_one_reason(words):
    assert judge(words).reason == REASONS[words]


@pytest.mark.parametrize(
    ("words", "dead"), [("This account has been disabled", True), ("550 User unknown", False)]
)
def test_after_the_mail_itself_only_certain_words_count(words, dead, parser, new_mail):
    text = f"<{ANA}>: host mx said: 554 {words} (in reply to end of DATA command)"
    subject = "Undelivered Mail Returned to Sender"
    [event] = parser.events(new_mail(text, From="MAILER-DAEMON@x.example", Subject=subject))
    assert (event.reach is DEAD) == dead
