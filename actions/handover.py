"""Handing the conversation to a person: asked for, abused, or not understood twice."""

from rasa_sdk.events import SlotSet

from actions import complaints, faq, guard, marketing, stop_words, triage
from actions.action import StoreAction
from actions.turn import Events, Turn

PATIENCE = 2
"""Messages not understood, or abusive ones, in a row before a person takes over."""
REASON_LENGTH = 120


class TalkToPerson(StoreAction):
    """A person was asked for."""

    action = "action_talk_to_person"

    def answer(self, turn: Turn) -> Events:
        return hand_over(turn, "asked for a person", "utter_handover")


class Affirm(StoreAction):
    """A yes outside any form: to the person just offered, if one was."""

    action = "action_affirm"

    def answer(self, turn: Turn) -> Events:
        if turn.slot("person_offered"):
            return hand_over(turn, "not answered", "utter_handover")
        turn.say("utter_affirm")
        return []


class Abuse(StoreAction):
    """Stay calm once; then a person takes over."""

    action = "action_abuse"

    def answer(self, turn: Turn) -> Events:
        times = int(turn.slot("abuses") or 0) + 1
        if times >= PATIENCE:
            events = hand_over(turn, "abusive language", "utter_abuse_handover")
            return [*events, SlotSet("abuses", 0.0)]
        turn.say("utter_abuse")
        return [SlotSet("abuses", float(times))]


class DefaultFallback(StoreAction):
    """Not understood: an article if one fits, then a request to rephrase, then a person.

    Danger goes to a person at once; a product and what is wrong with it are a complaint. Whoever
    clearly wants no more promotions gets none, however that is said.
    """

    action = "action_default_fallback"

    def answer(self, turn: Turn) -> Events:
        if triage.is_dangerous(turn.text):
            turn.say("utter_complaint_danger")
            return hand_over(turn, "danger", "utter_handover")
        if stop_words.ends_the_list(turn.text):
            marketing.stop(turn)
            return []
        if not turn.form and turn.entity("product") and triage.category(turn.text):
            return complaints.StartComplaint().reply(turn)
        article = None if turn.form else faq.find_article(turn, faq.SURE)
        if article is not None:
            faq.tell(turn, article)
            return []
        times = int(turn.slot("misses") or 0) + 1
        if times >= PATIENCE:
            return [*hand_over(turn, "not understood", "utter_gave_up"), SlotSet("misses", 0.0)]
        turn.say("utter_form_rephrase" if turn.form else "utter_rephrase")
        return [SlotSet("misses", float(times))]


def hand_over(turn: Turn, reason: str, response: str) -> Events:
    """Ask for a person, say so, and close any form."""
    text = turn.context.text.strip()[:REASON_LENGTH]
    turn.context.request_person(f"{reason}: {text}" if text else reason)
    turn.say(response)
    return guard.leave(turn)


ACTIONS = (TalkToPerson(), Affirm(), Abuse(), DefaultFallback())
