/* Simulator: a step of the tour brings its phone to the front on narrow screens. */
(() => {
  document.addEventListener("submit", (event) => {
    const kind = event.target.dataset.phone;
    const tab = kind && document.getElementById(`tab-${kind}`);
    if (!tab) return;
    tab.checked = true;
    tab.dispatchEvent(new Event("change", { bubbles: true }));
    const phone = document.getElementById(`${kind}-lines`).closest("section");
    if (tab.closest(".tabs").offsetParent) phone.scrollIntoView({ block: "center", behavior: "smooth" });
  }, true);

  // A phone that was hidden has not scrolled along.
  document.addEventListener("change", (event) => {
    if (event.target.name !== "tab") return;
    const box = document.getElementById(`${event.target.value}-lines`).closest("[data-follow]");
    box.scrollTop = box.scrollHeight;
  });
})();
