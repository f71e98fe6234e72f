// Answers a request with a file, or the one range of it that is asked for (RFC 9110, section 14): readers of web archives
// ask for little else.
import fs from "node:fs";

export function sendFile(request, response, where, type) {
  const size = fs.statSync(where).size;
  const range = /bytes=(\d*)-(\d*)/.exec(request.headers.range ?? "");
  let start = 0, end = size - 1;
  if (range) {
    if (range[1] === "") start = Math.max(0, size - Number(range[2]));
    else { start = Number(range[1]); if (range[2] !== "") end = Math.min(end, Number(range[2])); }
  }
  const head = { "Content-Type": type, "Accept-Ranges": "bytes", "Content-Length": end - start + 1 };
  if (range) head["Content-Range"] = `bytes ${start}-${end}/${size}`;
  response.writeHead(range ? 206 : 200, head);
  if (request.method === "HEAD") return response.end();
  fs.createReadStream(where, { start, end }).pipe(response);
}
