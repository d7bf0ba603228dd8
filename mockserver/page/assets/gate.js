// Hold, step, open: a gate by click.
import { append, button, fill, h, plural } from "./dom.js";
import { send } from "./source.js";

const STOPS = [
  ["next item", "response.output_item.added"],
  ["item done", "response.output_item.done"],
  ["text done", "response.output_text.done"],
];

// The bar above an exchange, or in the workspace: holds what starts from now on, and lets events out.
export class GateBar {
  constructor({ say }) {
    this.element = h("div", { class: "gate" });
    this.say = say;
    this.shown = "";
  }

  draw(view, row) {
    const gates = view?.gates ?? [];
    const held = row?.open ? row.shown ?? 0 : null;
    const state = JSON.stringify([view?.view, gates, held]);
    if (state === this.shown) return;
    this.shown = state;
    if (!view) {
      fill(this.element);
      return;
    }
    const gate = gates.at(-1);
    const at = `keys/${view.view}/gates`;
    if (!gate) {
      fill(this.element, button("Hold", () => this.call("POST", at), { title: "Hold all responses of this key that start from now on" }), h("span", { class: "muted" }, " Responses leave as they are made."));
      return;
    }
    const step = (count) => this.call("POST", `${at}/${gate}`, { step: count });
    fill(
      this.element,
      button("Step", () => step(1), { class: "primary", title: "Let one event out (s)" }),
      button("5 steps", () => step(5), { title: "Let five events out" }),
      STOPS.map(([label, until]) => button(label, () => this.call("POST", `${at}/${gate}`, { until }), { title: `Let events out up to ${until}` })),
      button("Open", () => this.call("DELETE", `${at}/${gate}`), { title: "Let everything out and hold no more (o)" }),
    );
    append(this.element, [h("span", { class: "holding" }, held === null ? " Holding: the next response waits." : ` Holding: ${plural(held, "event")} out.`)]);
  }

  async call(method, path, body) {
    try {
      await send(method, path, body);
      this.say("");
    } catch (error) {
      this.say(error.message);
    }
  }
}
