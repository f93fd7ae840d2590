/**
 * A memory of keys in the plane is edited at one key: the change at the stored keys, with the second
 * moment of the keys and with a circle in its place.
 */
import { chart, choice, html, line, onWidth, show, svg } from "./draw.js";

export const DATA = "memoryedit.json";
const [X, Y] = [[-3, 3], [-2.2, 2.2]];

/** The second moment of keys: the mean of k kᵀ. */
export function moment(keys) {
  const C = [[0, 0], [0, 0]];
  for (const k of keys) for (const i of [0, 1]) for (const j of [0, 1]) C[i][j] += k[i] * k[j] / keys.length;
  return C;
}

/** The row a that an edit at a key multiplies its residual with: a · key = 1. */
export function direction(C, key) {
  const det = C[0][0] * C[1][1] - C[0][1] * C[1][0];
  const u = [(C[1][1] * key[0] - C[0][1] * key[1]) / det, (C[0][0] * key[1] - C[1][0] * key[0]) / det];
  const scale = u[0] * key[0] + u[1] * key[1];
  return u.map((x) => x / scale);
}

/** The logits of a key. */
export function value(W, key) {
  return W.map((row) => row[0] * key[0] + row[1] * key[1]);
}

/** The memory with a value stored at a key, by a row a. */
export function edited(W, key, wanted, a) {
  const now = value(W, key);
  return W.map((row, i) => row.map((w, j) => w + (wanted[i] - now[i]) * a[j]));
}

/** The mean squared change of the values of some keys. */
export function harm(W, changed, keys) {
  const squares = keys.map((k) => value(changed, k).reduce((sum, v, i) => sum + (v - value(W, k)[i]) ** 2, 0));
  return squares.reduce((a, b) => a + b) / keys.length;
}

/** The softmax of logits. */
export function softmax(z) {
  const e = z.map((x) => Math.exp(x - Math.max(...z))), sum = e.reduce((a, b) => a + b);
  return e.map((x) => x / sum);
}

const said = (x) => (Math.abs(x) < 5e-3 ? 0 : x).toFixed(2).replace("-", "−");

