"""C6: layouts met in the wild where a reply's text was lost, or history was taken for it."""

import pytest

from channels.email.html_text import text_of
from channels.email.quoted import new_text, passed_on

HEAD = "Pada Sab, 15 Jun 2024 pukul 14.59 Toko Sinar <halo@toko-sinar.example> menulis:"
MARKS = "\n> Halo Ana,\n> ada yang bisa dibantu?\n"
LONG = "kami kirim besok pagi " * 40
ABOVE = "## Balas di atas garis ini ##"
BLOCK = "Dari: Toko Sinar <halo@toko-sinar.example>\nDikirim: Senin\n\nHalo Ana"
REPLIES = {
    "a quoted paragraph on one long line": f"Ya.\n\n{HEAD}\n\n> {LONG}\n> Terima kasih",
    "a head on the text's own line": f"Ya. {HEAD}{MARKS}",
    "a head that begins twice": f"Ya.\nEl El vie, 3 mar 2023, <a@b.example> escribió:{MARKS}",
    "a head after dashes on the text's line": f"Ya.--- {HEAD}{MARKS}",
    "our own line above, quoted": f"Ya.\n\n> {ABOVE}\n> Halo Ana\n\nToko Sinar, Bandung",
    "a name and nothing else": f"Ya.\n\nToko Sinar menulis:{MARKS}",
    "an old Android's, wrapped": f"Ya.\n\n2013/11/1 Toko Sinar <\nhalo@toko-sinar.example>{MARKS}",
    "a day without a date": f"Ya.\nOn Monday, Toko Sinar wrote:{MARKS}",
    "an address and a date in a language unknown": f"Ya.\n\n15/06/2024 <a@b.example> xyzzy:{MARKS}",
    "Apple Mail in Polish": f"Ya.\nWiadomość napisana przez a@b.example w dniu 1.6.2024:{MARKS}",
    "Gmail in Hindi": f"Ya.\n\n3 मार्च 2025 को 10:12 बजे Ana <a@b.example> ने लिखा:{MARKS}",
    "a head without a colon above header fields": (
        "Ya.\nAm 20.06.24 um 16:20 schrieb Toko Sinar Bandung - Layanan\nVon: Toko Sinar\nHalo"
    ),
    "Outlook with an address and no date": f"Ya.\n\n{BLOCK}",
    "Outlook with neither": "Ya.\n\nVon: Sinar\nGesendet: Montag\nAn: Ana\nBetreff: Kulkas\n\nHalo",
    "Outlook with a date and no time": (
        "Ya.\nDari: Sinar\nDikirim: 12 Mei 2026\nKepada: Ana\nSubjek: Kulkas\nHalo"
    ),
    "header fields on one line": (
        "Ya.\n\nFrom: Sinar <a@b.example> Sent: Monday, May 4, 2026 9:00 AM To: Ana Subject: Kulkas"
        "\n\nHalo Ana"
    ),
    "Usenet's initials": "Ya.\n\nTS> Halo Ana,\nTS> ada yang bisa dibantu?",
    "a quoted link that was broken": f"Ya.\n{HEAD}\n> Lihat (https://a.example/x?\n_id=3)\n> Salam",
    "full-width colons": (
        "Ya.\n\n发件人：Toko Sinar <halo@toko-sinar.example>\n时间：2026年11月16日\n\nHalo"
    ),
    "a sender and a subject in Japanese": "Ya.\n\n差出人：Toko Sinar\n件名：Kulkas\n\nHalo",
    "a head in German below Horde's": "Ya.\n\nZitat von Toko <halo@toko-sinar.example>:\n\n> Halo",
    "a date, a name and a verb unknown": f"Ya.\n\n2024.06.15. 14:59 xyzzy, Toko Sinar:{MARKS}",
    "Outlook's fields below empty lines": f"Ya.\n\n{BLOCK.replace(chr(10), chr(10) * 2)}",
    "a forward without rules": "Ya.\n\nForwarded message:\n\nFrom: Toko Sinar\n\nHalo",
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_only_what_the_customer_wrote_is_left(name):
    cut = new_text(REPLIES[name])
    assert cut.text == "Ya."
    assert cut.quoted


TEXTS = {
    "a sentence with a date above a head": "Paket 3 Jun 2024 belum sampai",
    "a sentence that begins like an Italian head": "Il signor Budi tidak di rumah",
    "thanks": "Terima kasih",
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_line_above_a_head_is_no_part_of_it(name):
    assert new_text(f"{TEXTS[name]}\n{HEAD}{MARKS}").text == TEXTS[name]
    assert new_text(f"{TEXTS[name]}\nOn Monday, Budi wrote:{MARKS}").text == TEXTS[name]


ORDINARY = [
    "Dari: awal saya sudah ragu soal kulkas ini, ternyata benar.\nDikirim: kemarin katanya.\n"
    "Kepada: siapa saya mengadu?\nPerihal: kulkas rusak.",
    "Dari: Bandung\nKepada: Budi\n\nTolong dicek ya.\n\nTanggal: 12 Mei 2026 14.05",
    "Pengirim: Budi\nTanggal: 12 Mei 2026 14.05\nPenerima: Rani",
    "Barang dikirim 15 Juni 2026 jam 14.59 belum sampai\nKurir menulis:\nbesok",
    "Barang dikirim 15 Juni 2026 jam 14.59\nmereka menulis belum\n-----\nPutih",
    "Dari: Bandung\nDikirim: 12 Mei 2026\nKe: Surabaya\nBelum sampai.",
    "Pengirim: Budi\nTanggal: 12 Mei 2026\nPerihal: kulkas rusak",
    "Saya menulis:\nkulkasnya rusak",
    "Warning: my external hard disk is broken.\n\nCan you repair it?",
    "Kode: A> 5\nJumlah: 3",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_c6_2_notes_about_parcels_and_disks_are_ordinary_text(text):
    assert new_text(f"Halo,\n\n{text}").text == f"Halo,\n\n{text}"


def test_what_stands_below_a_forward_with_marks_is_new():
    body = "Tolong dicek\n\nBegin forwarded message:\n\n> Dari: Sinar\n> Halo\n\nSudah dua minggu"
    assert new_text(body).text == "Tolong dicek\n\nSudah dua minggu"


def test_a_mail_that_begins_with_outlooks_fields_is_kept_whole():
    block = f"{BLOCK}\n".replace("Senin", "Senin, 4 Mei 2026 09.00")
    assert new_text(block).text == new_text(block, forwarded=True).text == block.strip()


def test_an_answer_that_begins_with_outlooks_fields_says_nothing_new():
    body = "From: Sinar <a@b.example>\nSent: May 4, 2026 9:00 AM\nTo: Ana\n\nHalo Ana"
    assert new_text(body).text == body
    assert new_text(body, forwarded=False).text == ""


def test_a_forward_of_nothing_but_a_quotation_is_kept():
    assert new_text("> Pesanan TS-204815 dikirim", forwarded=True).text.endswith("dikirim")
    assert new_text("> Pesanan TS-204815 dikirim").text == ""


@pytest.mark.parametrize(
    ("subject", "answers", "expected"),
    [
        ("Fwd: Pesanan", True, True),
        ("WG: Pesanan", False, True),
        ("Re: Fwd: Pesanan", True, False),
        ("Balas: Pesanan", False, False),
        ("Pesanan", True, False),
        ("Pesanan", False, None),
    ],
)
def test_the_subject_tells_forwards_from_answers(subject, answers, expected):
    assert passed_on(subject, answers=answers) is expected


@pytest.mark.parametrize(
    "banner",
    [
        "CAUTION: This message is from an EXTERNAL SENDER, do not click any links.",
        "[EXTERNAL]",
        "PERHATIAN: e-mail ini berasal dari luar organisasi.\nJangan klik tautan.",
        "You don't often get email from ana@a.example. Learn why this is important",
    ],
)
def test_the_warning_a_mail_server_adds_goes(banner):
    assert new_text(f"{banner}\n\nHalo, kulkas saya rusak.").text == "Halo, kulkas saya rusak."


@pytest.mark.parametrize(
    "html",
    [
        '<p>Ya.</p><div class="gmail_quote"><div class="gmail_attr">Qqq www xyz:</div>'
        '<blockquote class="gmail_quote">Halo</blockquote></div>',
        '<p>Ya.</p><div class="yahoo_quoted"><div>On Monday, Sinar wrote:</div><p>Halo</p></div>',
        '<p>Ya.</p><div class="moz-cite-prefix">Qqq www xyz:</div><blockquote type="cite">Halo'
        "</blockquote>",
        '<?xml version="1.0" encoding="UTF-8"?><p>Ya.</p>',
        '<p>Ya.</p><div id="appendonsend"></div><hr><div>Qqq: Sinar</div><p>Halo</p>',
        '<p>Ya.</p><div class="gmail_quote">Qqq www xyz: Halo</div>',
        '<p>Ya.</p><div style="border-top:solid #b5c4df 1pt"><p>Halo</p></div>',
        '<p>Ya.</p><div id="Signature"><p>Rani</p><p>Bandung</p></div>',
        '<p>Ya.</p><div data-smartmail="gmail_signature">Rani, Bandung</div>',
        '<p>Ya.</p><div id="Zm-_Id_-Sgn">Rani, Bandung</div>',
        '<p>Ya.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm">'
        "<p><b>Qqq:</b> Sinar</p></div><p>Halo</p>",
        '<p>Ya.</p><blockquote style="border-inline-start:1px solid #ccc">Halo</blockquote>',
    ],
)
def test_elements_that_programs_name_tell_what_is_quoted(html):
    assert new_text(text_of(html)).text == "Ya."


@pytest.mark.parametrize(
    "html",
    [
        '<div class="gmail_quote">Ya, saya mau.</div>',
        '<div style="border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">Ya, saya mau.</div>',
        '<div id="Signature">Ya, saya mau.</div>',
    ],
)
def test_a_programs_element_that_holds_all_of_a_mail_is_read(html):
    assert new_text(text_of(html)).text == "Ya, saya mau."


@pytest.mark.parametrize("first", ["Reply above: yes", ABOVE])
def test_a_line_to_reply_above_with_nothing_above_it_cuts_nothing(first):
    assert new_text(f"{first}\nSaya mau.").text == f"{first}\nSaya mau."


def test_gmails_head_of_a_forward_stays():
    html = '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ------'
    assert new_text(text_of(f"{html}<br>From: Sinar</div><p>Halo</p></div>")).text.endswith("Halo")


BELOW_RULES = [
    "Yang saya pesan:\n-----\n\nKulkas dua pintu\nTV\n-----\n\nTolong dicek.",
    "Daftar:\n------\n\n1. kulkas\n2. tv",
]


@pytest.mark.parametrize("text", BELOW_RULES)
def test_c6_2_a_rule_with_a_gap_below_it_ends_no_text(text):
    assert new_text(text).text == text


def test_an_advertisement_between_a_quotation_and_nothing_more_closes_the_text():
    body = "Ya.\n\nDikirim dari iPhone saya\n\n> Halo Ana\n> ada apa?\n\nDikirim dari iPhone saya"
    assert new_text(body).text == "Ya."


def test_the_reply_section_of_spark_without_a_text_above_is_read():
    html = '<div name="messageReplySection">Ya, saya mau.</div>'
    assert new_text(text_of(html)).text == "Ya, saya mau."
