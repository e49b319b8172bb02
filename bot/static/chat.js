/* Composers of the web chat and the simulator: Enter sends, the box empties, reading is reported. */
(() => {
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest(".composer textarea[name=text]");
    if (!box || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (box.closest(".mail")) return;
    event.preventDefault();
    if (box.value.trim()) box.form.requestSubmit();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form.composer");
    if (!form) return;
    const follow = document.querySelector(event.target.getAttribute("hx-target")).closest("[data-follow]");
    if (follow) follow.scrollTop = follow.scrollHeight;
    form.dataset.draft = form.elements.text.value;
    [...form.elements].forEach((field) => { if (field.type !== "hidden") field.value = ""; });
  });

  // A message that could not be handed in is given back to its writer.
  const giveBack = (event) => {
    const form = event.target.closest("form.composer");
    if (form && !form.elements.text.value) form.elements.text.value = form.dataset.draft || "";
  };
  document.addEventListener("htmx:sendError", giveBack);
  document.addEventListener("htmx:responseError", giveBack);

  function reportSeen() {
    if (document.visibilityState !== "visible") return;
    document.querySelectorAll("[data-seen]").forEach((log) => {
      if (!log.querySelector("[data-unread]") || !log.checkVisibility()) return;
      const body = new URLSearchParams({ csrf: log.dataset.csrf });
      log.querySelectorAll("[data-unread]").forEach((node) => node.removeAttribute("data-unread"));
      fetch(log.dataset.seen, { method: "POST", body });
    });
  }
  let due = 0;
  const soon = () => { clearTimeout(due); due = setTimeout(reportSeen, 400); };
  ["htmx:afterSettle", "visibilitychange", "DOMContentLoaded"].forEach((name) => document.addEventListener(name, soon));
  document.addEventListener("change", soon);
})();
