"""Indonesian or English, per message, and only if sure.

Short and mixed messages ("my kulkas rusak min") say little: then None, and the conversation keeps
its language. Frequent words decide most messages; py3langid, limited to the two languages, is
asked for longer ones that have none of them.
"""

import threading
from functools import lru_cache

from nlu.embedded.likeness import Judge, Likeness, cut_down
from nlu.embedded.normalise import clean

_INDONESIAN = frozenset(
    """yang dan di ke dari untuk dengan ini itu ada tidak bukan saya kamu anda kami kita mereka dia
    apa siapa kapan dimana mana kenapa mengapa bagaimana berapa sudah belum bisa mau akan lagi juga
    atau tapi karena kalau jika pada dalam oleh sebagai saja hanya sangat sekali banget dong deh sih
    kok nih tuh ya iya min kak kakak mbak mas bang pak bu gan sis gw gue gua lu lo aku aq ku mu nya
    gak ga nggak ngga enggak gk tdk yg dgn utk brp bgt udah udh blm blom klo kalo gimana gmn knp
    dmn aja aj tolong tlg minta mohon terima kasih makasih trims selamat pagi siang sore malam halo
    hai barang pesanan kirim dikirim pengiriman bayar pembayaran harga toko cabang buka tutup jam
    hari minggu bulan tahun kemarin besok sekarang tadi rusak ganti ubah batal jadi nomor kartu poin
    daftar cek lihat beli jual berhenti hapus bicara orang keluhan komplain pengembalian garansi
    kulkas mesin cuci kipas setrika bahasa inggris tunggu sebentar bantu bantuan masih pernah baru
    lama cepat mahal murah diskon promo punya pakai kasih tau tahu mengerti ngerti paham cari kenal
    nama alamat hp rumah uang hadiah tukar nanya tanya habis hilang""".split()
)
_ENGLISH = frozenset(
    """the a an is are was were am be been being to of in on at for with from by and or but not this
    that these those it its i you he she we they me my your his her our their what who when where
    why how which can could will would should do does did have has had want need like please thanks
    thank hello hi hey yes no good morning afternoon evening night order orders delivery delivered
    shipping payment pay price store branch open close opening hours broken refund return
    warranty points card member register check see buy stop delete speak talk person human agent
    complaint complain cancel change phone number address name language english help fridge
    washing machine there any much many more still already yet just now today tomorrow yesterday
    last next week month if about so get got know tell show give make it's i'm don't can't doesn't
    didn't what's i'd i've won't isn't""".split()
)
_SHARED = _INDONESIAN & _ENGLISH
_SURE_WORDS = 2
_SURE_LETTERS = 20
_SURE_PROBABILITY = 0.95


@lru_cache(maxsize=8)
def detect(text: str) -> str | None:
    """ "id" or "en" if sure, else None. Asked several times in a turn, so the last few are kept."""
    words = clean(text).replace("\u2019", "'").split()
    stripped = [word.strip('.,!?;:()"') for word in words[:60]]
    indonesian = sum(word in _INDONESIAN for word in stripped if word not in _SHARED)
    english = sum(word in _ENGLISH for word in stripped if word not in _SHARED)
    if indonesian or english:
        return _by_words(indonesian, english)
    letters = sum(map(str.isalpha, text[:200]))
    return _by_likeness(text[:200]) if letters >= _SURE_LETTERS and len(words) > 2 else None


def _by_words(indonesian: int, english: int) -> str | None:
    """One language must clearly outweigh the other."""
    most, least = max(indonesian, english), min(indonesian, english)
    if most < _SURE_WORDS or most <= 3 * least:
        return None
    return "id" if indonesian > english else "en"


def bring(likeness: Likeness) -> None:
    """A model's table, to judge by from now on; all models have the same."""
    _judging.likeness = _judging.likeness or likeness


def _by_likeness(text: str) -> str | None:
    language, probability = _judging.judge(text)
    return language if probability >= _SURE_PROBABILITY else None


class _Judging:
    """The one judge of this process, appointed when first needed."""

    def __init__(self) -> None:
        self.likeness: Likeness | None = None
        self._judge: Judge | None = None
        self._lock = threading.Lock()

    def judge(self, text: str) -> tuple[str, float]:
        with self._lock:
            if self._judge is None:
                self._judge = Judge(self.likeness or cut_down())
            return self._judge(text)


_judging = _Judging()
