/**
 * The vectors of a homonym in 24 sentences, as a mix of the layers of a trained biLM, in the plane
 * of two fixed directions; the neighbours of each by cosine in all dimensions.
 */
import { animate, choice, html, onWidth, show, svg } from "./draw.js";

export const DATA = "bankmap.json.gz";
const SHOWN = 6;
const LAYERS = [["0", "0"], ["1", "1"], ["2", "2"], ["mean", "mean"]];
const SINGLE = { 0: [8, -8, -8], 1: [-8, 8, -8], 2: [-8, -8, 8], mean: [0, 0, 0] };
const HALVES = [["both", "both halves"], ["forward", "forward"], ["backward", "backward"]];

/** Layers of rows of numbers from bytes in base64, each layer with its own scale. */
export function unpack({ bytes, scales, dim }) {
  const raw = Int8Array.from(atob(bytes), (c) => c.charCodeAt(0) << 24 >> 24), size = raw.length / scales.length;
  return scales.map((scale, j) => Array.from({ length: size / dim }, (_, n) =>
    Array.from(raw.subarray(j * size + n * dim, j * size + (n + 1) * dim), (x) => x * scale)));
}

/** softmax(s). */
export function softmax(s) {
  const top = Math.max(...s), e = s.map((x) => Math.exp(x - top)), sum = e.reduce((a, b) => a + b, 0);
  return e.map((x) => x / sum);
}

/** The rows of layers mixed by softmax(s); of one half the other numbers are 0. */
export function mix(layers, s, half = "both") {
  const w = softmax(s), dim = layers[0][0].length;
  const kept = (d) => half === "both" || (half === "forward") === (d < dim / 2);
  return layers[0].map((_, n) => Array.from({ length: dim }, (_, d) => kept(d) ? layers.reduce((sum, rows, j) => sum + w[j] * rows[n][d], 0) : 0));
}

/** Rows without their mean row. */
export function centred(rows) {
  const mean = rows[0].map((_, d) => rows.reduce((sum, row) => sum + row[d], 0) / rows.length);
  return rows.map((row) => row.map((x, d) => x - mean[d]));
}

/** The rows' places on the axes, two numbers each. */
export function project(rows, axes) {
  return rows.map((row) => axes.map((axis) => row.reduce((sum, x, d) => sum + x * axis[d], 0)));
}

/** The n rows with the largest cosine to row i: [row, cosine]; rows without length have cosine 0. */
export function nearest(rows, i, n) {
  const length = rows.map((row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)));
  const cosine = (j) => length[i] * length[j] > 1e-9 ? rows[j].reduce((sum, x, d) => sum + x * rows[i][d], 0) / (length[i] * length[j]) : 0;
  return rows.map((_, j) => [j, cosine(j)]).filter(([j]) => j !== i).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, n);
}

