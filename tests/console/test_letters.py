"""What is left of HTML mail: its look, and nothing that runs, fetches or sends."""

import pytest

from bot.files import letters
from channels.base import Formatted, Media
from tests.attachments.conftest import PNG

PAGES = Media(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "image/png")


def cleaned(html, **images):
    return letters.clean(Formatted(html, images))


KEPT = {
    "<p style='color: red'>halo</p>": '<p style="color:red">halo</p>',
    "<h2>Kulkas</h2><b>bocor</b>": "<h2>Kulkas</h2><b>bocor</b>",
    "<table border='1'><tr><td colspan='2'>x</td></tr></table>": (
        '<table border="1"><tbody><tr><td colspan="2">x</td></tr></tbody></table>'
    ),
    "<font color='red' size='2'>x</font>": '<font color="red" size="2">x</font>',
    "<html><head><title>x</title></head><body><p>halo</body></html>": "<p>halo</p>",
    "5 < 6 & 7": "5 &lt; 6 &amp; 7",
    "<img alt='foto' src='data:image/png;base64,AAAA'>": (
        '<img alt="foto" src="data:image/png;base64,AAAA">'
    ),
}
CUT = [
    "<script>evil()</script>",
    "<style>evil{}</style>",
    "<p onclick='evil()'></p>",
    "<iframe src='https://evil.example'>evil</iframe>",
    "<form action='https://evil.example'></form>",
    "<input value='evil'>",
    "<meta http-equiv='refresh' content='0;url=https://evil.example'>",
    "<link rel='stylesheet' href='https://evil.example'>",
    "<base href='https://evil.example'>",
    "<object data='https://evil.example'>evil</object>",
    "<svg><script>evil()</script></svg>",
    "<math><mtext><style><img src=x onerror=evil()></style></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=evil()>'></noscript>",
    "<p style='background:url(https://evil.example)'></p>",
    "<p style='background-image:\\75rl(https://evil.example)'></p>",
    "<p style='width:expression(evil())'></p>",
    "<body background='https://evil.example'>",
    "<img src='https://evil.example/pixel.gif'>",
    "<img src='//evil.example/pixel.gif'>",
    "<img src=x srcset='https://evil.example 2x'>",
    "<img src='data:image/svg+xml;base64,evil'>",
    "<img src='data:text/html,evil'>",
    "<video poster='https://evil.example'>evil</video>",
    "<a href='javascript:evil()'></a>",
    "<a href=' java\tscript:evil()'></a>",
    "<a href='data:text/html,evil'></a>",
    "<a href='cid:evil'></a>",
    "<a ping='https://evil.example'></a>",
    "<!--[if mso]>evil<![endif]-->",
    "<title>evil</title>",
    "<template>evil</template>",
    "<xmp>evil</xmp>",
]


@pytest.mark.parametrize("html", KEPT)
def test_the_look_is_kept(html):
    assert cleaned(html) == KEPT[html]


@pytest.mark.parametrize("html", CUT)
def test_what_runs_fetches_or_sends_is_cut_out(html):
    assert "evil" not in cleaned(f"{html}<p>halo</p>")


def test_a_link_can_be_read_but_opens_nothing_in_a_sandboxed_frame():
    assert cleaned("<a href='https://toko.example/x' target='_self'>x</a>") == (
        '<a href="https://toko.example/x" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


def test_the_mails_own_picture_becomes_part_of_the_page():
    html = cleaned("<img src='cid:foto%40ana'>", **{"foto@ana": Media(PNG, "text/html")})
    assert html.startswith('<img src="data:image/png;base64,iVBOR')


@pytest.mark.parametrize("images", [{}, {"x": PAGES}, {"x": Media(b"", "image/png")}])
def test_a_part_that_is_no_picture_is_not_drawn(images):
    assert cleaned("<img src='cid:x' alt='foto'>", **images) == '<img alt="foto">'


def test_pictures_have_a_limit_in_all(monkeypatch):
    monkeypatch.setattr(letters, "IMAGE_BYTES", 150)
    html = cleaned("<img src='cid:x'>" * 3, x=Media(PNG))
    assert html.count("<img src=") == 1


def test_the_title_and_the_language_cannot_break_out():
    page = letters.page(Formatted("halo"), title="</title><script>", language='"><script>')
    assert "<script>" not in page


@pytest.mark.parametrize("html", ["<div>" * 401, "<b>" * 100_000, "<div><b>" * 300])
def test_what_nests_too_deeply_is_refused(html):
    with pytest.raises(letters.TooDeepError):
        cleaned(html)


@pytest.mark.parametrize("html", ["<p>x" * 2000, "<li>x" * 2000, "<br>" * 9000, "</b>" * 9000])
def test_what_only_looks_deep_is_not(html):
    cleaned(html)
