// Whether somebody is still signed in, and what a page does with an answer that is none of its own.
//
//   tovholder:over   the session is over: what was opened is gone from the page, what was typed stays
//   tovholder:here   somebody is signed in again: the page works on
"use strict";

(() => {
  const body = document.body;
  const idle = document.getElementById("idle");
  const over = document.getElementById("over");
  const other = document.getElementById("other");
  const away = document.getElementById("away");
  const trouble = document.getElementById("trouble");
  const WARN_MS = 5 * 60 * 1000;
  const TYPING_MS = 60 * 1000;

  let end = () => {};
  let settle = async () => "here";

  // --- An answer that is an error is never put where a part of the page stood.

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail;
    if (xhr.status < 400) {
      return;
    }
    // What our services say of an error goes to a place of its own. Anything else, such as the gateway's page, goes nowhere.
    const ours = xhr.getResponseHeader("HX-Retarget") !== null && xhr.status !== 401;
    event.detail.shouldSwap = ours;
    event.detail.isError = false;
    if (xhr.status === 401) {
      end();
    } else if (!ours) {
      unanswered(elt, event.detail.requestConfig.verb);
    } else if (xhr.status === 403) {
      settle(false); // the form may be of a session that another tab has ended and begun anew
    }
  });
  document.addEventListener("htmx:sendError", (event) => unanswered(event.detail.elt, event.detail.requestConfig.verb));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.status > 0 && event.detail.xhr.status < 400 && event.detail.requestConfig.verb !== "get") {
      away.hidden = true;
      trouble.replaceChildren();
    }
  });
  // What only looks says so in its own place; what saves says so to whoever wrote.
  const unanswered = (element, verb) => {
    if (verb !== "get") {
      away.hidden = false;
    } else if (element.dataset.unanswered) {
      element.textContent = element.dataset.unanswered;
    }
  };

  window.tovholder = { over: () => false, ask: async () => "here" };
  if (!idle || !body.dataset.idleSeconds) {
    return;
  }

  // --- The session: asked of the server, for another tab may have kept it awake, ended it, or begun one of somebody else.

  let until = Date.now() + Number(body.dataset.idleSeconds) * 1000;
  let ended = false;
  let asking = false;
  let typedAt = 0;
  let before = null;
  let warned = 0; // the end that somebody was warned of and that staying does not move: after twelve hours it comes
  const answer = document.getElementById("idle-answer");

  // "here", "over", "other" (somebody else is signed in), or "away" when nobody answers. `used`: somebody is here.
  const ask = async (used) => {
    let found;
    try {
      const told = await fetch(`/${body.dataset.service}/session${used ? "" : "/state"}`, { cache: "no-store", redirect: "manual", headers: { "HX-Request": "true" } });
      if (told.status === 401) {
        return "over";
      }
      found = told.ok && new DOMParser().parseFromString(await told.text(), "text/html").querySelector("[data-idle-seconds]");
    } catch {
      return "away";
    }
    if (!found) {
      return "away";
    }
    if (found.dataset.who !== body.dataset.who) {
      return "other";
    }
    until = Date.now() + Number(found.dataset.idleSeconds) * 1000;
    answer.textContent = found.textContent;
    // Forms of this page are of the session that is there now; the person is the same.
    body.dataset.csrf = found.dataset.csrf;
    for (const field of document.querySelectorAll("input[name=csrf]")) {
      field.value = found.dataset.csrf;
    }
    return "here";
  };

  const hide = (panel) => {
    const inside = panel.contains(document.activeElement);
    panel.hidden = true;
    if (inside && before && before.isConnected) {
      before.focus({ preventScroll: true });
    }
  };
  const show = (panel) => {
    if (panel.hidden) {
      before = idle.contains(document.activeElement) ? before : document.activeElement;
      panel.hidden = false;
      panel.querySelector("button, a").focus({ preventScroll: true });
    }
  };

  end = (panel = over) => {
    // Nobody is here any more, or somebody else: what was opened is closed again. What was typed stays.
    for (const text of document.querySelectorAll(".opened")) {
      text.replaceWith(document.getElementById("closed-again").content.cloneNode(true));
    }
    hide(idle);
    for (const one of [over, other]) {
      if (one !== panel) {
        hide(one);
      }
    }
    show(panel);
    if (!ended) {
      ended = true;
      document.dispatchEvent(new CustomEvent("tovholder:over"));
    }
  };

  settle = async (used) => {
    if (asking) {
      return "away";
    }
    asking = true;
    const found = await ask(used);
    asking = false;
    if (found === "over") {
      end();
    } else if (found === "other") {
      end(other);
    } else if (found === "here") {
      hide(over);
      hide(other);
      if (ended) {
        ended = false;
        document.dispatchEvent(new CustomEvent("tovholder:here"));
      }
    }
    return found;
  };

  const tick = async () => {
    if (ended) {
      return;
    }
    if (until - Date.now() < WARN_MS && idle.hidden) {
      await settle(Date.now() - typedAt < TYPING_MS); // who writes is here
    }
    const left = until - Date.now();
    if (left <= 0 && !ended) {
      // The time is up by what was said last, also where nobody answers.
      const found = await settle(false);
      if (found !== "here" && !ended) {
        end();
      }
    } else if (left < WARN_MS && !ended) {
      if (Math.abs(until - warned) > 5000) {
        show(idle);
      }
    } else if (!idle.hidden) {
      hide(idle);
    }
  };
  window.setInterval(tick, 1000);

  document.addEventListener("input", () => {
    typedAt = Date.now();
  });
  idle.querySelector("[data-idle-stay]").addEventListener("click", async () => {
    if ((await settle(true)) === "here") {
      warned = until - Date.now() < WARN_MS ? until : 0;
      hide(idle);
      document.getElementById("notices").textContent = answer.textContent;
    } else if (!ended) {
      answer.textContent = answer.dataset.unanswered;
    }
  });
  // Whoever signed in again in another tab comes back to a page that works.
  const back = () => {
    if (ended && !document.hidden) {
      settle(false);
    }
  };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("focus", back);
  for (const again of document.querySelectorAll("[data-here-again]")) {
    again.addEventListener("click", () => settle(false));
  }

  window.tovholder = { over: () => ended, ask: () => settle(false) };
})();
