/**
 * The RoPE dial: a query and a key of four channels, two pairs, each pair an arrow on a dial. Drag
 * the positions: the arrows turn, and the score depends on the distance only.
 */
import { chart, choice, html, line, onWidth, show, svg } from "./draw.js";

export const LAST = 24;  // positions go from 0 to LAST
const PAIRS = { halves: [[0, 2], [1, 3]], neighbours: [[0, 1], [2, 3]] };
const VECTORS = { both: [1, 1, 0, 0], fast: [1, 0, 0, 0], slow: [0, 1, 0, 0] };

/** The channels of each pair. */
export function pairs(pairing) {
  return PAIRS[pairing];
}

/** The vector turned to a position; `speeds` are radians per position of both pairs. */
export function turn(x, position, speeds, pairing) {
  const y = [...x];
  pairs(pairing).forEach(([a, b], i) => {
    const cos = Math.cos(position * speeds[i]), sin = Math.sin(position * speeds[i]);
    [y[a], y[b]] = [x[a] * cos - x[b] * sin, x[b] * cos + x[a] * sin];
  });
  return y;
}

/** The product of q, turned to position m, and k, turned to position n. */
export function score(q, k, m, n, speeds, pairing) {
  const a = turn(q, m, speeds, pairing), b = turn(k, n, speeds, pairing);
  return a.reduce((sum, v, i) => sum + v * b[i], 0);
}

/** A place on the line of positions, kept on it. */
export function clip(position) {
  return Math.min(Math.max(Math.round(position), 0), LAST);
}

/** The other position after one was moved: both move by the same number where both can. */
export function together(from, to, other) {
  const by = Math.min(Math.max(to - from, -other), LAST - other);
  return [from + by, other + by];
}

