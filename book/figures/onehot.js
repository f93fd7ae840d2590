/**
 * A one-hot vector times a table is a row of the table; several ones give a sum of rows, or their
 * mean. The numbers are those of the lecture slides: [0 0 0 1 0] Q = [10 12 19].
 */
import { choice, html, show } from "./draw.js";

export const Q = [[17, 24, 1], [23, 5, 7], [4, 6, 13], [10, 12, 19], [11, 18, 25]];
const MODES = [["one", "one word"], ["sum", "a bag: sum"], ["mean", "a bag: mean"]];

/** What row i adds to the product: each of its numbers times the vector's number at i. */
export function parts(vector, table) {
  return table.map((row, i) => row.map((number) => vector[i] * number));
}

/** A vector times a table. */
export function product(vector, table) {
  const first = table[0].map(() => 0);
  return parts(vector, table).reduce((sum, row) => sum.map((s, j) => s + row[j]), first);
}

/** The vector of a set of ids: ones, divided by their number for the mean. */
export function bag(chosen, size, mode) {
  const ids = new Set(chosen), share = mode === "mean" && ids.size ? 1 / ids.size : 1;
  return Array.from({ length: size }, (_, i) => (ids.has(i) ? share : 0));
}

/** A number with at most two decimals. */
const short = (x) => String(Math.round(100 * x) / 100);

/** Show the figure; `data` may hold another `table` and the ids `chosen` at first. */
export function mount(el, data = {}) {
  const table = data.table ?? Q, size = table.length;
  let mode = "one", chosen = data.chosen ?? [3];
  const buttons = table.map((_, i) => html("button",
    { type: "button", class: "fig-button", click: () => press(i) }));
  const body = html("table", { class: "fig-counts fig-product" });
  const result = html("output", { class: "fig-cost" });
  const sums = html("p", { class: "fig-note", "aria-live": "polite" });
  function press(i) {
    if (mode === "one") chosen = [i];
    else chosen = chosen.includes(i) ? chosen.filter((id) => id !== i) : [...chosen, i];
    draw();
  }
  function turn(next) {
    mode = next;
    if (mode === "one") chosen = chosen.slice(-1);
    if (mode === "one" && !chosen.length) chosen = [size - 2];
    draw();
  }
  function draw() {
    const vector = bag(chosen, size, mode), terms = parts(vector, table);
    const total = product(vector, table);
    buttons.forEach((button, i) => {
      button.textContent = short(vector[i]);
      button.setAttribute("aria-pressed", vector[i] > 0);
      button.setAttribute("aria-label", `Place ${i}: ${short(vector[i])}`);
    });
    body.replaceChildren(html("tbody", {}, table.map((row, i) => html("tr",
      { class: vector[i] > 0 && "fig-lit" }, html("th", { scope: "row" }, buttons[i]),
      html("td", { class: "fig-times" }, "×"),
      row.map((number) => html("td", {}, number)),
      html("td", { class: "fig-times" }, "="),
      terms[i].map((number) => html("td", { class: "fig-term" }, short(number)))))));
    result.value = `[${total.map(short).join("  ")}]`;
    result.dataset.value = JSON.stringify(total);
    sums.textContent = `First column: ${terms.map((row) => short(row[0])).join(" + ")} = ${short(total[0])}`;
  }
  show(el, "A product that is a lookup", "Press a place of the vector to move the 1. Each row of " +
    "the table is multiplied by the number on its left, and the rows are added. Then choose a bag " +
    "and press several places.",
    html("div", { class: "fig-controls" }, choice("Vector", MODES, mode, turn), result),
    html("div", { class: "fig-scroll", tabindex: 0, role: "group", "aria-label": "The product" }, body),
    sums);
  draw();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
