/**
 * The best size for a budget: the map of the loss over N and D with a line of equal compute, and the
 * loss along that line, under published constants and those of the course's own sweep.
 */
import { chart, choice, html, line, onWidth, show, svg } from "./draw.js";

export const DATA = "isoflop.json";
const [COLUMNS, ROWS] = [28, 18];  // of the map

/** E + A / N^a + B / D^b. */
export function loss(law, N, D) {
  return law.E + law.A * N ** -law.a + law.B * D ** -law.b;
}

/** The N and D with 6 N D = C that make the loss smallest. */
export function optimum(law, C) {
  const G = (law.a * law.A / (law.b * law.B)) ** (1 / (law.a + law.b));
  const N = G * (C / 6) ** (law.b / (law.a + law.b));
  return [N, C / (6 * N)];
}

/** The loss at a budget with a size `factor` times the best. */
export function beside(law, C, factor) {
  const [N, D] = optimum(law, C);
  return loss(law, N * factor, D / factor);
}

/** A large number in words, to three digits. */
export function said(x) {
  const names = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"], [1e3, "thousand"]];
  const [unit, name] = names.find(([size]) => x >= size) ?? [1, ""];
  return `${Number((x / unit).toPrecision(3))} ${name}`.trim();
}

/** A power of ten, with its digits raised. */
function power(exponent) {
  return `10${[...String(exponent)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}`;
}

/** Whole numbers in a range, at most about five of them. */
function ticks([low, high], name = power) {
  const step = Math.ceil((high - low) / 5), first = Math.ceil(low);
  return Array.from({ length: Math.max(0, Math.floor(high - first) + 1) }, (_, i) => first + i)
    .filter((v) => (v - first) % step === 0).map((v) => [v, name(v)]);
}

