"""C3.5: reports that only words tell, of servers old and odd; whom they are about and why."""

import pytest

from channels.base import DeliveryStatus, InboundMessage, Reachability, ReachState, StatusUpdate
from channels.email.reason_words import Reason
from channels.email.reasons import judge

ANA, BUDI = "ana@pelanggan.example", "budi@pelanggan.example"
FAILED, SENT, DEAD = DeliveryStatus.FAILED, DeliveryStatus.SENT, ReachState.DEAD
DAEMON = "MAILER-DAEMON@mx.example"
REPORTS: dict[str, tuple[str, str, list[tuple[str, DeliveryStatus, ReachState | None]]]] = {
    "named in a sentence": (
        "Mail delivery failed",
        "This is the mail agent at mx.example.\n\n"
        f"There was an error delivering your mail to <{ANA}>.\n\n"
        "mx.pelanggan.example did not like our RCPT TO:\n550 5.1.1 User unknown\n",
        [(ANA, FAILED, DEAD)],
    ),
    "under a label": (
        "Returned mail",
        f"The mail was rejected by a remote server.\n\n    Recipient: <{ANA}>\n"
        f"    >>> RCPT TO:<{ANA}>\n    <<< 550 <{ANA}>: User unknown\n",
        [(ANA, FAILED, DEAD)],
    ),
    "after a reply code, several": (
        "Returned mail: Host unknown",
        "   ----- Transcript of session follows -----\n"
        f"554 <{ANA}>... 550 Host unknown (Authoritative answer)\n"
        f"554 <{BUDI}>... 452 Mailbox full\n\n   ----- Unsent message follows -----\n"
        "Received: by mx.example; Sat, 15 Jun 2024\nTo: all@toko-sinar.example\n",
        [(ANA, FAILED, DEAD), (BUDI, FAILED, None)],
    ),
    "only in the returned mail": (
        "Undeliverable Message",
        "Message could not be delivered to mobile.\nError: no such account\n\nOriginal Message:\n"
        f"From: Toko Sinar <halo@toko-sinar.example>\nTo: {ANA}\nSubject: Kulkas\n",
        [(ANA, FAILED, DEAD)],
    ),
    "fields without a MIME type": (
        "Returned mail: see transcript for details",
        "The message could not be delivered for 5 days.\n\nReporting-MTA: dns; mx.example\n\n"
        f"Action: failed\nStatus: 4.4.7\nFinal-Recipient: rfc822; {ANA}\n",
        [(ANA, FAILED, None)],
    ),
    "wrapped over two lines": (
        "Mail delivery failed: returning message to sender",
        f"  {ANA}\n    host mx.pelanggan.example: 550 Requested action not taken: mailbox\n"
        "    unavailable\n",
        [(ANA, FAILED, DEAD)],
    ),
    "still trying": (
        "Mail Delivery Warning",
        f'Delivery of email to this address\n\n"{ANA}"\n\nhas been postponed.\n'
        "We will continue to try to deliver your message.\n",
        [(ANA, SENT, None)],
    ),
    "given up after trying": (
        "Delivery delayed, then failed",
        f"<{ANA}>:\nConnection timed out. I'm not going to try again; this message has been in the"
        " queue too long.\n",
        [(ANA, FAILED, None)],
    ),
    "refused only after DATA: the mail, not the address": (
        "Mail delivery failed",
        f"<{ANA}>: host mx.pelanggan.example said: 550 Unknown user (in reply to end of DATA"
        " command)\n",
        [(ANA, FAILED, None)],
    ),
    "refused after DATA with the address's own code": (
        "Mail delivery failed",
        f"<{ANA}>: 550 5.1.1 Unknown user (in reply to end of DATA command)\n",
        [(ANA, FAILED, DEAD)],
    ),
    "refused after DATA in words no filter uses": (
        "Mail delivery failed",
        f"<{ANA}>: 554 dd This user doesn't have a pelanggan.example account (in reply to end of"
        " DATA command)\n",
        [(ANA, FAILED, DEAD)],
    ),
    "the reason above the address": (
        "Re: Kulkas",
        "Error: Invalid user address\n\nError message below:\n550 - no such user here\n\n"
        f"Message details:\n  RCPT TO: {ANA}\n  Size (in bytes): 222\n",
        [(ANA, FAILED, DEAD)],
    ),
    "the reason in the subject only": (
        "Returned mail: User unknown",
        f"The following addresses had permanent delivery errors\n\n<{ANA}>\n",
        [(ANA, FAILED, DEAD)],
    ),
    "fields without a reason, words with one": (
        "Returned mail: Service unavailable",
        f"   ----- Transcript of session follows -----\n<{ANA}>\nmail.local: unknown user: ana\n\n"
        f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {ANA}\nAction: failed\n"
        "Status: 5.5.0\n",
        [(ANA, FAILED, DEAD)],
    ),
    "refused at MAIL FROM: our sender, not the address": (
        "Mail delivery failed: returning message to sender",
        f"  {ANA}\n    SMTP error from remote mail server after MAIL FROM:<halo@a.example>:\n"
        "    553 5.1.0 a.example does not exist\n",
        [(ANA, FAILED, None)],
    ),
    "whose mailbox is a desk": (
        "Undelivered Mail Returned to Sender",
        "For further assistance, please send mail to postmaster.\n\n"
        "<support@pelanggan.example>: host mx.pelanggan.example[192.0.2.9] said: 550 5.1.1\n"
        "    <support@pelanggan.example> User unknown (in reply to RCPT TO command)\n",
        [("support@pelanggan.example", FAILED, DEAD)],
    ),
    "with the sender named below": (
        "Undeliverable: Kulkas",
        f"Your message to {ANA} couldn't be delivered.\nana wasn't found at pelanggan.example.\n\n"
        f"Sender Address: bounces+x1@kirim.example\nRecipient Address: {ANA}\n"
        "Error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound\n",
        [(ANA, FAILED, DEAD)],
    ),
    "refused after DATA in words about the mailbox": (
        "Mail delivery failed",
        f"<{ANA}>: host mx.example said: 550 Message was not accepted -- invalid mailbox. Local\n"
        f"    mailbox {ANA} is unavailable: user not found (in reply to end of DATA command)\n",
        [(ANA, FAILED, DEAD)],
    ),
    "Japanese": (
        "メッセージを配信できません",
        f"<{ANA}>:\nこのアドレスは存在しません\n",
        [(ANA, FAILED, DEAD)],
    ),
    "French": (
        "Message non remis",
        f"<{ANA}>: destinataire inconnu\n",
        [(ANA, FAILED, DEAD)],
    ),
}
REASONS = {
    "550 5.4.1 <ana@b.example>: Recipient address rejected: Access denied": Reason.UNKNOWN_USER,
    "550 5.7.1 no such user here": Reason.UNKNOWN_USER,
    "550 5.4.4 Invalid domain": Reason.NO_DOMAIN,
    "Host or domain name not found, try again": Reason.GREYLISTED,
    "550 5.1.1 <ana@b.example>: Recipient address rejected: blocked by policy": Reason.POLICY,
    "Remote host said: 550 unknown user": Reason.UNKNOWN_USER,
    "550 5.7.1 Mailbox full": Reason.FULL,
    "550 the user ana@b.example does not exist": Reason.UNKNOWN_USER,
    "550 no mailbox by that name is available": Reason.UNKNOWN_USER,
    "550 5.7.1 requested action not taken: mailbox unavailable": Reason.POLICY,
    "550 5.1.0 Unknown address error 550-'5.7.1 Access denied'": Reason.POLICY,
    "501 5.0.0 my name was rejected. Invalid domain name": Reason.OUR_SETUP,
    "550 5.7.1 <mx.example>: Helo command rejected: Host not found": Reason.OUR_SETUP,
    "550 we could not find your reverse DNS record": Reason.OUR_SETUP,
    "552 user ana is over the allowed quota": Reason.FULL,
    "554 the domain is not reachable": Reason.NO_DOMAIN,
    "DNS lookup failure: host cx.b.example not found": Reason.NO_DOMAIN,
    "554 5.7.1 <ana@b.example>: Recipient address rejected: Access denied": Reason.POLICY,
    'unrouteable mail domain "b.example"': Reason.NO_DOMAIN,
    "550 Name server: host name lookup failure": Reason.ROUTING,
    "550 Utilisateur: adresse n'existe pas": Reason.UNKNOWN_USER,
    "550 Пользователь не найден": Reason.UNKNOWN_USER,
    "550 收件人不存在": Reason.UNKNOWN_USER,
    "550 mailbox ana@b.example unavailable": Reason.UNKNOWN_USER,
    "554 RCPT (ana@b.example) dosn't exist": Reason.UNKNOWN_USER,
    "connect to mx.b.example: No route to host": Reason.ROUTING,
}


