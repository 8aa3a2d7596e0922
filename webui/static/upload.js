// SPDX-License-Identifier: GPL-3.0-or-later
// Files dropped on any page, or chosen on the intake page, go up in pieces that survive a lost connection:
//   POST /api/v1/uploads → PUT /api/v1/uploads/{id}?offset=N … → POST /api/v1/uploads/{id}/complete
// Without script the intake page's form does the same in one piece.
import {Sha256} from "./sha256.js";

const API = "/api/v1/uploads";
const TRIES = 8;
const PARALLEL = 2;

/** @type {HTMLElement} */
let panel;
let started = false;
let running = 0;
/** @type {Row[]} */
const waiting = [];
/** Uploads that a row of this page sends. @type {Set<string>} */
const claimed = new Set();

/** @param {string} name */
const words = (name) => panel.dataset[name] ?? "";
const csrf = () => document.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";
const sleep = (/** @type {number} */ ms) => new Promise((wake) => setTimeout(wake, ms));

class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? "");
    this.status = status;
    this.problem = problem;
  }
}

/** Answers JSON; throws Refused for what asking again would not change, and any other error for what it may.
 * @param {string} url @param {RequestInit} options */
async function ask(url, options) {
  const answer = await fetch(url, {...options, headers: {Accept: "application/json", "X-CSRF-Token": csrf(), ...options.headers}});
  const isJson = /json/u.test(answer.headers.get("content-type") ?? "");
  const body = isJson ? await answer.json() : null;
  if (answer.ok) return body ?? {};
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Error(String(answer.status));
  throw new Refused(answer.status, body);
}

/** @param {string} url @param {unknown} body */
const post = (url, body, headers = {}) => ask(url, {method: "POST", body: JSON.stringify(body), headers: {"Content-Type": "application/json", ...headers}});

/** Tries again with growing pauses while the connection or the server is away.
 * @template T @param {() => Promise<T>} work @param {AbortSignal} signal @returns {Promise<T>} */
async function patiently(work, signal) {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused || signal.aborted || attempt === TRIES) throw error;
      await sleep(Math.min(500 * 2 ** attempt, 15000));
    }
  }
}

class Row {
  /** @param {File} file @param {{secrecy: string | null, dossier: string | null}} place */
  constructor(file, place) {
    this.file = file;
    this.place = place;
    this.stop = new AbortController();
    this.item = document.createElement("li");
    this.name = this.#add("p", "file-name", file.name);
    this.state = this.#add("p", "quiet", words("waiting"));
    this.state.setAttribute("role", "status");
    this.bar = document.createElement("progress");
    this.bar.max = file.size || 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.item.append(this.bar);
    this.buttons = this.#add("div", "file-actions", "");
    this.button(words("cancel"), () => this.stop.abort());
  }

  /** @param {string} tag @param {string} className @param {string} text */
  #add(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    this.item.append(element);
    return element;
  }

  /** @param {string} text @param {() => void} act */
  button(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet";
    button.textContent = text;
    button.addEventListener("click", act);
    this.buttons.append(button);
  }

  /** @param {string} text @param {{id: string} | string | null} document_ */
  done(text, document_ = null) {
    this.state.textContent = text;
    this.bar.remove();
    this.buttons.replaceChildren();
    const id = typeof document_ === "string" ? document_ : document_?.id;
    if (id) {
      const link = document.createElement("a");
      link.href = `/documents/${encodeURIComponent(id)}`;
      link.textContent = words("open");
      this.buttons.append(link);
    }
  }

  async send() {
    this.state.textContent = words("sending");
    const begun = await this.#begunBefore();
    try {
      await this.#transfer(begun ?? (await this.#begin()));
    } catch (error) {
      // What was begun are bytes of another file that looks the same from outside: this one begins anew.
      if (!begun || !(error instanceof Refused) || error.problem?.code !== "upload.digest") throw error;
      await this.#transfer(await this.#begin());
    }
  }

  /** Numbers only: a file name may be classified and stays out of the browser's storage. Several files may share them. */
  get #memory() {
    return `vtlt.upload.${this.file.size}.${this.file.lastModified}`;
  }

  /** The upload of this file that a page before this one began; no two rows go on with the same. */
  async #begunBefore() {
    const id = sessionStorage.getItem(this.#memory);
    if (!id || claimed.has(id)) return null;
    claimed.add(id);
    const upload = await ask(`${API}/${encodeURIComponent(id)}`, {}).catch(() => null);
    return upload?.name === this.file.name && upload.state !== "failed" ? upload : null;
  }

  async #begin() {
    const {file, place, stop} = this;
    const upload = await patiently(() => post(API, {name: file.name, size: file.size, ...place}, {"Idempotency-Key": key()}), stop.signal);
    claimed.add(upload.id);
    sessionStorage.setItem(this.#memory, upload.id);
    return upload;
  }

  /** @param {{id: string, received?: number, chunk_bytes?: number}} upload */
  async #transfer(upload) {
    const {file, stop} = this;
    const url = `${API}/${encodeURIComponent(upload.id)}`;
    const piece = upload.chunk_bytes || 4 * 1024 * 1024;
    const hash = new Sha256();
    let hashed = 0;
    let received = upload.received ?? 0;
    while (hashed < file.size || received < file.size) {
      const from = Math.min(hashed, received);
      const bytes = new Uint8Array(await file.slice(from, from + piece).arrayBuffer());
      if (hashed === from) {
        hash.update(bytes);
        hashed += bytes.length;
      }
      if (received === from && received < file.size) {
        received = await patiently(async () => {
          try {
            const options = {method: "PUT", body: bytes, signal: stop.signal, headers: {"Content-Type": "application/octet-stream"}};
            return (await ask(`${url}?offset=${from}`, options)).received;
          } catch (error) {
            if (stop.signal.aborted) throw error;
            // The piece may have arrived although its answer did not.
            const known = (await ask(url, {})).received;
            if (known > from) return known;
            throw error;
          }
        }, stop.signal);
        if (received <= from) throw new Error("the server took nothing");
      }
      this.bar.value = Math.min(hashed, received);
    }
    const sha256 = hash.hex();
    await this.complete(url, sha256, "ask");
    if (sessionStorage.getItem(this.#memory) === upload.id) sessionStorage.removeItem(this.#memory);
  }

  /** @param {string} url @param {string} sha256 @param {"ask" | "keep"} duplicate */
  async complete(url, sha256, duplicate) {
    try {
      const answer = await patiently(() => post(`${url}/complete`, {sha256, duplicate}), this.stop.signal);
      this.done(words("done"), answer.document);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 409 || !error.problem?.duplicate_of) throw error;
      this.done(words("duplicate"), error.problem.duplicate_of);
      this.button(words("keep"), () => this.complete(url, sha256, "keep").catch((later) => this.failed(later)));
    }
  }

  /** @param {any} error */
  failed(error) {
    this.done(error instanceof Refused && error.message ? `${words("failed")}: ${error.message}` : words("failed"));
  }
}

