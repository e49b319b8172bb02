"""C6 in Indonesian and Malay: wordings of programs, phones and web mail; and text like them."""

import pytest

from channels.email.quoted import new_text

SHOP = "Toko Sinar <halo@toko-sinar.example>"
QUOTED = "\n\n> Halo Rani,\n> pesanan TS-204815 sudah dikirim.\n"
HEADS = {
    "an abbreviated day and no time": "Pada Sen, 16 Nov 2026, Toko Sinar menulis:",
    "Horde": f"Mengutip {SHOP}:",
    "Malay, with a day": f"Pada Isnin, 16 November 2026 2:05 PTG, {SHOP} telah menulis:",
    "the verb before the date": f"{SHOP} menulis pada Sen, 16 Nov 2026 14.05:",
    "Zoho": "---- Pada Sen, 16 Nov 2026 14:05:00 +0700 halo@toko-sinar.example menulis ----",
    "half translated": f"Pada Sen, 16 Nov 2026 pukul 14.05 {SHOP} wrote:",
}
BLOCKS = {
    "Pengirim, Waktu, Penerima": (
        f"Pengirim: {SHOP}\nWaktu: Senin, 16 November 2026 14.05\nPenerima: Rani\nJudul: Kulkas"
    ),
    "Subyek, spaced": f"Dari : {SHOP}\nDikirim : 16/11/2026 14:05\nKepada : Rani\nSubyek : Kulkas",
    "nothing after the colons": (
        "Dari:Toko Sinar<halo@toko-sinar.example>\nTanggal:16 Nov 2026 14:05\nKepada:Rani"
    ),
    "a day and nothing else": "From: Toko Sinar\nSent: Senin",
    "half translated": "From: Toko Sinar\nSent: Senin, 16 November 2026 14.05\nTo: Rani",
}
DIVIDERS = [
    "-------- Pesan asli --------",
    "-------- Email asli --------",
    "-------- Surel Asli --------",
    "--- Pesan Awal ---",
    "------ Pesan Semula ------",
    "------ Pesan Original ------",
    "----- Email Sebelumnya -----",
    "-------- Mesej asal --------",
]
FORWARDS = [
    "---------- Pesan yang diteruskan ---------",
    "---------- Pesan yang diteruskan",
    "-------- Email Terusan --------",
    "---------- Pesan Penerusan ----------",
    "---------- Mesej yang dimajukan ---------",
    "-------- E-mel dimajukan --------",
    "Mulai pesan yang diteruskan:",
    "Awal pesan yang diteruskan:",
]
ADVERTISEMENTS = [
    "Dikirim dari ponsel cerdas Samsung Galaxy saya.",
    "Dapatkan Outlook untuk Android",
    "Dapatkan [Outlook untuk Android](https://aka.example/x)",
    "Dapatkan Outlook bagi Android",
    "Sent from Outlook untuk Android",
    "Dikirim dari Email untuk Windows 10",
    "Dikirim dari Gmail Seluler",
    "Dikirim dari perangkat bergerak saya",
    "Dikirim dari peranti Samsung Galaxy saya",
    "Dikirim dari Mi saya",
    "Dikirim dari MacBook saya",
    "\u2063Dapatkan BlueMail untuk Android \u200b",
    "Dikirim dari Infinix saya",
    "Dikirim dari POCO saya",
    "Dikirim dari aplikasi myMail",
    "Dikirim dr iPhone saya",
    "Dikirim via ponsel",
    "Dikirim pakai HP",
    "Yahoo Mail: Cari, Kelola, Taklukkan",
    "Powered by Sinyal BlackBerry®",
    "Dihantar dari telefon pintar Samsung Galaxy saya.",
]
ORDINARY = [
    "Dikirim dengan mobil boks kemarin",
    "Dikirim dari HP ke alamat saya tapi rusak",
    "Dikirim via kurir, HP saya tidak aktif",
    "Pada Senin, 16 November 2026 CS Anda menulis:\n“barang dikirim besok”\nTapi belum ada.",
    "Pesan awal saya tidak dibalas.\nTolong dijawab.",
    "Percakapan sebelumnya:\nSaya: kapan dikirim?\nBudi: besok",
    "Waktu: besok\nPenerima: Budi\nAlamat: Bandung",
    "Mengutip Budi: barang dikirim besok.\nTernyata belum.",
    "Nomor pesanan ada di atas baris ini?\nTS-204815",
    "Yang saya pesan:\n-----\n\nKulkas 2 pintu\nTV 43 inci\n-----\n\nTolong dicek.",
]
ABOVE = {
    "between rules": "------ Tulis balasan Anda di atas baris ini ------",
    "between signs": "== Mohon balas di atas garis ini ==",
    "with more words": "--- Silakan tulis jawaban untuk toko kami di atas garis ini saja ---",
    "in German": "--- Bitte schreiben Sie Ihre Antwort oberhalb dieser Zeile ---",
    "in French": "=== Merci de répondre au-dessus de cette ligne ===",
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_and_the_quotation_below_it_go(name):
    assert new_text(f"Ya, saya mau.\n\n{HEADS[name]}{QUOTED}").text == "Ya, saya mau."
    assert new_text(f"{HEADS[name]}{QUOTED}\nYa, saya mau.").text == "Ya, saya mau."


@pytest.mark.parametrize("name", sorted(HEADS.keys() - {"Horde", "Zoho"}))
def test_a_history_without_marks_goes_too(name):
    assert new_text(f"Ya.\n\n{HEADS[name]}\n\nHalo Rani,\nada apa?").text == "Ya."


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_of_fields_goes(name):
    assert new_text(f"Ya.\n\n{BLOCKS[name]}\n\nHalo Rani").text == "Ya."


@pytest.mark.parametrize("line", DIVIDERS)
def test_a_divider_goes(line):
    assert new_text(f"Ya.\n\n{line}\nHalo Rani,\nada apa?").text == "Ya."


@pytest.mark.parametrize("line", FORWARDS)
def test_a_mail_passed_on_goes_below_a_text_and_stays_alone(line):
    body = f"{line}\nDari: {SHOP}\nTanggal: 16 Nov 2026\n\nHalo Rani"
    assert new_text(f"Tolong dicek.\n\n{body}").text == "Tolong dicek."
    assert new_text(body).text == body


@pytest.mark.parametrize("line", ADVERTISEMENTS)
def test_an_advertisement_goes(line):
    assert new_text(f"Ya.\n\n{line}").text == "Ya."
    assert new_text(f"Ya.\n{line}\n\n-------- Pesan asli --------\nHalo").text == "Ya."


@pytest.mark.parametrize("text", ORDINARY)
def test_text_that_resembles_them_stays(text):
    assert new_text(f"Selamat siang.\n\n{text}").text == f"Selamat siang.\n\n{text}"


@pytest.mark.parametrize("name", ABOVE)
def test_the_line_to_write_above_goes_with_what_follows(name):
    assert new_text(f"Ya.\n\n{ABOVE[name]}\n\nHalo Rani").text == "Ya."


@pytest.mark.parametrize("title", ["Pesan sebelumnya", "*Riwayat percakapan*", "Earlier messages"])
def test_a_title_of_the_history_counts_below_a_rule(title):
    assert new_text(f"Ya.\n\n-----\n{title}\n\nHalo Rani").text == "Ya."
    assert new_text(f"Ya.\n\n{title}\n\nHalo Rani").text.endswith("Halo Rani")
    assert new_text(f"-----\n{title}\n\nHalo Rani").text.endswith("Halo Rani")


def test_a_head_that_tells_only_the_day_counts_below_a_rule():
    head = "Pada 16 November 2026 Toko Sinar menulis:"
    assert new_text(f"Ya.\n\n-----\n{head}\n\nHalo Rani").text == "Ya."


def test_a_divider_glued_to_the_last_line_goes():
    assert new_text("Ya, mau.------ Pesan Asli ------\nDari: Toko\n\nHalo").text == "Ya, mau."
