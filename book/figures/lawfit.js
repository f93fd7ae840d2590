/**
 * A law fitted to runs: take runs away, and see what the stored fits that never saw them say about the
 * best loss at each budget, and about the run that was held out.
 */
import { chart, html, line, onWidth, show, svg } from "./draw.js";

export const DATA = "lawfit.json.gz";
const LEAST = 20;  // fits for a band
const BEYOND = 2;  // powers of ten to the right of the largest run

/** A law from (ln A, ln B, ln E, a, b). */
export function lawOf([logA, logB, logE, a, b]) {
  return { A: Math.exp(logA), B: Math.exp(logB), E: Math.exp(logE), a, b };
}

/** What a law says of N and D. */
export function predicted(law, N, D) {
  return law.E + law.A * N ** -law.a + law.B * D ** -law.b;
}

/** The smallest loss that a law gives for a budget. */
export function bestLoss(law, C) {
  const G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b));
  const N = G * (C / 6) ** (law.b / (law.a + law.b));
  return predicted(law, N, C / (6 * N));
}

/** The quantile of some numbers, between two neighbours as NumPy has it. */
export function quantile(values, q) {
  const sorted = [...values].sort((x, y) => x - y), place = q * (sorted.length - 1), i = Math.floor(place);
  return sorted[i] + (place - i) * ((sorted[i + 1] ?? sorted[i]) - sorted[i]);
}

/** The fits of the first pool that has enough of them which never saw a removed run. */
export function survivors(pools, removed) {
  let most = [];
  for (const pool of pools) {
    const kept = pool.fits.filter((_, i) => !pool.drawn[i].some((run) => removed.includes(run)));
    if (kept.length >= LEAST) return kept;
    if (kept.length > most.length) most = kept;
  }
  return most;
}

/** Show the figure; `data` is what `minillm.figures.scaling.lawfit_data` returns. */
export function mount(el, data) {
  const removed = new Set(), { runs, held_out: last, floor } = data;
  const compute = (run) => 6 * run.N * run.D;
  const budgets = [...new Set(runs.map((run) => Math.round(Math.log2(run.N * run.D) * 10)))].sort((x, y) => x - y);
  const of = (budget) => runs.flatMap((run, i) => (Math.round(Math.log2(run.N * run.D) * 10) === budget ? [i] : []));
  const place = html("div", {}), rows = html("tbody"), note = html("p", { class: "fig-note", role: "status" });
  const boxes = budgets.map((budget) => {
    const all = of(budget);
    return html("label", { class: "fig-check" }, html("input", { type: "checkbox", checked: true, "data-budget": budget,
      change: (event) => { all.forEach((i) => (event.target.checked ? removed.delete(i) : removed.add(i))); draw(); } }),
      compute(runs[all[0]]).toExponential(1).replace("e+", "e"));
  });
  function toggle(i) {
    if (!removed.delete(i)) removed.add(i);
    draw();
    place.querySelector(`[data-run="${i}"]`)?.focus();
  }
  function draw() {
    const fits = survivors(data.pools, [...removed]).map(lawOf), enough = fits.length >= LEAST;
    const low = Math.log10(compute(runs[0])) - 0.2, high = Math.log10(compute(last)) + BEYOND;
    const steps = Array.from({ length: 41 }, (_, i) => low + (high - low) * i / 40);
    const band = enough ? steps.map((c) => {
      const values = fits.map((law) => bestLoss(law, 10 ** c));
      return [0.1, 0.5, 0.9].map((q) => quantile(values, q));
    }) : [];
    const says = fits.map((law) => predicted(law, last.N, last.D));
    const ends = enough ? [0.5, 0.1, 0.9].map((q) => quantile(says, q)) : [];
    const cells = [["runs in the fit", runs.length - removed.size], ["stored fits", fits.length],
      ["predicted, median", ends[0]], ["80 % from", ends[1]], ["to", ends[2]], ["measured", last.loss]];
    rows.replaceChildren(...cells.map(([name, value]) => html("tr", {}, html("th", { scope: "row" }, name),
      html("td", { class: "fig-number", "data-name": name, "data-value": value },
        value === undefined ? "-" : Number.isInteger(value) ? value : value.toFixed(3)))));
    note.textContent = enough ? `The band is ${(100 * (band.at(-1)[2] / band.at(-1)[0] - 1)).toFixed(0)} % wide at the right edge. ` +
      `The run that was held out (ring) lies ${last.loss < ends[1] ? "below" : last.loss > ends[2] ? "above" : "inside"} its interval.` :
      "Too few of the stored fits did without these runs. Put some back.";
    boxes.forEach((box, k) => { box.firstChild.checked = of(budgets[k]).some((i) => !removed.has(i)); });
    const width = Math.min(place.clientWidth || 0, 640);
    if (!width) return;
    const y = [0.5, 2.4];
    const { node, at } = chart({ width, height: 320, x: [low, high], y, yTicks: [0.5, 1, 1.5, 2].map((v) => [v, v]),
      xTicks: [11, 12, 13, 14, 15].filter((v) => v > low && v < high).map((v) => [v, `1e${v}`]), xLabel: "6 N D, operations",
      yLabel: "loss, nats per token", label: `Loss against compute of ${runs.length - removed.size} runs, with the best loss under the fitted laws` });
    node.setAttribute("role", "group");
    if (enough) {
      const edge = (k) => band.map((row, i) => at(steps[i], row[k]));
      node.append(svg("polygon", { class: "fig-band", points: [...edge(0), ...edge(2).reverse()].join(" ") }), line(edge(1), { class: "fig-line" }));
    }
    node.append(line([at(low, floor), at(high, floor)], { class: "fig-dashed" }));
    runs.forEach((run, i) => {
      const [cx, cy] = at(Math.log10(compute(run)), run.loss), out = removed.has(i);
      node.append(svg("circle", { class: out ? "fig-ring" : "fig-dot", r: 5.5, cx, cy, tabindex: 0, role: "button", "data-run": i,
        "aria-pressed": String(out), "aria-label": `remove ${run.N} parameters, ${run.D} tokens, loss ${run.loss.toFixed(3)}`, click: () => toggle(i),
        keydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); toggle(i); } } }));
    });
    const [cx, cy] = at(Math.log10(compute(last)), last.loss);
    node.append(svg("circle", { class: "fig-least", r: 7, cx, cy }));
    place.replaceChildren(node);
  }
  show(el, "What a fit owes to its runs", "Press a point to remove it, or untick a whole budget. The line is the best loss at each budget, the band holds " +
    "80 % of the fits, and the dashed line is the world's own score.",
    html("div", { class: "fig-controls", role: "group", "aria-label": "Budgets" }, boxes), place,
    html("table", { class: "fig-table" }, html("thead", {}, html("tr", {}, ["the largest run", "value"].map((name) =>
      html("th", { scope: "col" }, name)))), rows), note);
  draw();
  onWidth(place, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
