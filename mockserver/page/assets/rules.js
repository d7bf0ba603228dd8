// The rules of a workspace with their hits, and one of them as text: read, checked, changed.
import { append, button, fill, h, plural } from "./dom.js";
import { get, sendText } from "./source.js";

const NEW_RULE = '- when: { input: "weather" }\n  reply: "Sunny."\n';
const PLACE = / \(([^()]*)\)$/;
const CHECK_AFTER = 200;
const FEWEST_LINES = 6;
const MOST_LINES = 24;
const NOTES = {
  workspace: "It is put in the place of this rule, and has answered nothing yet. Files stay as they are; a reset forgets it.",
  fixture: "The rule stands in a fixture file, which stays as it is. A changed copy becomes a rule of this workspace: it is asked before all rules of files.",
  new: "One rule or several, as in a fixture file, in YAML or JSON. They are put after the rules of this workspace, before those of files.",
};

export function rulesTable(rules, { edit, strict }) {
  if (!rules.length) return h("p", { class: "muted" }, strict ? "No rules." : "No rules: requests get the default answer.");
  const rows = rules.map((rule, index) =>
    h(
      "tr",
      { class: rule.used ? "" : "unused" },
      h("td", { class: "num" }, String(index + 1)),
      h("td", null, titleOfRule(rule.rule)),
      h("td", null, Object.entries(rule.when).map(([key, value]) => h("span", { class: "cond" }, `${key}: ${value}`))),
      h("td", { class: "num" }, rule.times ? `${rule.used} of ${rule.times}` : String(rule.used)),
      h("td", null, rule.shadowed ? h("span", { class: "tag warn", title: rule.shadowed.by }, `shadowed by ${rule.shadowed.by.replace(PLACE, "")}`) : rule.used ? "" : h("span", { class: "tag" }, "unused")),
      h("td", { class: "act" }, editButton(rule, edit)),
    ),
  );
  const heads = ["#", "Rule", "When", "Hits", "", ""].map((name) => h("th", null, name));
  return h("table", { class: "usage" }, h("thead", null, h("tr", null, heads)), h("tbody", null, rows));
}

// Its name, and below it where it stands.
function titleOfRule(title) {
  const place = title.match(PLACE)?.[1];
  return [h("b", null, title.replace(PLACE, "")), place ? h("div", { class: "place muted" }, place) : null];
}

function editButton(rule, edit) {
  if (rule.place === "queue") return h("span", { class: "muted" }, "next");
  if (!rule.written) return h("span", { class: "muted", title: "Made in Python: change it there" }, "Python");
  return button(rule.place === "fixture" ? "Edit a copy" : "Edit", () => edit(rule), { class: "small", "aria-label": `Edit ${rule.rule}` });
}

// Below an exchange that nothing matched.
export function makeRule(row, answer) {
  if (row.kind !== "miss" || !answer) return null;
  return h("p", { class: "hint" }, button("Make a rule that answers it", answer, { class: "primary small" }));
}

// What was typed and not applied, by workspace: another view of the page takes the place of the editor.
const drafts = new Map();

// Text with line numbers, its problems below it, each at its line.
export class RuleEditor {
  constructor({ view, changed }) {
    this.at = `keys/${view}/rules`;
    this.changed = changed;
    this.checks = 0;
    this.title = h("h2", { id: "rule-title" });
    this.note = h("p", { class: "muted" });
    this.numbers = h("div", { class: "numbers", "aria-hidden": "true" });
    this.text = h("textarea", { id: "rule-text", spellcheck: "false", wrap: "off", "aria-labelledby": "rule-title", "aria-describedby": "rule-problems", oninput: () => this.typed(), onscroll: () => this.follow() });
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.problems = h("div", { id: "rule-problems", class: "rule-problems", role: "status" });
    const apply = button("Apply", () => this.apply(), { class: "primary", title: "Ctrl+Enter" });
    this.element = h("section", { class: "panel editor", hidden: true, "aria-labelledby": "rule-title" }, this.title, this.note, h("div", { class: "source" }, this.numbers, this.text), this.problems, h("div", { class: "line" }, apply, button("Close", () => this.close())));
  }

