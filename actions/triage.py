"""Reading a complaint: what kind it is, how bad, what the customer wishes."""

import re

NO_PRODUCT = "-"
"""Stands for the product of a complaint that is not about one."""
WITHOUT_PRODUCT = {"service", "billing"}
CONCRETE = {"damaged", "delivery", "wrong_item"}
FEWEST_WORDS = 3
WISH_WORDS = 6
"""An answer of more words than that tells more than the wish."""

CATEGORIES: dict[str, str] = {
    "damaged": r"rusak|mati|pecah|penyok|bocor|retak|cacat|error|eror|berisik|panas|"
    r"(tidak|tdk|ga|gak|nggak|ngga|kurang)\s*(bisa\s*)?(dingin|nyala|hidup|berfungsi|jalan|muter)|"
    r"broken|broke|damaged?|leak\w*|crack\w*|dead|faulty|defect\w*|not (cold|cooling|working)|"
    r"(won.?t|doesn.?t|does not|stopped) (turn on|start|work\w*|cool|charge)|dent\w*|noisy",
    "delivery": r"(belum|blm|blum|tak|gak|ga|nggak)\s*(sampai|sampe|nyampe|datang|dateng|tiba|"
    r"dikirim|diantar)|terlambat|telat|kurir|lama banget|not (arrived?|delivered|here)|"
    r"late|never (arrived|came)|delayed?|missing (package|parcel)|hasn.?t (arrived|come)",
    "wrong_item": r"salah (kirim|barang|warna|ukuran|tipe)|beda (barang|warna|tipe|dengan)|"
    r"tertukar|tidak sesuai|gak sesuai|ga sesuai|kurang lengkap|"
    r"wrong (item|colou?r|size|model|product)|not what i ordered|incomplete|"
    r"different (item|product|colou?r)",
    "billing": r"(ke|ter)?tagih\w*|dobel bayar|kelebihan bayar|refund (belum|blm)|salah harga|"
    r"terpotong|charged? twice|overcharged|double charged?|wrong price|billing|not refunded",
    "service": r"kasar|jutek|judes|tidak ramah|ga ramah|gak ramah|pelayanan|dicuekin|kasir|"
    r"\bcs\b|pegawai|karyawan|rude|unfriendly|impolite|staff|cashier|ignored",
    "installation": r"pasang|instalasi|teknisi|install\w*|technician",
}
WISHES: dict[str, str] = {
    "refund": r"refund|uang\w* (di)?(kembali\w*|balik\w*)|(kembali|balik)(kan|in)? uang|duit|"
    r"money back|(kembali|balik)in duit",
    "replace": r"(di|ter)?ganti\w*|(di)?tu[kc][ae]r\w*|"
    r"unit baru|yang baru|replace\w*|exchange|new one|swap",
    "repair": r"(di)?(perbaik\w*|servis|betul\w*|bener\w*)|service|repair\w*|fix\w*",
    "other": r"lain\w*|terserah|apa aja|saran|other|something else|anything|whatever|"
    r"minta maaf|apolog\w*|dikirim|diantar|deliver\w*|kompensasi|compensat\w*",
}
DANGER = re.compile(
    r"terbakar|kebakar|meledak|ledak|(keluar|ada|bau|ber) ?asap|kesetrum|nyetrum|setrum|"
    r"percikan|korslet\w*|luka|"
    r"fire|explod\w*|smok\w*|electric shock|shocked me|sparks?|burn\w*|injur\w*",
    re.I,
)
ANNOUNCES = re.compile(
    r"^\W*(hal+o|hai|hi|hey|min|kak|permisi|dong|mau|saya|aku|gw|gue|ingin|pengen|bisa|"
    r"ajukan|bikin|buat|lapor\w*|i|want|wanna|to|would|like|have|a|need|make|file|please|"
    r"kompla\w*|complain\w*|keluh\w*|ada|nih|ya|tambah\w*|detail\w*|add|more|info\w*|"
    r"untuk|buat|for|nomor|number|laporan|kasus|case|soal|tentang|mengenai|about|regarding|with|"
    r"d|m|ve|s|re|ll|the|my|this|that|me|us|produk|product|barang|item|order|pesanan|nya|"
    r"punya|bought|beli|"
    r"problem|masalah|issue|has|got|is|was|am|very|banget|really|\W)+$",
    re.I,
)

