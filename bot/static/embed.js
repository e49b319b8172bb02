/* Puts a chat bubble on any site:
   <script src="https://chat.example/chat/embed.js" data-label="Tanya kami" defer></script> */
(() => {
  const script = document.currentScript;
  const home = new URL("/chat", script.src).href;
  const label = script.dataset.label || "Chat";
  const colour = script.dataset.colour || "#a8431c";
  let frame = null;

  const style = (element, rules) => Object.assign(element.style, rules);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  style(button, {
    position: "fixed", right: "20px", bottom: "20px", zIndex: 2147483000, padding: "14px 20px",
    border: 0, borderRadius: "999px", background: colour, color: "#fff", cursor: "pointer",
    font: "600 16px system-ui, sans-serif", boxShadow: "0 6px 24px #0004",
  });

  function makeFrame() {
    const made = document.createElement("iframe");
    made.src = home;
    made.title = label;
    style(made, {
      position: "fixed", right: "12px", bottom: "84px", zIndex: 2147483000, border: 0,
      width: "min(400px, calc(100vw - 24px))", height: "min(640px, calc(100vh - 110px))",
      borderRadius: "18px", boxShadow: "0 12px 48px #0005", background: "#fff",
    });
    document.body.append(made);
    return made;
  }

  function toggle(open) {
    frame = frame || makeFrame();
    frame.style.display = open ? "block" : "none";
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "✕" : label;
    button.setAttribute("aria-label", open ? `Close: ${label}` : label);
    if (open) frame.focus();
  }

  button.addEventListener("click", () => toggle(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && frame) toggle(false);
  });
  document.body.append(button);
})();
