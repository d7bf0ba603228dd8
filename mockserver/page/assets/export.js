// The exchanges of the list as a file: all that the filter, the key and the kind leave.
import { button, fill, h, plural } from "./dom.js";
import { download } from "./source.js";

const FORMATS = [
  ["har", "HAR", "for browsers and HTTP tools"],
  ["jsonl", "JSONL", "a request and its response a line"],
];

export class ExportDialog {
  constructor({ rows }) {
    this.rows = rows;
    this.count = h("h2");
    this.said = h("p", { role: "status" });
    const formats = FORMATS.map(([format, label, use]) => h("div", { class: "choice" }, button(label, () => this.save(format), { class: "primary" }), h("span", { class: "muted" }, use)));
    this.element = h("dialog", { class: "export" }, this.count, h("p", { class: "muted" }, "Oldest first, without secrets: keys, tokens and what the server redacts are replaced."), formats, this.said, h("form", { method: "dialog" }, h("button", null, "Close")));
  }

  open() {
    this.ids = this.rows.visible.map((row) => row.id);
    fill(this.count, `Export ${plural(this.ids.length, "exchange")}`);
    this.say("", "muted");
    this.element.showModal();
  }

  async save(format) {
    this.say(`The server writes ${plural(this.ids.length, "exchange")}…`, "muted");
    try {
      const { blob, name } = await download("exchanges/export", { format, ids: this.ids });
      saveAs(name, blob);
      this.element.close();
    } catch (error) {
      this.say(error.message, "problem");
    }
  }

  say(text, kind) {
    this.said.className = kind;
    fill(this.said, text);
  }
}

export function saveAs(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
