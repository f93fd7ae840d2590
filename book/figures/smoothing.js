/**
 * Smoothing: move k (add-k) or the discount D (interpolated Kneser-Ney of order 2) and see a
 * distribution and the validation bits per byte change. The page holds one column of counts for
 * each kind of validation token, so that the bits of any k and any D are exact.
 */
import { chart, choice, html, line, onWidth, percent, show, svg, token } from "./draw.js";

export const DATA = "smoothing.json.gz";
const METHODS = {
  add_k: { name: "add-k", knob: "k", low: -5, high: 1, step: 0.02, value: (x) => 10 ** x,
    ticks: ["10⁻⁵", "10⁻⁴", "10⁻³", "0.01", "0.1", "1", "10"].map((name, i) => [i - 5, name]),
    axis: "k, on a logarithmic scale" },
  kneser_ney: { name: "Kneser-Ney", knob: "D", low: 0, high: 1, step: 0.01, value: (x) => x,
    ticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((x) => [x, String(x)]), axis: "discount D" },
};

/** Add-k: p of a word seen `count` times after a history seen `total` times. */
export function addK({ size }, k, { count, total }) {
  const options = size - 1;
  return total ? (count + k) / (total + k * options) : 1 / options;
}

/** Kneser-Ney of order 1 with discount D: p of a word with `preceding` distinct words before it. */
export function kneserNey1({ size, preceding: [total, kinds] }, D, preceding) {
  return Math.max(preceding - D, 0) / total + D * kinds / total / (size - 1);
}

/** Interpolated Kneser-Ney of order 2 with discount D; `kinds` distinct words follow the history. */
export function kneserNey({ size, preceding: lower }, D, { count, total, kinds, preceding }) {
  const p1 = kneserNey1({ size, preceding: lower }, D, preceding);
  return total ? Math.max(count - D, 0) / total + D * kinds / total * p1 : p1;
}

/** The probability that a method gives to a word. */
export function probability(data, method, value, word) {
  return method === "add_k" ? addK(data, value, word) : kneserNey(data, value, word);
}

/** Bits per byte of the validation texts; infinite where a token has probability 0. */
export function bitsPerByte(data, method, value) {
  const { count, total, kinds, preceding } = data.tokens;
  const bits = data.times.reduce((sum, times, i) => sum - times * Math.log2(probability(data, method,
    value, { count: count[i], total: total[i], kinds: kinds[i], preceding: preceding[i] })), 0);
  return bits / data.bytes;
}

/** What the words seen after a history have together in the Kneser-Ney model of order 1. */
function seenBelow(data, D, { kinds, preceding }) {
  return kinds * kneserNey1(data, D, 0) + (preceding - kinds * D) / data.preceding[0];
}

/** The words of a history as rows, and the share that all words seen after it have together. */
export function distribution(data, method, value, history) {
  const { total, kinds } = history;
  const rows = history.words.map(([word, count, preceding]) => ({ word, count, before: count / total,
    p: probability(data, method, value, { count, total, kinds, preceding }) }));
  return { rows, seen: method === "add_k" ? (total + value * kinds) / (total + value * (data.size - 1))
    : 1 - value * kinds / total * (1 - seenBelow(data, value, history)) };
}

/** Bits per byte over the range of a knob: points [position, bits]. */
export function curve(data, method, steps = 40) {
  const { low, high, value } = METHODS[method];
  return Array.from({ length: steps + 1 }, (_, i) => {
    const position = low + (high - low) * i / steps;
    return [position, bitsPerByte(data, method, value(position))];
  });
}

/** Three significant digits. */
const short = (x) => (x === 0 ? "0" : x < 1e-4 ? x.toExponential(1) : String(Number(x.toPrecision(3))));

/** The cheapest point of a curve. */
const lowest = (points) => points.reduce((best, point) => (point[1] < best[1] ? point : best));

/** The curve of one method with the current point, and the best of the other as a dashed line. */
function drawCurve(width, curves, method, position, bits) {
  const own = METHODS[method], other = method === "add_k" ? "kneser_ney" : "add_k";
  const finite = Object.values(curves).flat().map((point) => point[1]).filter(Number.isFinite);
  const floor = Math.floor(Math.min(...finite) * 2), roof = Math.ceil(Math.max(...finite) * 2);
  const yTicks = Array.from({ length: roof - floor + 1 }, (_, i) => (floor + i) / 2);
  const { node, at } = chart({ width, height: 250, x: [own.low, own.high], y: [floor / 2, roof / 2],
    yTicks: yTicks.map((y) => [y, y.toFixed(1)]), xTicks: own.ticks,
    xLabel: own.axis, yLabel: "validation bits per byte",
    label: `Bits per byte against ${own.knob}; now ${bits.toFixed(3)} at ${short(own.value(position))}` });
  const best = lowest(curves[other])[1], [left, y] = at(own.low, best), [right] = at(own.high, best);
  const least = lowest(curves[method]), [leastX, leastY] = at(...least);
  const [x, now] = at(position, bits);
  node.append(
    svg("line", { class: "fig-dashed", x1: left, x2: right, y1: y, y2: y }),
    svg("text", { x: right, y: y + (y > 180 ? -6 : 14), "text-anchor": "end" },
      `best ${METHODS[other].name}: ${best.toFixed(3)}`),
    line(curves[method].map((point) => at(...point)), { class: "fig-line" }),
    svg("circle", { class: "fig-least", cx: leastX, cy: leastY, r: 3.5 }),
    svg("text", { x: Math.max(leastX, 84), y: leastY - 10, "text-anchor": "middle" },
      `lowest: ${least[1].toFixed(3)}`),
    svg("circle", { class: "fig-dot", cx: x, cy: now, r: 6 }));
  return node;
}

