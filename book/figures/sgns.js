/**
 * One step of skip-gram with negative sampling, in the plane: a centre v, its context u+ and two
 * negatives. Each arrow is a step against the gradient. Vectors are dragged or moved by arrow keys.
 */
import { animate, choice, html, onWidth, show, svg } from "./draw.js";

export const TOY = { v: [1, 0.5], pos: [0.4, 0.2], negs: [[-0.2, 0.8], [0.6, -1.2]] };
const REACH = 2.2;  // the plane goes from -REACH to REACH
const ORDERS = [["together", "together"], ["contexts", "u first"]];

const dot = (x, y) => x.reduce((sum, a, i) => sum + a * y[i], 0);
const plus = (x, a, y) => x.map((b, i) => b + a * y[i]);

/** 1 / (1 + exp(-x)), without overflow. */
export function sigmoid(x) {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** log(1 + exp(x)), without overflow. */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The loss of the pair, in nats. */
export function loss({ v, pos, negs }) {
  return softplus(-dot(pos, v)) + negs.reduce((sum, u) => sum + softplus(dot(u, v)), 0);
}

/** The error of each dot product: sigmoid minus label, first that of the pair. */
export function errors({ v, pos, negs }) {
  return [sigmoid(dot(pos, v)) - 1, ...negs.map((u) => sigmoid(dot(u, v)))];
}

/** The gradients of the loss: of v, of pos, and of each negative. */
export function gradients(state) {
  const { v, pos, negs } = state, [pull, ...push] = errors(state);
  const dv = negs.reduce((sum, u, k) => plus(sum, push[k], u), pos.map((a) => pull * a));
  return { v: dv, pos: v.map((a) => pull * a), negs: push.map((e) => v.map((a) => e * a)) };
}

/** The state after a step; with order "contexts", v is moved by the gradient at the new u. */
export function step(state, rate, order = "together") {
  const g = gradients(state);
  const pos = plus(state.pos, -rate, g.pos);
  const negs = state.negs.map((u, k) => plus(u, -rate, g.negs[k]));
  const dv = order === "contexts" ? gradients({ v: state.v, pos, negs }).v : g.v;
  return { v: plus(state.v, -rate, dv), pos, negs };
}

/** The step that v takes in an order, as an arrow. */
function arrowOfV(state, rate, order) {
  return plus(step(state, rate, order).v, -1, state.v);
}

/** A state between two others. */
function between(a, b, share) {
  const mix = (x, y) => x.map((p, i) => p + share * (y[i] - p));
  return { v: mix(a.v, b.v), pos: mix(a.pos, b.pos), negs: a.negs.map((u, k) => mix(u, b.negs[k])) };
}

/** An arrow between two points in pixels. */
function arrow([x1, y1], [x2, y2], attributes) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 1) return svg("g", attributes);
  const [a, b] = [(x2 - x1) / length, (y2 - y1) / length], size = Math.min(7, length);
  const head = [[x2, y2], [x2 - size * (a + 0.5 * b), y2 - size * (b - 0.5 * a)],
    [x2 - size * (a - 0.5 * b), y2 - size * (b + 0.5 * a)]];
  return svg("g", attributes, svg("line", { x1, y1, x2, y2 }), svg("polygon", { points: head.join(" ") }));
}

