// What the desk does beyond HTML: says when a save did not go through, and tries again. The saving itself is htmx.
"use strict";

(() => {
  const saver = document.getElementById("saver");
  const saved = document.getElementById("saved");
  const form = document.querySelector("[data-desk]");
  if (!saver || !form) {
    return;
  }
  const AGAIN_MS = 2000;
  let waiting = 0;

  const failed = (event) => {
    if (event.detail.elt !== saver || waiting) {
      return;
    }
    saved.textContent = saved.dataset.unsaved;
    waiting = setTimeout(() => {
      waiting = 0;
      htmx.trigger(saver, "save");
    }, AGAIN_MS);
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:timeout", failed);
})();
