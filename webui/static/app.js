// SPDX-License-Identifier: GPL-3.0-or-later
// Comfort on top of pages that work without it. Loads a module only where its page has something for it.
import {startKeys} from "./keys.js";

/** @param {string} selector @param {() => Promise<unknown>} load */
function where(selector, load) {
  if (document.querySelector(selector)) load();
}

function arrived() {
  where("form[data-draft]", () => import("./draft.js").then((module) => module.watchForms()));
  where("[data-merge]", () => import("./merge.js").then((module) => module.startMerge()));
  where("[data-events]", () => import("./jobs.js").then((module) => module.followJobs()));
  where("#upload-panel", () => import("./upload.js").then((module) => module.startUploads()));
}

// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
  }
});

// What needs attention gets the focus; the heading of the window says so too.
const summary = document.getElementById("error-summary");
if (summary) {
  summary.focus();
  document.title = `${summary.querySelector("h2")?.textContent ?? ""} · ${document.title}`;
}

startKeys();
arrived();
document.addEventListener("htmx:afterSettle", arrived);
