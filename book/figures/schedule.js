/**
 * Design a schedule of the learning rate; the nearest of the stored runs lights up. `data` is what
 * `minillm.figures.training.schedules_data` returns.
 */
import { chart, choice, html, line, onWidth, show } from "./draw.js";

export const DATA = "schedules.json";
const SHAPES = { cosine: "cosine", stable: "warm-up, stable, decay" };

/** The share of the peak rate at a step, counted from 0. */
export function share(shape, step, nSteps, nWarmup, floor) {
  if (step < nWarmup) return (step + 1) / nWarmup;
  if (shape === "stable") {
    const nDecay = Math.max(1, Math.floor(nSteps / 5));
    return 1 - (1 - floor) * Math.min(1, Math.max(0, step - (nSteps - 1 - nDecay)) / nDecay);
  }
  const a = Math.min(1, (step - nWarmup) / Math.max(1, nSteps - 1 - nWarmup));
  return floor + (1 - floor) * (1 + Math.cos(Math.PI * a)) / 2;
}

/** The rate of each step. */
export function rates({ shape, peak, warmup, floor }, nSteps) {
  return Array.from({ length: nSteps }, (_, step) => peak * share(shape, step, nSteps, warmup, floor));
}

/** How far a schedule is from another one: mean absolute difference of the rates, over the first's mean. */
export function distance(design, run, nSteps) {
  const a = rates(design, nSteps), b = rates(run, nSteps);
  const gap = a.reduce((sum, rate, i) => sum + Math.abs(rate - b[i]), 0);
  return gap / a.reduce((sum, rate) => sum + rate, 0);
}

/** The number of the nearest run. */
export function nearest(design, runs, nSteps) {
  const gaps = runs.map((run) => distance(design, run, nSteps));
  return gaps.indexOf(Math.min(...gaps));
}

const short = (rate) => Number(rate.toPrecision(2)).toString();

/** Show the figure. */
export function mount(el, data) {
  const { runs, n_steps: n } = data, design = { shape: "cosine", peak: 0.005, warmup: 10, floor: 0.1 };
  const left = html("div", {}), right = html("div", {}), note = html("p", { class: "fig-note", role: "status" });
  const named = { peak: html("span"), warmup: html("span"), floor: html("span") };
  const slider = (name, min, max, step, value, from) => html("label", { class: "fig-field" }, named[name],
    html("input", { type: "range", min, max, step, value, "data-name": name,
      input: (event) => { design[name] = from(Number(event.target.value)); draw(); } }));
  const sorted = [...runs].sort((a, b) => a.end - b.end);
  function draw() {
    const at = nearest(design, runs, n), run = runs[at], gap = distance(design, run, n);
    named.peak.textContent = `peak rate ${short(design.peak)}`;
    named.warmup.textContent = `warm-up ${design.warmup} of ${n} steps`;
    named.floor.textContent = `floor ${design.floor.toFixed(2)} of the peak`;
    note.textContent = `Nearest run: ${SHAPES[run.shape]}, peak ${short(run.peak)}, warm-up ${run.warmup}, floor ${run.floor}. ` +
      `Its rates differ from yours by ${(100 * gap).toFixed(0)} % on average. Its validation loss after ${run.last} steps is ` +
      `${run.end.toFixed(3)} nats: place ${sorted.indexOf(run) + 1} of ${runs.length}.`;
    note.dataset.value = gap;
    note.dataset.run = at;
    const wide = (place) => Math.min(place.clientWidth || 0, 420);
    if (!wide(left)) return;
    const ours = rates(design, n), theirs = rates(run, n), most = Math.max(...ours, ...theirs);
    const steps = [0, n / 2, n].map((t) => [t, t]);
    const rate = chart({ width: wide(left), height: 230, x: [0, n], y: [0, most], xTicks: steps,
      yTicks: [0, most / 2, most].map((r) => [r, short(r)]), xLabel: "step", yLabel: "rate: yours dashed, the run's full",
      label: `Your schedule, and that of the nearest run, whose rates differ by ${(100 * gap).toFixed(0)} %` });
    rate.node.append(line(theirs.map((r, t) => rate.at(t, r)), { class: "fig-line fig-series-1" }),
      line(ours.map((r, t) => rate.at(t, r)), { class: "fig-line fig-series-0" }));
    left.replaceChildren(rate.node);
    const loss = chart({ width: wide(right), height: 230, x: [0, n], y: [3.5, 6.5], xTicks: steps,
      yTicks: [4, 5, 6].map((v) => [v, v]), xLabel: "step", yLabel: "training loss, nats",
      label: `Losses of ${runs.length} runs; the nearest one ends at ${run.end.toFixed(3)}` });
    runs.forEach((other) => loss.node.append(line(other.train.map(([t, v]) => loss.at(t, v)), { class: "fig-grid" })));
    loss.node.append(line(run.train.map(([t, v]) => loss.at(t, v)), { class: "fig-line fig-series-1" }));
    right.replaceChildren(loss.node);
  }
  show(el, "Schedule and loss", `Design a schedule. On the right are ${runs.length} runs of the same model, and the one nearest to your design.`,
    html("div", { class: "fig-controls" },
      slider("peak", -3, -1.5, 0.02, Math.log10(design.peak), (v) => 10 ** v),
      slider("warmup", 0, n / 2, 1, design.warmup, (v) => v), slider("floor", 0, 1, 0.05, design.floor, (v) => v),
      choice("Shape", Object.entries(SHAPES), design.shape, (v) => { design.shape = v; draw(); })),
    html("div", { class: "fig-panels" }, left, right), note);
  draw();
  onWidth(left, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
