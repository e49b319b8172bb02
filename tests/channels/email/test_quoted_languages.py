"""C6 in other languages: heads, blocks, dividers and advertisements of the big mail programs."""

import time

import pytest

from channels.email.quoted import new_text

SHOP = "Toko Sinar <halo@toko-sinar.example>"
HEADS = {
    "German, Gmail": f"Am Sa., 15. Juni 2024 um 14:59 Uhr schrieb {SHOP}:",
    "German, Gmail of today": f"{SHOP} schrieb am Sa., 15. Juni\n2024 um 14:59 Uhr:",
    "German, Apple": f"Am 15.06.2024 um 14:59 schrieb {SHOP}:",
    "German, the colon alone": 'Am 15.06.2024 14:59 schrieb "Toko" <halo@toko-sinar.example\n>:',
    "French": f"Le sam. 15 juin 2024 à 14:59, {SHOP} a écrit :",
    "French, wrapped": 'Le 15 juin 2024 14:59, "Toko Sinar"\n<halo@toko-sinar.example>\na écrit :',
    "Spanish": f"El sáb, 15 jun 2024 a las 14:59, {SHOP} escribió:",
    "Spanish, without an address": "El sábado, 15 de junio de 2024, Toko Sinar escribió:",
    "Portuguese": "Em sáb., 15 de jun. de 2024 às 14:59, Toko Sinar <\nhalo@toko-sinar.example>"
    " escreveu:",
    "Italian": f"Il giorno sab 15 giu 2024 alle ore 14:59 {SHOP} ha scritto:",
    "Dutch": f"Op za 15 jun 2024 om 14:59 schreef {SHOP}:",
    "Dutch, Android": f"Op 15 jun. 2024 14:59 schreef {SHOP} het\nvolgende geschreven:",
    "Danish": f"Den lør. 15. jun. 2024 kl. 14.59 skrev {SHOP}:",
    "Swedish": f"Den lör 15 juni 2024 kl 14:59 skrev {SHOP}:",
    "Norwegian, Outlook's link": "Den 15. jun. 2024 kl. 14.59 skrev Toko"
    " <halo@toko-sinar.example<mailto:halo@toko-sinar.example>>:",
    "Finnish": f"la 15. kesäk. 2024 klo 14.59 {SHOP} kirjoitti:",
    "Polish": f"sob., 15 cze 2024 o 14:59 {SHOP} napisał(a):",
    "Czech": f"so 15. 6. 2024 v 14:59 odesílatel {SHOP} napsal:",
    "Hungarian": f"{SHOP} ezt írta (időpont: 2024. jún. 15., Szo, 14:59):",
    "Romanian": f"Pe sâm., 15 iun. 2024 la 14:59, {SHOP} a scris:",
    "Turkish": f"{SHOP}, 15 Haz 2024 Cmt, 14:59 tarihinde şunu yazdı:",
    "Russian": f"сб, 15 июн. 2024 г. в 14:59, {SHOP}:",
    "Russian, with a verb": "15 июня 2024 г. 14:59 пользователь Toko Sinar написал:",
    "Russian, Yandex": '15.06.2024, 14:59, "Toko Sinar" <halo@toko-sinar.example>:',
    "Ukrainian": f"сб, 15 черв. 2024 р. о 14:59 {SHOP} пише:",
    "Greek": f"Στις Σάβ 15 Ιουν 2024 στις 14:59 {SHOP} έγραψε:",
    "Arabic": f"‫في السبت، ١٥ يونيو ٢٠٢٤ في ٢:٥٩ م تمت كتابة ما يلي بواسطة ‏{SHOP} كتب:‬",
    "Hebrew": f"‫בתאריך שבת, 15 ביוני 2024 ב-14:59 מאת ‪{SHOP}‬‏ כתב:‬",
    "Vietnamese": f"Vào 14:59 Th 7, 15 thg 6, 2024 {SHOP} đã viết:",
    "Malay": f"Pada Sab, 15 Jun 2024 pada 2:59 PTG {SHOP} menulis:",
    "Japanese, Gmail": f"2024年6月15日(土) 14:59 {SHOP}:",
    "Japanese, Apple": f"2024/06/15 14:59、{SHOP}のメール:",
    "Chinese": f"在 2024年6月15日，下午2:59，{SHOP} 写道：",
    "Chinese, Taiwan": f"{SHOP} 於 2024年6月15日 週六 14:59 寫道：",
    "Korean": f"2024년 6월 15일 (토) 오후 2:59, {SHOP}님이 작성:",
    "Zoho": "---- On Sat, 15 Jun 2024 14:59:36 +0700 halo@toko-sinar.example wrote ----",
    "Android": "-------- Toko Sinar wrote --------",
    "without a colon": f"On Sat, 15 Jun 2024 14:59:43 +0700 {SHOP} wrote",
    "between empty lines": "On Sat, Jun 15, 2024 at 2:59 PM Toko Sinar\n\n<\nmailto:Toko Sinar"
    " <halo@toko-sinar.example>\n> wrote:",
}
BLOCKS = {
    "German": f"Von: {SHOP}\nGesendet: Samstag, 15. Juni 2024 14:59\nAn: Ana\nBetreff: Kulkas",
    "French": f"De : {SHOP}\nEnvoyé : samedi 15 juin 2024 14:59\nÀ : Ana\nObjet : Kulkas",
    "Spanish": f"De: {SHOP}\nEnviado el: sábado, 15 de junio de 2024\nPara: Ana\nAsunto: Kulkas",
    "Italian": "Da: Toko\nData: sabato 15 giugno 2024 14:59\nA: Ana\nOggetto: Kulkas",
    "Portuguese": f"De: {SHOP}\nEnviada em: 15 de junho de 2024\nPara: Ana\nAssunto: Kulkas",
    "Dutch, bold": f"*Van:* {SHOP}\n*Verzonden:* 15 juni 2024\n*Aan:* Ana\n*Onderwerp:* Kulkas",
    "Swedish": f"Från: {SHOP}\nSkickat: den 15 juni 2024 14:59\nTill: Ana\nÄmne: Kulkas",
    "Polish": f"Od: {SHOP}\nWysłano: sobota, 15 czerwca 2024\nDo: Ana\nTemat: Kulkas",
    "Russian": f"От: {SHOP}\nОтправлено: 15 июня 2024 г. 14:59\nКому: Ana\nТема: Kulkas",
    "Chinese": f"发件人: {SHOP}\n发送时间: 2024年6月15日 14:59\n收件人: Ana\n主题: Kulkas",
    "Japanese": f"差出人: {SHOP}\n送信日時: 2024年6月15日 14:59\n宛先: Ana\n件名: Kulkas",
    "Korean": f"보낸 사람: {SHOP}\n보낸 날짜: 2024년 6월 15일\n받는 사람: Ana\n제목: Kulkas",
    "Malay": f"Daripada: {SHOP}\nDihantar: Sabtu, 15 Jun 2024\nKepada: Ana\nSubjek: Kulkas",
    "the date first": f"Date: Sat, 15 Jun 2024 14:59:00 +0700\nTo: ana@b.example\nFrom: {SHOP}",
    "two fields": "From: halo@toko-sinar.example\nDate: Sat, 15 Jun 2024 14:59:00 +0700",
}
DIVIDERS = [
    "-----Ursprüngliche Nachricht-----",
    "-------- Message d'origine --------",
    "-----Mensaje original-----",
    "-----Mensagem original-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-------- Oprindelig besked --------",
    "-----Исходное сообщение-----",
    "------------------ 原始邮件 ------------------",
    "-----元のメッセージ-----",
    "-----원본 메시지-----",
    "*-------- Original Message --------*",
    "## Please type your reply above this line ##",
]
ADVERTISEMENTS = [
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für Android",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon téléphone Samsung",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Verzonden vanaf mijn iPhone",
    "Sendt fra min iPad",
    "Skickat från min iPhone",
    "Wysłane z iPhone'a",
    "Отправлено с iPhone",
    "iPhoneから送信",
    "从我的 iPhone 发送",
    "從我的 iPhone 傳送",
    "나의 iPhone에서 보냄",
    "‫أُرسلت من الـ iPhone‬",
    "Az iPhone-omról küldve",
    "Dihantar daripada iPhone saya",
    "Sent from my TI-85",
    "Sent from Klipper<https://klipper.example/r?b=1>",
]
ORDINARY = [
    "Am 3. Juni 2024 schrieb ich Ihnen:\nder Kühlschrank ist kaputt",
    "Le 3 juin 2024 j'ai écrit :\nle frigo est en panne",
    "Pada 3 Juni 2024 teknisi Anda menulis:\nkompresor rusak",
    "Tanggal 3 Juni 2024 Budi menulis:\nbarangnya sudah dikirim",
    "Pada Senin pukul 14.59 dia menulis:\nsudah dikirim",
    "Menurut halo@toko-sinar.example yang saya baca kemarin itu benar:\n- kulkas rusak\n- tv mati",
    "Dari: Ana\nTanggal: 15 Juni 2024\nHal: kulkas rusak\n\nDengan hormat,",
    "Untuk: Ana\nAlamat: Jalan Braga 1\nTanggal: 15 Juni 2024",
    "Date: tomorrow\nTo: Bandung\nI need a fridge",
    "Sent from my desk, is much easier than my phone.",
    "No: 12\nTanggal: 15/06/2024\nUntuk: Ana",
    "On the one hand: cheap\nOn the other hand: 15/06/2024 10:00 is late",
    "Pesanan saya:\n- kulkas\n- tv\n- kipas angin",
    "Nama: ________________\nAlamat: Bandung",
]


