/**
 * Gates at work: the course's LSTM of bytes reads the reader's sentence in the page. For one unit:
 * its gates, its cell and its state at each byte. The weights are signed bytes, a scale for each row.
 */
import { html, show } from "./draw.js";

export const DATA = "gates.json.gz";
const LONGEST = 160;  // bytes that are read
const SHOWN = 8;  // units in the list
const TEXT = '"I am sure of it," said Emma. "Quite sure!" He was silent.';
const ROWS = [["i", "i, write"], ["f", "f, keep"], ["g", "g, candidate"], ["c", "c, cell"], ["o", "o, show"], ["h", "h, state"]];

/** A matrix out of base64: rows of signed bytes, each times its scale. */
export function matrix({ bytes, scales }) {
  const raw = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)), width = raw.length / scales.length;
  return scales.map((scale, r) => Float64Array.from(raw.subarray(r * width, (r + 1) * width), (b) => scale * (b << 24 >> 24)));
}

/** The network: its table, W_x, W_h and bias. */
export function unpack(data) {
  return { table: matrix(data.table), W_x: matrix(data.W_x), W_h: matrix(data.W_h), b: Float64Array.from(data.b) };
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** One step: gates i, f, g, o and the new h and c of all units. */
export function step({ table, W_x, W_h, b }, id, { h, c }) {
  const x = table[id], H = h.length;
  const a = W_x.map((row, r) => {
    let sum = b[r];
    for (let k = 0; k < x.length; k++) sum += row[k] * x[k];
    for (let k = 0; k < H; k++) sum += W_h[r][k] * h[k];
    return sum;
  });
  const part = (n, f) => Float64Array.from({ length: H }, (_, k) => f(a[n * H + k]));
  const i = part(0, sigmoid), f = part(1, sigmoid), g = part(2, Math.tanh), o = part(3, sigmoid);
  const cell = c.map((old, k) => f[k] * old + i[k] * g[k]);
  return { i, f, g, o, c: cell, h: cell.map((v, k) => o[k] * Math.tanh(v)) };
}

/** The ids of a text: its bytes, shifted by the two marks. */
export function encode(text) {
  return [...new TextEncoder().encode(text)].slice(0, LONGEST).map((byte) => byte + 2);
}

/** What the network does at each id, after the mark of a text's beginning. */
export function read(network, ids) {
  const zeros = new Float64Array(network.W_x.length / 4);
  let state = step(network, 0, { h: zeros, c: zeros });
  return ids.map((id) => (state = step(network, id, state)));
}

/** 1 at each id inside of a quotation, the opening mark included, else 0. */
export function inside(ids) {
  let open = 0;
  return ids.map((id) => { if (id === 36) open = 1 - open; return open; });
}

/** The correlation of two rows of numbers; 0 where one does not vary. */
export function correlation(x, y) {
  const mean = (v) => v.reduce((sum, a) => sum + a, 0) / v.length, [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((a, t) => { xy += (a - mx) * (y[t] - my); xx += (a - mx) ** 2; yy += (y[t] - my) ** 2; });
  return xx > 1e-12 && yy > 1e-12 ? xy / Math.sqrt(xx * yy) : 0;
}

/** The units whose cells follow the quotation marks best: [unit, correlation]. */
export function followers(steps, open, n = SHOWN) {
  const units = Array.from(steps[0]?.c ?? [], (_, k) => [k, correlation(steps.map((s) => s.c[k]), open)]);
  return units.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]) || a[0] - b[0]).slice(0, n);
}

/** A byte as one readable character. */
function glyph(id) {
  const byte = id - 2;
  return byte === 32 ? "␣" : byte === 10 ? "⏎" : byte > 32 && byte < 127 ? String.fromCharCode(byte) : "·";
}

/** Show the figure; `data` is what `minillm.figures.recurrence.gates_data` returns. */
export function mount(el, data) {
  const network = unpack(data), H = network.W_x.length / 4;
  let unit = data.unit, ids = encode(TEXT), steps = read(network, ids);
  const grid = html("div", { class: "fig-scroll", tabindex: 0, role: "group", "aria-label": "Gates at each byte" });
  const list = html("ol", { class: "fig-words" }), said = html("p", { class: "fig-note", role: "status" });
  const input = html("input", { type: "text", value: TEXT, maxlength: LONGEST, autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", input: () => { ids = encode(input.value); steps = read(network, ids); draw(); } });
  const number = html("input", { type: "number", min: 0, max: H - 1, value: unit,
    input: () => { if (number.checkValidity() && number.value !== "") { unit = Number(number.value); draw(); } } });
  function choose(next) { unit = next; number.value = next; draw(); }
  function cell(kind, value, t) {
    const share = kind === "c" ? Math.tanh(value) : value, signed = kind === "c" || kind === "g" || kind === "h";
    return html("td", { style: `--share: ${Math.abs(share).toFixed(3)}`, "data-sign": signed && share < 0 ? "-" : "+", "data-kind": kind,
      "data-value": value, title: `${kind} = ${value.toFixed(3)} at ${glyph(ids[t])}` });
  }
  function draw() {
    const open = inside(ids), found = ids.length ? followers(steps, open) : [];
    const marks = ids.map((id) => html("th", { scope: "col", class: id === 36 ? "fig-here" : "" }, glyph(id)));
    grid.replaceChildren(html("table", { class: "fig-gates" }, html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "byte"), marks)),
      html("tbody", {}, ROWS.map(([kind, name]) => html("tr", {}, html("th", { scope: "row" }, name),
        steps.map((s, t) => cell(kind, s[kind][unit], t)))))));
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...found.map(([k, r]) => html("li", {}, html("button", { type: "button", "data-unit": k, "data-value": r,
      "aria-pressed": k === unit, click: () => choose(k) }, html("span", {}, `unit ${k}`),
      html("span", { class: "fig-bar", "data-kind": 0 }, html("span", { class: "fig-part", style: `width:${100 * Math.abs(r)}%` })),
      html("span", { class: "fig-number" }, r.toFixed(2))))));
    if (focused) list.querySelector("[aria-pressed=true], button").focus();
    const r = ids.length ? correlation(steps.map((s) => s.c[unit]), open) : 0;
    said.textContent = `Unit ${unit} of ${H}: the correlation of its cell with “inside a quotation” is ${r.toFixed(2)} in your sentence` +
      (unit === data.unit ? `, and ${data.correlation.toFixed(2)} in ${data.n_bytes.toLocaleString("en")} bytes of held-out text, the strongest of all.` : ".");
    said.dataset.value = r;
  }
  show(el, "Gates at work", "Type a sentence with quotation marks, and choose a unit. Full colour is near 1; where numbers have a sign, the second " +
    "colour is below 0. The cell is drawn as its tanh.",
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, "Your sentence", input),
      html("label", { class: "fig-field fig-small" }, "Unit", number)), grid,
    html("p", { class: "fig-head fig-gates-head" }, "Units that follow the quotation marks of your sentence"), list, said);
  draw();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
