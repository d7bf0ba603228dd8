// The page: the list on the left, one exchange on the right; addresses, keys, and what comes from the server.
import { append, button, clockTime, duration, fill, h } from "./dom.js";
import { get, listen, report, useKey } from "./source.js";
import { FILTERS, ListView, Rows, shortKey } from "./list.js";
import { conversationView } from "./conversation.js";
import { whyView } from "./why.js";
import { timelineView } from "./timeline.js";
import { changesView } from "./diff.js";
import { copyView } from "./copy.js";
import { rawView } from "./raw.js";
import { GateBar } from "./gate.js";
import { ExportDialog } from "./export.js";
import { WorkspaceView } from "./controls.js";

const FIRST_PAGE = 200;
const TABS = [
  ["conversation", "Conversation", conversationView],
  ["why", "Why", whyView],
  ["timeline", "Timeline", timelineView],
  ["changes", "Changes", changesView],
  ["copy", "Copy as", copyView],
  ["raw", "Raw", rawView],
];
const KINDS = [
  ["", "All", "all"],
  ["miss", "Misses", "miss"],
  ["error", "Errors", "error"],
  ["open", "Open", "open"],
];
const HELP = [
  ["j / k", "next, previous exchange"],
  ["Enter", "open the exchange"],
  ["Esc", "close it, or leave the filter"],
  ["/", "filter"],
  ["1 … 6", "tabs of the exchange"],
  ["s", "let one event out of the gate"],
  ["o", "open the gate"],
  ["w", "workspace: answers, faults, rules, cassettes"],
  ["e", "export the list as HAR or JSONL"],
  ["?", "this help"],
];