@pytest.mark.parametrize("name", REPORTS)
def test_each_recipient_is_found_with_its_reason(name, parser, new_mail):
    subject, text, wanted = REPORTS[name]
    raw = new_mail(text, From=DAEMON, Subject=subject, Content_Type="text/plain; charset=utf-8")
    found = [(each.recipient, each.status, each.reach) for each in parser.events(raw)]
    assert found == wanted


@pytest.mark.parametrize("text", REASONS)
def test_words_give_the_reason(text):
    assert judge(text).reason == REASONS[text]


def test_a_reply_code_before_a_comma_tells_whether_it_is_for_good():
    assert not judge("ERROR_CODE :421, Host not reachable").permanent
    assert judge("Message of 450,000 bytes: 552 too large").permanent


def test_two_recipients_without_an_empty_line_between_are_two(parser, new_mail):
    fields = (
        f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {ANA}\nAction: failed\n"
        f"Status: 5.1.1\nFinal-Recipient: rfc822; {BUDI}\nAction: failed\nStatus: 5.2.2\n"
    )
    events = parser.events(report(new_mail, fields))
    assert [(each.recipient, each.reach) for each in events] == [(ANA, DEAD), (BUDI, None)]


def test_where_the_fields_say_nothing_the_words_do(parser, new_mail):
    fields = f"Final-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.0.0\n"
    [event] = parser.events(report(new_mail, fields, f"<{ANA}>: user unknown"))
    assert (event.error_code, event.reach) == ("5.0.0", DEAD)


