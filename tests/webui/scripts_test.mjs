// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages' scripts do, in a browser, against a stand-in for the server.
//   node tests/webui/scripts_test.mjs DIR     (pages written as for render_shots.mjs)
import assert from "node:assert/strict";
import {createHash, randomBytes} from "node:crypto";
import {createRequire} from "node:module";
import {createServer} from "node:http";
import {readFileSync} from "node:fs";
import path from "node:path";
import {fileURLToPath} from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const {chromium} = createRequire(path.join(root, "webui/package.json"))("playwright-core");
const pages = process.argv[2];
const TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"};
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const uploads = new Map();
const asked = [];
let putsToFail = 1;
let busy = 1;
let jobReports = [];

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://x");
  asked.push(`${request.method} ${url.pathname}`);
  const say = (status, value, type = "application/json") => response.writeHead(status, {"Content-Type": type}).end(JSON.stringify(value));
  const [, id, last] = url.pathname.match(/^\/api\/v1\/uploads\/?([^/]*)\/?(.*)$/u) ?? [];
  if (id !== undefined) {
    const upload = uploads.get(id);
    if (request.method !== "GET" && !request.headers["x-csrf-token"]) return say(403, {title: "no token"}, "application/problem+json");
    if (!id) {
      const asked_ = JSON.parse(await body(request));
      const made = {...asked_, id: `u${uploads.size + 1}`, bytes: Buffer.alloc(0)};
      uploads.set(made.id, made);
      return say(201, {id: made.id, chunk_bytes: 100_000});
    }
    if (last === "complete") {
      const {sha256, duplicate} = JSON.parse(await body(request));
      upload.sha256 = sha256;
      if (upload.name === "twice.txt" && duplicate === "ask") return say(409, {title: "duplicate", duplicate_of: "d9"}, "application/problem+json");
      if (upload.name === "refused.txt") return say(422, {title: "x", detail: "too secret"}, "application/problem+json");
      return say(201, {document: {id: "d1"}, state: "accepted"});
    }
    if (request.method === "PUT") {
      const bytes = await body(request);
      // A piece sent twice (browsers do that by themselves when a connection dies) is answered with what is there.
      if (Number(url.searchParams.get("offset")) !== upload.bytes.length) return say(200, {received: upload.bytes.length});
      // One answer is lost after the bytes have arrived; the next piece finds the server busy.
      if (upload.bytes.length > 0 && busy > 0) {
        --busy;
        return say(503, {title: "busy"}, "application/problem+json");
      }
      if (upload.bytes.length > 0 && putsToFail > 0) {
        --putsToFail;
        upload.bytes = Buffer.concat([upload.bytes, bytes]);
        return request.socket.destroy();
      }
      upload.bytes = Buffer.concat([upload.bytes, bytes]);
    }
    return say(200, {received: upload.bytes.length});
  }
  if (url.pathname.endsWith("/events")) {
    response.writeHead(200, {"Content-Type": "text/event-stream"});
    for (const report of jobReports) response.write(`data: ${JSON.stringify(report)}\n\n`);
    return undefined;
  }
  try {
    const file = path.join(pages, decodeURIComponent(url.pathname));
    const bytes = readFileSync(file);
    return response.writeHead(200, {"Content-Type": TYPES[path.extname(file)], "Content-Security-Policy": CSP}).end(bytes);
  } catch {
    return response.writeHead(204).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"]});
const page = await browser.newPage();
const faults = [];
page.on("pageerror", (error) => faults.push(error.message));
const open = async (name) => {
  await page.goto(`${origin}/vi/${name}.html`);
  await page.waitForLoadState("networkidle").catch(() => {});
};
const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);

// Keys
await open("search.full");
await page.keyboard.press("j");
await page.keyboard.press("j");
assert.match(await focused(), /^Báo cáo kết quả kiểm tra/u);
await page.keyboard.press("k");
assert.match(await focused(), /^Quyết định/u);
await page.keyboard.press("/");
assert.equal(await focused(), "q");
await page.keyboard.type("j?");
assert.equal(await page.inputValue("#q"), "j?");
await page.keyboard.press("Escape");
await page.keyboard.press("?");
assert.equal(await page.locator("#keys-help").isVisible(), true);
await page.keyboard.press("Escape");
assert.equal(await page.locator("#keys-help").isVisible(), false);
await page.keyboard.press("g");
await page.keyboard.press("n");
await page.waitForTimeout(200);
assert.ok(asked.includes("GET /intake"));
await page.evaluate(() => localStorage.setItem("vtlt.keys", "off"));
await page.keyboard.press("?");
assert.equal(await page.locator("#keys-help").isVisible(), false);
await page.evaluate(() => localStorage.clear());

