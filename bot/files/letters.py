"""HTML mail made fit to be shown to staff: nothing runs, nothing is fetched, nothing is sent.

Three fences, each enough by itself: what is not on the lists below is cut out; the page says so
in its Content-Security-Policy; the frame it is shown in is sandboxed.
"""

import base64
import re
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import unquote

import nh3

from bot.files import kinds
from channels.base import Formatted, Media

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
LONGEST = 1_000_000
"""Characters read; a mail's own words stand first."""
DEEPEST = 400
"""Elements inside each other; the cleaner takes quadratic time over them."""
IMAGE_BYTES = 5_000_000
"""Of all pictures together, as they become part of the page."""
_OWN_PICTURE = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.ASCII)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Elements without an end tag, or whose end tag is commonly left out.
_SHALLOW = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr"
    " thead tbody tfoot option html head body".split()
)
_TAGS = nh3.ALLOWED_TAGS - {"map", "area"} | {"big", "font"}
_WITH_CONTENT = frozenset(
    "applet audio button canvas embed head iframe math noembed noframes noscript object option"
    " script select style svg template textarea title video xmp".split()
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "bgcolor", "dir", "height", "lang", "style", "title", "valign", "width"},
    "a": {"href"},
    "font": {"color", "face", "size"},
    "img": {"alt", "src"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_STYLES = frozenset(
    "background-color border border-bottom border-collapse border-color border-left border-radius"
    " border-right border-spacing border-style border-top border-width color direction display"
    " font font-family font-size font-style font-weight height letter-spacing line-height"
    " list-style-type margin margin-bottom margin-left margin-right margin-top max-width padding"
    " padding-bottom padding-left padding-right padding-top table-layout text-align"
    " text-decoration text-indent text-transform vertical-align white-space width word-break"
    " word-wrap".split()
)
_UNSAFE_STYLE = re.compile(r"url\s*\(|expression|import|[\\@<]", re.IGNORECASE)
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
:root {{ color-scheme: light; }}
body {{ margin: 1rem; background: #fff; color: #222; font: 15px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }}
img {{ max-width: 100%; height: auto; }}
img:not([src]) {{ padding: 0 .4em; border: 1px dashed #999; color: #666; font-size: 85%; }}
img:not([src]):is(:not([alt]), [alt=""]) {{ display: none; }}
blockquote {{ margin: .5em 0 .5em .2em; padding-left: .8em; border-left: 3px solid #ccc; }}
</style></head><body>{body}</body></html>
"""


class TooDeepError(ValueError):
    """This mail is made so oddly that its formatting cannot be shown."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def page(letter: Formatted, *, title: str, language: str = "id") -> str:
    """A whole page to be served with `POLICY`. Raises TooDeepError."""
    return _PAGE.format(language=escape(language), title=escape(title), body=clean(letter))


def clean(letter: Formatted) -> str:
    """The HTML with only what is on the lists; pictures of the mail's own are put into it.

    Links keep their address, to be read, but open nothing. Raises TooDeepError.
    """
    html = letter.html[:LONGEST]
    if _depth(html) > DEEPEST:
        raise TooDeepError
    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(letter.images),
        # A target that a sandboxed frame may not open: a press on it does nothing.
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer nofollow",
    )


def _filter(images: Mapping[str, Media]) -> Callable[[str, str, str], str | None]:
    left = IMAGE_BYTES

    def keep(tag: str, attribute: str, value: str) -> str | None:
        nonlocal left
        if attribute == "style":
            return None if _UNSAFE_STYLE.search(value) else value
        if attribute == "href":
            return value if value.strip().lower().startswith(_LINKS) else None
        if attribute != "src":
            return value
        shown = _picture(value.strip(), images)
        if shown is None or len(shown) > left:
            return None
        left -= len(shown)
        return shown

    return keep


_LINKS = ("http://", "https://", "mailto:", "tel:")


def _picture(address: str, images: Mapping[str, Media]) -> str | None:
    """The address of a picture that is in the mail; None for one that would have to be fetched."""
    if _OWN_PICTURE.fullmatch(address):
        return address
    if not address.lower().startswith("cid:"):
        return None
    image = images.get(unquote(address[4:]))
    type_ = kinds.real_type(image.content) if image else None
    if image is None or type_ not in kinds.IMAGES:
        return None
    return f"data:{type_};base64,{base64.b64encode(image.content).decode()}"


def _depth(html: str) -> int:
    depth = deepest = 0
    for closes, name in _TAG.findall(html):
        if name.lower() not in _SHALLOW:
            depth = max(0, depth - 1) if closes else depth + 1
            deepest = max(deepest, depth)
    return deepest
