"""In which order two workers take the files: the longest first, so that none runs alone at the end.

Tests that talk to one Rasa server stay together, for each worker would start one of its own.
"""

from xdist.scheduler import LoadFileScheduling

SHARE_A_RASA = (
    "tests/conformance/test_engines_agree.py",
    "tests/conformance/test_connector.py",
    "tests/conformance/test_rasa_goes_away.py",
)
LONGEST = (
    *SHARE_A_RASA,
    "tests/faults/test_killed.py",
    "tests/conformance/test_rasa_accepts.py",
    "tests/conformance/test_walks.py",
    "tests/conformance/test_made_up.py",
    "tests/rasa/test_foreign_projects.py",
    "tests/bench/",
    "tests/browser/",
    "tests/channels_flow/test_killed.py",
    "tests/channels_flow/test_once_everywhere.py",
    "tests/channels_flow/test_libraries.py",
    "tests/bot/test_cli.py",
    "tests/actions/test_conversations.py",
    "tests/acceptance/",
    "tests/channels_flow/",
    "tests/crm_store/test_loyalty_model.py",
    "tests/nlu/test_grammar.py",
    "tests/console/",
    "tests/channels/email/",
)
"""Files and folders by how long they take, measured; the rest follows as it was collected."""


def place(nodeid: str) -> int:
    """Where a test stands in the order: the lower, the sooner."""
    found = (number for number, path in enumerate(LONGEST) if nodeid.startswith(path))
    return next(found, len(LONGEST))


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]
    """Files in the order they were collected in, those that share a Rasa as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return SHARE_A_RASA[0] if file in SHARE_A_RASA else file
