/**
 * What a run costs: parameters, FLOPs, minutes and memory of a decoder with SwiGLU and a tied head,
 * trained with AdamW in float32. The same numbers as `minillm.flops` and `minillm.training`.
 */
import { html, show } from "./draw.js";

/** The inner width of the feed-forward: 8/3 of the width, up to a multiple of 32. */
export function hidden(C) {
  return 32 * Math.ceil(C * 8 / 3 / 32);
}

/** How many numbers are trained: table, four matrices and three per layer, norms. */
export function parameters(L, C, V) {
  return V * C + L * (4 * C * C + 3 * C * hidden(C) + 2 * C) + C;
}

/** FLOPs of training on one token of a text of T. */
export function perToken(L, C, V, T) {
  return 3 * (L * (2 * (4 * C * C + 3 * C * hidden(C)) + 4 * T * C) + 2 * C * V);
}

/** Bytes by what they are for; what the layers keep for the way back is not counted. */
export function memory(N, B, T, V) {
  return { weights: 4 * N, gradients: 4 * N, averages: 8 * N, logits: 8 * B * T * V };
}

/** Minutes of a number of tokens on a machine that makes so many billion FLOPs per second. */
export function minutes(flops, tokens, gigaflops) {
  return flops * tokens / (gigaflops * 1e9) / 60;
}

/** A large number with three digits and a unit. */
export function large(x, units = ["", "thousand", "million", "billion", "trillion"]) {
  const i = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(x, 1)) / 3)));
  const scaled = x / 1000 ** i;
  return `${scaled >= 1e5 ? scaled.toExponential(2) : Number(scaled.toPrecision(3))} ${units[i]}`.trim();
}

/** A time in the unit that fits. */
export function time(inMinutes) {
  const units = [["years", 525_600], ["days", 1440], ["hours", 60], ["minutes", 1], ["seconds", 1 / 60]];
  const [name, size] = units.find(([, s]) => inMinutes >= 2 * s) ?? units.at(-1);
  return `${Number((inMinutes / size).toPrecision(3))} ${name}`;
}

const KNOBS = {
  L: ["layers", [1, 2, 4, 6, 8, 12, 24, 32, 48, 80], 4],
  C: ["width", [64, 128, 256, 384, 512, 768, 1024, 2048, 4096, 8192], 256],
  V: ["vocabulary", [258, 512, 1024, 4096, 8192, 32_000, 50_257, 128_000], 4096],
  T: ["context", [64, 128, 256, 512, 1024, 2048, 4096, 8192], 256],
  B: ["texts per batch", [1, 4, 8, 16, 32, 64, 128], 32],
  D: ["tokens per parameter", [1, 2, 5, 10, 20, 50, 100, 200], 20],
  S: ["machine, billion FLOPs per second", [10, 25, 50, 100, 200, 1000, 10_000, 100_000, 400_000], 100],
};
const PARTS = ["weights", "gradients", "averages", "logits"];

/** Show the figure. */
export function mount(el) {
  const now = Object.fromEntries(Object.entries(KNOBS).map(([name, [, , value]]) => [name, value]));
  const named = {}, rows = html("tbody"), bars = html("tbody"), note = html("p", { class: "fig-note", role: "status" });
  const sliders = Object.entries(KNOBS).map(([name, [, values, value]]) => {
    named[name] = html("span");
    return html("label", { class: "fig-field" }, named[name], html("input", { type: "range", min: 0, max: values.length - 1, step: 1,
      value: values.indexOf(value), "data-name": name, input: (event) => { now[name] = values[Number(event.target.value)]; draw(); } }));
  });
  function draw() {
    const { L, C, V, T, B, D, S } = now, N = parameters(L, C, V), each = perToken(L, C, V, T), tokens = D * N;
    for (const [name, [label]] of Object.entries(KNOBS)) named[name].textContent = `${label}: ${now[name].toLocaleString("en")}`;
    const lines = [["parameters", N, large(N)], ["tokens", tokens, large(tokens)], ["FLOPs per token, exact", each, large(each)],
      ["FLOPs per token, 6 N", 6 * N, large(6 * N)], ["FLOPs", each * tokens, (each * tokens).toExponential(2)],
      ["time", minutes(each, tokens, S), time(minutes(each, tokens, S))]];
    rows.replaceChildren(...lines.map(([name, value, text]) => html("tr", {}, html("th", { scope: "row" }, name),
      html("td", { "data-of": name, "data-value": value }, text))));
    const parts = memory(N, B, T, V), total = PARTS.reduce((sum, name) => sum + parts[name], 0);
    const bytes = (x) => large(x, ["bytes", "kB", "MB", "GB", "TB"]);
    bars.replaceChildren(...PARTS.map((name) => html("tr", {}, html("th", { scope: "row" }, name),
      html("td", {}, html("span", { class: "fig-bar", "data-kind": 0 },
        html("span", { class: "fig-part", style: `width:${(100 * parts[name] / total).toFixed(1)}%` }))),
      html("td", { "data-of": name, "data-value": parts[name] }, bytes(parts[name])))));
    note.textContent = `The exact count is ${(each / (6 * N)).toFixed(2)} times 6 N. Training needs at least ${bytes(total)}; what the layers keep ` +
      "for the way back comes on top.";
  }
  const table = (...parts) => html("table", { class: "fig-table" }, ...parts);
  show(el, "What a run costs", "Choose a model, its data and a machine. Speed is what the machine reaches in training, not what its data sheet says.",
    html("div", { class: "fig-controls" }, sliders),
    html("div", { class: "fig-panels" }, table(html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "count"), html("th", { scope: "col" }, ""))), rows),
      table(html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "memory"), html("th", { scope: "col" }, "share"), html("th", { scope: "col" }, ""))), bars)), note);
  draw();
}

export default { render: ({ el }) => mount(el) };
