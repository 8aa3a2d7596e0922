// SPDX-License-Identifier: GPL-3.0-or-later
// Follows the work shown on a page: [data-events] holds the address of an event stream (SSE). Each event's data is a Job
// of the API with "bar" (what partial/progress shows); one with an outcome ends it, and the page is loaded anew.
// Where streams do not get through, the page itself is asked every three seconds.

/** @type {WeakSet<Element>} */
const followed = new WeakSet();
const POLL_MS = 3000;

/** @typedef {{value?: number | string, max?: number | string, text?: string}} Bar */

/** @param {Element} place @param {Bar} report */
function show(place, report) {
  const bar = place.querySelector("progress");
  if (bar && Number(report.max)) {
    bar.max = Number(report.max);
    bar.value = Number(report.value ?? 0);
  }
  const text = place.querySelector(".progress-text");
  if (text && report.text) text.textContent = report.text;
}

/** @param {Element} place */
function poll(place) {
  const timer = setInterval(async () => {
    if (!place.isConnected) {
      clearInterval(timer);
      return;
    }
    try {
      const answer = await fetch(location.href, {headers: {Accept: "text/html"}});
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id);
      if (!next?.hasAttribute("data-events")) {
        clearInterval(timer);
        location.reload();
        return;
      }
      const bar = next.querySelector("progress");
      show(place, {value: bar?.value, max: bar?.max, text: next.querySelector(".progress-text")?.textContent ?? ""});
    } catch {
      // The server is away for a moment: the next round asks again.
    }
  }, POLL_MS);
}

/** @param {Element} place */
function follow(place) {
  if (followed.has(place)) return;
  followed.add(place);
  const stream = new EventSource(/** @type {string} */ (place.getAttribute("data-events")));
  stream.addEventListener("message", (event) => {
    if (!place.isConnected) {
      stream.close();
      return;
    }
    /** @type {{bar?: Bar, outcome?: string | null}} */
    const job = JSON.parse(event.data);
    show(place, job.bar ?? {});
    if (job.outcome) {
      stream.close();
      location.reload();
    }
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) poll(place);
  });
  window.addEventListener("pagehide", () => stream.close());
}

export function followJobs() {
  document.querySelectorAll("[data-events]").forEach(follow);
}