/** Each word's probability before (ring) and after smoothing (dot), on a logarithmic scale. */
function drawWords(width, rows) {
  const [left, right, low, height] = [160, 14, -7, 24], bottom = rows.length * height;
  const px = (p) => (p ? left + (width - left - right) * (1 - Math.log10(p) / low) : left);
  const ticks = [[0, "0"], [1e-6, "10⁻⁶"], [1e-4, "10⁻⁴"], [0.01, "0.01"], [1, "1"]].map(([p, name]) => [
    svg("line", { class: "fig-grid", x1: px(p), x2: px(p), y1: 0, y2: bottom }),
    svg("text", { x: px(p), y: bottom + 18, "text-anchor": "middle" }, name)]);
  const marks = rows.map(({ before, p }, i) => {
    const y = i * height + height / 2, kind = p < before ? "fig-loss" : "fig-gain";
    return svg("g", { class: kind }, line([[px(before), y], [px(p), y]], { class: "fig-move" }),
      svg("circle", { class: "fig-ring", cx: px(before), cy: y, r: 4.5 }),
      p > 0 ? svg("circle", { class: "fig-dot", cx: px(p), cy: y, r: 4.5 }) : "");
  });
  return html("div", { class: "fig-dots" }, rows.map(({ word, count, p }) =>
    html("p", { "data-word": word, "data-value": p }, token(word), html("small", {}, `${count} ×`))),
  svg("svg", { class: "fig-chart", width, height: bottom + 24, role: "img", "aria-label":
    rows.map(({ word, before, p }) => `${word.trim()}: ${short(before)} becomes ${short(p)}`).join("; ") },
    ticks, marks));
}

/** One bar: the share of the words that were seen after the history, and of all others. */
function drawShares(seen) {
  return html("p", { class: "fig-shares", "data-seen": seen },
    html("span", {}, `seen words ${percent(seen)}`),
    html("span", { class: "fig-bar" },
      html("span", { class: "fig-part fig-loss", style: `width:${100 * seen}%` }),
      html("span", { class: "fig-part fig-gain", style: `width:${100 * (1 - seen)}%` })),
    html("span", {}, `unseen ${percent(1 - seen)}`));
}

/** Show the figure in an element; `data` is what `minillm.figures.smoothing_data` returns. */
export function mount(el, data) {
  const state = { method: "add_k", position: { add_k: 0, kneser_ney: 0.5 } };
  const curves = { add_k: curve(data, "add_k"), kneser_ney: curve(data, "kneser_ney") };
  const slider = html("input", { type: "range", input: () => move(Number(slider.value)) });
  const named = html("span"), cost = html("output", { class: "fig-cost" });
  const graph = html("div", {}), after = html("div", {});
  const pick = html("select", { change: () => draw() }, data.histories.map(({ word, total }) =>
    html("option", {}, `${word.trim()} (${total.toLocaleString("en")} ×)`)));
  const move = (position) => { state.position[state.method] = position; draw(); };
  function turn(method) {
    const { low, high, step } = METHODS[state.method = method];
    Object.assign(slider, { min: low, max: high, step, value: state.position[method] });
    draw();
  }
  function draw() {
    const { method } = state, position = state.position[method], { knob, value } = METHODS[method];
    const setting = value(position), bits = bitsPerByte(data, method, setting);
    const history = data.histories[pick.selectedIndex];
    const { rows, seen } = distribution(data, method, setting, history);
    named.textContent = `${knob} = ${short(setting)}`;
    slider.setAttribute("aria-valuetext", named.textContent);
    cost.value = `${Number.isFinite(bits) ? bits.toFixed(4) : "∞"} bits per byte`;
    cost.dataset.value = bits;
    const width = graph.clientWidth;
    if (!width) return;  // not on the screen yet
    graph.replaceChildren(drawCurve(width, curves, method, position, bits));
    after.replaceChildren(drawWords(width, rows), drawShares(seen));
  }
  const methods = Object.entries(METHODS).map(([key, { name }]) => [key, name]);
  show(el, "What smoothing costs", "Choose a method and move its knob, with the mouse or the arrow " +
    "keys. Seen words lose (ring to dot), unseen ones gain; what do the validation chapters cost?",
    html("div", { class: "fig-controls" }, choice("Method", methods, state.method, turn),
      html("label", { class: "fig-field" }, named, slider), cost),
    graph,
    html("label", { class: "fig-check" }, "What comes after ", pick), after);
  turn(state.method);
  onWidth(el, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
