// JSON that folds: objects and lists open on a click, and are drawn only then.
import { append, button, h } from "./dom.js";

const LONG_TEXT = 2000;
const MANY = 200;

export function jsonView(value, { open = 1 } = {}) {
  return h("div", { class: "json" }, jsonNode(value, open));
}

function jsonNode(value, open) {
  if (value === null || typeof value !== "object") return scalar(value);
  const entries = Array.isArray(value) ? value.map((one, index) => [index, one]) : Object.entries(value);
  const [left, right] = Array.isArray(value) ? "[]" : "{}";
  if (!entries.length) return h("span", { class: "j-p" }, left + right);
  const body = h("div", { class: "j-body" });
  const node = h(
    "details",
    { open: open > 0 },
    h("summary", null, h("span", { class: "j-p" }, left), h("span", { class: "j-sum" }, ` ${summaryOf(value, entries)} `), h("span", { class: "j-p" }, right)),
    body,
  );
  const draw = () => {
    if (body.firstChild || !node.open) return;
    drawEntries(body, entries, Array.isArray(value), open - 1, 0);
  };
  node.addEventListener("toggle", draw);
  draw();
  return node;
}

function drawEntries(body, entries, isList, open, from) {
  for (const [key, one] of entries.slice(from, from + MANY)) {
    append(body, [h("div", { class: "j-row" }, h("span", { class: isList ? "j-i" : "j-k" }, isList ? `${key}` : key), h("span", { class: "j-p" }, ": "), jsonNode(one, open))]);
  }
  const left = entries.length - from - MANY;
  if (left > 0) {
    const more = button(`${left} more`, () => {
      more.remove();
      drawEntries(body, entries, isList, open, from + MANY);
    }, { class: "link" });
    append(body, [more]);
  }
}

function summaryOf(value, entries) {
  if (Array.isArray(value)) return `${entries.length}`;
  const told = value.type ?? value.name ?? value.role;
  return typeof told === "string" ? `${told.slice(0, 60)} · ${entries.length}` : entries.map(([key]) => key).slice(0, 4).join(", ").slice(0, 80);
}

function scalar(value) {
  if (typeof value !== "string") return h("span", { class: value === null ? "j-n" : "j-v" }, String(value));
  return longText(JSON.stringify(value), "j-s");
}

export function longText(text, kind, most = LONG_TEXT) {
  if (text.length <= most) return h("span", { class: kind }, text);
  const shown = h("span", { class: kind }, text.slice(0, most), "…");
  const more = button(`show all ${text.length.toLocaleString("en")} characters`, () => {
    shown.textContent = text;
    more.remove();
  }, { class: "link" });
  return h("span", null, shown, " ", more);
}
