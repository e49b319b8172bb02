"""A message's words as the classifier sees them: lower case, slang written out, digits alike.

Only for classification; entities keep their offsets in the original text.
"""

import re
import unicodedata

LONGEST = 2_000
"""Characters looked at: more says nothing new about what is wanted."""

_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_REPEATED = re.compile(r"(.)\1{2,}")
_DIGIT = re.compile(r"\d")

SLANG = {
    written: meant
    for meant, forms in {
        "saya": "gw gue gua w aku sy ane saia aq akuu",
        "kamu": "lu lo loe elu km kmu",
        "berapa": "brp brapa berapaan brapaan",
        "tidak": "gak ga nggak ngga enggak engga gk g tdk kagak kaga ndak nda tak",
        "yang": "yg yng",
        "dengan": "dgn dg sama ama",
        "untuk": "utk buat bwt tuk",
        "tolong": "tlg tlong tlng",
        "banget": "bgt bangett bngt",
        "sudah": "udah udh sdh dah uda",
        "belum": "blm blum belom blom",
        "bisa": "bs bsa",
        "mau": "mo pengen pgn pengin ingin mw",
        "bagaimana": "gimana gmn gmana bgmn gimna",
        "kenapa": "knp knapa ngapa napa mengapa",
        "kapan": "kpn",
        "dimana": "dmn dmana",
        "apa": "ap apaan",
        "ada": "ad",
        "kalau": "kalo klo kl kalu",
        "juga": "jg jga",
        "saja": "aja aj sj doang",
        "terima": "trima",
        "kasih": "ksh",
        "terimakasih": "makasih makasi mksh trims tengkyu tengkiu thx tq thanks thankyou thx",
        "karena": "krn karna soalnya",
        "dari": "dr dri",
        "pada": "pd",
        "dalam": "dlm",
        "orang": "org orng",
        "barang": "brg brang",
        "nomor": "nmr nomer nmer",
        "pesanan": "psanan pesenan orderan",
        "lagi": "lg lgi",
        "habis": "abis hbs",
        "begitu": "gitu gtu",
        "begini": "gini gni",
        "jadi": "jd jdi",
        "sampai": "sampe smpe nyampe smp",
        "harga": "hrg hrga",
        "please": "pls plz plis pliss",
        "because": "cuz coz bcs",
        "member": "membership",
    }.items()
    for written in forms.split()
}


def clean(text: str) -> str:
    """At most LONGEST characters, compatibility forms folded, control characters as spaces."""
    # Folding makes 18 characters of "ﷺ".
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).lower()[:LONGEST]
    if folded.isprintable():
        return folded
    return "".join(c if c.isprintable() else " " for c in folded)


def words(text: str) -> list[str]:
    """The words (and other signs) of a text as the classifier knows them."""
    found = _WORD.findall(_REPEATED.sub(r"\1", clean(text)))
    return [SLANG.get(word) or _DIGIT.sub("0", word) for word in found]
