// The cassettes of a workspace: what was used, how old they are, what secrets are in them.
import { fill, h, plural } from "./dom.js";
import { get } from "./source.js";

export function cassettesView(view) {
  const part = h("section", { class: "panel" }, h("h2", null, "Cassettes"), h("p", { class: "muted" }, "…"));
  get(`keys/${view}/cassettes`).then(
    ({ cassettes }) => fill(part, h("h2", null, "Cassettes"), cassettes.length ? cassettes.map(cassetteView) : h("p", { class: "muted" }, "This workspace replays and records none.")),
    (error) => fill(part, h("h2", null, "Cassettes"), h("p", { class: "problem" }, error.message)),
  );
  return part;
}

function cassetteView(cassette) {
  const used = cassette.entries.filter((entry) => entry.used).length;
  const facts = [
    cassette.mode,
    cassette.upstream,
    cassette.recorded_at ? `recorded ${new Date(cassette.recorded_at * 1000).toISOString().slice(0, 10)}, ${plural(cassette.age_days, "day")} ago` : null,
    cassette.client,
    cassette.entries.length ? `${used} of ${cassette.entries.length} used` : null,
  ].filter(Boolean);
  const secrets = cassette.secrets ?? 0;
  return h(
    "div",
    { class: "card" },
    h("header", null, h("b", null, cassette.file), " ", h("span", { class: secrets ? "tag bad" : "tag good" }, secrets ? plural(secrets, "secret") : "no secrets")),
    h("p", { class: "muted" }, facts.join(" · ")),
    (cassette.problems ?? []).map((problem) => h("p", { class: "problem" }, problem)),
    h(
      "table",
      { class: "usage" },
      h("tbody", null, cassette.entries.map((entry) => h("tr", { class: entry.used ? "" : "unused" }, h("td", { class: "num" }, `:${entry.line}`), h("td", null, entry.request), h("td", { class: "num" }, String(entry.status)), h("td", null, entry.used ? plural(entry.used, "use") : "unused")))),
    ),
  );
}
