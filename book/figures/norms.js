/**
 * The norm laboratory: what each block of an untrained stack does to the stream and gets of the
 * gradient, for six kinds of residual and six depths, three seeds each, from stored runs.
 */
import { chart, choice, html, line, onWidth, show } from "./draw.js";

export const DATA = "norms.json";
export const KINDS = { post: "post", pre: "pre", "pre, scaled": "pre, scaled", deepnorm: "DeepNorm",
  deep: "deep", none: "none" };
export const MEASURES = {
  std: { name: "size", axis: "standard deviation of the stream", from: 0 },
  gradient: { name: "gradient", axis: "norm of the gradient of a block's weights", from: 1 },
  change: { name: "change", axis: "relative change of the stream by a block", from: 1 },
  outside: { name: "tokens", axis: "share outside the tokens' mean", from: 0 },
};

/** The values of each seed, block by block. */
export function lines(data, kind, depth, what) {
  return data.runs.filter((run) => run.kind === kind && run.depth === depth).map((run) => run[what]);
}

/** The mean over the seeds, block by block. */
export function mean(rows) {
  return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}

/** Ticks of a logarithmic axis around some values: 1, 2 and 5 times powers of ten, or the powers alone. */
export function ticks(values) {
  const low = Math.log10(Math.min(...values)), high = Math.log10(Math.max(...values));
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
  if (high - low > 2) {
    const step = Math.ceil(powers.length / 6);
    return powers.filter((_, i) => i % step === 0 || i === powers.length - 1).map((p) => 10 ** p);
  }
  const fine = powers.flatMap((p) => [1, 2, 5].map((f) => f * 10 ** p));
  const first = fine.filter((t) => Math.log10(t) <= low + 1e-9).at(-1) ?? fine[0];
  const last = fine.find((t) => Math.log10(t) >= high - 1e-9) ?? fine.at(-1);
  return first === last ? [first, fine[fine.indexOf(last) + 1]] : fine.filter((t) => t >= first && t <= last);
}

/** A number in few characters. */
const short = (x) => (x < 1e-3 ? x.toExponential(0).replace("e-", "e−") : String(Number(x.toPrecision(2))));

/** A list of the kinds to choose one from. */
function pick(label, style, chosen, choose) {
  const options = Object.entries(KINDS).map(([value, name]) =>
    html("option", { value, selected: value === chosen }, name));
  return html("label", { class: `fig-field ${style}` },
    html("span", {}, html("i", { class: "fig-swatch" }), label),
    html("select", { change: (event) => choose(event.target.value) }, options));
}

/** Show the figure. */
export function mount(el, data) {
  const depths = [...new Set(data.runs.map((run) => run.depth))];
  let kind = "pre", other = "post", what = "gradient", depth = depths.length - 1;
  const plot = html("div", {}), named = html("span"), told = html("p", { class: "fig-note", "aria-live": "polite" });
  const slider = html("input", { type: "range", min: 0, max: depths.length - 1, step: 1, value: depth,
    input: () => { depth = Number(slider.value); draw(); } });
  function draw() {
    const L = depths[depth], { axis, from } = MEASURES[what];
    named.textContent = `depth: ${L} blocks`;
    slider.setAttribute("aria-valuetext", `${L} blocks`);
    const shown = [[other, "fig-second"], [kind, "fig-first"]].map(([name, style]) =>
      [name, style, lines(data, name, L, what)]);
    const sentence = ([name, , rows]) => `${KINDS[name]}: ${short(mean(rows)[0])} at the first, ${short(mean(rows).at(-1))} at the last block`;
    told.textContent = `${sentence(shown[1])}; ${sentence(shown[0])}.`;
    told.dataset.values = JSON.stringify(shown.map(([, , rows]) => mean(rows)));
    const width = Math.min(plot.clientWidth || 0, 640);
    if (!width) return;
    const levels = ticks(shown.flatMap(([, , rows]) => rows.flat()).filter((v) => v > 0));
    const span = [Math.log10(levels[0]), Math.log10(levels.at(-1))];
    const step = Math.max(1, Math.ceil(L / 8));
    const places = Array.from({ length: Math.floor(L / step) + 1 }, (_, i) => i * step).filter((p) => p >= from);
    const { node, at } = chart({ width, height: 280, x: [from, Math.max(L, from + 1)], y: span,
      xTicks: places.map((p) => [p, p]), yTicks: levels.map((v) => [Math.log10(v), short(v)]),
      xLabel: "block", yLabel: axis, label: `${axis} by block: ${told.textContent}`, right: 24 });
    for (const [, style, rows] of shown) {
      for (const row of rows) {
        node.append(line(row.map((v, i) => at(i + from, Math.log10(v))), { class: `fig-seed ${style}` }));
      }
    }
    plot.replaceChildren(node);
  }
  show(el, "The norm laboratory", "Choose a kind of residual, a second one to compare with, what to look at, and the depth. " +
    "Three thin lines are three seeds. The axis at the left is logarithmic.",
    html("div", { class: "fig-controls" },
      choice("Look at", Object.entries(MEASURES).map(([value, { name }]) => [value, name]), what,
        (next) => { what = next; draw(); }),
      html("label", { class: "fig-field" }, named, slider)),
    html("div", { class: "fig-controls" },
      pick("Residual (solid)", "fig-first", kind, (next) => { kind = next; draw(); }),
      pick("Compared with (dashed)", "fig-second", other, (next) => { other = next; draw(); })),
    plot, told);
  draw();
  onWidth(plot, () => draw());
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
