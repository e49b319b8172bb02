"""Rasa 3.6's reserved names of actions, intents and slots."""

LISTEN = "action_listen"
RESTART = "action_restart"
SESSION_START = "action_session_start"
FALLBACK = "action_default_fallback"
DEACTIVATE_LOOP = "action_deactivate_loop"
REVERT_FALLBACK = "action_revert_fallback_events"
ASK_AFFIRMATION = "action_default_ask_affirmation"
ASK_REPHRASE = "action_default_ask_rephrase"
TWO_STAGE = "action_two_stage_fallback"
UNLIKELY_INTENT = "action_unlikely_intent"
BACK = "action_back"
EXTRACT_SLOTS = "action_extract_slots"
VALIDATE_SLOTS = "action_validate_slot_mappings"
SNIPPET = "..."
"""Rasa's mark for "whatever came before" at the start (or end) of a rule."""

DEFAULT_ACTIONS = (
    LISTEN,
    RESTART,
    SESSION_START,
    FALLBACK,
    DEACTIVATE_LOOP,
    REVERT_FALLBACK,
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    TWO_STAGE,
    UNLIKELY_INTENT,
    BACK,
    EXTRACT_SLOTS,
)

BREAKS = (LISTEN, SESSION_START)
"""Actions after which the others are counted anew."""

NLU_FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
DEFAULT_INTENTS = ("restart", "back", OUT_OF_SCOPE, "session_start", NLU_FALLBACK)
INTENT_ACTIONS = {"restart": RESTART, "back": BACK, "session_start": SESSION_START}
"""Intents that always lead to a default action."""

REQUESTED_SLOT = "requested_slot"
METADATA_SLOT = "session_started_metadata"
NOT_SET = "should_not_be_set"
UTTER = "utter_"
