// Opens one address on loopback in headless Chromium and prints what a reader sees, frames included.
//
//   node page.mjs PEERS_DIR ADDRESS
//
// Prints one JSON line: { text, images: [[src, naturalWidth]], outside: [URLs asked for that are not on loopback] }.
import path from "node:path";
import { createRequire } from "node:module";

const [peers, address] = process.argv.slice(2);
const require = createRequire(path.resolve(peers, "package.json"));
const { chromium } = require("playwright-core");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  ],
});
const seen = { text: "", images: [], outside: [] };
try {
  const page = await (await browser.newContext()).newPage();
  page.on("request", (request) => {
    if (!/^(https?:\/\/(localhost|127\.0\.0\.\d+)[:/]|data:|blob:|about:)/.test(request.url())) seen.outside.push(request.url());
  });
  await page.goto(address, { waitUntil: "load" });
  await page.waitForTimeout(500);
  for (const frame of page.frames()) {
    seen.text += await frame.evaluate(() => document.body?.innerText ?? "");
    seen.images.push(...(await frame.evaluate(() => [...document.images].map((image) => [image.currentSrc, image.naturalWidth]))));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
