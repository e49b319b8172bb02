"""Whether "stop" means our messages, or a lamp, an order, the bot's chatter.

The classifier hears only what a sentence is like; before a consent is withdrawn, its words count.
"""

import re

VERSION = "keyword-1"
"""What these words are called as evidence of a consent given or withdrawn."""
_LIST = (
    r"(unsub\w*|unsc?ribe\w*|unreg\w*|opt(ing|ed)?[ -]?(me )?out|(ber)?langgan\w*|subscri\w*|subs|"
    r"newsletters?|marketing|pemasaran|promo\w*|iklan\w*|ads?|adverts?|advertis\w*|broadcast\w*|bc|"
    r"blast\w*|\w*spam\w*|nyepam\w*|penawaran|tawaran|offers?|mailing|consent|izin|stop ?all)\b"
)
OF_THE_LIST = re.compile(rf"\b{_LIST}", re.I)
"""Words of subscriptions and advertising: with them the wish is clear."""
OF_MESSAGES = re.compile(
    r"\b((nge)?(sms|chat)\w*|(nge)?wa|wha?ts?app\w*|messag\w*|msgs?|text(s|ing)?|e?-?mail\w*|"
    r"japri\w*|notif\w*|reminders?|alerts?|contact\w*|(di)?hubungi\w*|menghubungi|"
    r"calls?|calling|(di|me)?n?te?le?[pf]on\w*|nel[pf]on\w*|bother\w*|\w*ganggu\w*|teror|"
    r"\w*(kirim|ngirim|terima)\w*\W+pesan|stop\W+\w+ing (me|us)|leave me alone)\b",
    re.I,
)
TAKEN_BACK = re.compile(
    r"\b(salah|keliru) (pesan|kirim|ketik|tulis|pencet|orang|chat|order)\b|"
    r"\bwrong (message|chat|button|order|window)\b|\bby mistake\b|\bmy (mistake|bad)\b",
    re.I,
)
"""The message itself was not meant for us."""
ANOTHER_THING = re.compile(
    r"\b(stop ?kontak\w*|pesanan\w*|order\w*|barang\w*|paket\w*|pengiriman|deliver\w*|alamat|"
    r"address|kurir|courier)\b|"
    r"\b(jangan|don.?t|do not)\b.*\b(dulu|yet|hari ini|besok|sekarang|today|tomorrow|now)\b",
    re.I | re.S,
)
"""What else may be asked to stop, or not to be sent yet."""
PERHAPS_OF_MESSAGES = re.compile(
    r"\b(\w*(kirim|ngirim)\w*|pesan\w*|send\w*|list|daftar\w*|nomo?r\w*|number|receiv\w*|"
    r"\w*terima|nerima|info\w*)\b",
    re.I,
)
ENDS_THE_LIST = re.compile(
    r"\b(batal\w*|s+e?t+o+p+(in|kan)?|(ber)?henti\w*|hentikan|cancel|end|quit|hapus\w*|keluar\w*|"
    r"remove|delete|non ?aktif\w*|menonaktif\w*|mati(kan|in)|disable|mute|turn off|switch off|off|"
    r"tolak|menolak|bosa?e?n|muak|jangan|ga?k? ?usah|"
    r"(tidak|tak|tdk|n?ga?k?) (usah|perlu|mau|ingin)|"
    rf"no more|don.?t|do not)\W+(\w+\W+){{0,4}}?{_LIST}",
    re.I,
)
LEAVE_ME = re.compile(
    r"\b(don.?t|do not|never|quit|stop|jangan( pernah)?|ga?k? ?usah)\W+(ever )?"
    r"(nge)?(contact|text|call|messag|whatsapp|email|sms|wa|chat|\w*hubungi|\w*kirim)\w*\W+"
    r"(me|us|saya|aku|gu?[ew]e?)\b",
    re.I,
)
GOES_ON = re.compile(
    r"\b(jangan|don.?t|do not)\W+(s?top|berhenti|hentikan|unsub|batal)|\bdon.?t i\b|"
    r"\b(kapan\W+promo\w*|promo\w*\W+(sudah|udah|masih|belum|kapan))\W+(berhenti|stop)\b|"
    r"\blangganan\W+(koran|majalah|tv|wifi|internet|listrik|indihome|netflix|spotify|youtube)\b",
    re.I,
)
"""The opposite is wished, or the list is somebody else's."""
_SAYS_STOP = re.compile(
    r"\b(s+e?t+o+p+\w*|be?re?n?(he)?nti\w*|(di)?henti\w*|quit\w*|end|jangan|don.?t|do not)\b", re.I
)
_A_STOP = re.compile(
    r"s+e?t+o+p+(in|kan)?|be?re?n?henti\w*|be?re?nti\w*|henti(kan)?|sudah(i|an)?|udah(an)?|cukup|"
    r"enough|eureun\w*|off|matikan|end|quit|cancel|batal|revoke|keluar",
    re.I,
)
_FILLER = re.compile(
    r"ya+h?|dong+|donk|deh|lah|sih|nih|tuh|(ad|mi)?min|kak\w*|ka|gan|sis|bro|mas|mba\w*|pak|bu|bang|"
    r"om|tolong|mohon|please|pl[sz]+|plis+|ok\w*|aja|saja|semua\w*|all|now|sekarang|it|this|that|"
    r"these|those|me|us|saya|aku|gw|gue|gua|i|you|kamu|kalian|anda|to|the|mau|want|would|like|ingin|"
    r"pengen|minta|harap|just|can|could|bisa|hey|hai|halo|hi|dulu|already|again|lagi|thanks?|thank|"
    r"thx|makasih|terima|kasih|tq|right|immediately|segera|bot",
    re.I,
)
_ALONE = re.compile(r"\W*(/?s+t+o+p+|stop ?all|berhenti|unsub(scribe)?|unreg|opt ?out)\W*", re.I)
LONGEST = 200
"""Characters of such a wish; longer texts bring other people's footers."""
READ = 1000
"""Characters looked at, lest a text made for it keeps everybody waiting."""
_WORD = re.compile(r"[^\W_]+")


