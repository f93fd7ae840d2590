/**
 * Smoothing: move k (add-k) or the discount D (interpolated Kneser-Ney of order 2) and see a
 * distribution and the validation bits per byte change. The page holds one column of counts for
 * each kind of validation token, so that the bits of any k and any D are exact.
 */
import { chart, choice, clear, html, line, onWidth, percent, show, svg, token } from "./draw.js";

export const DATA = "smoothing.json.gz";
const METHODS = {
  add_k: { name: "add-k", knob: "k", axis: "k, on a logarithmic scale",
    low: -5, high: 1, step: 0.02, value: (x) => 10 ** x,
    ticks: [-5, -4, -3, -2, -1, 0, 1].map((x) => [x, power(x)]) },
  kneser_ney: { name: "Kneser-Ney", knob: "D", axis: "discount D",
    low: 0, high: 1, step: 0.01, value: (x) => x,
    ticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((x) => [x, String(x)]) },
};

/** A power of ten as a tick of an axis. */
function power(exponent) {
  if (exponent > -3) return String(10 ** exponent);
  return `10⁻${[...String(-exponent)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}

/** Add-k: p of a word seen `count` times after a history seen `total` times. */
export function addK({ size }, k, { count, total }) {
  const options = size - 1;
  return total ? (count + k) / (total + k * options) : 1 / options;
}

/** Kneser-Ney of order 1 with discount D: p of a word that `preceding` distinct words precede. */
export function kneserNey1({ size, preceding: [total, kinds] }, D, preceding) {
  return Math.max(preceding - D, 0) / total + D * kinds / total / (size - 1);
}

/** Interpolated Kneser-Ney of order 2; `kinds` distinct words follow the history. */
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
  const token = (i) =>
    ({ count: count[i], total: total[i], kinds: kinds[i], preceding: preceding[i] });
  return data.times.reduce((sum, times, i) =>
    sum - times * Math.log2(probability(data, method, value, token(i))), 0) / data.bytes;
}

/** What the words seen after a history have together in the Kneser-Ney model of order 1. */
function seenBelow(data, D, { kinds, preceding }) {
  return kinds * kneserNey1(data, D, 0) + (preceding - kinds * D) / data.preceding[0];
}

/** The words of a history as rows, and the share that all words seen after it have together. */
export function distribution(data, method, value, history) {
  const { words, total, kinds } = history;
  const rows = words.map(([word, count, preceding]) => ({ word, count, before: count / total,
    p: probability(data, method, value, { count, total, kinds, preceding }) }));
  const seen = method === "add_k" ? (total + value * kinds) / (total + value * (data.size - 1))
    : 1 - value * kinds / total * (1 - seenBelow(data, value, history));
  return { rows, seen };
}

/**
 * What bigrams of one count lose: the count minus what a model of half of the text expects in as
 * much text again, on average. `row` is one of `data.losses.rows`.
 */
export function loss({ size, losses }, method, value, { count, total, times, kinds, pairs }) {
  if (method === "kneser_ney") {
    const [all, different] = losses.preceding, floor = value * different / all / (size - 1);
    return value - value * ((pairs - value * kinds) / all + kinds * floor);
  }
  const n = times.reduce((sum, t) => sum + t, 0);
  return count - total.reduce((sum, c, i) =>
    sum + times[i] * c * (count + value) / (c + value * (size - 1)), 0) / n;
}

/** Bits per byte over the range of a knob: points [position, bits]. */
export function curve(data, method, steps = 100) {
  const { low, high, value } = METHODS[method];
  return Array.from({ length: steps + 1 }, (_, i) => {
    const position = low + (high - low) * i / steps;
    return [position, bitsPerByte(data, method, value(position))];
  });
}

/** Three significant digits. */
function short(x) {
  return x === 0 ? "0" : x < 1e-4 ? x.toExponential(1) : String(Number(x.toPrecision(3)));
}

/** The cheapest point of a curve. */
const lowest = (points) => points.reduce((best, point) => (point[1] < best[1] ? point : best));

/** Levels of an axis from below the smallest to above the largest value, some six of them. */
function levelsOf(values) {
  const range = Math.max(...values) - Math.min(...values);
  const step = [0.02, 0.05, 0.1, 0.2, 0.5, 1].find((size) => range / size <= 6) ?? 2;
  const first = Math.floor(Math.min(...values) / step), last = Math.ceil(Math.max(...values) / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** The empty chart for a method's curve, with room for the other's best; and its heights with lines or names. */
function frame(width, curves, method, best, label) {
  const { low, high, ticks, axis } = METHODS[method], height = 250;
  const levels = levelsOf([best, ...curves[method].map(([, bits]) => bits).filter(Number.isFinite)]);
  const { node, at } = chart({ width, height, x: [low, high], y: [levels[0], levels.at(-1)],
    xTicks: ticks, yTicks: levels.map((y) => [y, y.toFixed(2)]), xLabel: axis,
    yLabel: "validation bits per byte", label });
  const below = [35, 25, 15].map((up) => height - up);  // the names of ticks and axis
  return { node, at, rules: [...levels.map((y) => at(low, y)[1]), ...below] };
}

/** The name of a curve's lowest point, above it where nothing strikes it, and a line to it. */
function nameLowest([x, y], [left, right], bits, rules, points) {
  const middle = Math.min(Math.max(x, left + 46), right - 46);
  const beside = points.filter((point) => Math.abs(point[0] - middle) < 60);
  const free = clear(y - 10, [...rules, ...beside.map((point) => point[1])]);
  return [svg("line", { class: "fig-axis", x1: x, x2: x, y1: y, y2: free + 4 }),
    svg("text", { x: middle, y: free, "text-anchor": "middle" }, `lowest: ${bits.toFixed(3)}`)];
}

/** What the dashed line is, in the row above the chart. */
function nameDashed(right, words) {
  const x = right - 6.4 * words.length;
  return [svg("line", { class: "fig-dashed", x1: x - 26, x2: x - 6, y1: 8, y2: 8 }),
    svg("text", { x, y: 12, textLength: right - x }, words)];
}

/** The curve of one method with the current point, and the best of the other as a dashed line. */
function drawCurve(width, curves, method, position, bits) {
  const own = METHODS[method], other = method === "add_k" ? "kneser_ney" : "add_k";
  const best = lowest(curves[other])[1];
  const { node, at, rules } = frame(width, curves, method, best,
    `Bits per byte against ${own.knob}; now ${bits.toFixed(3)} at ${short(own.value(position))}`);
  const finite = curves[method].filter((point) => Number.isFinite(point[1]));
  const points = finite.map((point) => at(...point)), least = lowest(finite), end = at(...least);
  const [left, y] = at(own.low, best), [right] = at(own.high, best), [x, now] = at(position, bits);
  node.append(
    svg("line", { class: "fig-dashed", x1: left, x2: right, y1: y, y2: y }),
    ...nameDashed(right, `best ${METHODS[other].name}: ${best.toFixed(3)}`),
    line(points, { class: "fig-line" }),
    ...nameLowest(end, [left, right], least[1], [...rules, y], points),
    svg("circle", { class: "fig-least", cx: end[0], cy: end[1], r: 3.5 }),
    finite[0] === curves[method][0] ? ""
      : svg("text", { x: left + 12, y: 44 }, `↑ ∞ at ${own.knob} = 0`),
    svg("circle", { class: "fig-dot", cx: x, cy: now, r: 6 }));
  return node;
}

/** What smoothing did to a share, as the class of its colour. */
function fate(before, after) {
  return after === before ? "fig-same" : after < before ? "fig-loss" : "fig-gain";
}

/** A line through points up to where it leaves the chart through its roof. */
function upTo(roof, points) {
  const out = points.findIndex(([, y]) => y > roof);
  if (out < 0) return points;
  const [[x0, y0], [x1, y1]] = [points[out - 1] ?? points[out], points[out]];
  const cross = y1 === y0 ? x1 : x0 + (x1 - x0) * (roof - y0) / (y1 - y0);
  return out ? [...points.slice(0, out), [cross, roof]] : [];
}

/** What each count loses: measured in the other half of the text, and expected by the method. */
function drawLosses(width, data, method, setting) {
  const { rows } = data.losses, counts = rows.map(({ count }) => count), roof = 2.5;
  const expected = rows.map((row) => [row.count, loss(data, method, setting, row)]);
  const measured = rows.map(({ count, elsewhere }) => [count, count - elsewhere]);
  const label = expected.map(([c, lost], i) => `a count of ${c} loses ${measured[i][1].toFixed(2)}` +
    ` and ${METHODS[method].name} takes ${lost.toFixed(2)}`).join("; ");
  const { node, at } = chart({ width, height: 230, x: [0.5, Math.max(...counts) + 0.5], y: [0, roof],
    xTicks: counts.map((c) => [c, c]), yTicks: [0, 0.5, 1, 1.5, 2, 2.5].map((y) => [y, y.toFixed(1)]),
    xLabel: "times seen in one half of the chapters", yLabel: "what a count loses", label });
  const name = (text, right, kind) => [
    svg("circle", { class: kind, cx: width - right - 6.2 * text.length - 18, cy: 8, r: 4 }),
    svg("text", { x: width - right, y: 12, "text-anchor": "end" }, text)];
  node.append(line(upTo(roof, expected).map((point) => at(...point)), { class: "fig-line" }),
    ...measured.map(([c, lost]) => { const [cx, cy] = at(c, lost);
      return svg("circle", { class: "fig-ring", cx, cy, r: 5, "data-count": c, "data-lost": lost }); }),
    ...expected.filter(([, lost]) => lost <= roof).map(([c, lost]) => { const [cx, cy] = at(c, lost);
      return svg("circle", { class: "fig-dot", cx, cy, r: 3.5, "data-count": c, "data-lost": lost }); }),
    ...name("measured", 108, "fig-ring"), ...name(METHODS[method].name, 12, "fig-dot"));
  return node;
}

/** Each word after a history: its count, and how much of it is left, on one linear scale. */
function drawWords(rows) {
  const most = 1.25;  // of its own count; a word that gains more is cut
  return html("ol", { class: "fig-left" }, rows.map(({ word, count, before, p }) => {
    const left = count ? p / before : 0, kind = fate(before, p);
    return html("li", { class: kind, "data-word": word, "data-value": p }, token(word),
      html("span", {}, `${count} ×`),
      html("span", { class: "fig-bar" }, html("span", { class: `fig-part ${kind}`,
        style: `width:${(100 * Math.min(left, most) / most).toFixed(2)}%` })),
      html("span", {}, count ? `left: ${percent(left)}` : `p = ${short(p)}`));
  }));
}

/** One bar: the share of the words that were seen after the history, and of all others. */
function drawShares(seen) {
  const part = (kind, share) =>
    html("span", { class: `fig-part ${kind}`, style: `width:${100 * share}%` });
  return html("p", { class: "fig-shares", "data-seen": seen },
    html("span", {}, `seen words ${percent(seen)}`),
    html("span", { class: "fig-bar" }, part(fate(1, seen), seen), part("fig-gain", 1 - seen)),
    html("span", {}, `unseen ${percent(1 - seen)}`));
}

/** Show the figure in an element; `data` is what `minillm.figures.ngrams.smoothing_data` returns. */
export function mount(el, data) {
  const state = { method: "add_k", position: { add_k: 0, kneser_ney: 0.5 } };
  const curves = { add_k: curve(data, "add_k"), kneser_ney: curve(data, "kneser_ney") };
  const slider = html("input", { type: "range", input: () => move(Number(slider.value)) });
  const named = html("span"), cost = html("output", { class: "fig-cost" });
  const graph = html("div", {}), losses = html("div", {}), after = html("div", {});
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
    if (data.losses.rows.length) losses.replaceChildren(drawLosses(width, data, method, setting));
    after.replaceChildren(drawWords(rows), drawShares(seen));
  }
  const methods = Object.entries(METHODS).map(([key, { name }]) => [key, name]);
  const swatch = (kind, name) => html("span", {}, html("i", { class: `fig-swatch ${kind}` }), name);
  show(el, "What smoothing costs", "Choose a method and move its knob, with the mouse or the " +
    "arrow keys. Above: what the validation chapters cost. In the middle: what a count loses, " +
    "measured (rings) and taken by the method (dots). Below: what is left of the words after a " +
    "history.",
    html("div", { class: "fig-controls" }, choice("Method", methods, state.method, turn),
      html("label", { class: "fig-field" }, named, slider), cost),
    graph, losses,
    html("div", { class: "fig-asked" },
      html("label", { class: "fig-check" }, "What comes after ", pick),
      html("small", {}, swatch("fig-loss", "lost"), swatch("fig-gain", "gained"))),
    after);
  turn(state.method);
  onWidth(el, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
