"""By what a call of an action is known, whichever engine asks."""

from bot.rasa.calls import digest_of

METADATA = {"event": "slot", "name": "session_started_metadata", "value": {"message_id": "1"}}
SLOT = {"event": "slot", "name": "city", "value": "bandung"}


def digest(*events):
    return digest_of("action_session_start", {"slots": {}, "events": list(events)})


def test_what_only_rasa_notes_as_a_session_begins_makes_it_no_other_call():
    assert digest(METADATA) == digest() != digest(SLOT)
