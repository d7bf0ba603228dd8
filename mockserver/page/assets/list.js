// The list of exchanges: thousands of rows, of which only those in sight are elements.
import { clockTime, duration, fill, h } from "./dom.js";

const ROW = 26;
const EXTRA = 6;
const MOST_ROWS = 20_000;
export const FILTERS = "model:  tool:  rule:  path:  method:  status:4xx  is:open|stream|miss|error|fault|left|default  -word";
const QUALIFIERS = { model: "model", by: "by", rule: "by", path: "path", kind: "kind", method: "method" };
const OTHER_WORDS = ["status", "tool"];
const STATES = ["open", "stream", "miss", "error", "fault", "left", "answered", "default"];

export class Rows {
  constructor() {
    this.byId = new Map();
    this.views = [];
    this.filter = "";
    this.view = 0;
    this.kind = "";
    this.counts = { all: 0, miss: 0, error: 0, open: 0 };
    this.visible = [];
    this.sorted = null;
  }

  take(rows) {
    for (const row of rows) {
      if (!row) continue;
      if (!this.byId.has(row.id)) this.sorted = null;
      row.said = (row.asked ?? "").replace(/\s+/g, " ");
      row.hay = [row.asked, row.model, row.by, row.path, row.status, row.kind, row.fault, row.miss, ...row.tools].join(" ").toLowerCase();
      this.byId.set(row.id, row);
    }
    if (this.byId.size > MOST_ROWS) for (const id of [...this.byId.keys()].sort((a, b) => a - b).slice(0, this.byId.size - MOST_ROWS)) this.byId.delete(id);
  }

  drop(view) {
    for (const [id, row] of this.byId) if (row.view === view) this.byId.delete(id);
    this.sorted = null;
  }

  // Sorted only when exchanges have come or gone: a filter leaves them as they are.
  newestFirst() {
    this.sorted ??= [...this.byId.keys()].sort((a, b) => b - a);
    return this.sorted.map((id) => this.byId.get(id));
  }

  // What is shown: misses first, then the newest.
  arrange() {
    const tests = testsOf(this.filter);
    const counts = { all: 0, miss: 0, error: 0, open: 0 };
    const misses = [];
    const others = [];
    for (const row of this.newestFirst()) {
      if (this.view && row.view !== this.view) continue;
      if (!tests.every((test) => test(row))) continue;
      counts.all += 1;
      if (row.kind === "miss") counts.miss += 1;
      if (row.status >= 400 || !row.status) counts.error += 1;
      if (row.open) counts.open += 1;
      if (this.kind === "miss" && row.kind !== "miss") continue;
      if (this.kind === "error" && row.status < 400 && row.status) continue;
      if (this.kind === "open" && !row.open) continue;
      (row.kind === "miss" ? misses : others).push(row);
    }
    this.counts = counts;
    this.visible = [...misses, ...others];
  }

  // The turns of one agent: chained by previous_response_id, or in one conversation. Oldest first.
  thread(row) {
    const own = [...this.byId.values()].filter((one) => one.view === row.view && one.response).sort((a, b) => a.id - b.id);
    if (row.conversation) return own.filter((one) => one.conversation === row.conversation);
    const byResponse = new Map(own.map((one) => [one.response, one]));
    let first = row;
    const seen = new Set();
    while (first.previous && byResponse.has(first.previous) && !seen.has(first.id)) {
      seen.add(first.id);
      first = byResponse.get(first.previous);
    }
    const found = [first];
    for (const one of own) if (one.id !== first.id && found.some((turn) => turn.response && turn.response === one.previous)) found.push(one);
    return found.length > 1 ? found : [row];
  }
}

export function shortKey(name) {
  return name.replace(/\*+/, "…");
}

export function testsOf(filter) {
  return filter
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const not = word.startsWith("-") && word.length > 1;
      const test = testOf(not ? word.slice(1) : word);
      return not ? (row) => !test(row) : test;
    });
}

// Words like `modell:x`, which look like a filter and are none.
export function unknownWords(filter) {
  const words = filter.trim().toLowerCase().split(/\s+/);
  return words.filter((word) => {
    const [, name, value] = word.match(/^-?([a-z]+):(?!\/\/)(.+)$/) ?? [];
    return name !== undefined && (name === "is" ? !STATES.includes(value) : !(name in QUALIFIERS) && !OTHER_WORDS.includes(name));
  });
}

function testOf(word) {
  const [, name, value] = word.match(/^(\w+):(.+)$/) ?? [];
  if (name === "status") return (row) => String(row.status).startsWith(value.replaceAll("x", ""));
  if (name === "tool") return (row) => row.tools.some((tool) => tool.toLowerCase().includes(value));
  if (name === "is") return (row) => (value === "open" ? row.open : value === "stream" ? row.stream : row.kind === value);
  if (name in QUALIFIERS) return (row) => String(row[QUALIFIERS[name]] ?? "").toLowerCase().includes(value);
  return (row) => row.hay.includes(word);
}

