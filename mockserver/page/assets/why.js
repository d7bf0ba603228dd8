// Why it was answered as it was: the request beside the nearest rules and recordings, field by field.
import { append, asText, button, fill, h } from "./dom.js";
import { get } from "./source.js";
import { marked } from "./diff.js";
import { makeRule } from "./rules.js";

export function whyView(detail, { answer }) {
  const view = h("div", { class: "why" }, h("p", { class: "muted" }, "Comparing…"));
  get(`exchanges/${detail.row.id}/why`).then(
    ({ nearest }) => fill(view, intro(detail, nearest), makeRule(detail.row, answer), nearest.map(candidate)),
    (error) => fill(view, h("p", { class: "problem" }, error.message)),
  );
  return view;
}

function intro(detail, nearest) {
  const { row } = detail;
  const said = row.kind === "miss" ? "No rule and no recording matched." : `Answered by ${row.by}.`;
  const more = nearest.length ? " The nearest, as they are now:" : " This workspace has no rules and no recordings.";
  return h("p", { class: row.kind === "miss" ? "verdict miss" : "verdict" }, said, more);
}

function candidate(near) {
  const missed = near.fields.filter((field) => !field.met).length;
  const state = near.answered ? "answered" : near.met ? "matches" : near.used_up && missed <= 1 ? "used up" : `${missed} different`;
  const kind = near.answered || near.met ? "good" : near.used_up && missed <= 1 ? "warn" : "bad";
  const card = h(
    "section",
    { class: "card" },
    h("header", null, h("span", { class: `tag ${kind}` }, state), h("span", { class: "muted" }, ` ${near.kind} `), h("b", null, near.name)),
    near.fields.length ? fieldTable(near) : null,
  );
  if (near.ignore) append(card, [ignoreHint(near.ignore)]);
  return card;
}

// What a rule wants is a condition in words; what was recorded is a text, whose differences can be marked.
function fieldTable({ kind, fields }) {
  const beside = kind === "recording" ? marked : (...texts) => texts;
  const rows = fields.map((field) => {
    const [wanted, got] = field.met ? [asText(field.wanted), "✓"] : beside(asText(field.wanted), asText(field.got));
    return h("tr", { class: field.met ? "met" : "unmet" }, h("th", { scope: "row" }, field.field), h("td", null, wanted), h("td", null, got));
  });
  return h("table", { class: "fields" }, h("thead", null, h("tr", null, h("th", null, "Field"), h("th", null, "Wanted"), h("th", null, "Got"))), h("tbody", null, rows));
}

function ignoreHint(paths) {
  const text = paths.map((path) => `--ignore ${path}`).join(" ");
  const copy = button("Copy", () => navigator.clipboard.writeText(text), { class: "small" });
  return h("p", { class: "hint" }, "It would match with ", h("code", null, text), " ", copy);
}
