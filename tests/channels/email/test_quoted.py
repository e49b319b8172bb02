"""C6: quoted history goes, what the customer wrote stays, whichever program wrote the mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.quoted import new_text

SHOP = "Toko Sinar <halo@toko-sinar.example>"
QUOTED = "\n\n> Halo Ana,\n> ada yang bisa dibantu?\n"
OUTLOOK_ID = (
    "Dari: Toko Sinar <halo@toko-sinar.example>\nDikirim: Sabtu, 15 Juni 2024 14:59\n"
    "Kepada: Ana\nSubjek: Re: Kulkas\n\nHalo Ana,\nada yang bisa dibantu?\n"
)
OUTLOOK_EN = (
    "From: Toko Sinar <halo@toko-sinar.example>\nSent: Saturday, June 15, 2024 2:59 PM\n"
    "To: Ana\nSubject: Re: Fridge\n\nHello Ana,\ncan we help?\n"
)
HEADS = {
    "Gmail": f"Pada Sab, 15 Jun 2024 pukul 14.59 {SHOP} menulis:",
    "Gmail, wrapped before the verb": f"Pada Sab, 15 Jun 2024 pukul 14.59 {SHOP}\nmenulis:",
    "Gmail, wrapped in the address": "Pada Sab, 15 Jun 2024 pukul 14.59 Toko Sinar"
                                 " <\nhalo@toko-sinar.example> menulis:",
    "Gmail, wrapped in the date": f"Pada Sab, 15 Jun\n2024 pukul 14.59 {SHOP}\nmenulis:",
    "Gmail, older": f"Pada tanggal Sen, 3 Des 2018 10.41 {SHOP} menulis:",
    "Gmail, older, without an address": "Pada tanggal Sen, 3 Des 2018 10.41, Toko Sinar menulis:",
    "Gmail, on the web": f"Pada tanggal 15 Juni 2024 14.59, {SHOP} menulis:",
    "Gmail in English": f"On Sat, Jun 15, 2024 at 2:59 PM {SHOP} wrote:",
    "Gmail in English, wrapped": f"On Sat, Jun 15, 2024 at 2:59 PM {SHOP}\nwrote:",
    "Gmail, day before month": f"On Sat, 15 Jun 2024 at 14:59, {SHOP} wrote:",
    "Gmail, long ago": f"2024-06-15 14:59 GMT+07:00 {SHOP}:",
    "Apple Mail": f"Pada 15 Jun 2024, pada 14.59, {SHOP} menulis:",
    "Apple Mail, with a day": f"Pada Sab, 15 Jun 2024 pukul 14:59, {SHOP} menulis:",
    "Apple Mail in English": f"On Jun 15, 2024, at 2:59 PM, {SHOP} wrote:",
    "Apple Mail in English, 24 h": f"On 15 Jun 2024, at 14:59, {SHOP} wrote:",
    "Yahoo": f"Pada Sabtu, 15 Juni 2024 14.59.10 WIB, {SHOP} menulis:",
    "Yahoo, wrapped": f"Pada Sabtu, 15 Juni 2024 pukul 14.59.10 GMT+7,\n{SHOP} menulis:",
    "Yahoo, classic": f"--- Pada Sab, 15/6/24, {SHOP} menulis:",
    "Yahoo in English": f"On Saturday, June 15, 2024 at 02:59:10 PM GMT+7, {SHOP} wrote:",
    "Thunderbird": "Pada 15/06/2024 14.59, Toko Sinar menulis:",
    "Thunderbird in English": "On 15/06/2024 14:59, Toko Sinar wrote:",
    "Samsung": f"Pada tanggal 15 Jun 2024 2:59 PM, {SHOP} menulis:",
    "a bare name": f"{SHOP} menulis:",
    "a bare name in English": f"{SHOP} wrote:",
}  # fmt: skip
BLOCKS = {
    "Outlook": OUTLOOK_ID,
    "Outlook in English": OUTLOOK_EN,
    "Outlook with Perihal": OUTLOOK_ID.replace("Subjek", "Perihal"),
    "Outlook below its line": "________________________________\n" + OUTLOOK_ID,
    "Outlook, original message": "-----Pesan Asli-----\n" + OUTLOOK_ID,
    "Outlook in English, original message": "-----Original Message-----\n" + OUTLOOK_EN,
    "Outlook in stars": OUTLOOK_ID.replace("Dari:", "*Dari:*").replace("Kepada:", "*Kepada:*"),
    "Yahoo": "----- Pesan Asli -----\n" + OUTLOOK_ID.replace("Dikirim", "Tanggal"),
    "a phone": "-------- Pesan Asli --------\nDari: Toko Sinar\nHalo Ana",
    "Gmail without marks": HEADS["Gmail"] + "\n\nHalo Ana,\nada yang bisa dibantu?",
}
ORDINARY = [
    "Jumlahnya &gt; 3 buah, bukan 2",
    "Pada hari Senin saya menulis: kulkasnya rusak. Belum ada jawaban.",
    "Pada 3 Juni 2024 saya menulis:\nkulkasnya rusak",
    "Dari: Jakarta\nKe: Bandung\nTanggal: besok",
    "Dari: Jakarta saya pesan kulkas\nKepada: toko Bandung",
    "On Monday I wrote:\nthe fridge is broken",
    "From: Jakarta\nI need a fridge",
    "Barang yang saya mau:\n-kulkas\n-tv\n-kipas angin",
    "Subjek: kulkas\nSaya mau tanya harga",
    "Harga > 3 juta tidak apa-apa",
    "Nomor 081200000001 -- tolong telepon",
    "Dikirim dari gudang mana ya?",
    "Barang dikirim dari Bandung 15 Juni 2024 jam 14.59 belum sampai",
]
ADVERTISEMENTS = [
    "Dikirim dari iPhone saya",
    "Dikirim dari Yahoo Mail di Android",
    "Dikirim dari perangkat Samsung Galaxy saya.",
    "Dikirim dari ponsel Xiaomi saya",
    "Terkirim dari Outlook untuk Android",
    "Sent from my iPhone",
    "Sent from Yahoo Mail on Android",
    "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
    "Dapatkan Outlook untuk Android<https://aka.ms/ghei36>",
    "Get Outlook for iOS",
]


@pytest.mark.parametrize("name", HEADS)
def test_c6_1_the_head_and_the_quotation_below_it_go(name):
    cut = new_text(f"Ya, saya mau.\nTerima kasih{chr(10)}{chr(10)}{HEADS[name]}{QUOTED}")
    assert cut.text == "Ya, saya mau.\nTerima kasih"
    assert cut.quoted


@pytest.mark.parametrize("name", HEADS)
def test_c6_2_an_answer_below_the_quotation_stays(name):
    assert new_text(f"{HEADS[name]}{QUOTED}\nYa, saya mau.").text == "Ya, saya mau."


@pytest.mark.parametrize("name", BLOCKS)
def test_c6_1_a_history_without_marks_goes_to_the_end(name):
    assert new_text(f"Ya, saya mau.\n\n{BLOCKS[name]}").text == "Ya, saya mau."


@pytest.mark.parametrize("text", ORDINARY)
def test_c6_2_ordinary_text_stays_as_it_is(text):
    cut = new_text(text)
    assert cut.text == text
    assert not cut.quoted


def test_c6_2_inline_answers_between_quotations_survive():
    body = f"{HEADS['Gmail']}\n> Warna apa?\n\nPutih\n\n> Dikirim ke mana?\n\nBandung\n"
    assert new_text(body).text == "Putih\n\nBandung"


@pytest.mark.parametrize("line", ADVERTISEMENTS)
def test_a_phones_advertisement_goes(line):
    assert new_text(f"Ya\n\n{line}").text == "Ya"
    assert new_text(f"Ya\n\n{line}\n\n{HEADS['Gmail']}{QUOTED}").text == "Ya"


def test_c5_4_the_signature_goes():
    assert new_text("Ya\n\n-- \nAna\nBandung").text == "Ya"


def test_a_mail_that_only_forwards_is_kept_whole():
    body = "---------- Pesan terusan ---------\nDari: Budi\nKulkas saya rusak"
    assert new_text(body).text == body


def test_below_a_sentence_a_forwarded_mail_goes():
    body = "Tolong dicek\n\nBegin forwarded message:\n\nFrom: Budi\nhalo"
    assert new_text(body).text == "Tolong dicek"


@pytest.mark.parametrize(
    "body", ["-" * 200_000, "Pada " * 40_000, "Dari: x\n" * 30_000,
             "On 1 Jan 2024 10:00 <a@b.example> x\n" * 5000]
)  # fmt: skip
def test_hostile_bodies_take_no_time(body):
    new_text(body)


@given(st.text(alphabet="ab \n>:-<@.0Dari:OnPadaWrotemenulis", max_size=300))
def test_no_text_raises_or_grows(body):
    assert len(new_text(body).text) <= len(body)


@pytest.mark.parametrize(
    "below",
    ["&gt; Halo Ana,\n&gt; &gt; ada yang bisa dibantu?",
     "[Sent from Yahoo Mail for iPhone](https://mail.onelink.example/x)"],
)  # fmt: skip
def test_c6_marks_and_links_that_programs_spoiled_are_known(below):
    assert new_text(f"Ya, mau.\n\n{below}").text == "Ya, mau."
