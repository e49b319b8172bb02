"""The few sentences the product itself says, when there is no dialogue to say them."""

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, str]] = {
    "apology": {
        "id": "Maaf, ada kendala di sistem kami. Rekan kami akan melanjutkan percakapan ini ya.",
        "en": "Sorry, something went wrong on our side. A colleague will continue with you here.",
    },
    "queued": {
        "id": "Baik, saya sambungkan ke rekan kami. Mohon ditunggu sebentar ya.",
        "en": "Alright, I'm connecting you to a colleague. Please hold on for a moment.",
    },
    "lost": {
        "id": "Maaf, saya belum paham. Bisa ditulis dengan kata lain?",
        "en": "Sorry, I didn't get that. Could you put it another way?",
    },
    "group": {
        "id": "Supaya data Kakak aman, saya melayani lewat chat pribadi saja ya.",
        "en": "To keep your data safe I answer in private chats only.",
    },
    "linked": {
        "id": "Akun terhubung. Ada yang bisa saya bantu?",
        "en": "Your account is connected. What can I help you with?",
    },
    "file": {
        "id": "Terima kasih, sudah kami terima. Ada yang bisa saya bantu soal ini?",
        "en": "Thanks, we got it. What can I help you with about this?",
    },
}


def say(name: str, language: str | None) -> str:
    """The sentence in the customer's language, Indonesian if that is unknown."""
    words = PHRASES[name]
    return words.get(language or "id", words["id"])
