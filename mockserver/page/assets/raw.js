// Headers and bytes as they were sent, and the frames of a stream.
import { asText, h, plural } from "./dom.js";
import { longText } from "./json.js";

const MOST_RAW = 100_000;

export function rawView(detail) {
  const { request, reply } = detail;
  const sent = request.raw ?? asText(request.body ?? "");
  return h(
    "div",
    { class: "raw" },
    h("h3", null, "Request"),
    h("pre", { class: "code" }, `${request.method} ${request.target}`),
    headersTable(request.headers),
    body("Body", sent),
    h("h3", null, "Reply"),
    h("pre", { class: "code" }, reply.status ? `${reply.status}` : "The client did not wait for an answer."),
    reply.headers ? headersTable(reply.headers) : h("p", { class: "muted" }, "The headers of this reply are not kept."),
    detail.events ? frames(detail) : body("Body", reply.body === null || reply.body === undefined ? "" : asText(reply.body)),
  );
}

function headersTable(headers) {
  return h("table", { class: "headers" }, h("tbody", null, headers.map(([name, value]) => h("tr", null, h("th", { scope: "row" }, name), h("td", null, value)))));
}

function body(title, text) {
  if (!text) return null;
  const size = new TextEncoder().encode(text).length;
  return h("details", { open: text.length < MOST_RAW }, h("summary", null, `${title}, ${plural(size, "byte")}`), h("pre", { class: "code" }, longText(text, "text", MOST_RAW)));
}

function frames(detail) {
  const { connection, lane } = detail.row;
  const framed = connection === null || connection === undefined ? streamFrames(detail) : detail.events.map(({ data }) => `${onLane(data, lane)}\n`);
  return body(plural(framed.length, "frame"), framed.join(""));
}

function streamFrames({ events, framing, row }) {
  const framed = [];
  const others = [...framing.others];
  events.forEach(({ data }, index) => {
    while (others.length && others[0][0] <= index) framed.push(`${others.shift()[1]}\n\n`);
    const type = framing.event_lines ? data.match(/"type":\s*"([^"]+)"/)?.[1] : null;
    framed.push(`${type ? `event: ${type}\n` : ""}data: ${data}\n\n`);
  });
  if (row.open) return framed;
  framed.push(...others.map(([, text]) => `${text}\n\n`));
  if (framing.end) framed.push(`data: ${framing.end}\n\n`);
  return framed;
}

// On a WebSocket, events say their lane last.
function onLane(data, lane) {
  return lane ? `${data.replace(/\}$/, "")},"stream_id":${JSON.stringify(lane)}}` : data;
}