const COLUMNS = [
  ["time", "Time", (row) => clockTime(row.time)],
  ["key", "Key", (row, rows) => shortKey(rows.views.find((one) => one.view === row.view)?.name ?? "")],
  ["model", "Model", (row) => row.model ?? ""],
  ["asked", "Asked", (row) => row.said || `${row.method} ${row.path}`],
  ["by", "Answered by", (row) => (row.fault ? `${row.by} · ${row.fault}` : row.by)],
  ["status", "Status", (row) => (row.open ? "…" : row.status || "left")],
  ["ms", "Took", (row) => (row.open ? `${row.shown ?? 0} out` : duration(row.ms))],
  ["tokens", "Tokens", (row) => (row.in === null ? "" : `${row.in} → ${row.out}`)],
];

export class ListView {
  constructor(rows, { open }) {
    this.rows = rows;
    this.selected = null;
    this.canvas = h("div", { class: "canvas" });
    this.scroller = h("div", { class: "scroller", tabindex: "-1" }, this.canvas);
    this.empty = h("div", { class: "empty" });
    this.unmatched = h("div", { class: "empty", hidden: true }, "No request matches the filter.");
    this.note = h("p", { class: "note", role: "status", hidden: true });
    this.pool = new Map();
    const heads = COLUMNS.map(([name, title]) => h("span", { class: `c-${name}` }, title));
    this.element = h("section", { class: "list", "aria-label": "Exchanges" }, h("div", { class: "heads" }, heads), this.note, this.scroller, this.empty, this.unmatched);
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.canvas.addEventListener("click", (event) => {
      const line = event.target.closest(".row");
      if (line) open(Number(line.dataset.id));
    });
    this.scheduled = false;
  }

  // Arrange anew in the next frame: however many rows come meanwhile, once.
  refresh() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.rows.arrange();
      this.draw();
      this.onarranged?.();
    });
  }

  draw() {
    const { visible } = this.rows;
    this.element.classList.toggle("one-key", this.rows.views.length < 2 || this.rows.view > 0);
    this.canvas.style.height = `${visible.length * ROW}px`;
    this.empty.hidden = this.rows.byId.size > 0;
    const unknown = unknownWords(this.rows.filter);
    this.note.hidden = !unknown.length;
    fill(this.note, unknown.length ? `${unknown.join(", ")} is searched as a text; the filter knows ${FILTERS}.` : "");
    this.unmatched.hidden = visible.length > 0 || this.rows.byId.size === 0;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW) - EXTRA);
    const last = Math.min(visible.length, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW) + EXTRA);
    const wanted = new Map();
    for (let index = first; index < last; index += 1) wanted.set(visible[index].id, index);
    for (const [id, line] of this.pool) {
      if (!wanted.has(id)) {
        line.remove();
        this.pool.delete(id);
      }
    }
    for (const [id, index] of wanted) this.drawRow(id, index);
  }

  drawRow(id, index) {
    const row = this.rows.byId.get(id) ?? this.rows.visible[index];
    let line = this.pool.get(id);
    if (!line) {
      line = h("div", { class: "row", role: "row", dataset: { id } });
      this.pool.set(id, line);
      this.canvas.append(line);
    }
    line.style.transform = `translateY(${index * ROW}px)`;
    const selected = id === this.selected;
    if (line.row !== row || line.isSelected !== selected || line.viewCount !== this.rows.views.length) {
      line.row = row;
      line.isSelected = selected;
      line.viewCount = this.rows.views.length;
      line.className = `row k-${row.kind}${row.open ? " k-open" : ""}${selected ? " selected" : ""}`;
      fill(line, COLUMNS.map(([name, , text]) => h("span", { class: `c-${name}`, title: name === "asked" || name === "by" ? text(row, this.rows) : undefined }, text(row, this.rows))));
    }
  }

  select(id) {
    this.selected = id;
    const index = this.rows.visible.findIndex((row) => row.id === id);
    if (index >= 0) {
      const top = index * ROW;
      const { scrollTop, clientHeight } = this.scroller;
      if (top < scrollTop) this.scroller.scrollTop = top;
      else if (top + ROW > scrollTop + clientHeight) this.scroller.scrollTop = top + ROW - clientHeight;
    }
    this.draw();
  }

  // The exchange `step` lines below the selected one.
  neighbour(step) {
    const { visible } = this.rows;
    if (!visible.length) return null;
    const index = visible.findIndex((row) => row.id === this.selected);
    return visible[index < 0 ? 0 : Math.min(visible.length - 1, Math.max(0, index + step))].id;
  }
}