  async edit(rule) {
    try {
      const { yaml } = await get(`${this.at}/${rule.number}`);
      this.open(`Rule ${rule.rule}`, yaml, NOTES[rule.place], rule.place === "workspace" ? rule.number : 0);
    } catch (error) {
      this.changed(error.message, "problem");
    }
  }

  begin() {
    this.open("New rules", NEW_RULE, NOTES.new, 0);
  }

  // A rule that would answer an exchange that nothing matched.
  async answer(exchange) {
    try {
      const { forms } = await get(`exchanges/${exchange}/forms`);
      const { text } = forms.find((form) => form.file === "rule.yaml");
      this.open(`A rule for the request #${exchange}`, text, NOTES.new, 0);
    } catch (error) {
      this.changed(error.message, "problem");
    }
  }

  open(title, text, note, instead) {
    this.kept = { title, note, instead };
    this.title.textContent = title;
    this.note.textContent = note;
    this.text.value = text;
    this.element.hidden = false;
    this.text.focus();
    this.text.setSelectionRange(0, 0);
    this.element.scrollIntoView({ block: "nearest" });
    this.draw([]);
    this.check();
  }

  // The text that was left in this workspace, if there is one.
  restore() {
    const draft = drafts.get(this.at);
    if (draft) this.open(draft.title, draft.text, draft.note, draft.instead);
  }

  close() {
    drafts.delete(this.at);
    this.element.hidden = true;
    this.checks += 1;
    clearTimeout(this.waiting);
  }

  typed() {
    drafts.set(this.at, { ...this.kept, text: this.text.value });
    this.drawNumbers();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check(), CHECK_AFTER);
  }

  async check() {
    const mine = (this.checks += 1);
    try {
      const { problems, rules } = await sendText("POST", `${this.at}/check`, this.text.value);
      if (mine !== this.checks) return null;
      this.draw(problems, rules);
      return problems;
    } catch (error) {
      if (mine === this.checks) fill(this.problems, h("p", { class: "problem" }, error.message));
      return null;
    }
  }

  async apply() {
    clearTimeout(this.waiting);
    const problems = await this.check();
    if (!problems) return;
    if (problems.length) {
      this.goTo(problems[0].line);
      return;
    }
    try {
      const { rules } = await sendText("POST", this.kept.instead ? `${this.at}?instead=${this.kept.instead}` : this.at, this.text.value);
      this.close();
      this.changed(`${plural(rules.length, "rule")} applied.`, "done");
    } catch (error) {
      fill(this.problems, h("p", { class: "problem" }, error.message));
    }
  }

  draw(problems, rules) {
    this.wrong = new Set(problems.map((one) => one.line));
    this.drawNumbers();
    if (!problems.length) {
      fill(this.problems, h("p", { class: "fine" }, rules === undefined ? "" : `No problems in ${plural(rules, "rule")}.`));
      return;
    }
    const lines = problems.map((one) => h("li", null, button(`line ${one.line}`, () => this.goTo(one.line), { class: "link" }), " ", one.field ? h("code", null, one.field) : null, one.field ? ": " : "", one.message));
    fill(this.problems, h("p", { class: "problem" }, `${plural(problems.length, "problem")}; nothing is applied.`), h("ul", null, lines));
  }

  drawNumbers() {
    const count = this.text.value.split("\n").length;
    this.text.rows = Math.min(MOST_LINES, Math.max(FEWEST_LINES, count));
    fill(this.numbers);
    for (let line = 1; line <= count; line += 1) append(this.numbers, [h("div", { class: this.wrong?.has(line) ? "wrong" : "" }, String(line))]);
    this.follow();
  }

  follow() {
    this.numbers.scrollTop = this.text.scrollTop;
  }

  goTo(line) {
    const lines = this.text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    this.text.focus();
    this.text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  }

  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.apply();
  }
}
