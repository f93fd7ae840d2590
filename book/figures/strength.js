/**
 * Before and after: a stored edit of the gazette's model at a strength from 0 to 2, and what it does to the
 * fact, its other wordings, neighbours and the person's other facts.
 */
import { choice, html, percent, show } from "./draw.js";

export const DATA = "strength.json.gz";
const GROUPS = { efficacy: "the fact", told: "other told words", untold: "untold words", neighbours: "same object",
  relation: "same relation", person: "the person's other facts" };

/** The value of a curve at x, between the two nearest of the points where it was measured. */
export function between(points, values, x) {
  if (x <= points[0]) return values[0];
  const i = points.findIndex((point) => point >= x);
  if (i < 0) return values[values.length - 1];
  const part = (x - points[i - 1]) / (points[i] - points[i - 1]);
  return values[i - 1] + part * (values[i] - values[i - 1]);
}

/** Show the figure; `data` is what `minillm.figures.editing.strength_data` returns. */
export function mount(el, data) {
  let edit = data.edits[0], site = "last", strength = 0;
  const rows = html("tbody"), note = html("p", { class: "fig-note", role: "status" }), named = html("span");
  const select = html("select", { "data-name": "edit", change: () => { edit = data.edits[Number(select.value)]; draw(); } },
    data.edits.map((each, i) => html("option", { value: i }, `${each.fact} Now: ${each.new}`)));
  const slider = html("input", { type: "range", min: 0, max: 2, step: 0.05, value: strength, "data-name": "strength",
    input: (event) => { strength = Number(event.target.value); draw(); } });

  function draw() {
    named.textContent = `strength ${strength.toFixed(2)}`;
    const at = (name, s) => between(data.strengths, edit.at[site][name], s);
    const names = Object.keys(GROUPS).filter((name) => edit.at[site][name]);
    rows.replaceChildren(...names.map((name) => html("tr", { "data-row": name }, html("th", { scope: "row" }, GROUPS[name]),
      html("td", { style: "width: 45%" }, html("div", { style: `height: 1rem; min-width: 1px; width: ${(100 * at(name, strength)).toFixed(1)}%; background: ` +
        (["efficacy", "told", "untold"].includes(name) ? "#2a78b5" : "#b5622a") })),
      html("td", { class: "fig-number", "data-value": at(name, strength) }, percent(at(name, strength))),
      html("td", { class: "fig-number" }, percent(at(name, 0))))));
    note.textContent = `The edit is at the ${site === "last" ? "last token of the prompt, layer 2" : "subject, layer 0"}: ` +
      `the new object has ${percent(at("efficacy", strength))}, the person's other facts have ${percent(at("person", strength))}.`;
  }
  show(el, "Before and after", "Move the strength of the edit. The upper bars should grow; the lower ones should stay. They are mean probabilities of what is wanted.",
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, html("span", {}, "edit"), select),
      choice("Written at", [["last", "the last token"], ["subject", "the subject"]], site, (name) => { site = name; draw(); }),
      html("label", { class: "fig-field" }, named, slider)),
    html("table", { class: "fig-table", style: "width: 100%" }, html("thead", {}, html("tr", {}, ["asked", "probability", "now", "before"].map((name) =>
      html("th", { scope: "col" }, name)))), rows), note);
  draw();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