/** Show the figure; `data` may hold another state to begin with. */
export function mount(el, data = {}) {
  const first = data.v ? data : TOY;
  let state = structuredClone(first), rate = 0.5, order = "together", taken = 0, history = [loss(state)];
  const plane = html("div", {}), told = html("output", { class: "fig-cost" });
  const rows = html("tbody"), past = html("p", { class: "fig-note", "aria-live": "polite" });
  const named = html("span"), slider = html("input", { type: "range", min: 0.1, max: 2, step: 0.1,
    value: rate, input: () => { rate = Number(slider.value); draw(); } });
  const names = ["v", "u+", ...first.negs.map((_, k) => `u${k + 1}`)];
  const vectors = () => [state.v, state.pos, ...state.negs];
  function put(i, [x, y]) {
    const clip = (a) => Math.round(100 * Math.min(Math.max(a, -REACH), REACH)) / 100;
    const at = [clip(x), clip(y)];
    if (i === 0) state.v = at; else if (i === 1) state.pos = at; else state.negs[i - 2] = at;
    taken = 0; history = [loss(state)];
    draw(i);
  }
  function take() {
    const from = structuredClone(state), to = step(state, rate, order);
    taken += 1;
    history.push(loss(to));
    animate(300, (share) => { state = share === 1 ? to : between(from, to, share); draw(); });
  }
  function reset() { state = structuredClone(first); taken = 0; history = [loss(state)]; draw(); }
  function handle(i, at, scale) {
    const [x, y] = at(vectors()[i]), kind = i === 0 ? "fig-centre" : i === 1 ? "fig-real" : "fig-noise";
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = (event) => {
      const box = plane.firstChild.getBoundingClientRect();
      put(i, [(event.clientX - box.left) / scale - REACH, REACH - (event.clientY - box.top) / scale]);
    };
    return svg("g", { class: `fig-handle ${kind}`, tabindex: 0, role: "button", "data-i": i,
      "aria-label": `${names[i]} at ${vectors()[i].map((a) => a.toFixed(2)).join(", ")}; arrow keys move it`,
      pointerdown: (event) => {
        event.preventDefault();
        const drag = (e) => move(e);
        const end = () => { removeEventListener("pointermove", drag); removeEventListener("pointerup", end); };
        addEventListener("pointermove", drag); addEventListener("pointerup", end);
      },
      keydown: (event) => {
        const by = keys[event.key];
        if (!by) return;
        event.preventDefault();
        put(i, vectors()[i].map((a, j) => a + 0.05 * by[j]));
      } },
      svg("circle", { cx: x, cy: y, r: 16, class: "fig-touch" }), svg("circle", { cx: x, cy: y, r: 5 }),
      svg("text", { x: x + 9, y: y - 8 }, names[i]));
  }
  function draw(focused) {
    const width = Math.min(plane.clientWidth || 0, 440), scale = width / (2 * REACH);
    const at = ([x, y]) => [(x + REACH) * scale, (REACH - y) * scale];
    const value = loss(state), g = gradients(state), e = errors(state);
    named.textContent = `step size ${rate.toFixed(1)}`;
    told.value = `loss ${value.toFixed(4)} after ${taken} step${taken === 1 ? "" : "s"}`;
    told.dataset.value = value;
    past.textContent = `Losses so far: ${history.slice(-11).map((x) => x.toFixed(2)).join(", ")}`;
    const slopes = [g.v, g.pos, ...g.negs];
    rows.replaceChildren(...vectors().map((u, i) => html("tr", {}, html("th", { scope: "row" }, names[i]),
      html("td", {}, `(${u.map((a) => a.toFixed(2)).join(", ")})`),
      html("td", {}, i ? dot(u, state.v).toFixed(2) : ""), html("td", {}, i ? e[i - 1].toFixed(3) : ""),
      html("td", { "data-gradient": JSON.stringify(slopes[i]) }, `(${slopes[i].map((a) => a.toFixed(3)).join(", ")})`))));
    if (!width) return;
    const steps = [arrowOfV(state, rate, order), ...slopes.slice(1).map((s) => s.map((a) => -rate * a))];
    const parts = [plus([0, 0], -rate * e[0], state.pos), ...state.negs.map((u, k) => plus([0, 0], -rate * e[k + 1], u))];
    const ticks = [-2, -1, 1, 2];
    plane.replaceChildren(svg("svg", { class: "fig-chart fig-plane", width, height: width, role: "group",
      "aria-label": `Four vectors in the plane; loss ${value.toFixed(4)}` },
      svg("line", { class: "fig-grid", ...ends(at([-REACH, 0]), at([REACH, 0])) }),
      svg("line", { class: "fig-grid", ...ends(at([0, -REACH]), at([0, REACH])) }),
      ticks.map((t) => [svg("text", { x: at([t, 0])[0], y: at([t, 0])[1] + 14, "text-anchor": "middle" }, t),
        svg("text", { x: at([0, t])[0] - 6, y: at([0, t])[1] + 4, "text-anchor": "end" }, t)]),
      vectors().map((u, i) => svg("line", { class: `fig-stem ${["fig-centre", "fig-real"][i] ?? "fig-noise"}`, ...ends(at([0, 0]), at(u)) })),
      parts.map((part, i) => arrow(at(state.v), at(plus(state.v, 1, part)), { class: `fig-part-arrow ${i ? "fig-noise" : "fig-real"}` })),
      vectors().map((u, i) => arrow(at(u), at(plus(u, 1, steps[i])), { class: "fig-step-arrow", "data-i": i })),
      vectors().map((_, i) => handle(i, at, scale))));
    if (focused !== undefined) plane.querySelector(`[data-i="${focused}"].fig-handle`)?.focus({ preventScroll: true });
  }
  const ends = ([x1, y1], [x2, y2]) => ({ x1, y1, x2, y2 });
  show(el, "One step", "Drag a vector, or choose it with Tab and move it with the arrow keys. Thick arrows are the steps; at " +
    "v, the thin arrows are what the pair (pull) and each negative (push) add to its step.",
    html("div", { class: "fig-controls" },
      html("button", { type: "button", class: "fig-button", click: take }, "Step"),
      html("button", { type: "button", class: "fig-button", click: reset }, "Start again"),
      choice("Order", ORDERS, order, (next) => { order = next; draw(); }),
      html("label", { class: "fig-field" }, named, slider), told),
    html("div", { class: "fig-panels fig-stacked" }, plane,
      html("div", {}, html("div", { class: "fig-scroll", tabindex: 0, role: "group", "aria-label": "Numbers" },
        html("table", { class: "fig-table" }, html("thead", {}, html("tr", {},
          ["", "vector", "u · v", "error", "gradient"].map((name) => html("th", { scope: "col" }, name)))), rows)), past)));
  draw();
  onWidth(plane, () => draw());
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
