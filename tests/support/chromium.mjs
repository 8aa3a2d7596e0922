// SPDX-License-Identifier: GPL-3.0-or-later
// Chromium as browser tests use it: everything that must never happen on a page of ours is a finding.
import {createRequire} from "node:module";
import path from "node:path";
import {fileURLToPath} from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const need = createRequire(path.join(root, "webui/package.json"));
const {chromium} = need("playwright-core");

/** A window of 1366 × 768 at `address`. Findings: errors of script, dialogs, console errors (a refusal by the content
 * security policy is one), requests to anywhere else. */
export async function openWindow(address, withScript = true) {
  const findings = [];
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"]});
  const context = await browser.newContext({viewport: {width: 1366, height: 768}, javaScriptEnabled: withScript, locale: "vi-VN", acceptDownloads: true});
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => findings.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && !/status of 4\d\d/u.test(message.text()) && findings.push(`${page.url()}: ${message.text()}`));
  page.on("dialog", (dialog) => findings.push(`${page.url()}: dialog ${dialog.message()}`) && dialog.dismiss());
  page.on("request", (request) => !request.url().startsWith(address) && !/^(data|blob):/u.test(request.url()) && findings.push(`outside: ${request.url()}`));
  return {browser, page, findings};
}

export async function signIn(page, address, password, click = (where) => where.click()) {
  await page.goto(address);
  await page.fill("[name=name]", "quantri");
  await page.fill("[name=password]", password);
  await click(page.locator("main button[type=submit]"));
}
