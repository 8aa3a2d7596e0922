// SPDX-License-Identifier: GPL-3.0-or-later
// Shows every example page to a browser: screenshots, axe, overflow, weight.
//   VTLT_PAGES=DIR VTLT_SOURCE=. build/dev/bin/test_webui "write the pages for a browser"
//   node tests/webui/render_shots.mjs DIR [FILTER]     (after npm ci in webui/) → DIR/shots/*.png; exit 1 on any finding
import {createRequire} from "node:module";
import {createServer} from "node:http";
import {mkdirSync, readdirSync, readFileSync, statSync} from "node:fs";
import {gzipSync} from "node:zlib";
import path from "node:path";
import {fileURLToPath} from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const need = createRequire(path.join(root, "webui/package.json"));
const {chromium} = need("playwright-core");
const axe = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");
const [pages, filter = ""] = process.argv.slice(2);
const shots = path.join(pages, "shots");
mkdirSync(shots, {recursive: true});

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"};
const packed = (file) => (file.endsWith(".woff2") ? statSync(file).size : gzipSync(readFileSync(file), {level: 9}).length);

const server = createServer((request, response) => {
  const file = path.join(pages, decodeURIComponent(new URL(request.url, "http://x").pathname));
  try {
    const body = readFileSync(file);
    response.writeHead(200, {"Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream", "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff"});
    response.end(body);
  } catch {
    response.writeHead(204).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`;

// Weight: a first visit loads the page and every static file it comes to; a later one the page alone.
let heaviest = [0, ""];
for (const language of ["vi", "en"]) {
  for (const name of readdirSync(path.join(pages, language))) {
    const size = packed(path.join(pages, language, name));
    if (size > heaviest[0]) heaviest = [size, `${language}/${name}`];
  }
}
const files = readdirSync(path.join(pages, "assets")).filter((name) => !name.startsWith("licences")).map((name) => [name, packed(path.join(pages, "assets", name))]);
const all = files.reduce((sum, [, size]) => sum + size, 0);
console.log(`static files ${all} bytes compressed: ${files.map(([name, size]) => `${name.replace(/\.[0-9a-f]{12}/u, "")} ${size}`).join(", ")}`);
console.log(`heaviest page ${heaviest[1]} ${heaviest[0]}; first visit at most ${all + heaviest[0]}`);

const findings = [];
if (all + heaviest[0] > 160_000 || heaviest[0] > 25_000) findings.push("too heavy");
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"]});
const minor = new Map();
for (const [kind, width, height] of [["wide", 1366, 768], ["narrow", 390, 844], ["zoom", 320, 256]]) {
  const context = await browser.newContext({viewport: {width, height}});
  const page = await context.newPage();
  let where = "";
  page.on("console", (message) => message.type() === "error" && findings.push(`${where}: ${message.text()}`));
  page.on("pageerror", (error) => findings.push(`${where}: ${error.message}`));
  for (const language of ["vi", "en"]) {
    for (const name of readdirSync(path.join(pages, language)).filter((one) => one.includes(filter))) {
      where = `${language}/${name} ${kind}`;
      await page.goto(`${origin}/${language}/${name}`, {waitUntil: "load"});
      await page.evaluate(() => document.fonts.ready.then(() => true));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) findings.push(`${where}: ${wide} px too wide`);
      if (kind === "zoom") continue;
      await page.screenshot({path: path.join(shots, `${language}.${name.replace(/\.html$/u, "")}.${kind}.png`), fullPage: true});
      await page.evaluate(axe);
      const {violations} = await page.evaluate(() => globalThis.axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}));
      for (const violation of violations) {
        const text = `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`;
        if (violation.impact === "serious" || violation.impact === "critical") findings.push(`${where}: ${text}`);
        else minor.set(violation.id, `${violation.impact} ${where}: ${text}`);
      }
    }
  }
  await context.close();
}

// A page must print: one shot of each with the style of paper.
const paper = await browser.newPage({viewport: {width: 794, height: 1123}});
await paper.emulateMedia({media: "print"});
for (const name of ["search.full", "document.full", "integrity.problems", "package.done"].filter((one) => one.includes(filter))) {
  await paper.goto(`${origin}/vi/${name}.html`);
  await paper.screenshot({path: path.join(shots, `print.${name}.png`), fullPage: true});
}
await browser.close();
server.close();
for (const text of minor.values()) console.log(`minor: ${text}`);
for (const text of findings) console.log(text);
console.log(findings.length === 0 ? "no findings" : `${findings.length} findings`);
process.exit(findings.length === 0 ? 0 : 1);
