// The events of a stream on a time axis, and the stream played again.
import { append, button, duration, fill, h, plural, svg } from "./dom.js";
import { jsonView } from "./json.js";

const WIDTH = 1000;
const LANE = 22;
const MOST_EVENTS = 3000;
const GAP = 0.25;

export function timelineView(detail, { rows, open }) {
  const view = h("div", { class: "timeline" });
  const connection = detail.row.connection;
  if (connection !== null && connection !== undefined) append(view, [lanesView(detail.row, rows, open)]);
  if (!detail.events?.length) {
    append(view, [h("p", { class: "muted" }, detail.row.stream ? "No event has left yet." : `The answer was not streamed. It took ${duration(detail.row.ms) || "no time"}.`)]);
    return view;
  }
  const events = eventsOf(detail);
  const span = Math.max(0.001, ...events.map((event) => event.at), detail.ended ?? 0);
  append(view, [facts(detail, events, span), chart(detail, events, span), player(events, span), table(events)]);
  return view;
}

export function eventsOf(detail) {
  let last = 0;
  return detail.events.map((sent, index) => {
    let event = {};
    try {
      event = JSON.parse(sent.data);
    } catch {
      // a fault may send what is no JSON
    }
    last = sent.at ?? last;
    return { index, at: last, type: event.type ?? "?", event, data: sent.data };
  });
}

function facts(detail, events, span) {
  const delta = events.find((one) => one.type.endsWith(".delta"));
  const gaps = events.slice(1).map((one, index) => one.at - events[index].at);
  const rows = [
    ["Events", String(events.length)],
    ["First event", duration(events[0].at * 1000)],
    ["First delta", delta ? duration(delta.at * 1000) : "none"],
    ["Longest gap", gaps.length ? duration(Math.max(...gaps) * 1000) : "none"],
    ["End", ending(detail, span)],
  ];
  return h("dl", { class: "facts" }, rows.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}

function ending(detail, span) {
  if (detail.row.open) return "still open";
  if (detail.row.kind === "left") return `client left after ${duration(span * 1000)}`;
  if (detail.row.fault) return `${detail.row.fault} after ${duration(span * 1000)}`;
  return detail.complete ? duration(span * 1000) : `broken off after ${duration(span * 1000)}`;
}

function laneOf(event) {
  return event.output_index === undefined || event.output_index === null ? "response" : `item ${event.output_index}`;
}

function chart(detail, events, span) {
  const names = [...new Set(events.map((one) => laneOf(one.event)))];
  const titles = new Map(names.map((name) => [name, name]));
  for (const { event } of events) if (event.item) titles.set(laneOf(event), event.item.name ?? event.item.type);
  const height = names.length * LANE + 24;
  const x = (at) => 4 + (at / span) * (WIDTH - 8);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, height, class: "chart", preserveAspectRatio: "none", role: "img", "aria-label": `${events.length} events in ${duration(span * 1000)}` });
  for (let tick = 0; tick <= 10; tick += 1) {
    const at = (span * tick) / 10;
    append(drawn, [svg("line", { x1: x(at), x2: x(at), y1: 0, y2: height - 20, class: "grid" })]);
  }
  names.forEach((name, lane) => {
    const own = events.filter((one) => laneOf(one.event) === name);
    const y = lane * LANE + 4;
    append(drawn, [svg("rect", { x: x(own[0].at), y: y + 5, width: Math.max(2, x(own.at(-1).at) - x(own[0].at)), height: 4, class: "bar" })]);
    for (const one of own) {
      const mark = svg("line", { x1: x(one.at), x2: x(one.at), y1: y, y2: y + 14, class: one.type.endsWith(".delta") ? "tick delta" : "tick" });
      append(mark, [svg("title", null, `${one.type} at ${duration(one.at * 1000)}`)]);
      append(drawn, [mark]);
    }
  });
  if (detail.row.kind === "left" || detail.row.fault || !detail.complete) append(drawn, [svg("line", { x1: x(span), x2: x(span), y1: 0, y2: height - 20, class: "break" })]);
  const cursor = svg("line", { x1: 0, x2: 0, y1: 0, y2: height - 20, class: "cursor", id: "timeline-cursor", visibility: "hidden" });
  append(drawn, [cursor]);
  const labels = names.map((name) => h("span", null, titles.get(name)));
  const axis = [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", null, duration(span * part * 1000)));
  return h("div", { class: "chart-box" }, h("div", { class: "lanes" }, labels), h("div", { class: "plot" }, drawn, h("div", { class: "axis" }, axis)));
}

