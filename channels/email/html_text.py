"""HTML mail as plain text: what a reader sees, quotations marked with ">" as in text mail."""

import re
from html import unescape
from typing import TYPE_CHECKING

from channels.email.charsets import tidy
from channels.email.quoted import DIVIDER

if TYPE_CHECKING:
    from bs4.element import PageElement, Tag

LONGEST = 300_000
"""Characters read; a reply's new text stands first, so only old history is lost."""
DEEPEST = 1000
MOST_COMMENTS = 5000

_UNSEEN = frozenset(
    "script style head title meta link template noscript object embed svg math iframe"
    " select textarea input button audio video canvas".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header html li main nav ol p pre section summary table tbody"
    " tfoot thead tr ul".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6".split())
_INSTRUCTION = re.compile(r"<\?[^<>]{0,2000}>")
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]{0,20000}>)")
_NESTING = re.compile(
    r"<(/?)(?!br|hr|img|input|meta|link|col|p\b|li|td|tr|th|area|base|wbr|o:)[a-z]", re.IGNORECASE
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|max-height|max-width|opacity)\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_BORDERED = re.compile(
    r"border-(?:left|inline-start)\s*:(?!\s*(?:0|none|medium none))", re.IGNORECASE
)
# Outlook's line above the head of the history; Word draws no other like it.
_RULED = re.compile(r"border-top\s*:\s*solid\s+#?(?:e1e1e1|b5c4df)\s+1(?:\.0)?pt", re.IGNORECASE)
_PREFORMATTED = re.compile(
    r"white-space\s*:\s*(?:pre|pre-wrap|break-spaces)\s*(?:;|$)", re.IGNORECASE
)
# Outlook on the web, Outlook for Mac, Windows Mail: the reply's history starts in this element.
_HISTORY = frozenset(
    "divrplyfwdmsg olk_src_body_section mail-editor-reference-message appendonsend"
    " mail-editor-reference-message-container ms-outlook-mobile-reference-message"
    " outlookmessageheader".split()
)
# Programs' own elements for a signature; what stands in them is no answer.
_SIGNATURE = frozenset(
    "gmail_signature moz-signature protonmail_signature_block io-ox-signature yahoo-signature"
    " messagesignaturesection composer_signature mailspring-signature signature zm-_id_-sgn"
    " ms-outlook-mobile-signature".split()
)
# A reply has one or two of them; each is looked through for a quotation.
_MOST_SEARCHES = 20
_GMAILS = frozenset(("gmail_quote", "gmail_quote_container"))
_QUOTE_CLASSES = ("gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite")
# The head of a quotation, in whatever language, or all of it; not so where mail is passed on.
_MARKED = frozenset(
    "gmail_attr yahoo_quoted protonmail_quote moz-cite-prefix zmail_extra freshdesk_quote".split()
)


def text_of(html: str) -> str:
    """Readable text. Styles, scripts, comments (also conditional ones) and hidden parts are out."""
    # Loaded at first use: start-up stays light.
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    source = _plain_markup(html[:LONGEST])
    try:
        soup = BeautifulSoup(source, "html.parser")
        return _Writer().write(soup)
    except (ParserRejectedMarkup, AssertionError, RecursionError, ValueError):
        return _stripped(source)


def _plain_markup(html: str) -> str:
    """Complete tags only: the parser takes quadratic time over comments and tags left open."""
    tags = _NO_TAG.sub("&lt;", _INSTRUCTION.sub("", _without_comments(html)))
    return _stripped(tags) if _depth(tags) > DEEPEST else tags


def _without_comments(html: str) -> str:
    """Comments and declarations are cut out; one that never ends takes the rest with it."""
    kept: list[str] = []
    at = 0
    for _ in range(MOST_COMMENTS):
        start = html.find("<!", at)
        if start < 0:
            return "".join([*kept, html[at:]])
        kept.append(html[at:start])
        mark = "-->" if html.startswith("<!--", start) else ">"
        end = html.find(mark, start)
        if end < 0:
            break
        at = end + len(mark)
    return "".join(kept)


def _depth(html: str) -> int:
    """How deep elements may be nested, taking those that need no end tag as closed."""
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _stripped(html: str) -> str:
    """The last resort: cut the tags out."""
    return tidy(unescape(re.sub(r"</?[A-Za-z][^<>]{0,20000}>", " ", html))).strip()


