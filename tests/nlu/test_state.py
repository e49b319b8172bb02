"""Whatever is said, in whatever order: the state is JSON and stays small."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.embedded.engine import EmbeddedEngine

from .conftest import Talk

MESSAGES = st.one_of(
    st.sampled_from(
        "/greet /complain /affirm /deny /stop /nlu_fallback /out_of_scope /ask_hours /restart"
        ' /back /session_start /inform{"product":"tv"}'.split()
    ),
    st.text(max_size=60),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=st.lists(MESSAGES, max_size=25), pauses=st.lists(st.integers(0, 90), min_size=25))
def test_the_state_is_json_and_bounded(
    engine: EmbeddedEngine, messages: list[str], pauses: list[int]
) -> None:
    talk = Talk(engine)
    for message, minutes in zip(messages, pauses, strict=False):
        talk.wait(minutes=minutes)
        result = talk.say(message, payload=message if message.startswith("/") else None)
        written = json.dumps(talk.state)
        assert len(written) < 8_000
        talk.state = json.loads(written)
        assert len(result.actions) <= 12


def test_a_long_talk_is_no_larger_than_a_short_one(talk: Talk) -> None:
    sizes = []
    for _ in range(60):
        talk.say("halo")
        sizes.append(len(json.dumps(talk.state)))
    assert max(sizes[30:]) <= max(sizes[:10]) + 20


def test_what_a_stored_state_leads_to_does_not_depend_on_storing(engine: EmbeddedEngine) -> None:
    kept, stored = Talk(engine), Talk(engine)
    for payload in ("/complain", "/ask_hours", "/inform", "/affirm", "/nlu_fallback", "/greet"):
        stored.state = json.loads(json.dumps(stored.state))
        assert kept.say(payload=payload).actions == stored.say(payload=payload).actions
