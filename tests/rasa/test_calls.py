"""By what a call of an action is known, whichever engine asks."""

from bot.rasa.calls import digest_of, read

METADATA = {"event": "slot", "name": "session_started_metadata", "value": {"message_id": "1"}}
SLOT = {"event": "slot", "name": "city", "value": "bandung"}


def digest(*events):
    return digest_of("action_session_start", {"slots": {}, "events": list(events)})


def test_what_only_rasa_notes_as_a_session_begins_makes_it_no_other_call():
    assert digest(METADATA) == digest() != digest(SLOT)


def call(*events):
    earlier = {"event": "user", "metadata": {"message_id": "7"}}
    tracker = {"latest_message": earlier, "events": [earlier, *events]}
    return read({"next_action": "action_session_start", "sender_id": "42", "tracker": tracker})


def test_as_a_session_starts_a_call_is_about_the_message_that_has_just_come():
    assert call(METADATA).message_id == 1
    assert call(SLOT).message_id == 7
    assert call(METADATA, {"event": "user", "metadata": {"message_id": "8"}}).message_id == 7
