/**
 * Attention in blocks of keys, the idea of FlashAttention: a running maximum, a running sum and a
 * running mixture replace the square of scores. The answer is the same, not an approximation.
 */
import { choice, html, onWidth, show, svg } from "./draw.js";

export const TOY = {
  words: ["Ada", "met", "Ben", "she"],
  q: [[0, 0], [1, 1], [0, 1], [2, 0]],
  k: [[2, 0], [0, 0], [0, 2], [1, 0]],
  v: [[4, 0], [0, 1], [0, 4], [2, 2]],
};

/**
 * The steps of one query through its keys, `size` at a time, in the given order of the keys. Each
 * step: the keys of the block, their scores, the factor for what was summed before, and m, l, acc.
 */
export function online(query, keys, values, order, size) {
  const root = Math.sqrt(query.length), steps = [];
  let m = -Infinity, l = 0, acc = values[0].map(() => 0);
  for (let start = 0; start < order.length; start += size) {
    const block = order.slice(start, start + size);
    const scores = block.map((s) => keys[s].reduce((sum, a, i) => sum + a * query[i], 0) / root);
    const top = Math.max(m, ...scores), factor = m === -Infinity ? 0 : Math.exp(m - top);
    const powers = scores.map((score) => Math.exp(score - top));
    l = l * factor + powers.reduce((a, b) => a + b, 0);
    acc = acc.map((a, c) => a * factor + powers.reduce((sum, p, i) => sum + p * values[block[i]][c], 0));
    m = top;
    steps.push({ block, scores, factor, m, l, acc });
  }
  return steps;
}

/** What the sums give: acc divided by l. */
export function result({ acc, l }) {
  return acc.map((a) => a / l);
}

/** Show the figure. */
export function mount(el, data = {}) {
  const { words, q, k, v } = data.q ? data : TOY, T = words.length;
  let t = T - 1, size = 2, order = "right", taken = 0;
  const square = html("div", {}), rows = html("tbody"), said = html("p", { class: "fig-note", role: "status" });
  const told = html("output", { class: "fig-cost" }), next = html("button", { type: "button", class: "fig-button", click: () => { taken += 1; draw(); } }, "Next block");
  const keysInOrder = () => (order === "left" ? words.map((_, s) => s) : words.map((_, s) => T - 1 - s));
  const again = () => { taken = 0; draw(); };
  function draw() {
    const steps = online(q[t], k, v, keysInOrder(), size), done = steps.slice(0, taken), now = done.at(-1);
    next.disabled = taken >= steps.length;
    told.value = now ? `acc / l = (${result(now).map((a) => a.toFixed(3)).join(", ")})` : "nothing read yet";
    told.dataset.value = now ? JSON.stringify(result(now)) : "";
    rows.replaceChildren(...done.map((step, i) => html("tr", {}, html("th", { scope: "row" }, step.block.map((s) => words[s]).join(", ")),
      html("td", {}, step.scores.map((a) => a.toFixed(3)).join(", ")), html("td", {}, i ? step.factor.toFixed(3) : "–"),
      html("td", {}, step.m.toFixed(3)), html("td", {}, step.l.toFixed(3)), html("td", {}, `(${step.acc.map((a) => a.toFixed(3)).join(", ")})`))));
    said.textContent = !now ? `${words[t]} will read its keys ${size} at a time. The square of ${T * T} scores is never filled.`
      : taken < steps.length ? `In memory: ${now.scores.length} score${now.scores.length > 1 ? "s" : ""}, m, l and acc. This is not the answer yet: keys are missing.`
        : "All keys are read, and acc / l is the answer. The scores of earlier blocks are gone.";
    const width = Math.min(square.clientWidth, 260), edge = 46, step = (width - edge) / T;
    if (width <= 0) return;
    const past = new Set(done.slice(0, -1).flatMap(({ block }) => block)), here = new Set(now?.block);
    square.replaceChildren(svg("svg", { class: "fig-chart", width, height: width, role: "img",
      "aria-label": `The square of scores; only row ${words[t]} is worked on, and ${here.size} of its cells are in memory` },
      words.flatMap((word, i) => [
        svg("text", { x: edge - 6, y: edge + (i + 0.5) * step + 4, "text-anchor": "end" }, word),
        svg("text", { x: edge + (i + 0.5) * step, y: edge - 8, "text-anchor": "middle" }, word),
        ...words.map((_, s) => svg("rect", { x: edge + s * step, y: edge + i * step, width: step - 2, height: step - 2,
          class: i !== t ? "fig-never" : here.has(s) ? "fig-held" : past.has(s) ? "fig-gone" : "fig-ahead" }))])));
  }
  show(el, "Attention in blocks", "Press Next block. Filled: in memory now. Dashed: read and forgotten. Then choose another " +
    "order or block size: the numbers on the way change, the last one does not.",
    html("div", { class: "fig-controls" },
      choice("Query of", words.map((word, i) => [String(i), word]), String(t), (value) => { t = Number(value); again(); }),
      choice("Keys in a block", [["1", "1"], ["2", "2"], ["4", "4"]], "2", (value) => { size = Number(value); again(); }),
      choice("From the", [["left", "left"], ["right", "right"]], order, (value) => { order = value; again(); })),
    html("div", { class: "fig-controls" }, next,
      html("button", { type: "button", class: "fig-button", click: again }, "Start again"), told),
    square, html("div", { class: "fig-scroll", tabindex: 0, role: "group", "aria-label": "Running sums" },
      html("table", { class: "fig-table" }, html("thead", {}, html("tr", {},
        ["block", "scores", "factor", "m", "l", "acc"].map((name) => html("th", { scope: "col" }, name)))), rows)), said);
  draw();
  onWidth(square, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
