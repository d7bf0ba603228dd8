// The exchange as a rule, a test, a command, a cassette: made on the server, copied or saved here.
import { button, fill, h } from "./dom.js";
import { get } from "./source.js";
import { saveAs } from "./export.js";

export function copyView(detail) {
  const view = h("div", { class: "copy" }, h("p", { class: "muted" }, "…"));
  get(`exchanges/${detail.row.id}/forms`).then(
    ({ forms }) => fill(view, formsView(forms)),
    (error) => fill(view, h("p", { class: "problem" }, error.message)),
  );
  return view;
}

function formsView(forms) {
  const code = h("pre", { class: "code", tabindex: "0" });
  const copied = h("span", { class: "muted", role: "status" });
  let chosen = forms[0];
  const tabs = forms.map((form) => button(form.title, () => choose(form), { class: "pill", role: "tab" }));
  const choose = (form) => {
    chosen = form;
    code.textContent = form.text;
    copied.textContent = "";
    forms.forEach((one, index) => tabs[index].classList.toggle("current", one === form));
  };
  const copy = button("Copy", async () => {
    await navigator.clipboard.writeText(chosen.text);
    copied.textContent = "copied";
  }, { class: "primary small" });
  const save = button("Save", () => saveAs(chosen.file, new Blob([chosen.text], { type: "text/plain" })), { class: "small" });
  choose(chosen);
  return [h("div", { class: "pills", role: "tablist" }, tabs), h("p", { class: "actions" }, copy, " ", save, " ", copied), code];
}