WANTS = re.compile(
    r"\b(mau|minta|tolong|pengen|pingin|ingin|aja|saja|dong|mending|lebih baik|please|want|would|"
    r"wish|prefer|give|need|like)\b",
    re.I,
)
BARE_OTHER = re.compile(r"\W*((yang|something|the)\s+)?(lain\w*|other|else|terserah)\W*", re.I)
QUESTION = re.compile(
    r"\?|^\W*(eh|kak|min|trus|terus|and|so|ok\w*|ya|hmm+)*\W*(apa(kah)?|siapa|kok|kenapa|mengapa|"
    r"bisa(kah)?|boleh(kah)?|di ?mana|what|when|why|where|who|which|how|can|could|do|does|is|are|"
    r"will|would)\b|\b(berapa|kapan|gimana|bagaimana|gmn)\b",
    re.I,
)
UNSURE = re.compile(r"\b(hm+|tahu|tau|bingung|entah\w*|pikir\w*|know|idea|unsure|think)\b", re.I)
CORRECTS = re.compile(
    r"\b(salah|maksud\w*|bukan|harusnya|ralat|koreksi|mean|meant|actually|correction|not the)\b",
    re.I,
)


def category(text: str) -> str | None:
    """The kind of complaint the words speak of, None if they do not say."""
    if is_dangerous(text):
        return "damaged"
    for name, words in CATEGORIES.items():
        if re.search(rf"\b(?:{words})\b", text, re.I):
            return name
    return None


def wish(text: str) -> str | None:
    """repair, replace, refund or other; None if the words say none of them."""
    for name, words in WISHES.items():
        if re.search(rf"\b(?:{words})\b", text, re.I):
            return name
    return None


def wish_told(text: str) -> str | None:
    """The wish an answer says; None if its words only tell what was tried or is wrong.

    "Sudah diservis, tetap mati" wishes nothing, "tolong diservis, mati lagi" does. Nor does a
    question about deliveries.
    """
    found = wish(text)
    if found == "other" and is_question(text):
        return None
    if found is None or category(text) is None or WANTS.search(text):
        return found
    return found if re.match(rf"\W*(?:{WISHES[found]})\b", text, re.I) else None


def is_dangerous(text: str) -> bool:
    """Whether somebody may get hurt."""
    return DANGER.search(text) is not None


def is_description(text: str) -> bool:
    """Whether the words tell what is wrong, more than "I have a complaint"."""
    return len(text.split()) >= FEWEST_WORDS and not ANNOUNCES.match(text)


def is_question(text: str) -> bool:
    """Whether the words ask something."""
    return QUESTION.search(text) is not None


def tells(text: str) -> bool:
    """Whether an answer that says no wish tells more about the problem instead."""
    return is_description(text) and not is_question(text) and not UNSURE.search(text)


def tells_more(text: str, wish: str) -> bool:
    """Whether an answer says more than the bare wish: then its words are worth keeping."""
    if wish == "other" and not BARE_OTHER.fullmatch(text):
        return True
    return len(text.split()) > WISH_WORDS or category(text) is not None


def corrects(text: str, rest: str) -> bool:
    """Whether a product named in `text` replaces the one named before.

    `rest` is the text without the product and other entities.
    """
    return CORRECTS.search(text) is not None or len(rest.split()) <= 1


def first_words(text: str, rest: str, product: str | None) -> dict[str, str]:
    """The complaint's slots that the message announcing it already fills.

    `rest` is the text without the product and other entities.
    """
    kind = category(text)
    told: dict[str, str] = {}
    danger = is_dangerous(text)
    brief = danger or (product is not None and kind in CONCRETE)
    if brief or (is_description(text) and (kind or is_description(rest))):
        told = {"complaint_description": text, "complaint_category": kind or "other"}
    if product:
        told["complaint_product"] = product
    elif danger or kind in WITHOUT_PRODUCT:  # where somebody may get hurt nothing is asked first
        told["complaint_product"] = NO_PRODUCT
    return told


def detail(text: str, number: str | None) -> str | None:
    """The detail a message adds at once; None if it only announces one."""
    rest = re.sub(r"\bK[\s-]*\d{4}[\s-]*\d{1,6}\b", " ", text, flags=re.I)
    rest = rest.replace(number, " ") if number else rest
    return text if is_description(rest.strip()) else None
