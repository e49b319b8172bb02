"""A conversation by mail: Ana writes, the bot answers, Ana answers that, all in one thread."""

import email
import email.policy

import pytest

pytestmark = pytest.mark.anyio


async def test_an_answer_to_our_answer_comes_home(smtp, to_server, to_ana, new_mail, post_mail):
    channel = to_server()
    [asked] = channel.parse(post_mail(new_mail("Kulkas saya rusak")))
    await channel.send(to_ana("Nomor pesanannya?", thread=asked.thread))
    ours = email.message_from_bytes(smtp.received[0].content, policy=email.policy.default)
    assert (ours["Subject"], ours["In-Reply-To"]) == ("Re: Kulkas", "<m1@pelanggan.example>")
    raw = new_mail(
        "TS-204815\n\nPada Sab, 15 Jun 2024 pukul 15.10 Toko Sinar"
        " <halo@toko-sinar.example>\nmenulis:\n\n> Nomor pesanannya?\n",
        To=ours["Reply-To"],
        Message_ID="<m2@pelanggan.example>",
        In_Reply_To=ours["Message-ID"],
        References=f"{ours['References']} {ours['Message-ID']}",
    )
    [answer] = channel.parse(post_mail(raw))
    assert answer.text == "TS-204815"
    assert answer.reply_to == ours["Message-ID"]
    assert answer.thread["references"] == ["<m1@pelanggan.example>", ours["Message-ID"]]


async def test_five_answers_keep_the_whole_thread(smtp, to_server, to_ana, new_mail, post_mail):
    channel = to_server()
    thread: dict = {}
    for number in range(5):
        fields = {"Message_ID": f"<m{number}@pelanggan.example>"}
        if smtp.received:
            ours = email.message_from_bytes(smtp.received[-1].content, policy=email.policy.default)
            fields |= {"In_Reply_To": ours["Message-ID"],
                       "References": f"{ours['References']} {ours['Message-ID']}"}  # fmt: skip
        [event] = channel.parse(post_mail(new_mail(**fields)))
        thread = dict(event.thread)
        await channel.send(to_ana(id=str(number), thread=thread))
    assert len(thread["references"]) == 8
    assert thread["references"][0] == "<m0@pelanggan.example>"
