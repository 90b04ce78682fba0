// A form that saves itself (`data-saver`, by htmx) says when a save did not go through, and tries again, later each time. It does not when
// an answer says that trying is of no use: then what is wrong is said, and the next word that is typed tries anew.
"use strict";

(() => {
  const saver = document.querySelector("[data-saver]");
  if (!saver) {
    return;
  }
  const FIRST_MS = 2000;
  const MOST_MS = 30 * 1000;
  const saved = document.getElementById(saver.dataset.saver) || saver;
  let wait = FIRST_MS;
  let timer = 0;
  const save = () => {
    timer = 0;
    htmx.trigger(saver, "save");
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (elt !== saver) {
      return;
    }
    window.clearTimeout(timer);
    if (xhr.status > 0 && xhr.status < 400) {
      wait = FIRST_MS;
      return;
    }
    saved.textContent = saver.dataset.unsaved;
    if (xhr.status === 0 || xhr.status === 429 || xhr.status >= 500) {
      timer = window.setTimeout(save, wait);
      wait = Math.min(wait * 2, MOST_MS);
    }
  });
  document.addEventListener("tovholder:here", save);
})();
