"""What Prometheus can ask for at /metrics."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REGISTRY = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

INBOUND = Counter(
    "akrab_inbound_events", "Events received", ["channel", "outcome"], registry=REGISTRY
)
TURNS = Counter("akrab_turns", "Turns taken", ["outcome"], registry=REGISTRY)
SENDS = Counter("akrab_sends", "Messages sent", ["channel", "outcome"], registry=REGISTRY)
FILES = Counter(
    "akrab_attachments", "Files of customers fetched", ["channel", "outcome"], registry=REGISTRY
)
QUEUE = Gauge("akrab_messages_waiting", "Messages by status", ["status"], registry=REGISTRY)
TROUBLES = Gauge(
    "akrab_channel_troubles",
    "1 for a channel that cannot send or receive",
    ["channel", "kind", "way"],
    registry=REGISTRY,
)
TURN_SECONDS = Histogram(
    "akrab_turn_seconds", "Time one turn takes", buckets=_SECONDS, registry=REGISTRY
)
SEND_SECONDS = Histogram(
    "akrab_send_seconds",
    "Time the provider takes",
    ["channel"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
ANSWER_SECONDS = Histogram(
    "akrab_answer_seconds",
    "From an answer being queued until the provider has it",
    buckets=_SECONDS,
    registry=REGISTRY,
)


def exposition() -> bytes:
    """Everything counted so far, in Prometheus's text format."""
    return generate_latest(REGISTRY)
