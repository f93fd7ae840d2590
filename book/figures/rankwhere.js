/**
 * Rank and where: the linear layers of the gazette model as rectangles. Choose layers and a rank, and
 * read what LoRA would train; runs that were made say how well it learned.
 */
import { chart, html, onWidth, show, svg } from "./draw.js";

export const DATA = "rankwhere.json";

/** Numbers that LoRA of rank r trains in the chosen layers of all blocks. */
export function trained(data, names, r) {
  return data.blocks * data.layers.filter((layer) => names.includes(layer.name))
    .reduce((sum, layer) => sum + r * (layer.out + layer.in), 0);
}

/** Bytes that AdamW keeps for so many numbers in float32. */
export function optimizerBytes(n) {
  return 8 * n;
}

/** The stored runs of exactly these layers and this rank. */
export function runsOf(data, names, r) {
  const key = [...names].sort().join(", ");
  return data.runs.filter((run) => [...run.names].sort().join(", ") === key && run.r === r);
}

/** What the stored runs reached, seed by seed, for each rate. */
export function reached(runs) {
  const shares = new Map();
  for (const { rate, test } of runs) shares.set(rate, [...shares.get(rate) ?? [], (100 * test).toFixed(0)]);
  return [...shares].map(([rate, found]) => `${found.join(", ")} % of the answers right at the rate ${rate}`).join("; ");
}

/** A number of bytes in words. */
export function bytes(n) {
  return n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB` : `${(n / 1e3).toFixed(1)} kB`;
}

/** Show the figure; `data` is what `minillm.figures.finetuning.rankwhere_data` returns. */
export function mount(el, data) {
  let names = ["q", "v"], r = 4;
  const ranks = [1, 2, 4, 8, 16];
  const model = html("div", { class: "fig-controls" }), plot = html("div", {}), rows = html("tbody");
  const note = html("p", { class: "fig-note", role: "status" }), said = html("span");
  function toggle(name) {
    names = names.includes(name) ? names.filter((each) => each !== name) : [...names, name];
    if (name === "qkv") names = names.filter((each) => !["q", "k", "v"].includes(each));
    if (["q", "k", "v"].includes(name)) names = names.filter((each) => each !== "qkv");
    draw();
    model.querySelector(`[data-layer="${name}"]`).focus();
  }
  function drawModel() {
    model.replaceChildren(...data.layers.map((layer) => html("button", { type: "button", class: "fig-button", "data-layer": layer.name,
      "aria-pressed": String(names.includes(layer.name)), click: () => toggle(layer.name),
      style: names.includes(layer.name) ? "border-color: var(--accent); font-weight: 650" : null },
      html("span", {}, layer.name), html("br"), svg("svg", { width: 40, height: 48, "aria-hidden": "true" },
        Array.from({ length: data.blocks }, (_, i) => svg("rect", { x: 1, y: 1 + 12 * i, width: 8 + 28 * layer.in / 384, height: 4 + 5 * layer.out / 384,
          fill: names.includes(layer.name) ? "var(--accent)" : "none", stroke: "var(--muted)" }))))));
  }
  function drawPlot(n) {
    const width = Math.min(plot.clientWidth || 0, 560);
    if (!width) return;
    const x = [2.6, 6];
    const { node, at } = chart({ width, height: 250, x, y: [0, 1], xTicks: [3, 4, 5, 6].map((v) => [v, `10${"⁰¹²³⁴⁵⁶"[v]}`]),
      yTicks: [0, 0.5, 1].map((v) => [v, String(v)]), xLabel: "numbers that are trained", yLabel: "answers that are right",
      label: `Stored runs: right answers against trained numbers; your choice trains ${n}` });
    for (const run of data.runs) {
      const [cx, cy] = at(Math.log10(run.trained), run.test);
      const mine = runsOf(data, names, r).includes(run);
      node.append(svg("circle", { cx, cy, r: mine ? 6 : 3.5, class: mine ? "fig-dot" : "fig-cell" }, svg("title", {}, `${run.names.join(", ")}, r = ${run.r}`)));
    }
    if (n) {
      const [px] = at(Math.log10(n), 0);
      node.append(svg("line", { x1: px, x2: px, y1: 24, y2: 206, class: "fig-dashed", stroke: "var(--warm)" }));
    }
    plot.replaceChildren(node);
  }
  function draw() {
    const n = trained(data, names, r), found = runsOf(data, names, r);
    said.textContent = `rank r = ${r}`;
    drawModel();
    const entries = [["numbers that are trained", n, n.toLocaleString("en")], ["share of the model", n / data.all, `${(100 * n / data.all).toFixed(2)} %`],
      ["bytes of AdamW", optimizerBytes(n), bytes(optimizerBytes(n))], ["bytes of AdamW, all weights", optimizerBytes(data.all), bytes(optimizerBytes(data.all))],
      ["file in float16", 2 * n, bytes(2 * n)]];
    rows.replaceChildren(...entries.map(([name, value, text]) => html("tr", {}, html("th", { scope: "row" }, name),
      html("td", { class: "fig-number", "data-name": name, "data-value": value }, text))));
    note.textContent = !names.length ? "Choose a layer." : found.length
      ? `Stored, each seed: ${reached(found)}.`
      : "This choice was not run. The numbers hold; how well it learns is not known.";
    drawPlot(n);
  }
  show(el, "Rank and where", "Press a kind of layer to adapt it in all four blocks, and drag the rank. Each rectangle is a weight matrix. " +
    "The dots are runs that were made; the large one is yours, if there is one.",
    model, html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, said, html("input", { type: "range", min: 0, max: 4, step: 1,
      value: 2, "data-name": "r", input: (event) => { r = ranks[Number(event.target.value)]; draw(); } }))),
    html("div", { class: "fig-panels" }, html("table", { class: "fig-table" }, rows), plot), note);
  draw();
  onWidth(plot, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
