/**
 * Four optimizers on one ravine: the loss x²/2 + k y²/2, times a scale. Each rule goes from the same
 * starting point, which is dragged or moved by arrow keys.
 */
import { choice, html, line, onWidth, show, svg } from "./draw.js";

const [BETA1, BETA2, EPS, MOMENTUM] = [0.9, 0.95, 1e-8, 0.9];
const HALF_WIDTH = 5, HALF_HEIGHT = 2.5, STEPS = 60;
export const DECAY = 0.3;
export const RULES = ["sgd", "momentum", "adam", "adamw"];
const NAMES = { sgd: "SGD", momentum: "momentum", adam: "Adam", adamw: "AdamW, decay 0.3" };

/** The loss at a point [x, y], `k` times as steep in y as in x. */
export function lossAt([x, y], k, scale = 1) {
  return scale * (x * x + k * y * y) / 2;
}

/** One number's way under a rule: where it is after each step; `slope` gives its gradient. */
function walk(rule, w, slope, lr, n) {
  const path = [w];
  let m = 0, v = 0;
  for (let t = 1; t <= n; t++) {
    const g = slope(w);
    if (rule === "sgd") w -= lr * g;
    else if (rule === "momentum") {
      m = MOMENTUM * m + g;
      w -= lr * m;
    } else {
      m = BETA1 * m + (1 - BETA1) * g;
      v = BETA2 * v + (1 - BETA2) * g * g;
      if (rule === "adamw") w -= lr * DECAY * w;
      w -= lr * (m / (1 - BETA1 ** t)) / (Math.sqrt(v / (1 - BETA2 ** t)) + EPS);
    }
    path.push(w);
  }
  return path;
}

/** The points [x, y] of a rule from `start` on, the start first. */
export function descend(rule, start, { k, lr, scale = 1, n = STEPS }) {
  const xs = walk(rule, start[0], (x) => scale * x, lr, n);
  const ys = walk(rule, start[1], (y) => scale * k * y, lr, n);
  return xs.map((x, i) => [x, ys[i]]);
}

/** A loss in a few characters; what has no bound is called so. */
function said(loss) {
  if (!Number.isFinite(loss) || loss > 1e6) return "leaves the page";
  return loss >= 0.01 ? loss.toPrecision(3) : loss.toExponential(1);
}

/** Show the figure. */
export function mount(el) {
  let start = [-4, 1.5], k = 20, lr = 0.08, scale = 1;
  const place = html("div", {}), rows = html("tbody"), note = html("p", { class: "fig-note", role: "status" });
  const named = { k: html("span"), lr: html("span") };
  const slider = (name, min, max, step, value, set) => html("label", { class: "fig-field" }, named[name],
    html("input", { type: "range", min, max, step, value, "data-name": name,
      input: (event) => { set(Number(event.target.value)); draw(); } }));
  function put([x, y]) {
    const clip = (a, most) => Math.round(20 * Math.min(Math.max(a, -most), most)) / 20;
    start = [clip(x, HALF_WIDTH), clip(y, HALF_HEIGHT)];
    draw();
    place.querySelector(".fig-handle")?.focus({ preventScroll: true });
  }
  function handle([x, y], unit) {
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    return svg("g", { class: "fig-handle", tabindex: 0, role: "button",
      "aria-label": `start at ${start.map((a) => a.toFixed(2)).join(", ")}; arrow keys move it`,
      pointerdown: (event) => {
        event.preventDefault();
        const drag = (e) => {
          const box = place.firstChild.getBoundingClientRect();
          put([(e.clientX - box.left) / unit - HALF_WIDTH, HALF_HEIGHT - (e.clientY - box.top) / unit]);
        };
        const end = () => { removeEventListener("pointermove", drag); removeEventListener("pointerup", end); };
        addEventListener("pointermove", drag);
        addEventListener("pointerup", end);
      },
      keydown: (event) => {
        const by = keys[event.key];
        if (!by) return;
        event.preventDefault();
        put(start.map((a, i) => a + 0.1 * by[i]));
      } },
      svg("circle", { cx: x, cy: y, r: 16, class: "fig-touch" }), svg("circle", { cx: x, cy: y, r: 5 }),
      svg("text", { x: x + 8, y: y - 8 }, "start"));
  }
  function draw() {
    const paths = RULES.map((rule) => descend(rule, start, { k, lr, scale }));
    const ends = paths.map((path) => lossAt(path.at(-1), k));
    named.k.textContent = `steepness k = ${k}`;
    named.lr.textContent = `rate ${lr.toFixed(3)}`;
    rows.replaceChildren(...RULES.map((rule, i) => html("tr", { class: `fig-series-${i}` },
      html("th", { scope: "row" }, html("span", { class: "fig-key" }), NAMES[rule]),
      html("td", { "data-rule": rule, "data-value": ends[i] }, said(ends[i])))));
    const limit = 2 / (k * scale);
    note.textContent = `SGD is stable in the steep direction up to a rate of 2 / ${scale > 1 ? `(${scale} · k)` : "k"} = ` +
      `${limit.toPrecision(3)}; the rate is ${lr > limit ? "above" : "below"} that.`;
    const width = Math.min(place.clientWidth || 0, 620);
    if (!width) return;
    const unit = width / (2 * HALF_WIDTH), height = 2 * HALF_HEIGHT * unit;
    const at = ([x, y]) => [(x + HALF_WIDTH) * unit, (HALF_HEIGHT - y) * unit];
    const far = ([x, y]) => Math.abs(x) < 50 && Math.abs(y) < 50;
    const rings = [0.3, 1, 2, 3, 4, 5].map((r) => svg("ellipse", { class: "fig-grid", fill: "none", cx: width / 2, cy: height / 2,
      rx: r * unit, ry: r * unit / Math.sqrt(k) }));
    place.replaceChildren(svg("svg", { class: "fig-chart", width, height, role: "group",
      "aria-label": `Paths from ${start.join(", ")}, losses after ${STEPS} steps: ` +
        RULES.map((rule, i) => `${NAMES[rule]} ${said(ends[i])}`).join(", ") },
      rings, paths.map((path, i) => line(path.filter(far).map(at), { class: `fig-line fig-series-${i}`, "data-rule": RULES[i] })),
      handle(at(start), unit)));
  }
  show(el, "Down the ravine", `Each rule takes ${STEPS} steps. Drag the start, or move it with the arrow keys. Rings are lines of equal loss.`,
    html("div", { class: "fig-controls" }, slider("k", 1, 100, 1, k, (v) => { k = v; }),
      slider("lr", 0.005, 0.3, 0.005, lr, (v) => { lr = v; }),
      choice("The loss", [["1", "as it is"], ["100", "times 100"]], "1", (v) => { scale = Number(v); draw(); })),
    html("div", { class: "fig-panels fig-stacked" }, place,
      html("table", { class: "fig-table" }, html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "rule"),
        html("th", { scope: "col" }, "loss at the end"))), rows)), note);
  draw();
  onWidth(place, draw);
}

export default { render: ({ el }) => mount(el) };
