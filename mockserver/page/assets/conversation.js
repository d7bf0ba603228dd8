// An exchange as a conversation: instructions, turns, calls with their outputs, the answer.
import { append, asText, button, h, plural } from "./dom.js";
import { jsonView, longText } from "./json.js";
import { makeRule } from "./rules.js";

const IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;
const BASE64 = /^[A-Za-z0-9+/=\s]+$/;
const SHOWN_APART = new Set(["id", "type", "status", "role", "content", "summary", "name", "arguments", "call_id", "output", "encrypted_content", "phase"]);

export function conversationView(detail, { thread, open, answer: make }) {
  const view = h("div", { class: "conversation" });
  if (thread.length > 1) append(view, [threadStrip(detail.row, thread, open)]);
  const body = detail.request.body;
  const items = inputItems(body);
  const output = detail.response?.output ?? [];
  const [before, now] = [pairsIn(detail.history), pairsIn([...items, ...output])];
  for (const [id, name] of before.names) if (!now.names.has(id)) now.elsewhere.set(id, name);
  const draw = (item, isAnswer) => itemView(item, now, isAnswer);
  if (typeof body?.instructions === "string") append(view, [bubble("instructions", "Instructions", prose(body.instructions))]);
  if (detail.history.length) append(view, [earlier(detail.history, (item) => itemView(item, before, false))]);
  append(view, items.map((item) => draw(item, false)));
  if (!items.length && body !== null && body !== undefined) append(view, [bubble("request", `${detail.request.method} ${detail.request.target}`, valueView(body))]);
  append(view, [answer(detail, output, draw), makeRule(detail.row, make)]);
  return view;
}

function answer(detail, output, draw) {
  const part = h("div", { class: "answer" }, h("div", { class: "divider" }, h("span", null, answerTitle(detail))));
  append(part, output.map((item) => draw(item, true)));
  const error = detail.response?.error ?? detail.reply.body?.error;
  if (detail.miss) append(part, [bubble("error", "Nothing matched", h("pre", null, detail.miss))]);
  else if (error) append(part, [bubble("error", `Error ${error.code ?? error.type ?? ""}`, prose(error.message ?? asText(error)))]);
  else if (!output.length && detail.reply.body !== null && detail.reply.body !== undefined && !detail.response) append(part, [bubble("reply", "Reply", valueView(detail.reply.body))]);
  else if (!output.length && detail.row.open) append(part, [h("p", { class: "muted" }, "No output yet.")]);
  return part;
}

function answerTitle(detail) {
  const { row, response } = detail;
  const usage = response?.usage ? ` · ${response.usage.input_tokens} + ${response.usage.output_tokens} tokens` : "";
  const status = response?.status && response.status !== "completed" ? ` · ${response.status}` : "";
  const by = detail.miss ? "Not answered" : `Answered by ${row.by || "the recording"}`;
  return `${by}${status}${usage}`;
}

function threadStrip(row, thread, open) {
  const turns = thread.map((turn, index) =>
    button([h("b", null, `${index + 1}`), " ", (turn.said || turn.asked || "").slice(0, 32) || "…"], () => open(turn.id), {
      class: turn.id === row.id ? "turn current" : "turn",
      title: turn.asked,
    }),
  );
  return h("nav", { class: "thread", "aria-label": "Turns of this thread" }, turns);
}

function earlier(history, draw) {
  const body = h("div");
  const node = h("details", { class: "earlier" }, h("summary", null, `${plural(history.length, "item")} of earlier turns`), body);
  node.addEventListener("toggle", () => {
    if (node.open && !body.firstChild) append(body, history.map((item) => draw(item, false)));
  });
  return node;
}

export function inputItems(body) {
  const given = body?.input ?? body?.items;
  if (typeof given === "string") return [{ type: "message", role: "user", content: given }];
  return Array.isArray(given) ? given.filter((item) => item && typeof item === "object") : [];
}