// The stream once more, at a speed: what its client saw, when it saw it.
function player(events, span) {
  const said = h("div", { class: "prose played text" });
  const speed = h("select", { "aria-label": "Speed" }, [0.25, 0.5, 1, 2, 4].map((one) => h("option", { value: one, selected: one === 1 }, `${one}×`)));
  let frame = 0;
  const play = () => {
    cancelAnimationFrame(frame);
    const began = performance.now();
    let next = 0;
    fill(said);
    const cursor = document.getElementById("timeline-cursor");
    cursor?.setAttribute("visibility", "visible");
    const advance = (now) => {
      const at = ((now - began) / 1000) * Number(speed.value);
      while (next < events.length && events[next].at <= at) {
        const { type, event } = events[next];
        if (typeof event.delta === "string" && type.endsWith(".delta")) said.append(event.delta);
        next += 1;
      }
      const x = 4 + (Math.min(at, span) / span) * (WIDTH - 8);
      cursor?.setAttribute("x1", x);
      cursor?.setAttribute("x2", x);
      if (next < events.length && said.isConnected) frame = requestAnimationFrame(advance);
      else said.dataset.done = "yes";
    };
    delete said.dataset.done;
    frame = requestAnimationFrame(advance);
  };
  return h("div", { class: "player" }, h("p", null, button("Play", play, { class: "primary small" }), " at ", speed), said);
}

function table(events) {
  const rows = events.slice(0, MOST_EVENTS).map((one, index) => {
    const gap = index ? one.at - events[index - 1].at : 0;
    const body = h("td", { class: "data" });
    const node = h("details", null, h("summary", null, preview(one)));
    node.addEventListener("toggle", () => {
      if (node.open && node.children.length === 1) append(node, [jsonView(one.event, { open: 2 })]);
    });
    append(body, [node]);
    return h("tr", { class: gap > GAP ? "gap" : "" }, h("td", { class: "num" }, String(one.index)), h("td", { class: "num" }, duration(one.at * 1000)), h("td", { class: "num" }, gap > 0.0005 ? `+${duration(gap * 1000)}` : ""), h("td", null, one.type.replace(/^response\./, "")), body);
  });
  const heads = ["#", "At", "Gap", "Event", "Data"].map((name) => h("th", null, name));
  const left = events.length > MOST_EVENTS ? h("p", { class: "muted" }, `${plural(events.length - MOST_EVENTS, "event")} more`) : null;
  return h("div", null, h("table", { class: "events" }, h("thead", null, h("tr", null, heads)), h("tbody", null, rows)), left);
}

function preview({ event, data }) {
  if (typeof event.delta === "string") return JSON.stringify(event.delta).slice(0, 90);
  if (event.item) return `${event.item.type}${event.item.name ? ` ${event.item.name}` : ""}`;
  if (event.response) return event.response.status ?? "";
  return (event.text ?? event.arguments ?? data).slice(0, 90);
}

// All exchanges of one WebSocket, a row for each lane.
function lanesView(row, rows, open) {
  const own = [...rows.byId.values()].filter((one) => one.view === row.view && one.connection === row.connection).sort((a, b) => a.id - b.id);
  const first = own[0].time;
  const span = Math.max(1, ...own.map((one) => one.time + (one.ms ?? 0) - first));
  const names = [...new Set(own.map((one) => one.lane ?? ""))];
  const height = names.length * LANE + 4;
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, height, class: "chart", preserveAspectRatio: "none" });
  for (const one of own) {
    const bar = svg("rect", {
      x: 4 + ((one.time - first) / span) * (WIDTH - 8),
      y: names.indexOf(one.lane ?? "") * LANE + 5,
      width: Math.max(4, ((one.ms ?? 0) / span) * (WIDTH - 8)),
      height: 12,
      class: one.id === row.id ? "lane-bar current" : "lane-bar",
    });
    append(bar, [svg("title", null, `#${one.id} ${one.said}`)]);
    bar.addEventListener("click", () => open(one.id));
    append(drawn, [bar]);
  }
  const labels = names.map((name) => h("span", null, name || "default lane"));
  return h("section", null, h("h3", null, `WebSocket connection ${row.connection}: ${plural(own.length, "exchange")}`), h("div", { class: "chart-box" }, h("div", { class: "lanes" }, labels), h("div", { class: "plot" }, drawn)));
}
