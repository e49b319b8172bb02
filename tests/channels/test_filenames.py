"""Names of files come from outside: what is left of them can be shown, stored and saved."""

import pytest

from channels.filenames import LONGEST, safe

NAMES = {
    "foto.jpg": "foto.jpg",
    "Nota Kulkas (2).pdf": "Nota Kulkas (2).pdf",
    "../../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\x.dll": "x.dll",
    "/etc/": None,
    "foto.jpg/": None,
    "C:nota.pdf": "C_nota.pdf",
    "laporan\u202egpj.exe": "laporangpj.exe",
    "a\u2066b\u2069c\u061c.pdf": "abc.pdf",
    "nol\x00.pdf": "nol.pdf",
    "dua\r\nContent-Type: text/html.pdf": "html.pdf",
    '"><script>alert(1)<.pdf': "___script_alert(1)_.pdf",
    "nota.pdf:$DATA": "nota.pdf_$DATA",
    ".htaccess": "htaccess",
    "titik...": "titik",
    "CON": "_CON",
    "nul.txt": "_nul.txt",
    "kontrak.txt": "kontrak.txt",
    "\ud800.jpg": "jpg",
    "  ": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize("given", NAMES)
def test_c5_2_of_a_name_only_what_is_safe_is_left(given):
    assert safe(given) == NAMES[given]


def test_c5_2_a_long_name_keeps_its_ending():
    found = safe("kulkas " * 100 + ".jpeg")
    assert found is not None
    assert (len(found) <= LONGEST, found[-5:]) == (True, ".jpeg")