function pairsIn(items) {
  const names = new Map();
  const outputs = new Map();
  for (const item of items) {
    if (!item.call_id) continue;
    if (String(item.type).endsWith("_output")) outputs.set(item.call_id, item);
    else names.set(item.call_id, item.name ?? item.type);
  }
  return { names, outputs, elsewhere: new Map() };
}

function itemView(item, { names, outputs, elsewhere }, isAnswer) {
  const type = item.type ?? "message";
  if (type === "message") return bubble(item.role ?? "assistant", titleOf(item.role ?? "assistant"), contentView(item.content), { isAnswer });
  if (type === "reasoning") return reasoningView(item);
  if (type.endsWith("_output")) return names.has(item.call_id) ? null : bubble("output", `Output of ${elsewhere.get(item.call_id) ?? item.call_id ?? type}`, valueView(parsed(item.output ?? item)));
  if (item.call_id || type.endsWith("_call")) return callView(item, outputs.get(item.call_id));
  return bubble("other", type, jsonView(item));
}

function titleOf(role) {
  return role[0].toUpperCase() + role.slice(1);
}

function reasoningView(item) {
  const said = [...(item.summary ?? []), ...(item.content ?? [])].map((part) => part.text).filter(Boolean).join("\n\n");
  return bubble("reasoning", "Reasoning", prose(said || (item.encrypted_content ? "Encrypted." : "No summary.")));
}

// A call, and its output below it where both are here.
function callView(item, output) {
  const body = h("div");
  const given = item.arguments ?? item.input ?? item.action ?? item.query ?? item.code;
  if (given !== undefined && given !== null) append(body, [valueView(parsed(given))]);
  const rest = Object.fromEntries(Object.entries(item).filter(([key, value]) => !SHOWN_APART.has(key) && value !== given && value !== null));
  if (typeof rest.result === "string" && BASE64.test(rest.result)) {
    append(body, [picture(`data:image/png;base64,${rest.result}`)]);
    delete rest.result;
  }
  if (Object.keys(rest).length) append(body, [jsonView(rest, { open: 0 })]);
  if (item.output !== undefined && item.output !== null) append(body, [h("div", { class: "call-output" }, h("div", { class: "label" }, "Output"), valueView(parsed(item.output)))]);
  if (output) {
    append(body, [h("div", { class: "call-output" }, h("div", { class: "label" }, "Output"), valueView(parsed(output.output ?? output)))]);
  }
  return bubble("call", [h("span", { class: "call-name" }, item.name ?? item.server_label ?? item.type), h("span", { class: "muted" }, ` ${item.type}${item.call_id ? ` · ${item.call_id}` : ""}`)], body);
}

function parsed(value) {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export function valueView(value) {
  if (typeof value === "string") return prose(value);
  if (Array.isArray(value) && value.every((part) => part?.type)) return contentView(value);
  return value === null || value === undefined ? h("span", { class: "muted" }, "nothing") : jsonView(value, { open: 2 });
}

function contentView(content) {
  if (typeof content === "string") return prose(content);
  return h("div", null, (content ?? []).map(partView));
}

function partView(part) {
  const text = part.text ?? part.refusal ?? part.transcript;
  if (typeof text === "string") return h("div", null, prose(text), (part.annotations ?? []).length ? jsonView(part.annotations, { open: 0 }) : null);
  const url = typeof part.image_url === "string" ? part.image_url : part.image_url?.url;
  if (url) return picture(url);
  return jsonView(part, { open: 0 });
}

function picture(url) {
  if (IMAGE.test(url)) return h("img", { class: "picture", src: url, alt: "image" });
  return h("p", { class: "muted" }, "Image: ", url.slice(0, 200));
}

function prose(text) {
  const value = parsed(text);
  if (value !== text) return jsonView(value, { open: 2 });
  return h("div", { class: "prose" }, longText(text, "text"));
}

function bubble(kind, title, body, { isAnswer = false } = {}) {
  return h("article", { class: `item i-${kind}${isAnswer ? " is-answer" : ""}` }, h("header", null, title), body);
}