/** Show the figure. */
export function mount(el) {
  let m = 3, n = 1, pairing = "halves", vector = "both", slow = -2, joined = false;
  const track = html("div", {}), dials = html("div", { class: "fig-panels" }), plot = html("div", {});
  const told = html("output", { class: "fig-cost" }), named = html("span");
  const note = html("p", { class: "fig-note", "aria-live": "polite" });
  const speeds = () => [1, 10 ** slow];
  const slider = html("input", { type: "range", min: -3, max: 0, step: 0.1, value: slow,
    input: () => { slow = Number(slider.value); draw(); } });
  function move(which, to) {
    const [from, other] = which === "m" ? [m, n] : [n, m];
    const [a, b] = joined ? together(from, clip(to), other) : [clip(to), other];
    [m, n] = which === "m" ? [a, b] : [b, a];
    draw(which);
  }
  function handle(which, x, y, width) {
    const at = which === "m" ? m : n, name = which === "m" ? "query" : "key";
    const follow = (event) => {
      const box = track.firstChild.getBoundingClientRect();
      move(which, (event.clientX - box.left - 20) / (width - 40) * LAST);
    };
    return svg("g", { class: `fig-handle ${which === "m" ? "fig-real" : "fig-noise"}`, tabindex: 0,
      role: "slider", "aria-label": `Position of the ${name}`, "aria-valuemin": 0, "aria-valuemax": LAST,
      "aria-valuenow": at, "data-which": which,
      pointerdown: (event) => {
        event.preventDefault();
        const end = () => { removeEventListener("pointermove", follow); removeEventListener("pointerup", end); };
        addEventListener("pointermove", follow); addEventListener("pointerup", end);
      },
      keydown: (event) => {
        const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        move(which, at + by);
      } },
      svg("circle", { cx: x, cy: y, r: 16, class: "fig-touch" }), svg("circle", { cx: x, cy: y, r: 6 }),
      svg("text", { x, y: which === "m" ? y - 12 : y + 22, "text-anchor": "middle" }, `${name} ${at}`));
  }
  function dial(i, q, k) {
    const size = 150, r = 60, [a, b] = pairs(pairing)[i];
    const point = (v) => [size / 2 + r * v[a] / Math.SQRT2, size / 2 - r * v[b] / Math.SQRT2];
    const hand = (v, kind) => svg("g", { class: `fig-hand ${kind}` },
      svg("line", { x1: size / 2, y1: size / 2, x2: point(v)[0], y2: point(v)[1] }),
      svg("circle", { cx: point(v)[0], cy: point(v)[1], r: 3.5, class: "fig-tip" }));
    const part = q[a] * k[a] + q[b] * k[b];
    return html("div", {}, html("p", { class: "fig-head" }, `Channels ${a} and ${b}`),
      svg("svg", { class: "fig-chart fig-dial", width: size, height: size, role: "img",
        "aria-label": `Pair ${i}: the arrows of query and key; their product is ${part.toFixed(3)}` },
        svg("circle", { cx: size / 2, cy: size / 2, r, class: "fig-rim" }),
        hand(q, "fig-real"), hand(k, "fig-noise")),
      html("p", { class: "fig-note" }, `${speeds()[i].toPrecision(2)} radians a position; adds ${part.toFixed(3)}`));
  }
  function draw(focused) {
    const q = turn(VECTORS[vector], m, speeds(), pairing), k = turn(VECTORS[vector], n, speeds(), pairing);
    const value = score(VECTORS[vector], VECTORS[vector], m, n, speeds(), pairing);
    named.textContent = `speed of the slow pair: ${speeds()[1].toPrecision(2)}`;
    told.value = `score ${value.toFixed(4)}`;
    told.dataset.value = value;
    note.textContent = `The query is at ${m}, the key at ${n}: the distance is ${m - n}.`;
    dials.replaceChildren(dial(0, q, k), dial(1, q, k));
    const width = Math.min(track.clientWidth || 0, 620);
    if (!width) return;
    const x = (p) => 20 + (width - 40) * p / LAST;
    track.replaceChildren(svg("svg", { class: "fig-chart", width, height: 104, role: "group",
      "aria-label": "The positions of query and key along a text" },
      svg("line", { class: "fig-axis", x1: x(0), x2: x(LAST), y1: 50, y2: 50 }),
      Array.from({ length: LAST + 1 }, (_, p) => svg("line", { class: "fig-axis", x1: x(p), x2: x(p), y1: 46, y2: 54 })),
      handle("m", x(m), 36, width), handle("n", x(n), 64, width)));
    const distances = Array.from({ length: 8 * LAST + 1 }, (_, i) => (i - 4 * LAST) / 4);
    const { node, at } = chart({ width, height: 190, x: [-LAST, LAST], y: [-2.2, 2.2],
      xTicks: [-20, -10, 0, 10, 20].map((t) => [t, t]), yTicks: [-2, -1, 0, 1, 2].map((t) => [t, t]),
      xLabel: "distance, query minus key", yLabel: "score", label: "The score by distance" });
    const points = distances.map((d) => at(d, score(VECTORS[vector], VECTORS[vector], d, 0, speeds(), pairing)));
    const [cx, cy] = at(m - n, value);
    node.append(line(points, { class: "fig-line" }), svg("circle", { class: "fig-dot", cx, cy, r: 5 }));
    plot.replaceChildren(node);
    if (focused) track.querySelector(`[data-which="${focused}"]`)?.focus({ preventScroll: true });
  }
  show(el, "The RoPE dial", "Drag the query or the key along the text, or choose one with Tab and move it with the arrow " +
    "keys. Each pair of channels is an arrow on a dial. Query and key are the same vector.",
    html("div", { class: "fig-controls" },
      choice("Vector", [["both", "(1, 1, 0, 0)"], ["fast", "(1, 0, 0, 0)"], ["slow", "(0, 1, 0, 0)"]], vector,
        (next) => { vector = next; draw(); }),
      choice("Pairing", [["halves", "halves"], ["neighbours", "neighbours"]], pairing,
        (next) => { pairing = next; draw(); }),
      html("label", { class: "fig-field" }, named, slider),
      html("label", { class: "fig-check" }, html("input", { type: "checkbox",
        change: (event) => { joined = event.target.checked; } }), "move both together"), told),
    track, note, dials, plot);
  draw();
  onWidth(track, () => draw());
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
