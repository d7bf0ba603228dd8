// A workspace: its gate, next answer, pace, faults, clock, rules with their hits; reset.
import { button, fill, h } from "./dom.js";
import { get, send } from "./source.js";
import { GateBar } from "./gate.js";
import { RuleEditor, rulesTable } from "./rules.js";
import { cassettesView } from "./cassettes.js";

const FAULTS = {
  "rate limit": { status: 429, retry_after: 1 },
  "server error": { status: 500 },
  "cut after 3 events": { cut_after: 3 },
  "stall after 3 events": { stall_after: 3 },
};

export class WorkspaceView {
  constructor(view) {
    this.view = view.view;
    this.status = h("p", { class: "status", role: "status" });
    this.gate = new GateBar({ say: (text) => this.say(text) });
    this.now = h("dl", { class: "facts" });
    this.rules = h("div");
    this.editor = new RuleEditor({ view: this.view, changed: (text, kind) => this.changed(text, kind) });
    this.element = h(
      "section",
      { class: "workspace", "aria-label": "Workspace" },
      this.status,
      h("div", { class: "grid2" }, this.answers(), this.conditions()),
      h(
        "section",
        { class: "panel" },
        h("h2", null, "Rules, in the order in which they are asked"),
        this.rules,
        h("div", { class: "line" }, button("New rule", () => this.editor.begin()), button("Remove all rules", () => this.call("DELETE", "rules", undefined, "There are no rules."))),
      ),
      this.editor.element,
      cassettesView(this.view),
    );
    this.gate.draw(view);
    this.refresh();
  }

  update(view) {
    this.gate.draw(view);
  }

  say(text, kind = "problem") {
    this.status.className = `status ${text ? kind : ""}`;
    this.status.textContent = text;
  }

  changed(text, kind) {
    this.say(text, kind);
    this.refresh();
  }

  async call(method, path, body, done) {
    try {
      const answer = await send(method, `keys/${this.view}/${path}`, body);
      this.say(typeof done === "function" ? done(answer) : done, "done");
      this.refresh();
      return true;
    } catch (error) {
      this.say(error.message);
      return false;
    }
  }

  answers() {
    const reply = h("textarea", { id: "next-reply", rows: "2", placeholder: "It is sunny." });
    const fault = h("select", { id: "next-fault" }, Object.keys(FAULTS).map((name) => h("option", { value: name }, name)));
    return h(
      "section",
      { class: "panel" },
      h("h2", null, "Next answer"),
      h("label", { for: "next-reply" }, "Text"),
      reply,
      button("Answer the next request", () => this.call("POST", "next", { reply: reply.value }, "The next request gets this answer."), { class: "primary" }),
      h("label", { for: "next-fault" }, "Fault"),
      h("div", { class: "line" }, fault, button("Fail the next request", () => this.call("POST", "next", this.faulty(fault.value), `The next request gets: ${fault.value}.`))),
      h("h2", null, "Gate"),
      this.gate.element,
    );
  }

  faulty(name) {
    const fault = FAULTS[name];
    return fault.status ? { fault } : { reply: "This answer does not arrive whole.", fault };
  }

  conditions() {
    const rate = h("input", { id: "pace-rate", type: "number", min: "0", step: "any", placeholder: "at once" });
    const chaos = h("input", { id: "chaos-rate", type: "number", min: "0", max: "1", step: "0.05", placeholder: "0" });
    const kind = h("select", { "aria-label": "Fault" }, Object.keys(FAULTS).map((name) => h("option", { value: name }, name)));
    const seconds = h("input", { id: "clock-step", type: "number", min: "0", step: "any", value: "1" });
    return h(
      "section",
      { class: "panel" },
      h("h2", null, "Conditions"),
      this.now,
      h("label", { for: "pace-rate" }, "Deltas per second"),
      h("div", { class: "line" }, rate, button("Set the pace", () => this.call("POST", "pace", Number(rate.value) ? { rate: Number(rate.value) } : {}, "The pace is set."))),
      h("label", { for: "chaos-rate" }, "Fraction of requests that fail"),
      h("div", { class: "line" }, chaos, kind, button("Set the chaos", () => this.call("POST", "chaos", Number(chaos.value) ? { rate: Number(chaos.value), faults: [FAULTS[kind.value]] } : {}, "The chaos is set."))),
      h("label", { for: "clock-step" }, "Clock"),
      h("div", { class: "line" }, button("Stop the clock", () => this.call("POST", "clock", { manual: true }, "The clock waits to be advanced.")), seconds, button("Advance by seconds", () => this.call("POST", "clock", { advance: Number(seconds.value) }, (answer) => `The clock is at ${answer.elapsed} s.`))),
      h("h2", null, "Start again"),
      button("Reset this workspace", () => this.call("POST", "reset", {}, "Rules, responses, conversations and requests are forgotten."), { class: "danger" }),
    );
  }

  async refresh() {
    try {
      const [now, { rules }] = await Promise.all([get(`keys/${this.view}/workspace`), get(`keys/${this.view}/rules/usage`)]);
      const facts = [
        ["Queued answers", String(now.queued)],
        ["Pace", now.pace.rate ? `${now.pace.rate} deltas/s` : now.pace.first ? `first after ${now.pace.first} s` : "at once"],
        ["Chaos", now.chaos ? `${Math.round(now.chaos.rate * 100)} %: ${now.chaos.faults.join(", ")}` : "none"],
        ["Clock", now.clock.manual ? `stopped at ${now.clock.elapsed} s` : "runs"],
        ["Unmatched", now.unmatched === "fail" ? "fails" : "is answered"],
      ];
      fill(this.now, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
      fill(this.rules, rulesTable(rules, { edit: (rule) => this.editor.edit(rule), strict: now.unmatched === "fail" }));
    } catch (error) {
      this.say(error.message);
    }
  }
}
