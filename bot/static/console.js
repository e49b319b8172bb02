/* Conversation: keeps drafts, Enter sends, says when a reply could not be handed in. */
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

  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target.id !== "reply") return;
    const refused = detail.xhr.status >= 400 && detail.xhr.status < 500 && detail.xhr.responseText;
    problem.textContent = detail.successful ? "" : refused || "Not sent. Your text is kept; try again.";
    if (!detail.successful) return;
    draft.value = "";
    sessionStorage.removeItem(key);
  });
})();
