"""Who a header names, however the name is written (C4.3)."""

import pytest

from channels.email.headers import mailboxes

NAMED = {
    "Ana @ Kantor <ana@pelanggan.example>": ("Ana @ Kantor", "ana@pelanggan.example"),
    "ana@lain.example via Grup <grup@x.example>": ("ana@lain.example via Grup", "grup@x.example"),
    "=?utf-8?Q?An=C3=A1?= @ Kantor <ana@x.example>": ("Aná @ Kantor", "ana@x.example"),
    '"ana"@pelanggan.example': ("", "ana@pelanggan.example"),
    'Ana <"ana.putri"@pelanggan.example>': ("Ana", "ana.putri@pelanggan.example"),
    '<"#FAX#0220000001"@fax.example>': ("", "#fax#0220000001@fax.example"),
}


@pytest.mark.parametrize("given", NAMED)
def test_each_is_one_mailbox(given):
    [box] = mailboxes([given])
    assert (box.name, box.address) == NAMED[given]


def test_an_at_sign_in_a_name_hides_no_other_mailbox():
    found = mailboxes(["a@x.example, Budi @ Kantor <b@x.example>, c@x.example; Dewi <d@x.example>"])
    assert [box.address[0] for box in found] == ["a", "b", "c", "d"]


def test_a_group_is_all_of_its_members():
    found = mailboxes(["Layanan: ana@x.example, Budi <budi@x.example>;"])
    assert [box.address for box in found] == ["ana@x.example", "budi@x.example"]


def test_who_writes_with_an_at_sign_in_the_name_is_answered_there(parser, new_mail):
    [event] = parser.events(new_mail(From="Ana @ Kantor <ana@pelanggan.example>"))
    assert event.sender.address == "ana@pelanggan.example"
    assert not event.automatic
