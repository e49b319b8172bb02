"""C2: mail that no person wrote is kept and never answered; a person's mail always may be."""

import pytest

AUTOMATIC = {
    "C2.1 auto-replied": {"Auto_Submitted": "auto-replied"},
    "C2.1 any case": {"Auto_Submitted": "Auto-Generated"},
    "C2.1 with a parameter": {"Auto_Submitted": 'auto-notified; owner-email="a@x.example"'},
    "C2.1 with a comment": {"Auto_Submitted": "(rejected) auto-replied"},
    "C2.1 an unknown keyword": {"Auto_Submitted": "auto-something"},
    "C2.2 a null return path": {"Return_Path": "<>"},
    "C2.2 an owner": {"From": "owner-berita@x.example"},
    "C2.2 a request address": {"From": "berita-request@x.example"},
    "C2.2 the mailer daemon": {"From": "MAILER-DAEMON@x.example"},
    "C2.2 a list": {"List_Id": "Berita <berita.x.example>"},
    "C2.2 a newsletter": {"List_Unsubscribe": "<mailto:stop@x.example>"},
    "C2.2 bulk": {"Precedence": "bulk"},
    "C2.2 junk": {"Precedence": "Junk"},
    "C2.5 auto_reply": {"Precedence": "auto_reply"},
    "C2.5 X-Autoreply": {"X_Autoreply": "yes"},
    "C2.5 X-Autorespond": {"X_Autorespond": "Kulkas"},
    "C2.5 a subject and another sign": {"Subject": "Balasan otomatis: Kulkas",
                                        "X_Auto_Response_Suppress": "All"},
    "C2.5 a subject in English": {"Subject": "Automatic reply: Fridge",
                                  "X_Auto_Response_Suppress": "DR, OOF"},
    "nobody reads the answer": {"From": "no-reply@x.example"},
    "jangan balas": {"From": "jangan-balas@x.example"},
    "C2.6 our own address": {"From": "Toko Sinar <halo@toko-sinar.example>"},
    "C2.6 our own plus address": {"From": "halo+r-17-aaaa@toko-sinar.example"},
    "C2.6 our loop header": {"X_Loop": "halo@toko-sinar.example"},
    "C4.3 no sender": {"From": None},
}  # fmt: skip
PERSONAL = {
    "nothing special": {},
    "C2.1 the keyword no": {"Auto_Submitted": "no"},
    "C2.1 the keyword No with a comment": {"Auto_Submitted": "No (a person)"},
    "C2.4 X-Auto-Response-Suppress on people's mail": {"X_Auto_Response_Suppress": "All"},
    "C2.5 a subject alone": {"Subject": "Automatic reply: does not work"},
    "a return path": {"Return_Path": "<ana@pelanggan.example>"},
    "precedence first-class": {"Precedence": "first-class"},
    "our own group": {"List_Id": "<halo.toko-sinar.example>", "Precedence": "list"},
    "somebody's own loop header": {"X_Loop": "ana@pelanggan.example"},
    "a name like a role": {"From": "Norbert <norbert@x.example>"},
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_c2_automatic_mail_is_marked(name, parser, new_mail):
    [event] = parser.events(new_mail(**AUTOMATIC[name]))
    assert event.automatic
    assert event.metadata["automatic"]


@pytest.mark.parametrize("name", PERSONAL)
def test_c2_a_persons_mail_is_not(name, parser, new_mail):
    [event] = parser.events(new_mail(**PERSONAL[name]))
    assert not event.automatic


def test_c2_5_an_absence_note_is_known_by_our_id_in_it(parser, new_mail, tokens):
    fields = {"Subject": "Out of office", "In_Reply_To": tokens.message_id("17")}
    [event] = parser.events(new_mail(**fields))
    assert event.automatic


def test_c2_5_an_answer_about_automatic_replies_is_a_persons(parser, new_mail):
    [event] = parser.events(new_mail(Subject="Re: Automatic reply", In_Reply_To="<a@b.example>"))
    assert not event.automatic


def test_c2_6_our_own_message_that_came_back_is_not_answered(parser, new_mail, tokens):
    [event] = parser.events(new_mail(Message_ID=tokens.message_id("17")))
    assert event.metadata["automatic"] == "loop: our own Message-ID"


def test_c2_6_fifty_hops_are_a_loop(parser, new_mail):
    hops = "Received: from a by b; Sat, 15 Jun 2024 14:59:00 +0700\r\n" * 50
    [event] = parser.events(hops.encode() + new_mail())
    assert event.metadata["automatic"] == "loop: too many hops"


def test_c2_6_forty_nine_hops_are_none(parser, new_mail):
    hops = "Received: from a by b; Sat, 15 Jun 2024 14:59:00 +0700\r\n" * 49
    [event] = parser.events(hops.encode() + new_mail())
    assert not event.automatic


def test_a_report_of_an_unknown_kind_is_automatic(parser, new_mail):
    body = "--r\n\nlaporan\n--r--\n"
    [event] = parser.events(new_mail(body, Content_Type='multipart/report; boundary="r"'))
    assert event.automatic
