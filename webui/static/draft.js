// SPDX-License-Identifier: GPL-3.0-or-later
// Forms in which work may be lost (data-draft): a warning before leaving with unsaved changes, and no second sending by a double
// click. Nothing is kept in the browser's storage: what is typed may be classified.

/** @type {WeakSet<HTMLFormElement>} */
const watched = new WeakSet();

/** @param {HTMLFormElement} form */
const content = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf").map(([name, value]) => [name, String(value)]));

/** @param {HTMLFormElement} form */
function watch(form) {
  if (watched.has(form)) return;
  watched.add(form);
  // A form that came back with errors holds what was typed: it is unsaved from the start.
  const first = form.querySelector("[aria-invalid=true]") ? "" : content(form);
  let sending = false;
  form.addEventListener("submit", (event) => {
    if (sending) event.preventDefault();
    sending = true;
  });
  window.addEventListener("pageshow", () => (sending = false));
  window.addEventListener("beforeunload", (event) => {
    if (!sending && form.isConnected && content(form) !== first) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
}

export function watchForms() {
  document.querySelectorAll("form[data-draft]").forEach((form) => watch(/** @type {HTMLFormElement} */ (form)));
}