/** Show the figure; `data` is what `minillm.figures.senses.bankmap_data` returns. */
export function mount(el, data) {
  const names = data.words.map(({ word }) => word);
  let chosen = 0, at = 0, s = [...SINGLE[0]], half = "both", free = true;
  const unpacked = data.words.map(unpack);
  const plane = html("div", {}), list = html("ol", { class: "fig-written" }), weights = html("output", { class: "fig-cost" });
  const said = html("p", { class: "fig-note", role: "status" }), sentence = html("select", { change: () => { at = Number(sentence.value); draw(); } });
  const sliders = s.map((value, j) => html("input", { type: "range", min: -8, max: 8, step: 0.5, value, "aria-label": `s ${j}`,
    input: (event) => { s[j] = Number(event.target.value); draw(); } }));
  const check = html("input", { type: "checkbox", checked: true, change: () => { free = check.checked; draw(); } });
  function of() { return data.words[chosen]; }
  function fill() {
    sentence.replaceChildren(...of().sentences.map(({ text }, n) => html("option", { value: n, selected: n === at }, text)));
  }
  function go(next) {
    const from = [...s], to = SINGLE[next];
    animate(900, (share) => {
      s = to.map((x, j) => from[j] + share * (x - from[j]));
      sliders.forEach((slider, j) => { slider.value = s[j]; });
      draw();
    });
  }
  function draw() {
    const rows = mix(unpacked[chosen], s, half), middle = centred(rows), { sentences, senses, axes, reach } = of();
    const found = nearest(free ? middle : rows, at, SHOWN), same = sentences.map(({ sense }) => sense);
    weights.value = `weights ${softmax(s).map((x) => x.toFixed(2)).join(", ")}`;
    weights.dataset.value = JSON.stringify(softmax(s));
    list.replaceChildren(...found.map(([n, cosine]) => html("li", { "data-row": n, "data-value": cosine },
      html("b", {}, `${cosine.toFixed(2)} ${same[n]} `), sentences[n].text)));
    const right = found.filter(([n]) => same[n] === same[at]).length;
    const apart = Math.max(...middle.flat().map(Math.abs)) > 1e-6;
    said.textContent = apart ? `${right} of ${SHOWN} neighbours have the sense “${same[at]}”.` :
      `All 24 vectors are the same: “${of().word}” has one vector here, and no neighbours.`;
    plot(project(middle, axes), reach, senses, same, new Set(found.map(([n]) => n)), apart);
  }
  function plot(points, reach, senses, same, near, apart) {
    const width = Math.min(plane.clientWidth || 0, 460), height = 0.8 * width;
    if (!width) return;
    const px = ([x, y]) => [width / 2 + 0.46 * width * x / reach, height / 2 - 0.46 * height * y / reach];
    const mark = (point, n) => {
      const [x, y] = px(point), first = same[n] === senses[0], size = n === at ? 8 : 5, kind = first ? "fig-kept" : "fig-taken";
      const shape = first ? svg("circle", { cx: x, cy: y, r: size, class: kind }) :
        svg("rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size, class: kind });
      return svg("g", { class: "fig-place", "data-n": n, "data-x": point[0], "data-y": point[1], opacity: apart && !near.has(n) && n !== at ? 0.45 : 1,
        click: () => { at = n; fill(); draw(); } }, shape, svg("title", {}, of().sentences[n].text));
    };
    plane.replaceChildren(svg("svg", { class: "fig-chart fig-plane", width, height, role: "img",
      "aria-label": `24 sentences with ${of().word}: circles are ${senses[0]}, squares are ${senses[1]}` },
      svg("line", { class: "fig-grid", x1: 0, x2: width, y1: height / 2, y2: height / 2 }),
      svg("line", { class: "fig-grid", x1: width / 2, x2: width / 2, y1: 0, y2: height }),
      points.map(mark),
      svg("circle", { cx: 8, cy: 10, r: 5, class: "fig-kept" }), svg("text", { x: 18, y: 14 }, senses[0]),
      svg("rect", { x: 3, y: 23, width: 10, height: 10, class: "fig-taken" }), svg("text", { x: 18, y: 32 }, senses[1])));
  }
  show(el, "Vectors of one word", "Choose a word and a layer, or move the sliders s. Choose a sentence, or click a mark, to see its neighbours.",
    html("div", { class: "fig-controls" },
      choice("Word", names.map((name, i) => [String(i), name]), "0", (next) => { chosen = Number(next); at = 0; fill(); draw(); }),
      choice("Layer", LAYERS, "0", go), choice("Half", HALVES, half, (next) => { half = next; draw(); })),
    html("div", { class: "fig-controls" }, sliders.map((slider, j) => html("label", { class: "fig-field" }, `s${"₀₁₂"[j]}`, slider)), weights),
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, "Sentence", sentence),
      html("label", { class: "fig-check" }, check, "mean removed")),
    html("div", { class: "fig-panels fig-stacked" }, plane,
      html("div", {}, html("p", { class: "fig-head" }, "Nearest sentences"), list, said)));
  fill();
  draw();
  onWidth(plane, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
