// SPDX-License-Identifier: GPL-3.0-or-later
// Keys: / search · ? help · g + letter go · j k move · o open · x tick · e edit · [ ] neighbours · Ctrl+S save · Esc close.
const STORE = "vtlt.keys";

/** @type {Element | null} */
let current = null;
let goUntil = 0;

const rows = () => [...document.querySelectorAll("[data-row]")];

/** @param {number} step */
function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = current ? all.indexOf(current) : -1;
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  current?.classList.remove("current-row");
  current = next;
  next.classList.add("current-row");
  const target = next.querySelector("[data-open]") ?? next;
  if (target === next) next.setAttribute("tabindex", "-1");
  /** @type {HTMLElement} */ (target).focus({preventScroll: true});
  next.scrollIntoView({block: "nearest"});
}

/** @param {string} selector @param {ParentNode} within */
function press(selector, within = document) {
  const found = /** @type {HTMLElement | null} */ (within.querySelector(selector));
  found?.click();
  return found !== null;
}

/** @returns {HTMLDialogElement | null} */
const help = () => /** @type {HTMLDialogElement | null} */ (document.getElementById("keys-help"));

/** @type {Record<string, () => unknown>} */
const PLAIN = {
  "/": () => {
    const box = /** @type {HTMLInputElement | null} */ (document.getElementById("q"));
    box?.focus();
    box?.select();
    return box;
  },
  "?": () => help()?.showModal(),
  "g": () => (goUntil = Date.now() + 1500),
  "j": () => move(1),
  "k": () => move(-1),
  "o": () => current && press("[data-open]", current),
  "x": () => current && press("input[type=checkbox]", current),
  "e": () => press("[data-edit]"),
  "[": () => press("[data-previous]"),
  "]": () => press("[data-next]"),
};

/** @param {EventTarget | null} target */
function isTyping(target) {
  const element = /** @type {HTMLElement | null} */ (target);
  return Boolean(element?.closest?.("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable], dialog[open]"));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const save = /** @type {HTMLElement | null} */ (document.querySelector("[data-save]"));
    if (save) {
      event.preventDefault();
      save.click();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.removeAttribute("open");
      /** @type {HTMLElement} */ (menu.querySelector("summary")).focus();
    } else if (!help()?.open && (!isTyping(event.target) || /** @type {HTMLElement} */ (event.target).closest("form[data-draft]"))) {
      press("[data-cancel]");
    } else if (isTyping(event.target) && !help()?.open) {
      /** @type {HTMLElement} */ (event.target).blur();
    }
    return;
  }
  if (isTyping(event.target) || localStorage.getItem(STORE) === "off") return;
  if (Date.now() < goUntil) {
    goUntil = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      /** @type {HTMLElement} */ (link).click();
      return;
    }
  }
  const action = PLAIN[event.key];
  if (action && action()) event.preventDefault();
  else if (action && "/?jk".includes(event.key)) event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  for (const button of document.querySelectorAll("[data-help]")) {
    button.removeAttribute("hidden");
    button.addEventListener("click", () => help()?.showModal());
  }
  // Single letters get in the way of some people's speech input: they can be switched off, and stay so.
  const box = /** @type {HTMLInputElement | null} */ (document.getElementById("keys-on"));
  if (box) {
    box.checked = localStorage.getItem(STORE) !== "off";
    box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
  }
}