def means_another_thing(text: str, *, of_goods: bool = False) -> bool:
    """Whether a "stop" or "don't" in these words is not for our messages.

    `of_goods`: the words name a product.
    """
    text = text[:READ]
    return _SAYS_STOP.search(text) is not None and not _is_clear(text, of_goods=of_goods)


def ends_the_list(text: str) -> bool:
    """Whether these words, however they were heard, can only be meant to end a subscription."""
    if len(text) > LONGEST or "?" in text or GOES_ON.search(text):
        return False
    return ENDS_THE_LIST.search(text) is not None


def refuses(text: str) -> bool:
    """Whether words heard as asking for promotions say the opposite."""
    return ends_the_list(text) or LEAVE_ME.search(text[:READ]) is not None


def leaves_no_doubt(text: str) -> bool:
    """Whether this ends promotions whoever reads it, also where no assistant listens."""
    return _ALONE.fullmatch(text) is not None or ends_the_list(text)


def _is_clear(text: str, *, of_goods: bool) -> bool:
    """The word by itself (all that Twilio obeys), or a wish that names messages or their list."""
    if GOES_ON.search(text):
        return False
    if OF_THE_LIST.search(text):
        return True
    if TAKEN_BACK.search(text):
        return False
    if OF_MESSAGES.search(text) or _is_bare(text):
        return True
    if of_goods or ANOTHER_THING.search(text):
        return False
    return PERHAPS_OF_MESSAGES.search(text) is not None


def _is_bare(text: str) -> bool:
    rest = [word for word in _WORD.findall(text) if not _FILLER.fullmatch(word)]
    return bool(rest) and all(_A_STOP.fullmatch(word) for word in rest)
