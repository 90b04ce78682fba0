// What the public form does beyond HTML: a quick way out, and a draft on this device for who asks for it. Nothing is sent.
"use strict";

(() => {
  // Out, leaving this page out of the way back. Without JavaScript it is a link.
  for (const link of document.querySelectorAll("[data-leave]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.body.hidden = true;
      for (const form of document.forms) {
        form.reset();
      }
      location.replace(link.href);
    });
  }

  const NAME = "tovholder-draft";
  const UNKEPT = new Set(["key"]);
  if (document.querySelector("[data-draft-sent]")) {
    localStorage.removeItem(NAME);
  }
  const form = document.querySelector("[data-device-draft]");
  if (!form) {
    return;
  }
  const box = form.querySelector("[data-draft-box]");
  const keep = box.querySelector("[data-draft-keep]");
  const said = box.querySelector("[data-draft-said]");
  box.hidden = false;

  const save = () => {
    if (keep.checked) {
      const pairs = [...new FormData(form)].filter(([name]) => !UNKEPT.has(name));
      localStorage.setItem(NAME, JSON.stringify(pairs));
      said.textContent = said.dataset.kept;
    }
  };
  const fill = (pairs) => {
    for (const [name, value] of pairs) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") {
          field.checked = field.value === value;
        } else if (field.type !== "hidden") {
          field.value = value;
        }
      }
    }
  };

  // A draft in the other mode stays: a name must not come back into a form without one.
  const found = JSON.parse(localStorage.getItem(NAME) || "null");
  const mode = form.querySelector('[name="anonymity"]').value;
  if (found && found.some(([name, value]) => name === "anonymity" && value === mode)) {
    keep.checked = true;
    if (!form.querySelector("#f-description").value) {
      fill(found);
      said.textContent = said.dataset.found;
    }
  }
  form.addEventListener("input", save);
  box.querySelector("[data-draft-forget]").addEventListener("click", () => {
    localStorage.removeItem(NAME);
    keep.checked = false;
    said.textContent = said.dataset.gone;
  });
})();
