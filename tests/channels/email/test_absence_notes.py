"""C2.5: absence notes and automatic answers that no header declares, and people who write alike."""

import pytest

NOTES = {
    "our subject repeated": (
        "Sedang cuti: Re: Kulkas",
        "Saya sedang cuti dan akan kembali pada 20 Juni. Untuk hal mendesak silakan hubungi Budi.",
    ),
    "a bracketed label": (
        "[Auto Reply] Kulkas",
        "Saya sedang dinas luar kota sampai Jumat dan akan membalas email Anda setelah kembali.",
    ),
    "an Indonesian note": (
        "Cuti Tahunan - Ana Putri",
        "Saya menjalani cuti tahunan 10-20 Juni dan akan membalas email Anda sekembali saya.",
    ),
    "a colleague is named": (
        "Out of Office: Kulkas",
        "Saya sedang cuti melahirkan. Mohon hubungi rekan saya Dewi.",
    ),
    "limited access": (
        "Di luar kantor sampai Senin",
        "Saya sedang di luar kantor dengan akses email terbatas.",
    ),
    "a note in English": (
        "Out of Office - Ana Putri",
        "I am currently out of the office. I will respond to your email upon my return.",
    ),
    "a whole sentence": (
        "I am on holiday until Monday",
        "I am on holiday until Monday and will answer then. I will be back on 20 June.",
    ),
    "a note in German": ("Abwesenheitsnotiz: Kulkas", "Ich bin bis zum 14.10. nicht im Büro."),
    "Notes": (
        "AUTO: Putri, Ana is out of the office. (returning 20/06/2024)",
        "I am out of the office until 20/06/2024.\n\nPlease advise the sender of any error.",
    ),
    "Notes of before": (
        "Ana Putri is out of the office.",
        "I will be out of the office starting 10/06/2024 and will not return until 20/06/2024.",
    ),
    "a ticket system": (
        "Ticket 4711: Kulkas",
        "Terima kasih telah menghubungi PT Maju. Ini adalah balasan otomatis.",
    ),
    "an acknowledgement": (
        "Kami telah menerima permintaan Anda",
        "Email ini dikirim secara otomatis, mohon tidak membalas email ini.",
    ),
    "an acknowledgement in English": (
        "We received your request",
        "This is an\nautomated response to let you know that we received your message.",
    ),
    "a helpdesk's receipt": (
        "Kulkas",
        "Terima kasih, email Anda telah kami terima, tiket #4711.",
    ),
    "a receipt that wants no answer": (
        "Laporan Anda",
        "Laporan Anda sudah diterima oleh tim kami. Mohon untuk tidak membalas email ini.",
    ),
    "a receipt in English": ("Kulkas", "We have received your email. Your case number is 48123."),
    "a program's mail": ("Tagihan", "Ini adalah email otomatis, harap tidak membalas email ini."),
    "a program's message": ("Kulkas", "Email ini merupakan pesan otomatis dari sistem kami."),
    "closed for the holidays": (
        "Idul Fitri",
        "Kantor kami tutup 8-15 April dan akan membalas setelah libur. Ini pesan otomatis.",
    ),
    "a program's mail in English": (
        "Remittance",
        "This is an automated email. Please do not reply to it.",
    ),
    "sent by itself": ("Your invoice", "This email was sent automatically."),
    "in German": ("Rechnung", "Dies ist eine automatisch generierte E-Mail."),
    "in French": ("Votre demande", "Ceci est un message automatique, merci."),
    "in Spanish": ("Su solicitud", "Este es un mensaje automático."),
    "a click, Indonesian": (
        "Konfirmasi",
        "Klik https://x.example/1 agar alamat Anda ditambahkan ke daftar pengirim saya.",
    ),
    "a mailbox that wants a click": (
        "Re: Kulkas",
        "This account is protected. Please click the link to have your address added to the"
        " recipient's allowed\nlist: https://x.example/1",
    ),
    "a read receipt without a report": (
        "Read: Kulkas",
        "Your message\n\n  To: Ana\n  Subject: Kulkas\n\nwas read on Saturday, June 15, 2024.",
    ),
    "a read receipt in Indonesian": (
        "Dibaca: Kulkas",
        "Pesan Anda\n\n  Kepada: Ana\n  Perihal: Kulkas\n\ntelah dibaca pada 15 Juni 2024.",
    ),
}
PEOPLE = {
    "asks for something": (
        "Sedang cuti: tolong kirim Senin",
        "Saya sedang cuti dan akan kembali Senin. Tolong kirim kulkasnya hari Selasa.",
    ),
    "asks a question": (
        "Sedang di luar kota",
        "Saya sedang di luar kantor sampai Jumat. Bisa kulkasnya diantar Sabtu?",
    ),
    "asks about the holidays": ("Cuti bersama", "Apakah toko buka saat cuti bersama?"),
    "asks politely": (
        "I am on holiday until Monday",
        "I am on holiday until Monday. Please bring the fridge on Tuesday; I will be back then.",
    ),
    "complains of our answers": (
        "Balasan otomatis terus",
        "Saya selalu dapat balasan otomatis. Tolong dijawab orang.",
    ),
    "tells what came": ("Kulkas", "Saya dapat: ini adalah balasan otomatis. Maksudnya apa?"),
    "was asked to add us": ("Kulkas", "Email Anda was added to my white list. Kulkasnya rusak."),
    "passes on what came": ("Fwd: Pemberitahuan", "Ini adalah balasan otomatis."),
    "speaks of an automatic thing": ("Rice cooker", "This is an automatic rice cooker, berapa"),
    "has read something": ("Read: manual kulkas", "Saya sudah baca manualnya."),
    "is free for the fitter": ("Sedang cuti", "Saya sedang cuti, teknisi bisa datang kapan saja."),
    "thanks for ours": (
        "Kulkas",
        "Terima kasih, email Anda telah kami terima. Kapan barangnya sampai, tiket 4711?",
    ),
    "has read our mail": ("Kulkas", "Email Anda telah saya terima, tiket 4711."),
    "was given a number": ("Tiket 4711", "Tiket saya #4711 belum dijawab."),
    "wrote on a contact form": (
        "Kontak",
        "Ini adalah email otomatis dari formulir kontak. Nama: Budi. Saya mau kulkas dua pintu.",
    ),
    "wants a call": ("Kulkas", "Do not reply to this email, call me instead. My fridge is broken."),
    "is away for an hour": ("Kulkas", "Saya sedang di luar kantor, nanti sore saya balas."),
}


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_known_by_its_subject_and_its_words(name, parser, new_mail):
    subject, text = NOTES[name]
    [event] = parser.events(new_mail(text, Subject=subject))
    assert event.automatic
    assert event.metadata["automatic"]


@pytest.mark.parametrize("name", PEOPLE)
def test_people_who_write_alike_are_answered(name, parser, new_mail):
    subject, text = PEOPLE[name]
    [event] = parser.events(new_mail(text, Subject=subject))
    assert not event.automatic


def test_who_asks_for_something_on_holiday_is_answered_in_the_thread_too(parser, new_mail):
    text = "Saya masih cuti, tolong kirim hari Senin."
    fields = {"Subject": "Masih cuti", "In_Reply_To": "<a@b.example>"}
    [event] = parser.events(new_mail(text, X_Auto_Response_Suppress="All", **fields))
    assert not event.automatic
