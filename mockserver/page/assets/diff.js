// What changed between two exchanges: two turns, two runs, or a recording and its replay.
import { append, asText, fill, h, plural } from "./dom.js";
import { get } from "./source.js";
import { inputItems, valueView } from "./conversation.js";

const OF_ITEM = new Set(["id", "status", "created_at", "created_by"]);
const NOT_COMPARED = new Set(["input", "previous_response_id", "conversation", "stream", "metadata"]);
const PREFIX = ["model", "instructions", "tools"];
const WORDS = 1500;

export function changesView(detail, { thread, rows, recorded }) {
  const choices = [];
  const at = thread.findIndex((turn) => turn.id === detail.row.id);
  if (at > 0) choices.push([`turn ${at}, the one before`, `exchanges/${thread[at - 1].id}`]);
  if (recorded) choices.push(["its recording", `exchanges/${detail.row.id}/recording`]);
  const before = [...rows.byId.values()].filter((row) => row.id < detail.row.id && row.path === detail.row.path && !thread.some((turn) => turn.id === row.id));
  for (const row of before.sort((a, b) => b.id - a.id).slice(0, 20)) choices.push([`#${row.id} ${row.said.slice(0, 50)}`, `exchanges/${row.id}`]);
  const result = h("div");
  if (!choices.length) return h("div", { class: "changes" }, h("p", { class: "muted" }, "There is no earlier exchange to compare with."));
  const compare = async () => {
    try {
      fill(result, comparison(await get(picker.value), detail));
    } catch (error) {
      fill(result, h("p", { class: "problem" }, error.message));
    }
  };
  const picker = h("select", { id: "compare-with", onchange: compare }, choices.map(([label, path]) => h("option", { value: path }, label)));
  compare();
  return h("div", { class: "changes" }, h("p", { class: "picker" }, h("label", { for: "compare-with" }, "Compared with "), picker), result);
}

function comparison(before, after) {
  const left = promptOf(before);
  const right = promptOf(after);
  const common = commonItems(left.items, right.items);
  const changed = changedFields(before.request.body ?? {}, after.request.body ?? {});
  const stable = !changed.some(([key]) => PREFIX.includes(key));
  const whole = stable && common === left.items.length;
  const view = h("div");
  append(view, [
    h(
      "p",
      { class: "verdict" },
      h("span", { class: whole ? "tag good" : "tag warn" }, whole ? "prefix stayed" : "prefix changed"),
      whole
        ? ` ${plural(common, "item")} of the prompt ${common === 1 ? "is" : "are"} the same, so a prompt cache can hold them.`
        : ` ${common} of ${plural(left.items.length, "item")} ${left.items.length === 1 ? "is" : "are"} the same${stable ? "" : `; ${changed.map(([key]) => key).filter((key) => PREFIX.includes(key)).join(", ")} changed`}.`,
    ),
  ]);
  if (changed.length) append(view, [h("h3", null, "Parameters"), changedTable(changed)]);
  const gone = left.items.slice(common);
  const added = right.items.slice(common);
  if (gone.length) append(view, [h("h3", null, `Only before: ${plural(gone.length, "item")}`), gone.map((item) => changedItem("removed", item))]);
  append(view, [h("h3", null, `New: ${plural(added.length, "item")}`), added.map((item) => changedItem("added", item))]);
  append(view, [h("h3", null, "Answer"), answers(before, after)]);
  return view;
}

function promptOf(detail) {
  return { items: [...detail.history, ...inputItems(detail.request.body)].map(bare) };
}

function bare(item) {
  return Object.fromEntries(Object.entries({ type: "message", ...item }).filter(([key, value]) => !OF_ITEM.has(key) && value !== null));
}

function commonItems(left, right) {
  let count = 0;
  while (count < left.length && count < right.length && sameItem(left[count], right[count])) count += 1;
  return count;
}

function sameItem(one, other) {
  return stable(one) === stable(other);
}

function stable(value) {
  return JSON.stringify(value, (_, inner) => (inner && typeof inner === "object" && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner));
}

function changedFields(left, right) {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => !NOT_COMPARED.has(key));
  return keys.filter((key) => stable(left[key]) !== stable(right[key])).map((key) => [key, left[key], right[key]]);
}

function changedTable(changed) {
  const text = (value) => (value === undefined ? "nothing" : asText(value));
  const rows = changed.map(([key, left, right]) => {
    const [was, is] = marked(text(left), text(right));
    return h("tr", { class: "unmet" }, h("th", { scope: "row" }, key), h("td", null, was), h("td", null, is));
  });
  return h("table", { class: "fields" }, h("thead", null, h("tr", null, h("th", null, "Field"), h("th", null, "Before"), h("th", null, "Now"))), h("tbody", null, rows));
}

function changedItem(kind, item) {
  const said = item.content ?? item.output ?? item.arguments ?? item;
  return h("article", { class: `item change-${kind}` }, h("header", null, `${kind === "added" ? "+" : "−"} ${item.role ?? item.name ?? item.type}`), valueView(said));
}

function answers(before, after) {
  const texts = [before, after].map((detail) => (detail.response?.output ?? []).map(saidBy).join("\n"));
  if (texts[0] === texts[1]) return h("p", { class: "muted" }, "The answers are equal, except for ids and times.");
  const [was, is] = kinds(before) === kinds(after) ? marked(...texts) : texts.map((text) => h("span", { class: "text" }, text || "nothing"));
  return h("div", { class: "two" }, h("div", { class: "prose" }, h("h3", null, "Before"), was), h("div", { class: "prose" }, h("h3", null, "Now"), is));
}

// Texts of a call and of a message have no words in common that mean the same.
function kinds(detail) {
  return (detail.response?.output ?? []).map((item) => item.name ?? item.type).join(" ");
}

function saidBy(item) {
  if (item.type === "message") return (item.content ?? []).map((part) => part.text ?? part.refusal ?? "").join("");
  return item.name ? `${item.name}(${item.arguments ?? item.input ?? ""})` : item.type;
}

// Two texts with what only one of them has marked, word by word.
export function marked(left, right) {
  const one = left.match(/\s+|[^\s\w]|\w+/g) ?? [];
  const other = right.match(/\s+|[^\s\w]|\w+/g) ?? [];
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const middle = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const kept = middle[0].length * middle[1].length <= WORDS * WORDS ? commonWords(...middle) : [new Set(), new Set()];
  const draw = (words, mine, kind, keep) => [
    words.slice(0, start).join(""),
    grouped(mine, keep).map(([same, text]) => (same ? text : h("mark", { class: kind }, text))),
    end ? words.slice(words.length - end).join("") : "",
  ];
  return [h("span", { class: "text" }, draw(one, middle[0], "was", kept[0])), h("span", { class: "text" }, draw(other, middle[1], "is", kept[1]))];
}

function grouped(words, keep) {
  const found = [];
  words.forEach((word, index) => {
    const same = keep.has(index);
    const last = found.at(-1);
    if (last && last[0] === same) last[1] += word;
    else found.push([same, word]);
  });
  return found;
}

function commonWords(left, right) {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const here = i * width + j;
      lengths[here] = left[i] === right[j] ? lengths[here + width + 1] + 1 : Math.max(lengths[here + width], lengths[here + 1]);
    }
  }
  const kept = [new Set(), new Set()];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) {
      kept[0].add(i);
      kept[1].add(j);
      i += 1;
      j += 1;
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return kept;
}