@pytest.mark.parametrize("name", HEADS)
def test_the_head_and_what_follows_go(name):
    cut = new_text(f"Ya, saya mau.\n\n{HEADS[name]}\n\n> Halo Ana,\n> ada yang bisa dibantu?\n")
    assert (cut.text, cut.quoted) == ("Ya, saya mau.", True)


@pytest.mark.parametrize("name", HEADS)
def test_a_history_without_marks_goes_too(name):
    assert new_text(f"Ya, saya mau.\n\n{HEADS[name]}\nHalo Ana, ada apa?").text == "Ya, saya mau."


@pytest.mark.parametrize("name", HEADS)
def test_an_answer_below_the_quotation_stays(name):
    assert new_text(f"{HEADS[name]}\n\n> Halo Ana\n\nYa, saya mau.").text == "Ya, saya mau."


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_of_fields_and_what_follows_go(name):
    assert new_text(f"Ya.\n\n{BLOCKS[name]}\n\nHalo Ana,\nada apa?").text == "Ya."


@pytest.mark.parametrize("line", DIVIDERS)
def test_a_divider_and_what_follows_go(line):
    assert new_text(f"Ya.\n\n{line}\nVon: Toko Sinar\n\nHalo Ana").text == "Ya."


@pytest.mark.parametrize("line", ADVERTISEMENTS)
def test_an_advertisement_goes(line):
    assert new_text(f"Ya.\n\n{line}").text == "Ya."


