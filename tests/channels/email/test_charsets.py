"""C5.1: text is read whatever the mail claims about its bytes."""

import pytest

from channels.email.charsets import decode
from channels.email.headers import mailboxes, words

KULKAS = "Kühlschrank"
CLAIMS = {
    "UTF-8 that is Latin-1": (KULKAS.encode("latin-1"), "utf-8", KULKAS),
    "UTF-8 with one broken byte": ("kulkas é é é".encode() + b"\xff", "utf-8", "kulkas é é é�"),
    "Japanese that claims nothing": ("冷蔵庫".encode("iso2022_jp"), None, "冷蔵庫"),
    "Japanese that claims ASCII": ("冷蔵庫".encode("iso2022_jp"), "us-ascii", "冷蔵庫"),
    "ASCII that is UTF-8": ("Kühl".encode(), "us-ascii", "Kühl"),
    "Big5 that is UTF-8": ("冷蔵庫 é".encode(), "big5", "冷蔵庫 é"),
    "an unknown name": (KULKAS.encode("latin-1"), "x-unknown", KULKAS),
}
WORDS = {
    "=?iso-8859-1?Q?K=FChl?=": "Kühl",
    "=?iso-8859-1?Q?Kühl=20x?=": "Kühl x",
    "=?utf-8?Q?a_b=3D?=": "a b=",
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_wrong_claim_does_no_harm(name):
    data, charset, wanted = CLAIMS[name]
    assert decode(data, charset) == wanted


@pytest.mark.parametrize("given", WORDS)
def test_a_word_is_decoded_even_if_half_encoded(given):
    assert words(given) == WORDS[given]


def test_an_encoded_word_may_be_the_local_part():
    [box] = mailboxes(["<=?utf-8?B?8J+QiA==?=@pelanggan.example>"])
    assert box.address == "🐈@pelanggan.example"
