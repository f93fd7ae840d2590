/**
 * The heads of a trained model on the reader's own sentence: the course's mini-LLM runs in the page.
 * The weights come when the reader asks for them. Rows are tokens that look, columns what they see.
 */
import { choice, html, onWidth, percent, show, svg } from "./draw.js";
import { loader } from "./loading.js";
import { likeliest, newState, read, softmax, spell, toIds } from "./minillm.js";

const SENTENCE = "Elizabeth was glad, and Elizabeth said that she was";
export const LONGEST = 48;  // tokens of a sentence that the square shows

/** The weights (T, T) of a head as rows that end at their own token. */
export function weightsOf(traces, layer, head) {
  return traces.map(({ layers }) => [...layers[layer].attention.weights[head]]);
}

/** For each head: mean weight on the token before, on the first, and on itself, from the third token on. */
export function habits(traces) {
  const { layers } = traces[0], mean = (list) => list.reduce((a, b) => a + b, 0) / Math.max(1, list.length);
  return layers.flatMap(({ attention }, layer) => attention.weights.map((_, head) => {
    const rows = weightsOf(traces, layer, head).slice(2);
    return { layer, head, before: mean(rows.map((row) => row.at(-2))), first: mean(rows.map((row) => row[0])),
      itself: mean(rows.map((row) => row.at(-1))) };
  }));
}

/** What a head's habit is called, where one of the three shares is above a half. */
export function nickname({ before, first, itself }) {
  if (before > 0.5) return "mostly the token before";
  if (first > 0.5) return "mostly the first token";
  if (itself > 0.5) return "mostly itself";
  return "no single place";
}

/** A token as it is shown: a leading space as ␣, a line break as ↵. */
function shown(model, id) {
  return spell(model, id).replace(/^ /, "␣").replaceAll("\n", "↵");
}