@pytest.mark.parametrize("text", ORDINARY)
def test_text_that_resembles_a_head_stays(text):
    assert new_text(text).text == text
    assert new_text(f"Selamat siang.\n\n{text}").text == f"Selamat siang.\n\n{text}"


def test_an_attribution_with_nothing_above_keeps_the_answer_below():
    body = "On Sat, 15 Jun 2024 at 14:59, Toko <halo@toko-sinar.example> wrote:\n\nYa, saya mau."
    assert new_text(body).text == "Ya, saya mau."


def test_an_answer_below_a_hundred_thousand_quoted_lines_stays():
    assert new_text("Ya.\n" + "> lama sekali\n" * 100_000 + "\nSaya tunggu.").text == (
        "Ya.\n\nSaya tunggu."
    )


def test_a_quoted_line_that_lost_its_mark_goes():
    long = "> Warna apa yang Ibu inginkan untuk kulkas dua pintu yang besar itu, putih"
    assert (
        new_text(f"Halo\n\n{long}\natau abu-abu\n> Terima kasih\n\nPutih").text == "Halo\n\nPutih"
    )


def test_a_footer_below_a_rule_goes():
    assert new_text("Ya.\n\n_______________\nmilis pelanggan\nhttps://a.example").text == "Ya."


def test_a_name_after_a_dash_goes_but_a_list_stays():
    assert new_text("Tolong dicek.\n\n-Ana Putri").text == "Tolong dicek."
    assert new_text("Saya mau:\n\n-Kulkas\n-Setrika").text == "Saya mau:\n\n-Kulkas\n-Setrika"


def test_what_follows_an_advertisement_without_marks_is_history():
    body = "Ya.\n\nSent from my iPhone\n\nHalo Ana, ada apa?\nSalam"
    assert new_text(body).text == "Ya."


def test_below_an_advertisement_inline_answers_stay():
    body = "Ya.\n\nSent from my iPhone\n\n> Warna apa?\n\nPutih"
    assert new_text(body).text.endswith("Putih")


LONG = ["\n" * 300_000, "____________\n" * 10_000, "Sent from my iPhone\n\n" * 10_000,
        "___\ny\n" * 10_000, "Dari: x\nTanggal: y\n" * 10_000]  # fmt: skip


@pytest.mark.parametrize("body", LONG, ids=["empty", "rules", "phones", "footers", "fields"])
def test_long_bodies_take_seconds_not_minutes(body):
    started = time.process_time()
    new_text(f"x\n{body}")
    assert time.process_time() - started < 20
