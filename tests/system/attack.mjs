// SPDX-License-Identifier: GPL-3.0-or-later
// Opens in Chromium the pages that show what attackers typed: nothing of it may run, load, or become part of the page.
//   node attack.mjs ADDRESS PASSWORD < {"documents": [{path, title}], "lists": [path], "queries": [text]}
import {readFileSync} from "node:fs";
import {openWindow, signIn} from "../support/chromium.mjs";

const [address, password] = process.argv.slice(2);
const {documents, lists, queries} = JSON.parse(readFileSync(0, "utf8"));
const {browser, page, findings} = await openWindow(address);
let opened = 0;

/** What no template of ours contains: handlers in attributes, script that is not our file, frames, foreign links. */
const planted = () => {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    for (const {name, value} of element.attributes) {
      if (/^on/iu.test(name) || name === "srcdoc" || /^\s*(javascript|vbscript|data):/iu.test(value) && ["href", "src", "action", "formaction"].includes(name)) found.push(`${element.tagName} ${name}`);
    }
  }
  for (const script of document.scripts) if (!script.src.startsWith(`${location.origin}/assets/`) && script.type !== "application/json") found.push(`script ${script.src || script.text.slice(0, 60)}`);
  for (const odd of document.querySelectorAll("iframe, object, embed, base, meta[http-equiv], marquee, video, audio, math")) found.push(odd.outerHTML.slice(0, 80));
  return found;
};

const look = async (path) => {
  const answer = await page.goto(address + path);
  opened += 1;
  if (answer.status() >= 500) findings.push(`${path}: ${answer.status()}`);
  for (const found of await page.evaluate(planted)) findings.push(`${path}: ${found}`);
};

try {
  await signIn(page, address, password);
  for (const list of lists) await look(list);
  for (const {path, title} of documents) {
    await look(path);
    const heading = await page.locator("h1").first().textContent();
    if (!heading.includes(title)) findings.push(`${path}: shows ${JSON.stringify(heading)} for ${JSON.stringify(title)}`);
    await look(`${path}?edit=1`);
    const field = await page.locator("#f-title").inputValue();
    if (field !== title) findings.push(`${path}: edits ${JSON.stringify(field)} for ${JSON.stringify(title)}`);
  }
  for (const query of queries) {
    await look(`search?q=${encodeURIComponent(query)}`);
    const typed = await page.locator("#results").count() && await page.locator("main [name=q]").first().inputValue();
    if (typed && typed.trim() !== query.trim()) findings.push(`search shows ${JSON.stringify(typed)} for ${JSON.stringify(query)}`);
  }
} catch (error) {
  findings.push(String(error.stack ?? error));
}
await browser.close();
console.log(JSON.stringify({opened, findings}));
process.exit(findings.length ? 1 : 0);