/** Show the figure; `data` is `minillm.figures.editing.TOY`. */
export function mount(el, data) {
  const C = moment(data.keys), circle = [[1, 0], [0, 1]];
  let key = [...data.at], by = "keys";
  const plane = html("div", {}), rows = html("tbody"), note = html("p", { class: "fig-note", role: "status" });
  const inputs = ["first", "second"].map((name, i) => html("input", { type: "range", min: [X, Y][i][0], max: [X, Y][i][1], step: 0.1,
    value: key[i], "data-name": name, input: (event) => { key[i] = Number(event.target.value); draw(); } }));
  const names = inputs.map(() => html("span"));

  function draw() {
    const a = direction(by === "keys" ? C : circle, key), zero = key[0] === 0 && key[1] === 0;
    const W = zero ? data.W : edited(data.W, key, data.value, a);
    names.forEach((name, i) => { name.textContent = `${["first", "second"][i]} number of the key: ${said(key[i])}`; });
    const entry = (k, name) => {
      const p = [data.W, W].map((M) => softmax(value(M, k))[data.object]), share = zero ? 0 : a[0] * k[0] + a[1] * k[1];
      return html("tr", { "data-key": name }, html("th", { scope: "row" }, name),
        ...[[share, said(share)], [p[0], p[0].toFixed(2)], [p[1], p[1].toFixed(2)]]
          .map(([v, text]) => html("td", { class: "fig-number", "data-value": v }, text)));
    };
    rows.replaceChildren(entry(key, "the edit"), ...data.keys.map((k) => entry(k, `(${k.map((x) => String(x).replace("-", "−")).join(", ")})`)));
    const done = harm(data.W, W, data.keys), least = zero ? 0 : harm(data.W, edited(data.W, key, data.value, direction(C, key)), data.keys);
    note.textContent = zero ? "A key of zeros gives the value 0, whatever the memory is: nothing can be stored there."
      : `The new value holds. The stored keys' values move by ${said(done)} (mean square); the least possible is ${said(least)}.`;
    note.dataset.harm = done;
    const width = Math.min(plane.clientWidth || 0, 520);
    if (!width) return;
    const { node, at } = chart({ width, height: 0.62 * width + 60, x: X, y: Y, xTicks: [-2, 0, 2].map((v) => [v, said(v).replace(".00", "")]),
      yTicks: [-2, -1, 0, 1, 2].map((v) => [v, said(v).replace(".00", "")]), xLabel: "first number of a key", yLabel: "second number",
      label: `Keys in the plane; the edit is at ${said(key[0])}, ${said(key[1])}` });
    const ring = Array.from({ length: 61 }, (_, i) => 2 * Math.PI * i / 60)
      .map((t) => (by === "keys" ? [Math.sqrt(C[0][0]) * Math.cos(t), Math.sqrt(C[1][1]) * Math.sin(t)] : [Math.cos(t), Math.sin(t)]));
    node.append(line(ring.map((p) => at(...p)), { class: "fig-dashed" }));
    data.keys.forEach((k) => {
      const share = zero ? 0 : a[0] * k[0] + a[1] * k[1], [px, py] = at(...k), end = Math.max(-90, Math.min(90, 30 * share));
      node.append(svg("line", { class: "fig-line", x1: px, x2: px, y1: py, y2: py - end }),
        svg("circle", { cx: px, cy: py, r: 4, class: "fig-dot" }));
    });
    const [cx, cy] = at(...key);
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const put = (point) => {
      key = point.map((v, i) => Math.round(10 * Math.min([X, Y][i][1], Math.max([X, Y][i][0], v))) / 10);
      inputs.forEach((input, i) => { input.value = key[i]; });
      draw();
      plane.querySelector("[data-handle]")?.focus();
    };
    node.removeAttribute("role");
    node.append(svg("g", { class: "fig-handle", tabindex: 0, role: "button", "aria-label": `the key of the edit, at ${said(key[0])}, ${said(key[1])}: arrow keys move it`,
      "data-handle": "key", style: "cursor: grab; touch-action: none",
      keydown: (event) => {
        if (!step[event.key]) return;
        event.preventDefault();
        put(key.map((v, i) => v + 0.1 * step[event.key][i]));
      },
      pointerdown: (event) => {
        event.preventDefault();
        const [ox, oy] = at(0, 0), [ux, uy] = [at(1, 0)[0] - ox, at(0, 1)[1] - oy];
        const drag = (e) => {
          const box = plane.firstChild.getBoundingClientRect();
          put([(e.clientX - box.left - ox) / ux, (e.clientY - box.top - oy) / uy]);
        };
        const end = () => { removeEventListener("pointermove", drag); removeEventListener("pointerup", end); };
        addEventListener("pointermove", drag);
        addEventListener("pointerup", end);
      } },
      svg("circle", { cx, cy, r: 16, class: "fig-touch" }), svg("circle", { cx, cy, r: 7, style: "fill: var(--warm)" }),
      svg("text", { x: cx + 10, y: cy - 8 }, "k*")));
    plane.replaceChildren(node);
  }
  show(el, "An edit in the plane", "Drag k*, or move it with the arrow keys. A line at a stored key says how far its value moves, in units of the edit's own " +
    "change, up or down. Then put a circle in the place of the keys' spread.",
    html("div", { class: "fig-controls" },
      choice("Spread", [["keys", "that of the keys, C"], ["circle", "a circle, I"]], by, (name) => { by = name; draw(); }),
      ...inputs.map((input, i) => html("label", { class: "fig-field" }, names[i], input))),
    plane,
    html("table", { class: "fig-table" }, html("thead", {}, html("tr", {}, ["key", "moves by", "new object before", "after"].map((name) =>
      html("th", { scope: "col" }, name)))), rows), note);
  draw();
  onWidth(plane, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
