/**
 * How much of a gradient is left some steps back: the forget gate alone, sigmoid(bias) to the power
 * of the distance, and networks as they are drawn, measured at initialisation.
 */
import { chart, html, line, onWidth, show } from "./draw.js";

export const DATA = "highway.json";
const [LOW, HIGH] = [-1, 5];  // of the bias
const DECADES = -12;  // the axis goes down to 1e-12
const SERIES = [["gate", "forget gate alone"], ["lstm", "LSTM, measured"], ["gru", "GRU, measured"], ["elman", "Elman, measured"]];

/** What a forget gate with this bias, and nothing else at its input, keeps in one step. */
export function gate(bias) {
  return 1 / (1 + Math.exp(-bias));
}

/** The share that is left after `d` steps. */
export function kept(bias, d) {
  return gate(bias) ** d;
}

/** After how many steps half of it is left. */
export function halfLife(bias) {
  return Math.log(2) / Math.log1p(Math.exp(-bias));
}

/** The bias with which a share is left after `d` steps. */
export function biasFor(share, d) {
  const f = share ** (1 / d);
  return Math.log(f / (1 - f));
}

/** The measured LSTM whose bias is nearest: its [bias, curve]. */
export function nearest(curves, bias) {
  return curves.reduce((best, entry) => (Math.abs(entry[0] - bias) < Math.abs(best[0] - bias) ? entry : best));
}

/** A share as a power of ten or a percentage. */
function said(share) {
  if (share >= 0.001) return `${(100 * share).toPrecision(3).replace(/\.?0+$/, "")}\u00a0%`;
  const [digits, power] = share.toExponential(1).split("e");
  return share > 0 ? `${digits} · 10${[...power].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}` : "0";
}

/** Show the figure; `data` is what `minillm.figures.recurrence.highway_data` returns. */
export function mount(el, data) {
  let bias = 0, d = 20;
  const place = html("div", {}), rows = html("tbody"), note = html("p", { class: "fig-note", role: "status" });
  const named = { bias: html("span"), d: html("span") };
  const slider = (name, min, max, step, value, set) => html("label", { class: "fig-field" }, named[name],
    html("input", { type: "range", min, max, step, value, "data-name": name,
      input: (event) => { set(Number(event.target.value)); draw(); } }));
  function values(at) {
    const measured = nearest(data.lstm, bias)[1];
    return [kept(bias, at), measured[at], data.gru[at], data.elman[at]];
  }
  function draw() {
    const now = values(d), f = gate(bias), width = Math.min(place.clientWidth || 0, 620);
    named.bias.textContent = `forget bias ${bias.toFixed(2)}: f = ${f.toFixed(3)}`;
    named.d.textContent = `distance ${d} steps`;
    rows.replaceChildren(...SERIES.map(([key, name], i) => html("tr", { class: `fig-series-${i}` },
      html("th", { scope: "row" }, html("span", { class: "fig-key" }), name), html("td", { "data-series": key, "data-value": now[i] }, said(now[i])))));
    note.textContent = `The gate alone halves what it holds every ${halfLife(bias).toFixed(1)} steps. ` +
      `To keep 1 % over ${d} steps it needs a bias of ${d ? biasFor(0.01, d).toFixed(2) : "any size"}. ` +
      `The measured LSTM has the bias ${nearest(data.lstm, bias)[0].toFixed(1)}.`;
    if (!width) return;
    const n = data.gru.length - 1, log = (v) => Math.log10(Math.max(v, 1e-300));
    const { node, at } = chart({ width, height: 300, x: [0, n], y: [DECADES, 0],
      xTicks: [0, 10, 20, 30, 40, 50, 60].filter((t) => t <= n).map((t) => [t, t]),
      yTicks: [0, -3, -6, -9, -12].map((t) => [t, t ? `1e${t}` : "1"]), xLabel: "distance, steps back",
      yLabel: "gradient, against that of the last input",
      label: `Gradient against distance with a forget bias of ${bias}; at distance ${d}: ` +
        SERIES.map(([, name], i) => `${name} ${said(now[i])}`).join(", ") });
    const all = Array.from({ length: n + 1 }, (_, t) => values(t));
    SERIES.forEach((_, i) => {
      const points = all.map((row, t) => [t, log(row[i])]).filter(([, v]) => v >= DECADES);
      node.append(line(points.map(([t, v]) => at(t, v)), { class: `fig-line fig-series-${i}` }));
    });
    node.append(line([at(d, DECADES), at(d, 0)], { class: "fig-dashed" }));
    place.replaceChildren(node);
  }
  show(el, "The gradient highway", "Move the forget bias, then the distance. The axis is logarithmic: a straight line loses the " +
    "same share at each step.",
    html("div", { class: "fig-controls" }, slider("bias", LOW, HIGH, 0.01, bias, (v) => { bias = v; }),
      slider("d", 0, data.gru.length - 1, 1, d, (v) => { d = v; })),
    html("div", { class: "fig-panels fig-stacked" }, place,
      html("table", { class: "fig-table" }, html("thead", {}, html("tr", {}, html("th", { scope: "col" }, ""), html("th", { scope: "col" }, "left"))), rows)), note);
  draw();
  onWidth(place, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
