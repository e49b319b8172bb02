"""What the pages of customers say, in Indonesian and English."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The texts around a thread, in one language."""

    title: str
    tagline: str
    welcome: str
    hints: tuple[str, ...]
    placeholder: str
    label: str
    send: str
    log: str
    skip: str
    refresh: str
    you: str
    them: str
    writing: str
    share: str
    waiting: str
    person: str
    too_long: str
    empty: str
    ticks: Mapping[str, str]


INDONESIAN = Words(
    title="Tanya kami",
    tagline="Dijawab asisten kami seketika, atau oleh orang kalau Kakak mau",
    welcome="Halo! Ada yang bisa kami bantu hari ini?",
    hints=("Jam buka toko?", "Stok kulkas 2 pintu", "Mau komplain", "Bicara dengan orang"),
    placeholder="Tulis pesan…",
    label="Pesan Kakak",
    send="Kirim",
    log="Percakapan",
    skip="Langsung ke percakapan",
    refresh="Muat jawaban terbaru",
    you="Kakak",
    them="Toko",
    writing="sedang menulis",
    share="Bagikan nomor saya",
    waiting="Sedang memanggil rekan kami. Mohon tunggu sebentar ya.",
    person="{name} dari tim kami ada di sini.",
    too_long="Pesannya terlalu panjang: paling banyak 4.000 huruf.",
    empty="Pesannya masih kosong.",
    ticks={"sent": "terkirim", "delivered": "diterima", "read": "dibaca", "failed": "gagal"},
)
ENGLISH = Words(
    title="Ask us",
    tagline="Our assistant answers at once, or a person if you prefer",
    welcome="Hello! What can we do for you today?",
    hints=("Opening hours?", "Do you have fridges?", "I have a complaint", "Talk to a person"),
    placeholder="Write a message…",
    label="Your message",
    send="Send",
    log="Conversation",
    skip="Skip to the conversation",
    refresh="Load the latest answers",
    you="You",
    them="Shop",
    writing="writing",
    share="Share my contact",
    waiting="We are calling a colleague. One moment, please.",
    person="{name} from our team is here.",
    too_long="That message is too long: 4,000 characters at most.",
    empty="That message is empty.",
    ticks={"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"},
)
WORDS = {"id": INDONESIAN, "en": ENGLISH}


def choose(accept_language: str, default: str) -> str:
    """`id` or `en`: the first of the browser's languages that we speak, else the company's."""
    for wish in accept_language.split(","):
        language = wish.split(";")[0].strip()[:2].lower()
        if language in WORDS:
            return language
    return default
