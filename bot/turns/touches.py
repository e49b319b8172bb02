"""How a touchpoint reads on a page: its icon and one line of words."""

from collections.abc import Mapping

from crm_store.models import Touchpoint
from crm_store.models.kinds import TouchKind

ICONS: Mapping[TouchKind, str] = {
    TouchKind.MESSAGE_IN: "chat",
    TouchKind.MESSAGE_OUT: "bot",
    TouchKind.CALL: "phones",
    TouchKind.VISIT: "person",
    TouchKind.LETTER: "doc",
    TouchKind.PURCHASE: "tag",
    TouchKind.COMPLAINT_OPENED: "alert",
    TouchKind.COMPLAINT_UPDATED: "alert",
    TouchKind.COMPLAINT_RESOLVED: "check",
    TouchKind.ENROLLED: "card",
    TouchKind.POINTS: "star",
    TouchKind.CONSENT: "shield",
    TouchKind.HANDOVER: "hand",
    TouchKind.PROFILE: "person",
    TouchKind.MERGE: "undo",
    TouchKind.NOTE: "doc",
}
UNSAID: Mapping[TouchKind, str] = {
    TouchKind.MESSAGE_IN: "Sent a file or a contact",
    TouchKind.MESSAGE_OUT: "Answered without words",
}
LABELS: Mapping[TouchKind, str] = {
    TouchKind.PURCHASE: "Bought",
    TouchKind.ENROLLED: "Joined",
    TouchKind.COMPLAINT_OPENED: "Case",
    TouchKind.COMPLAINT_UPDATED: "Case",
    TouchKind.COMPLAINT_RESOLVED: "Case resolved",
    TouchKind.CONSENT: "Consent",
    TouchKind.MERGE: "Became one profile",
}
OWNERS = {"queue": "Waits for a person", "staff": "Taken by staff", "bot": "Back with the bot"}


def icon(touch: Touchpoint) -> str:
    """The name of the icon; what staff wrote looks like a person, not like the bot."""
    by_staff = touch.kind == TouchKind.MESSAGE_OUT and touch.actor.startswith("staff:")
    return "person" if by_staff else ICONS[touch.kind]


def words(touch: Touchpoint) -> str:
    """The line itself: what was said, or what happened."""
    if touch.kind == TouchKind.HANDOVER:
        owner, _, reason = touch.subject.partition(": ")
        told = OWNERS.get(owner, owner)
        return f"{told}: {reason}" if reason and owner == "queue" else told
    if not touch.subject:
        return UNSAID.get(touch.kind, touch.kind.value.replace("_", " "))
    label = LABELS.get(touch.kind)
    return f"{label}: {touch.subject}" if label else touch.subject
