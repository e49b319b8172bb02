"""HTML mail is read as a reader sees it, and quotations in it are cut like those in text."""

import pytest

from channels.email.html_text import text_of
from channels.email.quoted import new_text

HEAD = "Pada Sab, 15 Jun 2024 pukul 14.59 Toko Sinar &lt;halo@toko-sinar.example&gt; menulis:"
SHOWN = {
    "<p>Halo</p><p>Ana</p>": "Halo\n\nAna",
    "Halo<br>Ana": "Halo\nAna",
    "<div>Halo</div><div><br></div><div>Ana</div>": "Halo\n\nAna",
    "<ul><li>kulkas</li><li>tv</li></ul>": "- kulkas\n- tv",
    "<style>p{color:red}</style><p>Halo</p>": "Halo",
    "<script>alert(1)</script>Halo": "Halo",
    "<head><title>x</title></head><body>Halo</body>": "Halo",
    "<!--[if mso]><p>Outlook</p><![endif]-->Halo": "Halo",
    "<![if !mso]>Halo<![endif]>": "Halo",
    '<div style="display:none">tersembunyi</div>Halo': "Halo",
    '<span style="font-size:0px">x</span>Halo': "Halo",
    '<span style="font-size:0.9em">Halo</span>': "Halo",
    '<div style="max-height:0;overflow:hidden">preheader</div>Halo': "Halo",
    "<p hidden>x</p>Halo": "Halo",
    "Rp&nbsp;3.000.000 &amp; ongkir &lt;gratis&gt;": "Rp 3.000.000 & ongkir <gratis>",
    "<table><tr><td>No</td><td>TS-204815</td></tr></table>": "No TS-204815",
    "3 < 5 dan 5 > 3": "3 < 5 dan 5 > 3",
    "<b>Halo</b> <i>Ana</i>": "Halo Ana",
    "<pre>kulkas\n  tv\n\nsetrika</pre>": "kulkas\ntv\n\nsetrika",
    '<div style="white-space: pre-wrap">kulkas\ntv</div>': "kulkas\ntv",
    '<div style="white-space:normal">kulkas\ntv</div>': "kulkas tv",
    "<details><summary>Rincian</summary>kulkas</details>Halo": "Rincian\nkulkas\nHalo",
    '<p>Halo</p><div class="gmail_signature">Ana<br>Bandung</div>': "Halo",
    '<div class="gmail_signature">Ana<br>Bandung</div>': "Ana\nBandung",
    '<blockquote cite="https://toko.example/">Garansi 1 tahun</blockquote>': "Garansi 1 tahun",
    "Halo\n   Ana": "Halo Ana",
    "<blockquote style='margin-left:40px'>menjorok</blockquote>": "menjorok",
    "": "",
}
REPLIES = {
    "Gmail": f'<div>Ya</div><div class="gmail_quote"><div class="gmail_attr">{HEAD}<br></div>'
             '<blockquote class="gmail_quote">Halo Ana</blockquote></div>',
    "Gmail, inline": f'<div class="gmail_quote"><div class="gmail_attr">{HEAD}</div><blockquote'
                     ' class="gmail_quote">Warna?</blockquote><div>Ya</div></div>',
    "Apple Mail": '<div>Ya</div><blockquote type="cite"><div>Pada 15 Jun 2024, pada 14.59,'
                  ' Toko Sinar &lt;halo@toko-sinar.example&gt; menulis:</div>'
                  "<div>Halo</div></blockquote>",
    "Outlook on the web": '<div>Ya</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
                          "<b>Von:</b> Toko Sinar<br><b>Gesendet:</b> x</div><div>Halo Ana</div>",
    "Outlook": "<p>Ya</p><div><p><b>Dari:</b> Toko &lt;halo@toko-sinar.example&gt;<br><b>"
               "Dikirim:</b> Sabtu, 15 Juni 2024 14:59<br><b>Kepada:</b> Ana<br>"
               "<b>Subjek:</b> Re</p></div>"
               "<p>Halo</p>",
    "Yahoo": f'<div>Ya</div><div class="yahoo_quoted"><div>{HEAD}</div><div>Halo Ana</div></div>',
    "Spark": '<div>Ya</div><div name="messageReplySection">Toko Sinar &lt;'
             "halo@toko-sinar.example&gt;<br>Halo Ana</div>",
    "preformatted": f"<pre>Ya\n\n{HEAD}\n&gt; Halo Ana\n&gt; Salam</pre>",
    "Thunderbird": f'Ya<div class="moz-cite-prefix">{HEAD}</div>'
                   '<blockquote type="cite">x</blockquote>',
}  # fmt: skip


@pytest.mark.parametrize("html", SHOWN)
def test_html_is_shown_as_a_reader_sees_it(html):
    assert text_of(html) == SHOWN[html]


@pytest.mark.parametrize("name", REPLIES)
def test_c6_1_quotations_in_html_go(name):
    assert new_text(text_of(REPLIES[name])).text == "Ya"


@pytest.mark.parametrize(
    "html",
    ["<div>" * 50_000, "<!--" * 50_000, "<![if" * 50_000, "<" * 200_000, "<a href='" * 30_000,
     '<x y="' * 30_000, "Ya" + '<div class="gmail_quote">' * 400 + "<b>x</b>" * 8_000
     + "<blockquote>y</blockquote>", "<div><b>" * 20_000 + "</b></div>" * 20_000],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_hostile_html_takes_seconds_at_most(html):
    assert len(text_of(html)) <= len(html)
