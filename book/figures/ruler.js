/**
 * A ruler for weights: two rows of a trained matrix, rounded to the marks of 8 to 2 bits, with a scale
 * for each row or one for the matrix, and what the whole model then costs and writes.
 */
import { chart, choice, html, line, onWidth, show, svg } from "./draw.js";

export const DATA = "ruler.json";

/** Marks on each side of 0: 127 with 8 bits, 1 with 2. */
export function marks(bits) {
  return 2 ** (bits - 1) - 1;
}

/** The whole number nearest to x; in the middle the even one, as in Python. */
export function nearest(x) {
  const low = Math.floor(x), gap = x - low;
  return gap > 0.5 || (gap === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

/** Codes of a row, and how far the marks lie apart: its own ruler, or one that reaches to `largest`. */
export function rounded(weights, bits, largest = Math.max(...weights.map(Math.abs))) {
  const step = largest / marks(bits);
  return { step, codes: weights.map((w) => (step ? nearest(w / step) : 0)) };
}

/** Bytes of a file with `n` weights in so many bits, and with `scales` numbers of 4 bytes. */
export function fileBytes(n, bits, scales) {
  return Math.ceil((n * bits) / 8) + 4 * scales;
}

/** The staircase of one row: what a weight was, and what is stored for it. */
function stairs(name, weights, { step, codes }, width) {
  const most = Math.max(...weights.map(Math.abs)) * 1.08;
  const high = Math.max(most, ...codes.map((code) => 1.05 * step * Math.abs(code))), ticks = [-most, 0, most].map((v) => [v, v.toFixed(2).replace("-0.00", "0.00")]);
  const off = Math.max(...weights.map((w, i) => Math.abs(w - step * codes[i])));
  const kinds = new Set(codes).size;
  const { node, at } = chart({ width, height: 220, x: [-most, most], y: [-high, high], xTicks: ticks,
    yTicks: [-high, 0, high].map((v) => [v, v.toFixed(2)]), xLabel: "weight", yLabel: "stored",
    label: `${name}: ${weights.length} weights on ${kinds} different marks` });
  node.append(line([at(-most, -most), at(most, most)], { class: "fig-dashed" }),
    ...weights.map((w, i) => {
      const [cx, cy] = at(w, step * codes[i]);
      return svg("circle", { class: "fig-dot", cx, cy, r: 2.5 });
    }));
  return html("div", { "data-row": name, "data-kinds": kinds, "data-off": off }, html("p", { class: "fig-head" }, name), node,
    html("p", { class: "fig-note" }, `${kinds} different marks for ${weights.length} weights, ${step.toPrecision(2)} apart. ` +
      `Largest error ${off.toPrecision(2)}, the largest weight ${Math.max(...weights.map(Math.abs)).toPrecision(2)}.`));
}

/** Show the figure; `data` is what `minillm.figures.capstone.ruler_data` returns. */
export function mount(el, data) {
  let bits = 8, kind = "per row";
  const panels = html("div", { class: "fig-panels" }), named = html("span");
  const cost = html("p", { role: "status", class: "fig-note" }), text = html("p", { "data-name": "text", lang: "en" });
  const slider = html("input", { type: "range", min: 2, max: 8, step: 1, value: bits, "data-name": "bits",
    input: (event) => { bits = Number(event.target.value); draw(); } });

  function draw() {
    named.textContent = `${bits} bits: ${2 * marks(bits) + 1} marks`;
    const all = panels.clientWidth || 600, width = all < 560 ? all : (all - 30) / 2;
    const largest = kind === "per row" ? undefined : data.largest;
    panels.replaceChildren(...["a row with a large weight", "a row of small weights"].map((name, i) =>
      stairs(name, data.weights[i], rounded(data.weights[i], bits, largest), width)));
    const scales = kind === "per row" ? data.rows : data.matrices;
    const bytes = fileBytes(data.parameters, bits, scales), score = data.score[kind][bits];
    cost.textContent = `The whole model: ${(bytes / 1e6).toFixed(2)} MB in place of ${(4 * data.parameters / 1e6).toFixed(2)} MB, ` +
      `${score.toFixed(3)} bits per byte in place of ${data.score[kind].float32.toFixed(3)}. With these weights it writes:`;
    text.textContent = data.written[kind][bits];
  }
  show(el, "A ruler for weights", "Take bits away, and give both rows the same ruler. A point is a weight; on the dashed line nothing would be lost.",
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, named, slider),
      choice("A scale", [["per row", "for each row"], ["per matrix", "for the matrix"]], kind, (name) => { kind = name; draw(); })),
    panels, cost, text);
  draw();
  onWidth(panels, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
