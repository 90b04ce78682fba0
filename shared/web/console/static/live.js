// What waits for the reader changes while the page is open: one connection, and only while the page is looked at, for a browser has six
// for all its tabs. The page asks for what is new itself (`work-changed`). A connection that is lost is tried again, later each time;
// meanwhile the page says how old its list is. When the session is over nothing is tried until somebody is signed in again.
"use strict";

(() => {
  const body = document.body;
  if (!window.EventSource || !document.querySelector('[hx-trigger*="work-changed"]')) {
    return;
  }
  const FIRST_MS = 1000;
  const MOST_MS = 60 * 1000;
  const OLD_MS = 60 * 1000;
  const SILENT_MS = 40 * 1000; // the server says something every 15 s
  const unheard = document.getElementById("unheard");
  const age = document.getElementById("unheard-age");
  let stream = null;
  let timer = 0;
  let wait = FIRST_MS;
  let heardAt = 0;
  let fetchedAt = Date.now();
  let fresh = false;

  const changed = () => body.dispatchEvent(new CustomEvent("work-changed", { bubbles: true }));
  // The mark of the list that the page shows; none where it has no list, or one so old that its hours and minutes are not true any more.
  const known = () => (Date.now() - fetchedAt < OLD_MS ? document.getElementById("rows")?.dataset.mark : undefined);
  const told = (lost) => {
    if (!unheard) {
      return;
    }
    unheard.hidden = !lost;
    if (lost) {
      const seconds = Math.round((Date.now() - fetchedAt) / 1000);
      const words = new Intl.RelativeTimeFormat(document.documentElement.lang);
      age.textContent = seconds < 90 ? words.format(-seconds, "second") : words.format(-Math.round(seconds / 60), "minute");
    }
  };
  const rest = () => {
    window.clearTimeout(timer);
    timer = 0;
    if (stream) {
      stream.close();
      stream = null;
    }
  };
  const later = () => {
    rest();
    told(true);
    // Each page waits a little longer or shorter than the next: a service that comes back is not asked by all at once.
    timer = window.setTimeout(listen, wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, MOST_MS);
  };
  const lost = async () => {
    rest();
    told(true);
    if ((await window.tovholder.ask()) !== "over" && !window.tovholder.over()) {
      later();
    }
  };
  const listen = () => {
    rest();
    if (document.hidden || window.tovholder.over()) {
      return;
    }
    stream = new EventSource("/notify/work/live");
    fresh = true;
    heardAt = Date.now();
    stream.addEventListener("open", () => {
      heardAt = Date.now();
    });
    stream.addEventListener("here", (event) => {
      heardAt = Date.now();
      wait = FIRST_MS;
      told(false);
      if (fresh) {
        // What came between the page and the first word of the stream was told to nobody: the list is then another than the page's.
        fresh = false;
        if (event.data !== known()) {
          changed();
        }
      }
    });
    stream.addEventListener("work", () => {
      heardAt = Date.now();
      changed();
    });
    stream.addEventListener("over", (event) => (event.data === "session" ? lost() : later()));
    stream.addEventListener("error", lost);
  };

  window.setInterval(() => {
    if (stream && Date.now() - heardAt > SILENT_MS) {
      later();
    }
    if (unheard && !unheard.hidden) {
      told(true);
    }
  }, 5000);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.xhr.status < 400 && document.getElementById("rows")) {
      fetchedAt = Date.now();
    }
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", listen);
  document.addEventListener("tovholder:over", () => {
    rest();
    told(true);
  });
  document.addEventListener("tovholder:here", listen);
})();
