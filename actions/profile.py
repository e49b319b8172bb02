"""The customer's own profile: shown, renamed, other address, language, preferred channel."""

from rasa_sdk.events import SlotSet

from actions import formats, guard, proof, reading
from actions.action import StoreAction
from actions.turn import Events, Turn, forget
from crm_store import customers, identities, loyalty

LANGUAGES = ("id", "en")
CHANNELS = ("whatsapp", "sms", "telegram", "email", "web")


class MyProfile(StoreAction):
    """What the profile says."""

    action = "action_my_profile"
    private = True

    def answer(self, turn: Turn) -> Events:
        customer = customers.get(turn.session, turn.context.customer_id)
        member = loyalty.member_of(turn.session, customer.id)
        known = identities.of_customer(turn.session, customer.id)
        turn.say(
            "utter_my_profile",
            name=customer.name or "-",
            addresses=", ".join(f"{one.kind} {formats.mask(one.address)}" for one in known),
            card_number=member.card_number if member else "-",
            preferred=customer.preferred_channel or "-",
        )
        return []


class StartName(StoreAction):
    """Take the new name, or ask for it. A name on file is changed only by its owner."""

    action = "action_start_name"
    form = "name_form"

    def answer(self, turn: Turn) -> Events:
        customer = customers.get(turn.session, turn.context.customer_id)
        if customer.name and not turn.context.verified:
            return guard.demand(turn, starts_form=True)
        return [SlotSet("new_name", turn.entity("person_name")), *guard.open_form(self.form)]


class SubmitName(StoreAction):
    """Record the new name."""

    action = "action_submit_name"

    def answer(self, turn: Turn) -> Events:
        name = str(turn.slot("new_name"))
        customers.rename(turn.session, turn.context.customer_id, name)
        turn.say("utter_name_changed", name=name)
        return [
            *forget("new_name"),
            SlotSet("customer_name", name),
            SlotSet("known", True),
        ]


class StartAddress(StoreAction):
    """Begin adding a phone number or email address: a code goes to the new one."""

    private = True
    form = "contact_form"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.action = f"action_start_{kind}"  # type: ignore[misc]

    def answer(self, turn: Turn) -> Events:
        read = reading.email if self.kind == "email" else reading.phone
        address = read(turn.text)
        if address:
            proof.send_to_new(turn, self.kind, address)
        kept = [SlotSet("contact_kind", self.kind), SlotSet("new_address", address)]
        return [*kept, *guard.fresh(self.form, "address_code")]


class SubmitAddress(StoreAction):
    """Link the proven address to the customer; one that is somebody else's goes to staff."""

    action = "action_submit_address"
    private = True

    def answer(self, turn: Turn) -> Events:
        if turn.slot("address_code") == "ok":
            _link(turn, str(turn.slot("contact_kind")), str(turn.slot("new_address")))
        else:
            turn.say("utter_code_given_up")
        return forget("new_address", "address_code", "contact_kind", "code_misses")


class ChangeLanguage(StoreAction):
    """Switch to the language asked for, else to the other one."""

    action = "action_change_language"

    def answer(self, turn: Turn) -> Events:
        asked = turn.entity("language")
        other = "id" if turn.language == "en" else "en"
        language = asked if asked in LANGUAGES else other
        customers.set_language(turn.session, turn.context.customer_id, language)
        # the condition on the slot would still choose the old language within this turn
        turn.say(f"utter_language_{language}")
        return [SlotSet("language", language)]


class StartChannel(StoreAction):
    """Take the preferred channel, or ask for it."""

    action = "action_start_channel"
    private = True
    form = "channel_form"

    def answer(self, turn: Turn) -> Events:
        named = turn.entity("channel")
        chosen = SlotSet("new_channel", named if named in CHANNELS else None)
        return [chosen, *guard.open_form(self.form)]


class SubmitChannel(StoreAction):
    """Record the preferred channel."""

    action = "action_submit_channel"
    private = True

    def answer(self, turn: Turn) -> Events:
        channel = str(turn.slot("new_channel"))
        customers.set_preferred_channel(turn.session, turn.context.customer_id, channel)
        turn.say("utter_channel_changed", preferred=turn.phrase(f"utter_word_{channel}"))
        return forget("new_channel")


def _link(turn: Turn, kind: str, address: str) -> None:
    session, customer_id = turn.session, turn.context.customer_id
    identity = identities.resolve(session, kind=proof.ADDRESS_KINDS[kind], address=address)
    identity = identities.verify_by_code(session, identity, customer_id)
    if kind == "phone" and identity.customer_id == customer_id:
        identity = identities.verify_phone(session, identity, address, "code")
    if identity.customer_id != customer_id:
        turn.context.request_person("a customer proved an address that is another customer's")
        turn.say("utter_address_conflict")
        return
    turn.say("utter_address_changed", address=address)


ACTIONS = (
    MyProfile(),
    StartName(),
    SubmitName(),
    StartAddress("phone"),
    StartAddress("email"),
    SubmitAddress(),
    ChangeLanguage(),
    StartChannel(),
    SubmitChannel(),
)
