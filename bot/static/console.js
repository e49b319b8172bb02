/* Conversation: keeps drafts, Enter sends, says why something was not sent, copies links. */
(() => {
  const draft = document.querySelector("[data-draft]");
  const key = `akrab-draft-${draft.dataset.draft}`;
  const problem = document.getElementById("problem");
  draft.value = draft.value || sessionStorage.getItem(key) || "";
  draft.addEventListener("input", () => sessionStorage.setItem(key, draft.value));
  draft.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (draft.value.trim()) draft.form.requestSubmit();
  });

  function write(text) {
    draft.value = text;
    draft.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (!target.matches("#reply, #template-form, [data-problem]")) return;
    const refused = detail.xhr.status >= 400 && detail.xhr.status < 500 && detail.xhr.responseText;
    problem.textContent = detail.successful ? "" : refused || "Not sent. Your text is kept; try again.";
    if (!detail.successful) htmx.trigger("#watch-window", "refresh");
    else if (target.id === "reply") {
      write("");
      document.getElementById("size").textContent = "";
    }
  });

  // What is put above must not push away what somebody reads.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "older") return;
    const box = detail.target.closest(".thread");
    const below = box.scrollHeight - box.scrollTop;
    requestAnimationFrame(() => { box.scrollTop = box.scrollHeight - below; });
  });

  document.addEventListener("click", ({ target }) => {
    const from = (name) => document.querySelector(target.closest(`[data-${name}]`)?.dataset[name] || "none");
    const link = from("copy");
    if (link) {
      link.select();
      navigator.clipboard?.writeText(link.value).then(() => { target.textContent = "Copied"; });
    }
    const inserted = from("insert");
    if (inserted) write(`${draft.value} ${inserted.value}`.trim());
    if (inserted) draft.focus();
  });
})();
