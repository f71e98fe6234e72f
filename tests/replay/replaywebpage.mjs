// Opens an archived page of a WACZ (or WARC) in ReplayWeb.page, in headless Chromium, and prints what a reader sees.
//
//   node replaywebpage.mjs PEERS_DIR ARCHIVE_FILE PAGE_URL [TIMESTAMP]
//
// Prints one JSON line: { text, images: [[src, naturalWidth]], outside: [URLs asked for that are not on loopback] }.
// Nothing but loopback can be reached: names resolve to nothing, and requests elsewhere are counted and refused.
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";
import { sendFile } from "./send_file.mjs";

const [peers, archive, pageUrl, timestamp] = process.argv.slice(2);
const require = createRequire(path.resolve(peers, "package.json"));
const { chromium } = require("playwright-core");
const player = path.resolve(peers, "node_modules/replaywebpage");
const name = "archive" + (archive.endsWith(".wacz") ? ".wacz" : ".warc.gz");
const html = `<!doctype html><script src="/ui.js"></script>
<replay-web-page source="/${name}" url="${pageUrl.replace(/"/g, "&quot;")}" ${timestamp ? `ts="${timestamp}"` : ""}
  replayBase="/replay/" embed="replayonly" style="height: 100vh; display: block"></replay-web-page>`;

const server = http.createServer((request, response) => {
  const where = new URL(request.url, "http://x").pathname;
  if (where === "/") return response.writeHead(200, { "Content-Type": "text/html" }).end(html);
  if (where === "/ui.js") return sendFile(request, response, path.join(player, "ui.js"), "text/javascript");
  if (where === "/replay/sw.js") return sendFile(request, response, path.join(player, "sw.js"), "text/javascript");
  if (where === "/" + name) return sendFile(request, response, archive, "application/octet-stream");
  response.writeHead(404).end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://localhost:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  ],
});
const outside = [];
const seen = { text: "", images: [], outside };
try {
  const context = await browser.newContext();
  context.on("request", (request) => {
    if (!/^(http:\/\/(localhost|127\.0\.0\.1)|data:|blob:|about:)/.test(request.url())) outside.push(request.url());
  });
  const page = await context.newPage();
  await page.goto(base);
  let opened = Date.now();
  const until = Date.now() + 45_000;
  while (Date.now() < until) {
    for (const frame of page.frames()) {
      if (!frame.url().includes("/replay/w/") || !frame.url().includes("mp_/")) continue;
      try {
        seen.text = await frame.evaluate(() => document.body?.innerText ?? "");
        seen.images = await frame.evaluate(() => [...document.images].map((image) => [image.currentSrc, image.naturalWidth]));
      } catch { /* the frame went on to another document */ }
    }
    if (seen.text.trim() && seen.images.every((image) => image[1] > 0)) break;
    // The player may ask for its frame before its service worker answers, and then stays empty: a reader reloads.
    if (!seen.text.trim() && Date.now() - opened > 6_000) {
      await page.goto(base);
      opened = Date.now();
    }
    await page.waitForTimeout(250);
  }
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify(seen));