class _Writer:
    """Collects lines; `_quotes` is how many quotations the current text is in."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0
        self._preformatted = 0
        self._written = False
        self._searched = 0

    def write(self, root: "Tag") -> str:
        """Walk without recursion: mail nests deeper than Python's stack."""
        todo: list[PageElement | tuple[str, bool, bool]] = [root]
        while todo:
            item = todo.pop()
            if isinstance(item, tuple):
                self._leave(*item)
                continue
            todo += self._enter(item)
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _enter(self, item: "PageElement") -> "list[PageElement | tuple[str, bool, bool]]":
        """Write what stands before an element's children; they come back last one first."""
        from bs4.element import NavigableString, Tag

        if not isinstance(item, Tag):
            if type(item) is NavigableString:
                self._add(str(item))
            return []
        if item.name in _UNSEEN or _is_hidden(item) or (self._written and _is_signature(item)):
            return []
        quoted = _is_quotation(item) or self._is_bare_quotation(item)
        preformatted = _is_preformatted(item)
        self._begin(item, quoted)
        self._preformatted += preformatted
        return [(item.name, quoted, preformatted), *reversed(item.contents)]

    def _is_bare_quotation(self, item: "Tag") -> bool:
        """Gmail's element around a quotation whose own was lost; not so where mail is passed on."""
        if not self._written or self._quotes or _GMAILS.isdisjoint(_classes(item)):
            return False
        self._searched += 1
        if self._searched > _MOST_SEARCHES or item.find("blockquote"):
            return False
        return next(item.stripped_strings, "-")[:1] != "-"

    def _begin(self, item: "Tag", quoted: bool) -> None:
        if item.name == "br":
            self._end_line(always=True)
        if item.name in _BLOCKS or item.name == "hr":
            self._end_line()
        if _starts_history(item) or (self._written and _continues_history(item)):
            self._lines.append(DIVIDER)
        if item.name == "li":
            self._line = "- "
        if item.name in ("td", "th") and self._line:
            self._line += " "
        self._quotes += quoted

    def _leave(self, name: str, quoted: bool, preformatted: bool) -> None:
        if name in _BLOCKS:
            self._end_line()
        if name in _SPACED and self._lines and self._lines[-1]:
            self._lines.append("> " * self._quotes if self._quotes else "")
        self._quotes -= quoted
        self._preformatted -= preformatted

    def _add(self, text: str) -> None:
        first, *others = tidy(text).split("\n") if self._preformatted else [text]
        self._add_words(first)
        for line in others:
            self._end_line(always=True)
            self._add_words(line)

    def _add_words(self, text: str) -> None:
        flat = re.sub(r"[ \t\r\n\f\u00a0]+", " ", tidy(text).replace("\u200b", ""))
        if not self._line:
            flat = flat.lstrip(" ")
        if self._line.endswith(" ") and flat.startswith(" "):
            flat = flat[1:]
        self._line += flat

    def _end_line(self, *, always: bool = False) -> None:
        line = self._line.rstrip()
        self._line = ""
        self._written = self._written or bool(line and not self._quotes)
        if line or always:
            mark = ">" * self._quotes
            self._lines.append(f"{mark} {line}".rstrip() if mark else line)


def _is_hidden(item: "Tag") -> bool:
    style = item.get("style")
    return item.has_attr("hidden") or bool(isinstance(style, str) and _HIDDEN.search(style))


def _is_quotation(item: "Tag") -> bool:
    """A quotation's own element, or a blockquote that quotes.

    Gmail's and Outlook's indented paragraphs are blockquotes with a style instead.
    """
    if str(item.get("cite", "")).startswith("http"):
        # A page is cited, no mail.
        return False
    if item.name != "blockquote":
        first = "" if _MARKED.isdisjoint(_classes(item)) else next(item.stripped_strings, "-")
        return first.lstrip(">")[:1] not in ("", "-")
    if item.get("type") == "cite" or any(
        each.startswith(_QUOTE_CLASSES) for each in _classes(item)
    ):
        return True
    style = item.get("style")
    return not style or bool(isinstance(style, str) and _BORDERED.search(style))


def _is_preformatted(item: "Tag") -> bool:
    style = item.get("style")
    styled = isinstance(style, str) and item.name != "body" and bool(_PREFORMATTED.search(style))
    return item.name == "pre" or styled


def _is_signature(item: "Tag") -> bool:
    given = item.get("data-smartmail")
    return given == "gmail_signature" or any(name in _SIGNATURE for name in _names(item))


def _starts_history(item: "Tag") -> bool:
    return any(name in _HISTORY for name in _names(item))


def _continues_history(item: "Tag") -> bool:
    """What marks a history only below a text: it may be all there is."""
    style = item.get("style")
    ruled = isinstance(style, str) and bool(_RULED.search(style))
    return ruled or "messagereplysection" in _names(item)


def _names(item: "Tag") -> list[str]:
    """What an element is called, by class, id or name; Outlook.com puts "x_" before them."""
    given = [*_classes(item), item.get("id"), item.get("name")]
    return [name.lower().removeprefix("x_") for name in given if isinstance(name, str)]


def _classes(item: "Tag") -> list[str]:
    given = item.get("class")
    if isinstance(given, str):
        return given.split()
    return [str(each) for each in given or ()]
