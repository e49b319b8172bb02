"""C5.4: what a mail server or a virus scanner adds below a text goes; what people say stays."""

import time

import pytest

from channels.email.quoted import new_text

TEXT = "Kulkas saya tidak dingin.\n\nSalam,\nRani"
HEAD = "Pada Sen, 16 Nov 2026 pukul 14.05 Toko Sinar <halo@toko-sinar.example> menulis:"
NOTICES = {
    "Indonesian": (
        "Email ini beserta lampirannya bersifat rahasia dan hanya untuk penerima yang dituju.\n"
        "Jika Anda bukan penerima itu, mohon hapus email ini."
    ),
    "Indonesian, titled": (
        "PERHATIAN: Surel ini rahasia dan hanya diperuntukkan bagi pihak yang dituju, jangan"
        " disebarkan."
    ),
    "Indonesian, between stars": (
        "**********\nIsi pesan ini bersifat rahasia dan ditujukan hanya untuk penerima yang"
        " tercantum di atas.\n**********"
    ),
    "Malay": (
        "E-mel ini dan sebarang lampiran adalah sulit dan hanya untuk kegunaan penerima yang"
        " dinamakan."
    ),
    "English": (
        "This e-mail is confidential. It is for the intended recipient only; please tell us\n"
        "if it reached you by mistake."
    ),
    "English, titled": (
        "Confidentiality Notice: the information in this message is privileged and meant solely"
        " for the addressee."
    ),
    "Indonesian, titled above": (
        "DISCLAIMER:\nPesan elektronik ini (termasuk lampirannya) bersifat rahasia dan hanya untuk"
        " pihak yang dituju.\nJika Anda bukan pihak yang dituju, dilarang menyalinnya."
    ),
    "Indonesian, with a gap below its title": (
        "RAHASIA\n\nEmail ini mungkin berisi informasi rahasia. Jika Anda menerimanya karena"
        " kekeliruan, harap hapus."
    ),
    "Indonesian, called out": (
        "Perhatian! Pesan ini rahasia dan hanya untuk pihak yang berkepentingan. Hapus bila salah."
    ),
    "Indonesian, a ban": (
        "Dilarang menyalin isi surel ini tanpa izin. Surel ini hanya ditujukan untuk penerima."
    ),
    "English, a title": "Confidential Notice: this email and all its files are confidential.",
    "English, unauthorised use": "Unauthorized use or disclosure is strictly prohibited.",
    "English, may contain": "This e-mail may contain privileged information.",
    "English, not the one meant": "If you are not the intended recipient, delete this.",
    "English, tell the sender": "Please notify the sender if you received this in error.",
    "English, trees": "Save a tree - don't print this email.",
    "by mistake": "Jika Anda menerima surel ini karena kesalahan, harap hapus.",
    "by mistake, in English": "If you have received this message in error, please delete it.",
    "not the one meant": "Apabila Anda bukan pihak yang dimaksud, dilarang menyebarkannya.",
    "short": "Pesan ini bersifat rahasia.",
    "printing": "Mohon pertimbangkan lingkungan sebelum mencetak email ini.",
    "printing, in English": "Please consider the environment before printing this email.",
    "a virus scanner": "Bebas virus. www.avast.com",
    "a virus scanner's link": "<https://www.avast.com/sig-email?x=1>\nVirus-free. www.avast.com",
}
ORDINARY = [
    "Pesan ini rahasia, jangan diteruskan ke bagian lain.",
    "Pesan ini hanya untuk penerima yang bernama Budi, tolong rahasiakan karena ini kado dari saya"
    " untuk ulang tahunnya",
    "Pesan ini dan lampirannya hanya untuk penerima, rahasia ya.",
    "Isi email ini adalah keluhan saya.",
    "Tolong jangan cetak nota untuk pesanan saya.",
    "Email ini sudah diperiksa Budi di toko.",
    "This email is about my order for the recipient Budi.",
    "Laptopnya bebas virus?",
    "If you received this message in error, tell me who handles my order.",
    "Jika Anda menerima pesanan ini, tolong telepon.",
    "Dilarang parkir di depan toko, padahal email ini saya kirim dari sana untuk penerima Budi",
    "If you are not the shop's owner, who is?",
    "Perhatian: kulkas ini berat.",
]


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_below_a_text_goes(name):
    assert new_text(f"{TEXT}\n\n{NOTICES[name]}").text == TEXT
    assert new_text(f"{TEXT}\n\n{NOTICES[name]}\n\n{HEAD}\n> Halo Rani").text == TEXT


@pytest.mark.parametrize("text", ORDINARY)
def test_what_a_customer_says_of_the_mail_stays(text):
    assert new_text(f"{TEXT}\n\n{text}").text == f"{TEXT}\n\n{text}"


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_alone_is_kept(name):
    assert new_text(NOTICES[name]).text


def test_inline_answers_below_a_notice_stay():
    body = f"Halo.\n\n{NOTICES['Indonesian']}\n\n{HEAD}\n> Warna apa?\n\nPutih"
    assert new_text(body).text.endswith("Putih")


@pytest.mark.parametrize("below", ["Saya tunggu di toko.", "Kapan dikirim?", "Please call me."])
def test_what_a_person_says_below_a_notice_stays_with_it(below):
    body = f"{TEXT}\n\n{NOTICES['Malay']}\n\n{below}"
    assert new_text(body).text == body


def test_a_notice_amid_a_text_stays_with_it():
    notice = NOTICES["short"]
    assert new_text(f"Halo.\n{notice}\nTolong dicek.").text == f"Halo.\n{notice}\nTolong dicek."
    assert new_text(f"Halo.\n{notice}").text == "Halo."


def test_a_letter_that_opens_with_a_notice_stays():
    below = "\n".join(f"{number}. kulkas" for number in range(40))
    assert new_text(f"Halo.\n\n{NOTICES['English']}\n\n{below}").text.endswith(below)


@pytest.mark.parametrize(
    "lines", ["\n" * 30 + NOTICES["printing"] + "\n", NOTICES["English"] + "\n"]
)
def test_many_notices_take_seconds_at_most(lines):
    started = time.process_time()
    new_text("Ya.\n" + lines * 7000)
    assert time.process_time() - started < 20
