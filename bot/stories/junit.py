"""Results in JUnit's XML, which every CI can show."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from bot.errors import UserError
from bot.stories.reading import Story

Results = Sequence[tuple[Story, Sequence[str]]]
"""Each story with what was not as it says."""
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that XML 1.0 has no way to hold."""


def write(path: Path, results: Results) -> None:
    """Write the file. Raises UserError if that cannot be done."""
    suite = ElementTree.Element(
        "testsuite",
        name="akrab test",
        tests=str(len(results)),
        failures=str(sum(bool(found) for _, found in results)),
        errors="0",
    )
    for story, found in results:
        file, _, line = story.place.rpartition(":")
        case = ElementTree.SubElement(
            suite, "testcase", classname=_clean(file), name=_clean(story.name), line=line
        )
        if found:
            failure = ElementTree.SubElement(case, "failure", message=_clean(found[0]))
            failure.text = _clean("\n".join(found))
    try:
        ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)
