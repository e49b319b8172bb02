"""The tables, one group a file."""

from crm_store.models.actions import ActionRun
from crm_store.models.attachments import Attachment
from crm_store.models.base import Base, table_of
from crm_store.models.journal import Touchpoint
from crm_store.models.knowledge import Article
from crm_store.models.links import AccountLink
from crm_store.models.people import Customer, CustomerMerge, Identity
from crm_store.models.points import (
    Member,
    PointAllocation,
    PointEntry,
    PointLot,
    Redemption,
    Reward,
    Tier,
)
from crm_store.models.reach import ReachEvent
from crm_store.models.service import Complaint, ComplaintNote, Consent, Counter, OneTimeCode
from crm_store.models.sharing import ChannelTrouble, PollLease, RateBucket, WorkerProcess
from crm_store.models.staff import AuditEntry, LoginAttempt, Staff, StaffSession
from crm_store.models.talk import (
    Conversation,
    Message,
    MessageOriginal,
    MessagePart,
    PendingStatus,
    PollCursor,
)
from crm_store.models.templates import StoredTemplate, TemplateList
from crm_store.models.trade import Product, Purchase, PurchaseLine, Store

__all__ = [
    "AccountLink",
    "ActionRun",
    "Article",
    "Attachment",
    "AuditEntry",
    "Base",
    "ChannelTrouble",
    "Complaint",
    "ComplaintNote",
    "Consent",
    "Conversation",
    "Counter",
    "Customer",
    "CustomerMerge",
    "Identity",
    "LoginAttempt",
    "Member",
    "Message",
    "MessageOriginal",
    "MessagePart",
    "OneTimeCode",
    "PendingStatus",
    "PointAllocation",
    "PointEntry",
    "PointLot",
    "PollCursor",
    "PollLease",
    "Product",
    "Purchase",
    "PurchaseLine",
    "RateBucket",
    "ReachEvent",
    "Redemption",
    "Reward",
    "Staff",
    "StaffSession",
    "Store",
    "StoredTemplate",
    "TemplateList",
    "Tier",
    "Touchpoint",
    "WorkerProcess",
    "table_of",
]