// Errors take the focus
await open("document.edit_errors");
assert.equal(await focused(), "error-summary");
assert.match(await page.title(), /^Có 2 lỗi cần sửa · /u);

// An unsaved form warns, a saved one does not
await open("document.edit");
await page.fill("#f-signer", "Lê Quang Vinh");
let warned = 0;
page.on("dialog", (dialog) => {
  ++warned;
  dialog.accept();
});
await page.goto(`${origin}/vi/search.full.html`);
assert.equal(warned, 1);
await open("document.edit");
await page.fill("#f-signer", "Lê Quang Vinh");
await page.keyboard.press("Control+s");
await page.waitForTimeout(300);
assert.ok(asked.some((line) => line.startsWith("POST /documents/")));
assert.equal(warned, 1);

// Uploads: pieces, a lost answer, the digest, a duplicate that is kept, a refusal in words
await open("intake.empty");
const bytes = randomBytes(345_678);
await page.selectOption("#f-secrecy", "mat");
await page.setInputFiles("#f-files", [
  {name: "báo cáo.pdf", mimeType: "application/pdf", buffer: bytes},
  {name: "twice.txt", mimeType: "text/plain", buffer: Buffer.from("x")},
  {name: "refused.txt", mimeType: "text/plain", buffer: Buffer.from("y")},
  {name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0)},
  // Of the size of two others and as old: each is a file of its own.
  {name: "alike.txt", mimeType: "text/plain", buffer: Buffer.from("z")},
]);
await page.click("form[data-upload] button[type=submit]");
const rows = page.locator("#upload-panel li");
await page.waitForFunction(() => document.querySelectorAll("#upload-panel progress").length === 0, null, {timeout: 20000});
assert.match(await rows.nth(0).innerText(), /Đã gửi/u);
assert.equal(await rows.nth(0).locator("a").getAttribute("href"), "/documents/d1");
assert.match(await rows.nth(1).innerText(), /Đã có trong kho/u);
await rows.nth(1).locator("button").click();
await page.waitForFunction(() => /Đã gửi/u.test(document.querySelectorAll("#upload-panel li")[1].textContent));
assert.match(await rows.nth(2).innerText(), /too secret/u);
assert.match(await rows.nth(3).innerText(), /Đã gửi/u);
assert.match(await rows.nth(4).innerText(), /Đã gửi/u);
assert.deepEqual([...uploads.values()].map((one) => one.name).sort(), ["alike.txt", "báo cáo.pdf", "empty.txt", "refused.txt", "twice.txt"]);
assert.equal(String([...uploads.values()].find((one) => one.name === "alike.txt").bytes), "z");
const first = [...uploads.values()].find((one) => one.name === "báo cáo.pdf");
assert.equal(first.secrecy, "mat");
assert.ok(first.bytes.equals(bytes));
assert.equal(first.sha256, createHash("sha256").update(bytes).digest("hex"));
assert.equal(await page.evaluate(() => JSON.stringify(sessionStorage)).then((text) => text.includes("cáo")), false);

// A job's stream moves the bar, and its end loads the page anew
jobReports = [{outcome: null, bar: {value: 6420, max: 12840, text: "50 %"}}];
await page.goto(`${origin}/vi/job.running.html`);
await page.waitForFunction(() => document.querySelector(".progress-text")?.textContent === "50 %");
assert.equal(await page.evaluate(() => document.querySelector("progress").value), 6420);
jobReports = [{outcome: "done", bar: {value: 12840, max: 12840, text: "100 %"}}];
const before = asked.filter((line) => line.endsWith("/job.running.html")).length;
await page.goto(`${origin}/vi/job.running.html`).catch(() => {});
await page.waitForTimeout(800);
assert.ok(asked.filter((line) => line.endsWith("/job.running.html")).length > before + 1);

// Merge lights the words that differ
for (let left = false; !left;) {
  // The page before loads itself anew and may cut in.
  left = await page.goto("about:blank").then(() => true, () => false);
}
await open("document_merge.two_conflicts");
assert.equal(await page.locator(".merge").first().locator("mark").count() > 0, true);

assert.deepEqual(faults, []);
await browser.close();
server.closeAllConnections();
server.close();
console.log("scripts: all as they should");