class App {
  constructor() {
    this.rows = new Rows();
    this.opened = null;
    this.tab = "conversation";
    this.workspace = null;
    this.list = new ListView(this.rows, { open: (id) => this.go(`exchange/${id}`) });
    this.list.onarranged = () => this.drawCounts();
    this.filter = h("input", { id: "filter", type: "search", placeholder: "Filter: words, model:… tool:… rule:… status:4xx is:miss -word", title: FILTERS, spellcheck: "false", autocomplete: "off", oninput: () => this.setFilter(this.filter.value) });
    this.keys = h("select", { id: "key", "aria-label": "API key", onchange: () => this.setView(Number(this.keys.value)) });
    this.kinds = KINDS.map(([kind, label]) => button(label, () => this.setKind(kind), { class: "pill" }));
    this.live = h("span", { class: "live", role: "status" });
    this.detail = h("section", { class: "detail", "aria-label": "Exchange", tabindex: "-1" });
    this.gate = new GateBar({ say: (text) => this.say(text) });
    this.help = h("dialog", { class: "help" }, h("h2", null, "Keys"), h("dl", null, HELP.map(([key, text]) => h("div", null, h("dt", null, h("kbd", null, key)), h("dd", null, text)))), h("h2", null, "Filter"), h("p", null, h("code", null, FILTERS)), h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")));
    this.exports = report ? null : new ExportDialog({ rows: this.rows });
    this.message = h("div", { class: "message", role: "alert", hidden: true });
    const brand = h("a", { class: "brand", href: "#/" }, h("span", { class: "mark" }), report ? report.title : "mockserver");
    const workspace = report ? null : button("Workspace", () => this.openWorkspace(), { id: "open-workspace", title: "Next answer, faults, rules, cassettes (w)" });
    this.bar = h("header", { class: "bar" }, brand, h("div", { class: "pills" }, this.kinds), this.filter, report ? null : this.keys, this.exports && button("Export", () => this.exports.open(), { id: "export", title: "Save the list as HAR or JSONL (e)" }), workspace, this.live, button("?", () => this.help.showModal(), { class: "round", title: "Keys (?)", "aria-label": "Help" }));
    this.main = h("main", null, this.list.element, this.detail);
    document.body.append(this.bar, this.message, this.main, this.help);
    if (this.exports) document.body.append(this.exports.element);
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("hashchange", () => this.route());
  }

  async start() {
    fill(this.list.empty, "Loading…");
    try {
      const first = await get(`exchanges?limit=${FIRST_PAGE}`);
      this.setViews(first.views);
      this.rows.take(first.rows);
      this.ready(first);
    } catch (error) {
      if (error.status === 401) this.askForKey();
      else fill(this.list.empty, error.message);
    }
  }

  ready(first) {
    this.rows.arrange();
    this.list.draw();
    this.drawCounts();
    fill(this.list.empty, report ? "The report holds no exchanges." : [h("p", null, "No requests yet."), h("p", null, "Set a client's base URL to "), h("p", null, h("code", null, `${location.origin}/v1`))]);
    this.route();
    document.body.dataset.ready = "yes";
    if (report) {
      this.live.textContent = new Date(report.made * 1000).toLocaleString();
      return;
    }
    this.backfill(first);
    listen(first.at, (name, data) => this.take(name, data), (on) => this.setLive(on));
  }

  // What came before the first page, in the background.
  async backfill(page) {
    while (page.has_more) {
      const before = page.rows.at(-1).id;
      page = await get(`exchanges?before=${before}`);
      this.rows.take(page.rows.filter((row) => row && !this.rows.byId.has(row.id)));
      this.list.refresh();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    document.body.dataset.complete = "yes";
  }

  take(name, data) {
    if (name === "views") {
      this.setViews(data);
      this.list.refresh();
    } else if (name === "rows") {
      for (const view of data.gone) this.rows.drop(view);
      this.rows.take(data.rows);
      this.list.refresh();
      if (this.opened && data.rows.some((row) => row?.id === this.opened.row.id)) this.load(this.opened.row.id);
      if (this.workspace && data.rows.length) this.workspace.refresh();
    }
    this.drawGate();
  }

  setLive(on) {
    this.live.className = on ? "live on" : "live off";
    this.live.textContent = on ? "live" : "not connected";
  }

  setViews(views) {
    this.rows.views = views;
    const chosen = this.rows.view;
    fill(this.keys, h("option", { value: 0 }, "All keys"), views.map((one) => h("option", { value: one.view }, shortKey(one.name))));
    this.keys.value = String(views.some((one) => one.view === chosen) ? chosen : 0);
    this.rows.view = Number(this.keys.value);
    const own = this.workspace && views.find((one) => one.view === this.workspace.view);
    if (own) this.workspace.update(own);
  }

  setFilter(text) {
    this.rows.filter = text;
    this.list.refresh();
  }

  setView(view) {
    this.rows.view = view;
    this.list.refresh();
  }

  setKind(kind) {
    this.rows.kind = kind;
    this.list.refresh();
  }

  drawCounts() {
    KINDS.forEach(([kind, label, count], index) => {
      const number = this.rows.counts[count];
      fill(this.kinds[index], label, h("span", { class: "count" }, number.toLocaleString("en")));
      this.kinds[index].className = `pill p-${kind || "all"}${this.rows.kind === kind ? " current" : ""}${number ? "" : " none"}`;
    });
    const misses = this.rows.counts.miss;
    document.title = `${misses ? `(${misses}) ` : ""}${report ? report.title : "mockserver"}`;
  }

  // Addresses: #/, #/exchange/17, #/exchange/17/timeline, #/workspace/1, #/workspace/1/answer/17

  go(path) {
    location.hash = `#/${path}`;
  }

  route() {
    const [place, id, tab, more] = location.hash.replace(/^#\//, "").split("/");
    this.say("");
    if (place !== "workspace") this.closeWorkspace();
    if (place === "exchange" && /^\d+$/.test(id ?? "")) {
      this.tab = TABS.some(([name]) => name === tab) ? tab : "conversation";
      this.load(Number(id));
    } else if (place === "workspace" && !report) {
      this.showWorkspace(Number(id), tab === "answer" ? Number(more) : 0);
    } else {
      this.close();
    }
  }

  async load(id) {
    this.wanted = id;
    document.body.classList.add("split");
    this.list.select(id);
    try {
      const detail = await get(`exchanges/${id}`);
      if (this.wanted !== id) return;
      detail.row.said = this.rows.byId.get(id)?.said ?? detail.row.asked;
      this.show(detail);
    } catch (error) {
      if (this.wanted === id) fill(this.detail, h("p", { class: "problem" }, error.message));
    }
  }

  show(detail) {
    const same = this.opened?.row.id === detail.row.id && this.shownTab === this.tab;
    const scroll = same ? this.detail.scrollTop : 0;
    this.opened = detail;
    this.shownTab = this.tab;
    const { row } = detail;
    const offered = TABS.filter(([name]) => has(`exchanges/${row.id}`, name));
    const tabs = offered.map(([name, label], index) => button(label, () => this.go(`exchange/${row.id}/${name}`), { class: name === this.tab ? "tab current" : "tab", role: "tab", dataset: { tab: name }, "aria-selected": name === this.tab ? "true" : "false", title: report ? label : `${label} (${index + 1})` }));
    const make = (offered.find(([name]) => name === this.tab) ?? offered[0])[2];
    const view = make(detail, { thread: this.rows.thread(row), rows: this.rows, open: (one) => this.go(`exchange/${one}/${this.tab}`), answer: report ? null : () => this.go(`workspace/${row.view}/answer/${row.id}`), recorded: !report && detail.recorded });
    const head = h("div", { class: "detail-head" }, title(row), report ? null : this.gateLine(), h("div", { class: "tabs", role: "tablist" }, tabs, h("span", { class: "spring" }), button("×", () => this.go(""), { class: "round", title: "Close (Esc)", "aria-label": "Close" })));
    fill(this.detail, head, h("div", { class: "body", role: "tabpanel" }, view));
    this.detail.scrollTop = scroll;
    this.drawGate();
  }

  gateLine() {
    return this.opened.row.open || this.viewOf(this.opened.row.view)?.gates.length ? this.gate.element : null;
  }

  viewOf(view) {
    return this.rows.views.find((one) => one.view === view);
  }

  drawGate() {
    if (!this.opened || report) return;
    const view = this.viewOf(this.opened.row.view);
    const row = this.rows.byId.get(this.opened.row.id) ?? this.opened.row;
    const wanted = Boolean(view?.gates.length);
    this.gate.draw(wanted ? view : null, row);
    const head = this.detail.querySelector(".detail-head");
    if (wanted && head && !head.contains(this.gate.element)) head.insertBefore(this.gate.element, head.lastChild);
  }

  close() {
    this.opened = this.wanted = null;
    document.body.classList.remove("split");
    fill(this.detail);
    this.list.draw();
  }

  openWorkspace() {
    const view = this.rows.view || this.opened?.row.view || this.rows.views.at(-1)?.view;
    if (view) this.go(`workspace/${view}`);
    else this.say("There is no workspace yet: an API key gets one with its first request.");
  }

  showWorkspace(id, missed) {
    const view = this.viewOf(id);
    this.close();
    if (!view) {
      this.say("This workspace is gone.");
      return;
    }
    document.body.classList.add("split");
    this.workspace = new WorkspaceView(view);
    fill(this.detail, h("div", { class: "detail-head" }, h("div", { class: "tabs" }, h("h1", null, "Workspace ", h("code", null, shortKey(view.name))), h("span", { class: "spring" }), button("×", () => this.go(""), { class: "round", title: "Close (Esc)", "aria-label": "Close" }))), this.workspace.element);
    if (missed) this.workspace.editor.answer(missed);
    else this.workspace.editor.restore();
  }

  closeWorkspace() {
    this.workspace = null;
  }

  say(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  askForKey() {
    const key = h("input", { id: "api-key", type: "password", autocomplete: "off" });
    const enter = (event) => {
      event.preventDefault();
      useKey(key.value);
      this.keyWasSent = true;
      this.start();
    };
    const why = this.keyWasSent ? "The server does not accept this API key. Enter another one." : "This server accepts stated API keys only. Enter one of them to look.";
    fill(this.list.empty, h("p", null, why), h("form", { class: "line", onsubmit: enter }, key, h("button", { class: "primary" }, "Look")));
    key.focus();
  }

  key(event) {
    const typing = event.target.closest?.("input, textarea, select");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else this.go("");
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const pressed = event.key === "Enter" && event.target.closest?.("button, a, summary");
    const action = this.keyActions()[event.key];
    if (!action || pressed) return;
    event.preventDefault();
    action();
  }

  keyActions() {
    const move = (step) => () => {
      const id = this.list.neighbour(step);
      if (id === null) return;
      this.list.select(id);
      if (this.wanted) this.go(`exchange/${id}/${this.tab}`);
    };
    const tabs = Object.fromEntries(TABS.map(([name], index) => [String(index + 1), () => this.wanted && this.go(`exchange/${this.wanted}/${name}`)]));
    return {
      j: move(1),
      ArrowDown: move(1),
      k: move(-1),
      ArrowUp: move(-1),
      Enter: () => this.list.selected && this.go(`exchange/${this.list.selected}`),
      "/": () => this.filter.focus(),
      "?": () => this.help.showModal(),
      e: () => this.exports?.open(),
      w: () => !report && this.openWorkspace(),
      s: () => this.detail.querySelector(".gate .primary")?.click(),
      o: () => this.detail.querySelector(".gate button:last-of-type")?.click(),
      ...tabs,
    };
  }
}

// A report of a cassette has no rules that a request could be compared with.
function has(exchange, tab) {
  return !report || tab !== "why" || `${exchange}/why` in report.data;
}

function title(row) {
  const facts = [
    `#${row.id}`,
    clockTime(row.time),
    row.model,
    row.stream ? "stream" : null,
    row.connection !== null && row.connection !== undefined ? `WebSocket ${row.connection}${row.lane ? ` · ${row.lane}` : ""}` : null,
    row.open ? "open" : duration(row.ms),
    row.in === null || row.in === undefined ? null : `${row.in} + ${row.out} tokens`,
  ].filter(Boolean);
  const line = h("div", { class: "title" }, h("span", { class: `badge k-${row.kind}${row.open ? " k-open" : ""}` }, row.open ? "…" : String(row.status || "left")), h("b", null, `${row.method} ${row.path}`));
  append(line, [h("span", { class: "muted" }, facts.join(" · "))]);
  return line;
}

new App().start();