/** Show the figure. On a page the model is fetched; in a notebook `data.model` holds its bytes. */
export function mount(el, data = {}) {
  let model = null, traces = [], layer = 0, head = 0, chosen = null;
  const stage = html("div", {}), { controls: load, state } = loader(data.model, (loaded) => { model = loaded; build(); run(); });
  const input = html("input", { type: "text", value: data.text ?? SENTENCE, autocomplete: "off", spellcheck: "false", input: () => later() });
  const square = html("div", {}), list = html("div", { class: "fig-heads" }), next = html("ol", { class: "fig-words" });
  const said = html("p", { class: "fig-note", role: "status" }), line = html("p", { class: "fig-sentence" });
  const where = html("div", { class: "fig-controls" });
  let timer = 0;
  const later = () => { clearTimeout(timer); timer = setTimeout(run, 250); };
  function run() {
    const ids = toIds(model, input.value).slice(0, LONGEST), from = performance.now();
    traces = read(model, newState(model), ids);
    const { n_layers: L, n_heads: H, width: C, vocab_size: V } = model.config;
    state.textContent = `${ids.length} tokens through ${L} layers of ${H} heads, ${C} channels, in ${Math.round(performance.now() - from)} ms. ` +
      `A vocabulary of ${V.toLocaleString("en")}.${toIds(model, input.value).length > LONGEST ? ` Only the first ${LONGEST} tokens are shown.` : ""}`;
    chosen = Math.min(chosen ?? ids.length - 1, ids.length - 1);
    if (chosen < 0) chosen = 0;
    draw();
  }
  function build() {
    const { n_layers: L, n_heads: H } = model.config;
    const numbers = (n) => Array.from({ length: n }, (_, i) => [String(i), String(i + 1)]);
    const controls = () => where.replaceChildren(
      choice("Layer", numbers(L), String(layer), (value) => { layer = Number(value); draw(); }),
      choice("Head", numbers(H), String(head), (value) => { head = Number(value); draw(); }));
    controls();
    stage.replaceChildren(html("label", { class: "fig-field" }, "Your sentence", input), where, said, line,
      html("div", { class: "fig-panels" },
        html("div", {}, html("p", { class: "fig-head" }, "Who looks at whom"), square),
        html("div", {}, html("p", { class: "fig-head" }, "All heads: choose one"), list,
          html("p", { class: "fig-head fig-second" }, "What comes next, by the whole model"), next)));
    list.addEventListener("click", (event) => {
      const cell = event.target.closest("button");
      if (!cell) return;
      [layer, head] = cell.dataset.at.split(",").map(Number);
      controls();
      draw();
      list.querySelector("[aria-pressed=true]").focus();
    });
  }
  function pick(t) { chosen = t; draw(); }
  function draw() {
    const rows = weightsOf(traces, layer, head), words = traces.map(({ id }) => shown(model, id));
    const found = habits(traces), own = found.find((h) => h.layer === layer && h.head === head);
    const row = rows[chosen], order = row.map((w, s) => [w, s]).sort((a, b) => b[0] - a[0]).slice(0, 3);
    said.textContent = `Layer ${layer + 1}, head ${head + 1}: ${nickname(own)}. ${words[chosen]} looks at ` +
      `${order.map(([w, s]) => `${words[s]} (${percent(w)})`).join(", ")}.`;
    said.dataset.row = JSON.stringify(row);
    const focused = line.contains(document.activeElement);
    line.replaceChildren(...words.map((word, t) => html("button", { type: "button", class: t === chosen ? "fig-looking" : "",
      "aria-pressed": t === chosen ? "true" : "false", "aria-label": `token ${t + 1}: ${word}`,
      style: t <= chosen ? `--weight:${(100 * row[t]).toFixed(1)}%` : "--weight:0%",
      click: () => pick(t), pointerenter: (event) => { if (event.pointerType === "mouse") pick(t); } }, word)));
    if (focused) line.querySelector(".fig-looking").focus({ preventScroll: true });
    list.replaceChildren(...found.map((h) => html("button", { type: "button", "data-at": `${h.layer},${h.head}`,
      "aria-pressed": h.layer === layer && h.head === head ? "true" : "false",
      "aria-label": `layer ${h.layer + 1}, head ${h.head + 1}: ${nickname(h)}` }, small(weightsOf(traces, h.layer, h.head)))));
    list.style.setProperty("--heads", model.config.n_heads);
    const probabilities = softmax(traces[chosen].logits.map((z, id) => (id === 0 ? -Infinity : z)));
    next.replaceChildren(...likeliest(probabilities, 5).map(([id, p]) => html("li", { "data-id": id, "data-value": p },
      html("span", {}, shown(model, id)), html("span", { class: "fig-bar", "data-kind": 0 },
        html("span", { class: "fig-part", style: `width:${100 * p}%` })), html("span", { class: "fig-number" }, percent(p)))));
    plot(rows, words);
  }
  function small(rows) {
    const T = rows.length, step = 44 / T;
    return svg("svg", { width: 46, height: 46, viewBox: "-1 -1 46 46", "aria-hidden": "true" },
      rows.flatMap((row, t) => row.map((w, s) => (w < 0.04 ? null : svg("rect", { class: "fig-cell", x: s * step, y: t * step, width: step, height: step, opacity: w.toFixed(2) })))));
  }
  function plot(rows, words) {
    const width = Math.min(square.clientWidth, 460), T = rows.length;
    if (!width) return;
    const margin = Math.min(72, width / 4), step = (width - margin) / T, labels = step > 7;
    square.replaceChildren(svg("svg", { class: "fig-chart fig-square", width, height: width, role: "img",
      "aria-label": `Weights of layer ${layer + 1}, head ${head + 1}: a row for each of ${T} tokens, columns up to the token itself`,
      click: (event) => {
        const box = square.firstChild.getBoundingClientRect(), t = Math.floor((event.clientY - box.top - margin) / step);
        if (t >= 0 && t < T) pick(t);
      } },
      rows.flatMap((row, t) => row.map((w, s) => svg("rect", { class: "fig-cell", x: margin + s * step, y: margin + t * step,
        width: Math.max(1, step - 1), height: Math.max(1, step - 1), opacity: (0.06 + 0.94 * w).toFixed(3) }))),
      svg("rect", { class: "fig-row", x: margin, y: margin + chosen * step, width: (chosen + 1) * step, height: step }),
      labels ? words.map((word, t) => [
        svg("text", { x: margin - 5, y: margin + (t + 0.5) * step + 4, "text-anchor": "end", class: t === chosen ? "fig-here" : "" }, word.slice(0, 9)),
        svg("text", { x: 0, y: 0, transform: `translate(${margin + (t + 0.5) * step + 4} ${margin - 5}) rotate(-90)` }, word.slice(0, 9))]) : []));
  }
  show(el, "The heads of a trained model", "Load the model, write a sentence, and choose a head. Point at a token, or press it, " +
    "to see where it looks; the darker, the more weight.", load, state, stage);
  onWidth(square, () => { if (model) draw(); });
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
