"""What the unsubscribe page says, in Indonesian and English; the buttons are kept as evidence."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The page's texts in one language; titles and texts by what became of the request."""

    titles: Mapping[str, str]
    texts: Mapping[str, str]
    button: str
    everywhere: str


LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
WORDS = {
    "id": Words(
        titles={
            "ask": "Berhenti menerima promosi?",
            "done": "Sudah berhenti",
            "done_all": "Sudah berhenti",
            "stopped": "Promosi sudah dihentikan",
            "unknown": "Tautan ini tidak kami kenali",
        },
        texts={
            "ask": "Di sini saja, atau di semua saluran: silakan pilih. Jawaban atas pertanyaan "
            "dan kabar pesanan Kakak tetap kami kirim.",
            "done": "Kami tidak akan mengirim promosi lagi ke alamat ini. Kalau berubah pikiran, "
            "tulis “mulai” kepada kami kapan saja.",
            "done_all": "Kami tidak akan mengirim promosi lagi, di saluran mana pun. Kalau "
            "berubah pikiran, tulis “mulai” kepada kami kapan saja.",
            "stopped": "Tidak ada yang perlu dilakukan. Kalau berubah pikiran, tulis “mulai” "
            "kepada kami kapan saja.",
            "unknown": "Mungkin terpotong waktu disalin. Buka lagi dari pesan kami, atau balas "
            "pesan itu dengan kata “berhenti”.",
        },
        button="Berhenti menerima promosi di sini",
        everywhere="Berhenti di semua saluran",
    ),
    "en": Words(
        titles={
            "ask": "Stop receiving offers?",
            "done": "You are unsubscribed",
            "done_all": "You are unsubscribed",
            "stopped": "Offers are already stopped",
            "unknown": "We do not know this link",
        },
        texts={
            "ask": "Here only, or on every channel, as you like. Answers to your questions and "
            "news about your orders will still reach you.",
            "done": "We will send no more offers to this address. If you change your mind, write "
            "“start” to us at any time.",
            "done_all": "We will send no more offers, on any channel. If you change your mind, "
            "write “start” to us at any time.",
            "stopped": "There is nothing to do. If you change your mind, write “start” to us at "
            "any time.",
            "unknown": "It may have been cut off when copied. Open it again from our message, or "
            "answer that message with the word “stop”.",
        },
        button="Stop sending me offers here",
        everywhere="Stop on every channel",
    ),
}
