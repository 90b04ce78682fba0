// What the console does beyond HTML. Every page works without it; nothing here is needed to save.
"use strict";

(() => {
  const body = document.body;

  // Every htmx request that changes something carries the token of this session.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get" && body.dataset.csrf) {
      event.detail.headers["X-CSRF-Token"] = body.dataset.csrf;
    }
  });

  // A form is sent once: a second press waits for the first answer. What somebody typed is sent when the service answers; while it
  // does not, the page and every word stay, and it says so.
  const away = document.getElementById("away");
  const send = async (form, submitter) => {
    form.dataset.sent = "yes";
    let answers = false;
    try {
      const answer = await fetch(`/${new URL(form.getAttribute("action"), location.href).pathname.split("/")[1]}/session`, { redirect: "manual", cache: "no-store" });
      answers = answer.status < 500;
    } catch {
      // Nobody there: said below.
    }
    delete form.dataset.sent;
    away.hidden = answers;
    if (answers) {
      form.dataset.answers = "yes";
      form.requestSubmit(submitter);
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent === "yes") {
      event.preventDefault();
      return;
    }
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (away && form.hasAttribute("data-keep") && form.dataset.answers !== "yes") {
        event.preventDefault();
        send(form, event.submitter);
        return;
      }
      delete form.dataset.answers;
      form.dataset.sent = "yes";
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });

  // What was typed and not sent is not left by accident.
  let typed = false;
  document.addEventListener("input", (event) => {
    if (event.target.closest("form[data-keep]")) {
      typed = true;
    }
  });
  document.addEventListener("submit", (event) => {
    typed = typed && event.defaultPrevented;
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed) {
      event.preventDefault();
    }
  });

  // After a form came back, the reader is at what is wrong, not at the top.
  const refused = document.getElementById("refused");
  if (refused) {
    refused.focus();
  }

  // Fields that only count for some answers are shown for those; without this they are all there, each saying when it counts.
  const parts = document.querySelectorAll("[data-when]");
  const holds = (part) =>
    part.dataset.when.split(" ").some((rule) => {
      const [name, value] = rule.split("=");
      const chosen = part.closest("form").querySelectorAll(`[name="${name}"]`);
      return [...chosen].some((one) => (one.matches("[type=radio], [type=checkbox]") ? one.checked : true) && one.value === value);
    });
  const settleParts = () => {
    for (const part of parts) {
      part.hidden = !holds(part);
    }
  };
  if (parts.length) {
    settleParts();
    document.addEventListener("change", settleParts);
  }

  // What was chosen in a list stays chosen when the list is fetched anew.
  let chosen = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const list = event.detail.target;
    if (list.hasAttribute("data-keep-choices")) {
      chosen = [...list.querySelectorAll("input:checked, select")].map((one) => [one.id, one.value]);
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const [id, value] of chosen) {
      const one = document.getElementById(id);
      if (one && one.tagName === "SELECT") {
        one.value = value;
      } else if (one && one.value === value) {
        one.checked = true;
      }
    }
    chosen = [];
  });

  // Copy a reference or a code that is to be read aloud; where this cannot be done, there is no button for it.
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button && navigator.clipboard) {
      navigator.clipboard.writeText(button.dataset.copy).then(() => {
        button.textContent = button.dataset.copied;
      });
    }
  });
})();
