"""The closed lists of words the tables may hold; each is also a check constraint."""

from enum import StrEnum


class CustomerKind(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"
    ORGANISATION = "organisation"
    COMMUNITY = "community"


class IdentityState(StrEnum):
    """Whether an address may be written to."""

    OK = "ok"
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    DEAD = "dead"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Author(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    STAFF = "staff"
    SYSTEM = "system"


class MessageStatus(StrEnum):
    """Life of a message: received to handled inbound, queued to read outbound."""

    RECEIVED = "received"
    HANDLED = "handled"
    HELD = "held"  # a person owns the conversation; the bot must not answer it
    IGNORED = "ignored"
    FAILED = "failed"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    CANCELED = "canceled"


class FileState(StrEnum):
    """Life of an attachment: it waits until it is stored, refused for good, or given up."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"
    REMOVED = "removed"  # it was stored, and kept as long as files are kept


class Owner(StrEnum):
    """Who answers a conversation; `queue` waits for a person and keeps the bot silent."""

    BOT = "bot"
    QUEUE = "queue"
    STAFF = "staff"


class ConversationState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class TouchKind(StrEnum):
    MESSAGE_IN = "message_in"
    MESSAGE_OUT = "message_out"
    CALL = "call"
    VISIT = "visit"
    LETTER = "letter"
    PURCHASE = "purchase"
    COMPLAINT_OPENED = "complaint_opened"
    COMPLAINT_UPDATED = "complaint_updated"
    COMPLAINT_RESOLVED = "complaint_resolved"
    ENROLLED = "enrolled"
    POINTS = "points"
    CONSENT = "consent"
    HANDOVER = "handover"
    PROFILE = "profile"
    MERGE = "merge"
    NOTE = "note"


class ComplaintStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Severity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class MemberState(StrEnum):
    ACTIVE = "active"
    MERGED = "merged"
    CLOSED = "closed"


class EntryKind(StrEnum):
    EARN = "earn"
    SPEND = "spend"
    EXPIRE = "expire"
    REVERSE = "reverse"
    ADJUST = "adjust"


class PurchaseStatus(StrEnum):
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELED = "canceled"
    RETURNED = "returned"


class RedemptionState(StrEnum):
    ISSUED = "issued"
    USED = "used"
    CANCELED = "canceled"


class StaffRole(StrEnum):
    SERVICE = "service"
    MARKETER = "marketer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Way(StrEnum):
    """Which way messages go on a channel."""

    SEND = "send"
    RECEIVE = "receive"


class TemplateState(StrEnum):
    """What the provider thinks of a message template."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    UNSUBMITTED = "unsubmitted"
