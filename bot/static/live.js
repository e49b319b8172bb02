/* Live pages: listens to the server, merges lists by id and renews parts so that nothing flickers. */
(() => {
  const NEAR = 80;
  const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  const toEnd = (box) => { box.scrollTop = box.scrollHeight; };

  function mark(node, how) {
    node.classList.add(how);
    const done = () => node.classList.remove(how);
    node.addEventListener("animationend", done, { once: true });
  }

  // Where the shape is the same only words and attributes change: a button somebody is about to
  // press, or has the keyboard on, stays the same button.
  function renew(old, node) {
    if (old.isEqualNode(node)) return old;
    if (old.nodeName === node.nodeName && listed(old) && listed(node)) {
      copyAttributes(old, node);
      merge(old, [...node.children]);
      return old;
    }
    if (old.nodeName !== node.nodeName || old.childNodes.length !== node.childNodes.length) {
      old.replaceWith(node);
      return node;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) old.nodeValue = node.nodeValue;
    else copyAttributes(old, node);
    const news = [...node.childNodes];
    [...old.childNodes].forEach((child, at) => renew(child, news[at]));
    return old;
  }

  // A list inside a list: merged likewise, so that it keeps its place while somebody scrolls it.
  const listed = (node) => node.id && node.firstElementChild && [...node.children].every(({ id }) => id);

  function copyAttributes(old, node) {
    const left = (name) => !node.hasAttribute(name) && name !== "open";
    old.getAttributeNames().filter(left).forEach((name) => old.removeAttribute(name));
    node.getAttributeNames().forEach((name) => old.setAttribute(name, node.getAttribute(name)));
  }

  function merge(target, nodes) {
    const known = new Map([...target.children].map((node) => [node.id, node]));
    nodes.forEach((node, at) => {
      const old = known.get(node.id);
      const same = old && old.isEqualNode(node);
      const keep = old ? renew(old, node) : node;
      if (!old && known.size) mark(keep, "new");
      else if (!same && "flash" in target.dataset) mark(keep, "flash");
      if (target.children[at] !== keep) target.insertBefore(keep, target.children[at] || null);
    });
    while (target.children.length > nodes.length) target.lastElementChild.remove();
  }

  htmx.defineExtension("keyed", {
    isInlineSwap: (style) => style === "keyed",
    handleSwap(style, target, content) {
      if (style === "renewed") return [renew(target, content.firstElementChild)];
      if (style !== "keyed") return false;
      const box = target.closest("[data-follow]");
      const follow = box && atEnd(box);
      merge(target, [...content.children]);
      if (follow) toEnd(box);
      return [target];
    },
  });

  // Answers overtake each other on the way; an older one must not undo what a newer one showed.
  const sent = new WeakMap(), shown = new WeakMap();
  let count = 0;
  document.addEventListener("htmx:beforeSend", ({ detail }) => sent.set(detail.xhr, ++count));
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const order = sent.get(detail.xhr) || 0;
    if (order < (shown.get(detail.target) || 0)) detail.shouldSwap = false;
    else shown.set(detail.target, order);
  });

  const KINDS = ["conversation", "address", "customer", "inbox"];
  const tell = (kind) => htmx.trigger(document.body, `live-${kind}`);
  const tellAll = () => KINDS.forEach(tell);
  let asking = 0;

  // While the line is down the page asks every few seconds; once it is back, for all it missed.
  function listen(url) {
    const source = new EventSource(url);
    KINDS.forEach((kind) => source.addEventListener(kind, () => tell(kind)));
    source.addEventListener("ready", () => { clearInterval(asking); asking = 0; tellAll(); });
    source.onerror = () => {
      asking = asking || setInterval(tellAll, 4000);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(url), 5000);
    };
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-follow]").forEach(toEnd);
    const url = document.body.dataset.live;
    if (url && window.EventSource) listen(url);
  });
})();
