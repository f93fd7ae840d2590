/**
 * Attention by hand: four tokens in two dimensions. The chosen query and the keys are dragged or
 * moved by arrow keys; scores, mask, weights and the mixed value follow.
 */
import { choice, html, onWidth, show, svg } from "./draw.js";

export const TOY = {
  words: ["Ada", "met", "Ben", "she"],
  q: [[0, 0], [1, 1], [0, 1], [2, 0]],
  k: [[2, 0], [0, 0], [0, 2], [1, 0]],
  v: [[4, 0], [0, 1], [0, 4], [2, 2]],
};
export const MASKS = {
  none: () => true,
  causal: (t, s) => s <= t,
  prefix: (t, s) => s <= t || s < 2,
};
const SCALES = { root: Math.SQRT2, none: 1 };
const LEAST = -1.2, MOST = 5;  // of the plane of queries and keys

/** The scores of a query: its product with each key, divided by `scale`. */
export function scoresOf(query, keys, scale) {
  return keys.map((key) => query.reduce((sum, a, i) => sum + a * key[i], 0) / scale);
}

/** Shares of 1: e to each score, hidden ones left out, divided by their sum. */
export function weightsOf(scores, seen) {
  const top = Math.max(...scores.filter((_, s) => seen[s]));
  const powers = scores.map((score, s) => (seen[s] ? Math.exp(score - top) : 0));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The sum of the values, each times its weight. */
export function mix(weights, values) {
  return values[0].map((_, c) => weights.reduce((sum, w, s) => sum + w * values[s][c], 0));
}

/** All that happens for token t: scores, who is seen, weights, the mixed value. */
export function attendToy({ q, k, v }, t, mask = "none", scale = "root") {
  const scores = scoresOf(q[t], k, SCALES[scale]), seen = k.map((_, s) => MASKS[mask](t, s));
  const weights = weightsOf(scores, seen);
  return { scores, seen, weights, mixed: mix(weights, v) };
}

/** The corners of the smallest polygon around some points, in order. */
export function hull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const cross = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list) => list.reduce((kept, point) => {
    while (kept.length > 1 && cross(kept.at(-2), kept.at(-1), point) <= 0) kept.pop();
    return [...kept, point];
  }, []).slice(0, -1);
  return [...half(sorted), ...half(sorted.reverse())];
}

const two = (x) => x.toFixed(2);

