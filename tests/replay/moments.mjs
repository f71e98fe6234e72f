// Shows one archived page at several moments in several readers, in one headless Chromium, all readers at once.
//
//   node moments.mjs PEERS_DIR JOBS_JSON
//
// JOBS_JSON: { folder, url, times: [TIMESTAMP], readers: { NAME: { kind, source } } }. `kind` is
//   "pywb": source is the address of a pywb collection;
//   "replaywebpage": source is the path of a WACZ or WARC file, opened by ReplayWeb.page;
//   "warcio": source is the path of a collection; a player of its own fetches the record that the CDXJ names for a
//             moment (the latest not after it, else the first), reads it with warcio.js, and follows a revisit by its
//             WARC-Refers-To headers.
// Prints { NAME: [[text, [naturalWidth of each image]]] } in the order of times, and `outside`: what was asked of others.
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";
import { sendFile } from "./send_file.mjs";

const [peers, given] = process.argv.slice(2);
const jobs = JSON.parse(given);
const require = createRequire(path.resolve(peers, "package.json"));
const { chromium } = require("playwright-core");
const modules = path.resolve(peers, "node_modules");
const LONGEST = 15_000;

const PLAYER = `<!doctype html><meta charset="utf-8"><body><script type="module">
import { WARCParser } from "/warcio.js";
const asked = new URLSearchParams(location.search), source = asked.get("source");
const lines = (await (await fetch(source + "/indexes/index.cdxj")).text()).trim().split("\\n").map((line) => {
  const [, time, ...fields] = line.split(" ");
  return { time, ...JSON.parse(fields.join(" ")) };
});
async function load(url, time) {
  const own = lines.filter((line) => line.url === url);
  const line = own.filter((each) => each.time <= time).pop() ?? own[0];
  const start = Number(line.offset), end = start + Number(line.length) - 1;
  const answer = await fetch(source + "/archive/" + line.filename, { headers: { Range: "bytes=" + start + "-" + end } });
  const record = await new WARCParser(answer.body.getReader()).parse();
  if (record.warcType === "revisit" && !String(record.httpHeaders?.statusCode).startsWith("3")) {
    const date = record.warcHeader("WARC-Refers-To-Date").replace(/[^0-9]/g, "").slice(0, 14);
    return load(record.warcHeader("WARC-Refers-To-Target-URI"), date);
  }
  const body = await record.readFully(true);
  return { type: record.httpHeaders.headers.get("Content-Type") ?? "", body };
}
const page = await load(asked.get("url"), asked.get("ts"));
const charset = /charset=([^;]*)/.exec(page.type)?.[1] ?? "latin1";
const parsed = new DOMParser().parseFromString(new TextDecoder(charset).decode(page.body), "text/html");
for (const image of parsed.images) {
  const { type, body } = await load(new URL(image.getAttribute("src"), asked.get("url")).href, asked.get("ts"));
  image.src = URL.createObjectURL(new Blob([body], { type }));
}
document.body.replaceChildren(...parsed.body.childNodes);
document.body.dataset.ready = "yes";
</script>`;

const SCRIPTS = {
  "/ui.js": path.join(modules, "replaywebpage/ui.js"),
  "/replay/sw.js": path.join(modules, "replaywebpage/sw.js"),
  "/warcio.js": path.join(modules, "warcio/dist/index.all.js"),
};
const server = http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://x");
  const html = (text) => response.writeHead(200, { "Content-Type": "text/html" }).end(text);
  if (pathname === "/player") return html(PLAYER);
  if (pathname === "/embed") {
    const [source, url, ts] = ["source", "url", "ts"].map((name) => searchParams.get(name).replace(/"/g, "&quot;"));
    return html(`<!doctype html><script src="/ui.js"></script><replay-web-page source="${source}" url="${url}" ts="${ts}"
      replayBase="/replay/" embed="replayonly" style="height: 100vh; display: block"></replay-web-page>`);
  }
  if (SCRIPTS[pathname]) return sendFile(request, response, SCRIPTS[pathname], "text/javascript");
  const [, name, ...rest] = decodeURIComponent(pathname).split("/");
  const reader = jobs.readers[name.replace(/\.(wacz|warc\.gz)$/, "")];
  if (reader) return sendFile(request, response, path.join(reader.source, ...rest), "application/octet-stream");
  response.writeHead(404).end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://localhost:${server.address().port}/`;

// For each kind of reader: the address that shows the page at a time, and which frame the page is in.
const KINDS = {
  pywb: (name, { source }, time) => [`${source}${time}/${jobs.url}`, (frame) => frame.url().includes("mp_/")],
  replaywebpage: (name, { source }, time) => [
    `${base}embed?` + new URLSearchParams({ source: `/${name}${source.endsWith(".wacz") ? ".wacz" : ".warc.gz"}`, url: jobs.url, ts: time }),
    (frame) => frame.url().includes("/replay/w/") && frame.url().includes("mp_/"),
  ],
  warcio: (name, _, time) => [`${base}player?` + new URLSearchParams({ source: `/${name}`, url: jobs.url, ts: time }), () => true],
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  ],
});
const context = await browser.newContext();
const shown = { outside: [] };
context.on("request", (request) => {
  if (!/^(http:\/\/(localhost|127\.0\.0\.1)|data:|blob:|about:)/.test(request.url())) shown.outside.push(request.url());
});

// What the page in one of these frames shows, once it is whole; undefined while it is not.
async function read(frames) {
  for (const frame of frames) {
    try {
      const [text, images, ready] = await frame.evaluate(() => [
        document.body?.innerText ?? "", [...document.images].map((image) => image.naturalWidth), document.readyState,
      ]);
      const whole = text.trim() && ready === "complete" && images.every((width) => width > 0);
      if (whole) return { frame, seen: [text.trim(), images] };
    } catch { /* the frame went on to another document */ }
  }
}

// The page as a reader shows it at each of the times, in one tab. The first is opened as a person opens it; then the frame
// in which the reader shows pages is sent to the other times.
async function lookAt(name, reader) {
  const page = await context.newPage(), shown = [];
  let inner;
  for (const time of jobs.times) {
    const [address, isPage] = KINDS[reader.kind](name, reader, time);
    const until = Date.now() + LONGEST;
    // A frame that is given no page (204, 304) is an error to the browser, and a blank page to a reader.
    const open = () => (inner ? inner.goto(inner.url().replace(/\/\d*mp_\//, `/${time}mp_/`)) : page.goto(address)).catch(() => {});
    await open();
    let opened = Date.now(), found;
    while (!(found = await read(page.frames().filter(isPage))) && Date.now() < until) {
      // The player may ask for its frame before its service worker answers, and then stays empty: a reader reloads.
      if (Date.now() - opened > 6_000) { await open(); opened = Date.now(); }
      await page.waitForTimeout(50);
    }
    if (found && reader.kind !== "warcio") inner = found.frame;
    shown.push(found?.seen ?? ["", []]);
  }
  await page.close();
  return shown;
}

try {
  await Promise.all(Object.entries(jobs.readers).map(async ([name, reader]) => { shown[name] = await lookAt(name, reader); }));
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify(shown));
