"""C6.2: whatever a customer wrote above the history is kept, even where it looks like a footer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.quoted import new_text

SHOP = "Toko Sinar <halo@toko-sinar.example>"
HISTORIES = [
    f"Pada Sen, 16 Nov 2026 pukul 14.05 {SHOP} menulis:\n\n> Halo Ana,\n> ada apa?",
    f"On Mon, Nov 16, 2026 at 2:05 PM {SHOP}\nwrote:\n\n> Halo Ana",
    f"-----Pesan Asli-----\nDari: {SHOP}\n\nHalo Ana",
    f"Dari: {SHOP}\nDikirim: Senin, 16 November 2026 14.05\nKepada: Ana\nSubjek: AC\n\nHalo",
    "> Halo Ana,\n> ada yang bisa dibantu?",
    "",
]
LINES = [
    "Kulkas saya tidak dingin.",
    "Dari: Bandung",
    "Ke: Surabaya",
    "Tanggal: 16/11/2026",
    "Kepada: CS Toko Sinar",
    "Perihal: keluhan kulkas",
    "Pada hari Senin saya menulis: kulkasnya rusak.",
    "On Monday your staff wrote that the part is coming.",
    "Dikirim dari gudang mana ya?",
    "Barang dikirim dari Bandung 15 Juni 2026 jam 14.59 belum sampai",
    "_____",
    "________________________________",
    "--------------------",
    "=====",
    "- kulkas -> Rp 4.500.000",
    "Harga > 3 juta?",
    "No | Barang | Harga",
    "Pesan ini rahasia, jangan diteruskan ke bagian lain.",
    "Jl. Dago 12, Bandung",
    "Kurir menulis:",
    "1) putih",
    "Email: ana@pelanggan.example",
    "Chat 16/11/2026 14.05:",
    "On 16/11/2026 10:00 the courier came.",
    "Tanggal: 16/11/2026 14.05",
    "TS-204815",
    "",
]
RULES = {
    "a long one above an address": "Alamat saya:\n\n" + "_" * 40 + "\nJl. Dago 12\nBandung 40135",
    "a short one above an address": "Alamat:\n_____\nJl. Dago 12\nBandung\n\nTolong diganti ya.",
    "above a question with a link": "Halo.\n\n" + "_" * 40 + "\nhttps://a.example/tv\nMasih ada?",
    "above a list": "Pesanan:\n\n___\nKulkas 2 pintu\nTV 43 inci",
    "above a parcel": "Kirim:\n\n_______\nDari: Bandung\nKe: Surabaya",
    "around a number": "****\nTS-204815\n****",
    "around a table": "Pesanan\n-----\nKulkas\nTV\n-----",
    "below a heading": "===== PENTING =====\nAC bocor\n===================",
    "of two dashes": "Kirim bukti bayar.\n\n--\n\nMaaf baru sempat transfer sekarang.",
}
FOOTERS = {
    "a list's": "_" * 47 + "\nmilis pelanggan\nhttps://a.example",
    "a company's": "\n__________\nPT Maju Jaya\nwww.maju.example",
    "a notice's": "\n" + "_" * 60 + "\nQuesto messaggio è riservato ed è per uso esclusivo del"
    "\ndestinatario.",
    "nothing but a rule": "_________________",
    "a name in full": "_____\nRani Putri\nBandung",
    "the rest of Outlook's block": "_" * 32 + "\nDari: Toko Sinar\nHalo",
}


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(LINES), max_size=8), st.sampled_from(HISTORIES))
def test_c6_2_the_text_above_the_history_is_kept(lines, history):
    text = "\n".join(["Selamat siang.", *lines, "Saya tunggu di toko ya."])
    kept = [line for line in new_text(f"{text}\n\n{history}").text.split("\n") if line]
    assert kept == [line for line in text.split("\n") if line]


@pytest.mark.parametrize("name", RULES)
def test_a_customers_own_rule_cuts_nothing(name):
    assert new_text(RULES[name]).text == RULES[name]


@pytest.mark.parametrize("name", FOOTERS)
def test_what_stands_below_a_footers_rule_goes(name):
    text = "Tolong dicek.\n\nSalam,\nRani"
    assert new_text(f"{text}\n{FOOTERS[name]}").text == text


@pytest.mark.parametrize("text", ["Dikirim dari HP, setuju.", "Sent from my iPhone, approved."])
def test_an_answer_after_the_phones_words_stays_if_it_is_all(text):
    assert new_text(f"{text}\n\n> Setuju?").text == text


LIST = "Saya pesan:\n> kulkas 2 pintu\n> mesin cuci\nMohon dicek ya."


def test_a_list_of_arrows_in_a_mail_that_answers_none_stays():
    assert new_text(LIST, fresh=True).text == LIST
    assert new_text(f"{LIST}\n\n-- \nRani", fresh=True).text == LIST
    assert new_text(LIST).text == "Saya pesan:\nMohon dicek ya."


def test_a_head_tells_a_quotation_even_there():
    assert new_text(f"Ya.\n\n{HISTORIES[0]}", fresh=True).text == "Ya."


@pytest.mark.parametrize(
    ("header", "expected"),
    [({}, LIST), ({"Subject": "Re: Pesanan"}, "Saya pesan:\nMohon dicek ya."),
     ({"In_Reply_To": "<x@a.example>"}, "Saya pesan:\nMohon dicek ya.")],
)  # fmt: skip
def test_the_header_tells_whether_a_mail_answers(parser, new_mail, header, expected):
    [event] = parser.events(new_mail(LIST, **({"Subject": "Pesanan"} | header)))
    assert event.text == expected


def test_a_phones_excuse_is_no_answer():
    assert new_text("Sent from my iPhone, please excuse typos\n\n> Setuju?").text == ""