function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function next() {
  if (running >= PARALLEL || waiting.length === 0) return;
  const row = /** @type {Row} */ (waiting.shift());
  ++running;
  try {
    await row.send();
  } catch (error) {
    row.failed(error);
  } finally {
    --running;
    next();
    if (running === 0) refreshQueue();
  }
}

let refreshing = 0;

/** The list of the intake page, as the server knows it by now; again, ever less often and for some minutes, while a row of it is on
 * its way: a page left open must not keep its session alive. */
async function refreshQueue(pause = 500) {
  clearTimeout(refreshing);
  const old = document.getElementById("queue");
  if (!old) return;
  const answer = await fetch(location.href, {headers: {Accept: "text/html"}}).catch(() => null);
  const fresh = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("queue") : null;
  if ((answer && !fresh) || !old.isConnected) return;
  if (old.contains(document.activeElement)) {
    // Whoever stands on one of its buttons keeps it until he leaves it.
    old.addEventListener("focusout", () => refreshQueue(), {once: true});
    return;
  }
  if (fresh) old.replaceWith(document.adoptNode(fresh));
  if (pause < 60_000 && (!fresh || "busy" in fresh.dataset)) refreshing = setTimeout(() => refreshQueue(pause * 1.2), pause);
}

function place() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-upload]"));
  const data = form ? new FormData(form) : new FormData();
  return {secrecy: String(data.get("secrecy") ?? "") || null, dossier: String(data.get("dossier") ?? "").trim() || null};
}

/** @param {Iterable<File>} files */
function take(files) {
  let list = panel.querySelector("ul");
  if (!list) {
    const heading = document.createElement("h2");
    heading.textContent = words("heading");
    list = document.createElement("ul");
    const link = document.createElement("a");
    link.href = "/intake";
    link.textContent = words("toQueue");
    panel.append(heading, list, link);
  }
  panel.hidden = false;
  const where = place();
  for (const file of files) {
    const row = new Row(file, where);
    list.append(row.item);
    waiting.push(row);
    next();
  }
}

/** @param {DragEvent} event */
const brings = (event) => Boolean(event.dataTransfer?.types.includes("Files")) && !/** @type {Element} */ (event.target).closest?.("[data-no-drop]");

export function startUploads() {
  if (started) return;
  started = true;
  panel = /** @type {HTMLElement} */ (document.getElementById("upload-panel"));
  const over = document.createElement("div");
  over.className = "drop-over";
  over.hidden = true;
  over.textContent = words("drop");
  document.body.append(over);
  let depth = 0;
  const shade = (/** @type {number} */ by) => {
    depth = Math.max(0, by === 0 ? 0 : depth + by);
    over.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => brings(event) && shade(1));
  document.addEventListener("dragleave", (event) => brings(event) && shade(-1));
  document.addEventListener("dragover", (event) => brings(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    shade(0);
    if (!brings(event)) return;
    event.preventDefault();
    take(event.dataTransfer?.files ?? []);
  });
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const input = form.matches("form[data-upload]") ? /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]")) : null;
    if (!input?.files?.length) return;
    event.preventDefault();
    take([...input.files]);
    input.value = "";
  });
  window.addEventListener("beforeunload", (event) => {
    if (running + waiting.length > 0) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
}
