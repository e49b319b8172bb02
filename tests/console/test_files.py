"""Files and formatted mail at the desk: shown, kept harmless, and only to who may read them."""

import pytest

from bot.files import fetching
from channels.errors import MediaError, Unreachable
from crm_store import audit
from tests.console import cast, files


@pytest.fixture
def app(tmp_path):
    built = cast.open_shop(files.settings(tmp_path))
    yield built
    built.close()


@pytest.fixture
def sent(app):
    """Ana's conversation with a photo (file 1), a receipt (2) and a program (3)."""
    return files.ana_sends(
        app, ("foto.png", files.PHOTO), ("nota.pdf", files.RECEIPT), ("x.exe", b"MZ" + bytes(99))
    )


@pytest.fixture
def mailed(app):
    """Ana's conversation by mail; its formatted message is the first."""
    return files.ana_mails(app)


def thread(browser, talk):
    return browser.get(f"/console/conversations/{talk}/thread").text


def test_a_photo_is_drawn_in_the_thread(rani, sent):
    shown = thread(rani, sent)
    assert '<img src="/console/attachments/1" alt="foto.png" loading="lazy">' in shown
    assert "(text)" not in shown


def test_a_voice_note_is_played_in_the_thread(app, rani):
    note = b"OggS\0\2" + bytes(22) + b"\1\x1eOpusHead"
    talk = files.ana_sends(app, ("suara.ogg", note))
    assert '<audio class="sound" controls preload="none"' in thread(rani, talk)
    answer = rani.get("/console/attachments/1", headers={"range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"OggS")
    assert answer.headers["content-type"] == "audio/ogg"


def test_any_other_file_is_a_link_with_its_name_and_size(rani, sent):
    shown = thread(rani, sent)
    assert 'href="/console/attachments/2"' in shown
    assert "nota.pdf" in shown
    assert f"{len(files.RECEIPT)} B" in shown


def test_a_refused_file_says_why_and_leads_nowhere(rani, sent):
    shown = thread(rani, sent)
    assert "refused: it may be a program" in shown
    assert "/console/attachments/3" not in shown


def test_a_file_that_is_on_its_way_says_so(app, rani):
    app.channels["demo-whatsapp"].broken.append(Unreachable("502"))
    talk = files.ana_sends(app, ("foto.png", files.PHOTO), text="ini fotonya")
    shown = thread(rani, talk)
    assert "being fetched" in shown
    assert "<img" not in shown


@pytest.fixture
def lost(app):
    """Ana's conversation with a photo (file 1) that nobody could fetch."""
    app.channels["demo-whatsapp"].broken.append(MediaError("too many redirects"))
    return files.ana_sends(app, ("foto.png", files.PHOTO))


def test_a_file_that_could_not_be_had_is_fetched_again_on_demand(app, rani, lost):
    page = f"/console/conversations/{lost}"
    assert "Try again" in thread(rani, lost)
    assert cast.post(rani, "/console/attachments/1/retry", page).status_code == 303
    cast.settle(app)
    assert rani.get("/console/attachments/1").content == files.PHOTO


def test_a_file_that_is_there_is_not_fetched_again(rani, sent):
    answer = cast.post(rani, "/console/attachments/1/retry", f"/console/conversations/{sent}")
    assert answer.status_code == 409


@pytest.mark.parametrize("who", [cast.TOM, cast.DEWI])
def test_only_who_may_answer_has_a_file_fetched_again(signed_in, lost, who):
    answer = cast.post(signed_in(who), "/console/attachments/1/retry")
    assert answer.status_code == 403


def test_a_photo_comes_as_itself_and_as_nothing_else(rani, sent):
    answer = rani.get("/console/attachments/1")
    assert (answer.content, answer.headers["content-type"]) == (files.PHOTO, "image/png")
    assert answer.headers["content-disposition"] == 'inline; filename="foto.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("file", [1, 2])
def test_nothing_in_a_file_runs_in_our_name(rani, sent, file):
    policy = rani.get(f"/console/attachments/{file}").headers.get_list("content-security-policy")
    assert policy == ["sandbox; default-src 'none'; frame-ancestors 'none'"]


def test_any_other_file_is_saved_and_that_is_put_on_record(app, rani, sent):
    answer = rani.get("/console/attachments/2")
    assert answer.content == files.RECEIPT
    assert answer.headers["content-disposition"] == 'attachment; filename="nota.pdf"'
    with app.db.reading() as session:
        [entry] = audit.of_subject(session, "attachment", 2)
    assert (entry.action, entry.actor) == ("download", "staff:1")


HOSTILE = {
    "nota\r\nSet-Cookie: x=1.pdf": "attachment; filename*=utf-8''notaSet-Cookie_%20x%3D1.pdf",
    "../../config.pdf": 'attachment; filename="config.pdf"',
    "nota\u202efdp.html": "attachment; filename=\"notafdp.html.pdf\"",
    "<img src=x onerror=alert(1)>.pdf": (
        "attachment; filename*=utf-8''_img%20src%3Dx%20onerror%3Dalert%281%29_.pdf"
    ),
    "nota \u20ac.pdf": "attachment; filename*=utf-8''nota%20%E2%82%AC.pdf",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_c5_2_a_hostile_name_does_no_harm(app, rani, name):
    talk = files.ana_sends(app, (name, files.RECEIPT))
    answer = rani.get("/console/attachments/1")
    assert answer.headers["content-disposition"] == HOSTILE[name]
    assert "set-cookie" not in answer.headers
    assert "<img src=x" not in thread(rani, talk)


@pytest.mark.parametrize("path", ["attachments/1", "attachments/2", "messages/1/formatted"])
def test_tom_of_another_team_gets_nothing(signed_in, sent, path):
    assert signed_in(cast.TOM).get(f"/console/{path}").status_code == 403


def test_tom_does_not_get_a_mail_either(signed_in, mailed):
    answer = signed_in(cast.TOM).get("/console/messages/1/formatted")
    assert (answer.status_code, "kulkas" in answer.text) == (403, False)


@pytest.mark.parametrize("path", ["attachments/1", "messages/1/formatted"])
def test_nobody_gets_anything_without_signing_in(browser, sent, path):
    answer = browser().get(f"/console/{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")


@pytest.mark.parametrize(
    "path", ["attachments/3", "attachments/99", "messages/1/formatted", "messages/99/formatted"]
)
def test_what_is_not_there_is_not_found(rani, sent, path):
    assert rani.get(f"/console/{path}").status_code == 404


def test_a_file_missing_from_the_disk_is_not_found(app, rani, sent):
    for path in fetching.store_of(app)._folder.rglob("*"):
        if path.is_file():
            path.unlink()
    assert rani.get("/console/attachments/1").status_code == 404


def test_formatted_mail_is_offered_and_never_loaded_by_itself(rani, mailed):
    shown = thread(rani, mailed)
    assert "Show original formatting" in shown
    assert '<iframe sandbox="" loading="lazy"' in shown
    assert "popover id=" in shown


def test_formatted_mail_comes_with_its_fences(rani, mailed):
    answer = rani.get("/console/messages/1/formatted")
    [policy] = answer.headers.get_list("content-security-policy")
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data")
    assert "frame-ancestors 'self'" in policy
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == (
        "no-store", "nosniff",
    )  # fmt: skip


def test_mail_that_nests_without_end_is_not_cleaned(app, rani):
    mail = b"From: ana@pelanggan.example\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 5000
    files.ana_mails(app, mail + b"halo")
    assert rani.get("/console/messages/1/formatted").status_code == 422
