/* Console: rings for people who wait: a bell, the title, if wanted a sound. */
(() => {
  const $ = (selector) => document.querySelector(selector);
  const title = document.title;
  let known = null;
  let sound = localStorage.getItem("akrab-sound") === "on";

  function beep() {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = 740;
    loud.gain.setValueAtTime(0.12, audio.currentTime);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
    tone.connect(loud).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.5);
  }

  function ring() {
    const bell = $("#bell");
    bell.classList.remove("ringing");
    requestAnimationFrame(() => bell.classList.add("ringing"));
    $("#announcement").textContent = "Somebody is waiting for a person.";
    if (sound) beep();
  }

  function look() {
    const rows = $("#inbox-rows");
    if (!rows) return;
    const ids = rows.dataset.waiting.split(" ").filter(Boolean);
    $("[data-waiting-count]").textContent = ids.length || "";
    document.title = ids.length ? `(${ids.length}) ${title}` : title;
    if (known && ids.some((id) => !known.has(id))) ring();
    known = new Set(ids);
  }

  function showSound() {
    $("#bell").setAttribute("aria-pressed", String(sound));
    $("[data-sound-label]").textContent = sound ? "Sound on" : "Sound off";
  }

  document.addEventListener("htmx:afterSettle", look);
  look();
  showSound();
  $("#bell").addEventListener("click", () => {
    sound = !sound;
    localStorage.setItem("akrab-sound", sound ? "on" : "off");
    showSound();
    if (sound) beep();
  });
})();