def test_a_report_that_names_nobody_is_about_whom_our_mail_was_for(parser, new_mail):
    [event] = parser.events(report(new_mail, "Action: failed\nStatus: 5.1.1\n"))
    assert (event.recipient, event.reach) == (ANA, DEAD)


def test_of_a_forwarded_mail_of_ours_the_other_address_is_not_dead(parser, new_mail, tokens):
    fields = f"Final-Recipient: rfc822; {BUDI}\nAction: failed\nStatus: 5.1.1\n"
    [ours] = parser.events(report(new_mail, fields, own=tokens.message_id("17")))
    [another] = parser.events(report(new_mail, fields))
    assert (ours.reach, another.reach) == (None, DEAD)


def test_a_customer_who_forwards_a_report_writes_to_us(parser, new_mail):
    text = "Kenapa ini?\n\nThis is the mail system at host mx.example.\n<ana@b.example>: unknown"
    [event] = parser.events(new_mail(text, Subject="Fwd: Undelivered Mail Returned to Sender"))
    assert isinstance(event, InboundMessage)
    assert not event.automatic


def test_a_complaint_about_a_delivery_is_no_report(parser, new_mail):
    text = "Kurir gagal kirim kulkas saya ke alamat ana@pelanggan.example, tolong dicek."
    [event] = parser.events(new_mail(text, Subject="Delivery failed"))
    assert isinstance(event, InboundMessage)
    assert not event.automatic


def test_a_mail_with_a_null_path_and_a_mail_inside_is_no_report_yet(parser, new_mail):
    body = "--o\n\nhalo\n--o\nContent-Type: message/rfc822\n\nSubject: x\n\nhalo\n--o--\n"
    kind = 'multipart/mixed; boundary="o"'
    [event] = parser.events(new_mail(body, Return_Path="<>", Content_Type=kind))
    assert isinstance(event, InboundMessage)
    assert event.automatic


def test_a_rejection_that_comes_as_a_receipt_is_a_failure(parser, new_mail, tokens):
    fields = (
        f"Final-Recipient: rfc822; {ANA}\nOriginal-Message-ID: {tokens.message_id('17')}\n"
        "Disposition: automatic-action/MDN-sent-automatically; deleted\n"
    )
    words = f"Your message to <{ANA}> was automatically rejected:\nQuota exceeded"
    given = {"kind": "disposition-notification", "own": tokens.message_id("17")}
    [event] = parser.events(report(new_mail, fields, words, **given))
    assert isinstance(event, StatusUpdate)
    assert (event.provider_id, event.status) == (tokens.message_id("17"), FAILED)


def test_apples_unsubscribe_button_opts_out(parser, new_mail):
    text = "Apple Mail sent this email to unsubscribe from the message “Promo”.\n"
    [event] = parser.events(
        new_mail(text, Subject="unsubscribe", Content_Type="text/plain; charset=utf-8")
    )
    assert isinstance(event, Reachability)
    assert (event.address, event.state) == (ANA, ReachState.OPTED_OUT)


def report(new_mail, fields, words="Laporan", *, kind="delivery-status", own="<x@y.example>"):
    body = (
        f"--r\n\n{words}\n--r\nContent-Type: message/{kind}\n\n{fields}\n"
        f"--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: {own}\nTo: {ANA}\n\n--r--\n"
    )
    content_type = f'multipart/report; report-type={kind}; boundary="r"'
    return new_mail(body, From=DAEMON, Subject="Report", Content_Type=content_type)