/** Show the figure; `data` may hold other words, q, k and v (T rows of two numbers). */
export function mount(el, data = {}) {
  const first = data.q ? data : TOY, { words } = first;
  let state = structuredClone({ q: first.q, k: first.k, v: first.v });
  let t = words.length - 1, mask = "none", scale = "root";
  const plane = html("div", {}), values = html("div", {}), rows = html("tbody");
  const told = html("output", { class: "fig-cost" }), said = html("p", { class: "fig-note", role: "status" });
  const chooser = html("div", {});
  function put(name, i, [x, y]) {
    const clip = (a) => Math.round(20 * Math.min(Math.max(a, LEAST), MOST)) / 20;
    state[name][i] = [clip(x), clip(y)];
    draw(`${name}${i}`);
  }
  function longer(factor) {
    state.q[t] = state.q[t].map((a) => Math.round(100 * a * factor) / 100);
    draw();
  }
  function reset() { state = structuredClone({ q: first.q, k: first.k, v: first.v }); draw(); }
  function handle(name, i, [x, y], scaleOf) {
    const label = name === "q" ? `q ${words[i]}` : words[i], at = state[name][i];
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    return svg("g", { class: `fig-handle ${name === "q" ? "fig-centre" : "fig-real"}`, tabindex: 0, role: "button",
      "data-i": `${name}${i}`,
      "aria-label": `${name === "q" ? "query" : "key"} of ${words[i]} at ${at.map(two).join(", ")}; arrow keys move it`,
      pointerdown: (event) => {
        event.preventDefault();
        const drag = (e) => {
          const box = plane.firstChild.getBoundingClientRect();
          put(name, i, [(e.clientX - box.left) / scaleOf + LEAST, MOST - (e.clientY - box.top) / scaleOf]);
        };
        const end = () => { removeEventListener("pointermove", drag); removeEventListener("pointerup", end); };
        addEventListener("pointermove", drag);
        addEventListener("pointerup", end);
      },
      keydown: (event) => {
        const by = keys[event.key];
        if (!by) return;
        event.preventDefault();
        put(name, i, at.map((a, j) => a + 0.1 * by[j]));
      } },
      svg("circle", { cx: x, cy: y, r: 16, class: "fig-touch" }), svg("circle", { cx: x, cy: y, r: 5 }),
      svg("text", { x: x + 8, y: name === "q" ? y + 30 : y - 8 }, label));
  }
  function grid(at, low, high, ticks) {
    const [[x1, y0], [x2]] = [at([low, 0]), at([high, 0])], [[x0, y1], [, y2]] = [at([0, low]), at([0, high])];
    return [svg("line", { class: "fig-grid", x1, x2, y1: y0, y2: y0 }), svg("line", { class: "fig-grid", x1: x0, x2: x0, y1, y2 }),
      ticks.map((n) => [svg("text", { x: at([n, 0])[0], y: y0 + 14, "text-anchor": "middle" }, n),
        svg("text", { x: x0 - 6, y: at([0, n])[1] + 4, "text-anchor": "end" }, n)])];
  }
  function draw(focused) {
    const found = attendToy(state, t, mask, scale);
    chooser.replaceChildren(choice("Query of", words.map((word, i) => [String(i), word]), String(t),
      (next) => { t = Number(next); draw(); chooser.querySelector("input:checked").focus(); }));
    told.value = `(${found.mixed.map((a) => a.toFixed(3)).join(", ")})`;
    told.dataset.value = JSON.stringify(found.mixed);
    rows.replaceChildren(...words.map((word, s) => html("tr", {}, html("th", { scope: "row" }, word),
      html("td", { "data-score": found.scores[s] }, found.scores[s].toFixed(3)),
      html("td", {}, found.seen[s] ? "0" : "−10³⁰"),
      html("td", { "data-weight": found.weights[s] }, html("span", { class: "fig-bar", "data-kind": 0 },
        html("span", { class: "fig-part", style: `width:${(100 * found.weights[s]).toFixed(1)}%` }))),
      html("td", {}, found.weights[s].toFixed(3)),
      html("td", {}, `(${state.v[s].map((a) => a.toFixed(0)).join(", ")})`))));
    const hidden = words.filter((_, s) => !found.seen[s]), best = found.weights.indexOf(Math.max(...found.weights));
    said.textContent = `${words[t]} takes ${(100 * found.weights[best]).toFixed(0)} % from ${words[best]}` +
      `${hidden.length ? `; hidden: ${hidden.join(", ")}` : ""}. Length of the query: ${two(Math.hypot(...state.q[t]))}.`;
    const width = Math.min(plane.clientWidth || 0, 380);
    if (!width) return;
    const size = width / (MOST - LEAST), at = ([x, y]) => [(x - LEAST) * size, (MOST - y) * size];
    const short = Math.max(...state.q[t].map(Math.abs)) > MOST ? state.q[t].map((a) => a * MOST / Math.max(...state.q[t].map(Math.abs))) : state.q[t];
    plane.replaceChildren(svg("svg", { class: "fig-chart fig-plane", width, height: width, role: "group",
      "aria-label": `The query of ${words[t]} and the keys of all tokens in the plane` },
      grid(at, LEAST, MOST, [1, 2, 3, 4]),
      svg("line", { class: "fig-stem fig-centre", x1: at([0, 0])[0], y1: at([0, 0])[1], x2: at(short)[0], y2: at(short)[1] }),
      state.k.map((key, s) => svg("circle", { class: "fig-halo", cx: at(key)[0], cy: at(key)[1], r: 5 + 22 * Math.sqrt(found.weights[s]) })),
      handle("q", t, at(short), size), state.k.map((key, s) => handle("k", s, at(key), size))));
    const wide = width * 0.9, unit = wide / 5.6, spot = ([x, y]) => [(x + 0.6) * unit, (4.9 - y) * unit];
    values.replaceChildren(svg("svg", { class: "fig-chart", width: wide, height: wide, role: "img",
      "aria-label": `The mixed value (${found.mixed.map(two).join(", ")}) inside the polygon of the four values` },
      grid(spot, -0.4, 4.6, [1, 2, 3, 4]),
      svg("polygon", { class: "fig-hull", points: hull(state.v).map(spot).join(" ") }),
      state.v.map((v, s) => [svg("line", { class: "fig-pull", x1: spot(found.mixed)[0], y1: spot(found.mixed)[1], x2: spot(v)[0],
        y2: spot(v)[1], "stroke-width": (8 * found.weights[s]).toFixed(2) }),
        svg("circle", { class: "fig-dot fig-value", cx: spot(v)[0], cy: spot(v)[1], r: 4 }),
        svg("text", { x: spot(v)[0] + 8, y: spot(v)[1] - 7 }, words[s])]),
      svg("circle", { class: "fig-mixed", cx: spot(found.mixed)[0], cy: spot(found.mixed)[1], r: 6 })));
    if (focused) plane.querySelector(`[data-i="${focused}"]`)?.focus({ preventScroll: true });
  }
  show(el, "Attention by hand", "Drag the query or a key, or choose it with Tab and move it with the arrow keys. " +
    "Discs around keys and bars show the weights; on the right, the mixed value is pulled towards the four values.",
    html("div", { class: "fig-controls" }, chooser,
      choice("Mask", [["none", "none"], ["causal", "causal"], ["prefix", "prefix 2"]], mask, (next) => { mask = next; draw(); }),
      choice("Divide by", [["root", "√D"], ["none", "nothing"]], scale, (next) => { scale = next; draw(); })),
    html("div", { class: "fig-controls" },
      html("button", { type: "button", class: "fig-button", click: () => { state.q[t] = [0, 0]; draw(); } }, "Query to 0"),
      html("button", { type: "button", class: "fig-button", click: () => longer(2) }, "Twice as long"),
      html("button", { type: "button", class: "fig-button", click: () => longer(0.5) }, "Half as long"),
      html("button", { type: "button", class: "fig-button", click: reset }, "Start again")),
    html("div", { class: "fig-panels" },
      html("div", {}, html("p", { class: "fig-head" }, "Query and keys"), plane),
      html("div", {}, html("p", { class: "fig-head" }, "Values, and the mixed one: ", told), values)),
    html("div", { class: "fig-scroll", tabindex: 0, role: "group", "aria-label": "Numbers" },
      html("table", { class: "fig-table fig-attending" }, html("thead", {}, html("tr", {},
        ["key of", "score", "mask", "weight", "", "value"].map((name) => html("th", { scope: "col" }, name)))), rows)), said);
  draw();
  onWidth(plane, () => draw());
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