/** Show the figure; `data` is what `minillm.figures.scaling.isoflop_data` returns. */
export function mount(el, data) {
  let law = data.laws[2], exponent = 23.76, shift = 0;
  const map = html("div", {}), cut = html("div", {}), rows = html("tbody");
  const note = html("p", { class: "fig-note", role: "status" });
  const named = { C: html("span"), N: html("span") };
  const inputs = {
    C: html("input", { type: "range", min: law.low, max: law.high, step: 0.01, value: exponent, "data-name": "C",
      input: (event) => { exponent = Number(event.target.value); draw(); } }),
    N: html("input", { type: "range", min: -4, max: 4, step: 0.05, value: 0, "data-name": "N",
      input: (event) => { shift = Number(event.target.value); draw(); } }),
  };
  function choose(name) {
    const before = law;
    law = data.laws.find((each) => each.name === name);
    if (law.low !== before.low) exponent = law.low + (law.high - law.low) * 0.72;
    Object.assign(inputs.C, { min: law.low, max: law.high });
    inputs.C.value = exponent;
    draw();
  }
  function ranges() {
    const ends = [law.low, law.high].map((c) => optimum(law, 10 ** c).map(Math.log10));
    return [0, 1].map((i) => [ends[0][i] - 0.8, ends[1][i] + 0.8]);
  }
  function drawMap(width, C, N) {
    const [x, y] = ranges(), height = 260;
    const { node, at } = chart({ width, height, x, y, xTicks: ticks(x), yTicks: ticks(y), xLabel: "N, parameters", yLabel: "D, tokens",
      label: `Map of the loss over parameters and tokens, with the line of ${said(C)} operations and the path of the best sizes` });
    const level = (i, j) => Math.log(loss(law, 10 ** (x[0] + (x[1] - x[0]) * (i + 0.5) / COLUMNS),
      10 ** (y[0] + (y[1] - y[0]) * (j + 0.5) / ROWS)) - law.E);
    const [low, high] = [level(COLUMNS - 1, ROWS - 1), level(0, 0)];
    for (let i = 0; i < COLUMNS; i++) {
      for (let j = 0; j < ROWS; j++) {
        const [left, top] = at(x[0] + (x[1] - x[0]) * i / COLUMNS, y[0] + (y[1] - y[0]) * (j + 1) / ROWS);
        const [right, bottom] = at(x[0] + (x[1] - x[0]) * (i + 1) / COLUMNS, y[0] + (y[1] - y[0]) * j / ROWS);
        node.append(svg("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "fig-cell", "shape-rendering": "crispEdges",
          opacity: (0.6 * Math.min(1, Math.max(0, (level(i, j) - low) / (high - low)))).toFixed(3) }));
      }
    }
    const c = Math.log10(C / 6), inside = [];
    for (let i = 0; i <= 60; i++) {
      const n = x[0] + (x[1] - x[0]) * i / 60;
      if (c - n >= y[0] && c - n <= y[1]) inside.push(at(n, c - n));
    }
    const path = [law.low, law.high].map((e) => at(...optimum(law, 10 ** e).map(Math.log10)));
    node.append(line(path, { class: "fig-dashed" }), line(inside, { class: "fig-line" }));
    const [cx, cy] = at(Math.log10(N), c - Math.log10(N));
    node.append(svg("circle", { class: "fig-dot", r: 5, cx, cy }));
    map.replaceChildren(node);
  }
  function drawCut(width, C, best, N) {
    const middle = Math.log10(best[0]), x = [middle - 1.25, middle + 1.25];
    const lowest = loss(law, ...best), y = [lowest - 0.02 * (lowest - law.E), lowest + 0.8 * (lowest - law.E)];
    const yTicks = [0.25, 0.5, 0.75].map((s) => y[0] + s * (y[1] - y[0])).map((v) => [v, v.toFixed(2)]);
    const { node, at } = chart({ width, height: 230, x, y, xTicks: [-1, 0, 1].map((s) => [middle + s, said(10 ** (middle + s))]), yTicks,
      xLabel: "N, parameters, at this budget", yLabel: "loss",
      label: `Loss along the line: ${lowest.toFixed(3)} at the best size, ${loss(law, N, C / 6 / N).toFixed(3)} at yours` });
    const points = Array.from({ length: 101 }, (_, i) => x[0] + (x[1] - x[0]) * i / 100);
    node.append(line(points.map((n) => [n, loss(law, 10 ** n, C / 6 / 10 ** n)]).filter(([, v]) => v <= y[1]).map(([n, v]) => at(n, v)),
      { class: "fig-line" }));
    node.append(line([at(middle, y[0]), at(middle, y[1])], { class: "fig-dashed" }));
    const [cx, cy] = at(Math.log10(N), loss(law, N, C / 6 / N));
    node.append(svg("circle", { class: "fig-dot", r: 5, cx, cy }));
    cut.replaceChildren(node);
  }
  function draw() {
    const C = 10 ** exponent, factor = 2 ** shift, best = optimum(law, C), mine = [best[0] * factor, best[1] / factor];
    const width = Math.min(map.clientWidth || 0, 460);
    named.C.textContent = `compute 10^${exponent.toFixed(2)} operations`;
    named.N.textContent = `your size: ${Number(factor.toPrecision(2))} times the best`;
    const entry = ([N, D], i) => html("tr", { "data-row": i ? "yours" : "best" }, html("th", { scope: "row" }, i ? "yours" : "best"),
      ...[[N, said(N)], [D, said(D)], [D / N, Number((D / N).toPrecision(3))], [loss(law, N, D), loss(law, N, D).toFixed(4)]]
        .map(([value, text]) => html("td", { class: "fig-number", "data-value": value }, text)));
    rows.replaceChildren(...[best, mine].map(entry));
    const extra = loss(law, ...mine) / loss(law, ...best) - 1;
    note.textContent = `Your size costs ${(100 * extra).toFixed(2)} % of the loss. ` +
      `The best size grows as C^${(law.b / (law.a + law.b)).toFixed(3)}, and E is ${law.E.toFixed(2)}.`;
    if (!width) return;
    drawMap(width, C, mine[0]);
    drawCut(width, C, best, mine[0]);
  }
  show(el, "Equal compute", "Drag the budget, then your size. The dashed line on the map is the path of the best sizes; the solid one holds " +
    "all runs of equal cost. Strong colour is a high loss.",
    html("div", { class: "fig-controls" },
      choice("Constants", data.laws.map((each) => [each.name, each.name]), law.name, choose),
      ...["C", "N"].map((name) => html("label", { class: "fig-field" }, named[name], inputs[name]))),
    html("div", { class: "fig-panels" }, map, cut),
    html("table", { class: "fig-table" }, html("thead", {}, html("tr", {}, ["", "N", "D", "D / N", "loss"].map((name) =>
      html("th", { scope: "col" }, name)))), rows), note);
  draw();
  onWidth(map, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
