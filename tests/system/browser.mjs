// SPDX-License-Identifier: GPL-3.0-or-later
// A newcomer's way through the pages, counting clicks: sign in, hand in five files, find one, read it, make a package,
// verify it. Then every page in both languages under axe. Prints one JSON object; exit 1 on any finding.
//   node browser.mjs ADDRESS PASSWORD SCRIPT(on|off) FILE…
import {readFileSync} from "node:fs";
import path from "node:path";
import {need, openWindow, signIn} from "../support/chromium.mjs";

const axe = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");
const [address, password, script, ...files] = process.argv.slice(2);
const withScript = script === "on";
let clicks = 0;
const {browser, page, findings} = await openWindow(address, withScript);

const click = async (where) => {
  clicks += 1;
  await where.click();
};
/** Waits for text on the page, loading it again where no script does. */
const until = async (text, seconds = 30) => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const shown = await page.locator("body").innerText();
    if (shown.includes(text)) return;
    if (Date.now() > end) throw new Error(`"${text}" did not come on ${page.url()}, which says: ${shown}`);
    await page.waitForTimeout(300);
    if (!withScript) await page.reload();
  }
};

try {
  await signIn(page, address, password, click);
  await click(page.locator("nav a[href='/intake']").first());
  await page.setInputFiles("#f-files", files);
  if (!withScript || (await page.locator("#f-files").evaluate((input) => input.files.length)) > 0) {
    await click(page.locator("form[data-upload] button[type=submit]"));
  }
  for (const file of files) await until(path.basename(file), 60);
  if (withScript) await page.waitForFunction((count) => [...document.querySelectorAll("#upload-panel li a")].length >= count, files.length);
  const settle = Date.now() + 60_000;
  while (Date.now() < settle) {
    await page.goto(`${address}intake`);
    const text = await page.locator("#queue").innerText();
    if (!/Đang gửi|Đang đọc|Đang chờ|Đang lập chỉ mục/u.test(text)) break;
    await page.waitForTimeout(500);
  }
  await page.fill("header [name=q]", "diễn tập khu kho");
  await page.press("header [name=q]", "Enter");
  await until("5 tài liệu");
  await click(page.locator("#results li a, #results article a").first());
  await until("diễn tập");
  await page.goBack();
  await click(page.locator("a[href^='/packages/new']"));
  await click(page.locator("main button[type=submit]").first());
  await until("Xong", 60);
  await click(page.locator("form[action$='/verify'] button"));
  await until("Đạt", 60);

  // Every page, both languages, wide and narrow.
  const document = await (async () => {
    await page.goto(`${address}search?q=${encodeURIComponent("diễn tập")}`);
    return (await page.locator("#results li a, #results article a").first().getAttribute("href")).split(/[?#]/u)[0].slice(1);
  })();
  const packages = await (async () => {
    await page.goto(`${address}packages`);
    return (await page.locator("main a[href^='/packages/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")).find((href) => /^\/packages\/[0-9A-Z]{20}$/u.test(href)))).slice(1);
  })();
  const jobs = packages.replace("packages", "jobs");
  // A unit, a person in it, a role for a time: what an administrator does on the first day.
  await page.goto(`${address}units`);
  await page.fill("#f-code", `P${script}`);
  await page.fill("#f-title", "Phòng Pháp chế");
  await page.locator("form[action='/units'] button").click();
  await until("Phòng Pháp chế");
  await page.goto(`${address}people/new`);
  await page.fill("#f-name", `lan.${script}`);
  await page.fill("#f-full-name", "Nguyễn Thị Lan");
  await page.selectOption("#f-unit", `P${script}`);
  await page.check("#f-role-clerk");
  await page.locator("main button[type=submit]").click();
  await until("Chỉ hiện một lần");
  await page.selectOption("#f-role", "inspector");
  await page.fill("#f-to", "31/13/2027");
  await page.press("#f-to", "Enter");
  await until("31/13/2027");
  await page.fill("#f-to", "31/12/2099");
  await page.fill("#f-records-from", "2019-01-01");
  await page.fill("#f-reason", "QĐ 15/QĐ-TTr");
  await page.press("#f-reason", "Enter");
  await until("QĐ 15/QĐ-TTr");
  const person = new URL(page.url()).pathname.slice(1);
  const paths = ["", "search", "search?q=di%E1%BB%85n+t%E1%BA%ADp", "search?q=kh%C3%B4ngc%C3%B3g%C3%AC&from=2019&to=2020", document, `${document}?edit=1`, "intake", "jobs", jobs,
    "integrity", "packages", packages, "packages/new?q=di%E1%BB%85n+t%E1%BA%ADp", "search/list?q=di%E1%BB%85n+t%E1%BA%ADp", "packages/new", "packages/verify", "audit", "audit?from=x&action=document.registered",
    "people", "people/new", person, `${person}?past=1`, "rights", "units", "account", "nowhere"];
  for (const [width, height] of [[1366, 768], [390, 844]]) {
    await page.setViewportSize({width, height});
    for (const language of ["vi", "en"]) {
      for (const one of paths) {
        await page.goto(address + one + (one.includes("?") ? "&" : "?") + `lang=${language}`);
        const html = await page.content();
        const outside = [...html.matchAll(/https?:\/\/[^"'<>\s)]+/gu)].map((found) => found[0]).filter((url) => !url.startsWith(address) && !url.startsWith("http://www.w3.org/"));
        if (outside.length) findings.push(`${one}: names ${outside}`);
        if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1)) findings.push(`${one} ${language} ${width}: wider than the window`);
        if (!withScript) continue;
        await page.evaluate(axe);
        const serious = await page.evaluate(async () => (await window.axe.run(document, {resultTypes: ["violations"]})).violations
          .filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 120)}`));
        serious.forEach((line) => findings.push(`${one} ${language} ${width}: ${line}`));
        if (process.env.VTLT_SHOTS) await page.screenshot({path: path.join(process.env.VTLT_SHOTS, `${one.replace(/\W+/gu, "_")}_${language}_${width}.png`), fullPage: true});
      }
    }
  }
} catch (error) {
  findings.push(String(error.stack ?? error));
  if (process.env.VTLT_SHOTS) await page.screenshot({path: path.join(process.env.VTLT_SHOTS, `failed_${script}.png`), fullPage: true});
}
await browser.close();
console.log(JSON.stringify({script, clicks, findings}));
process.exit(findings.length ? 1 : 0);
