/**
 * A map of the course's own vectors: look a word up, see its neighbours by cosine in all
 * dimensions, and where they lie in the plane of the two directions of largest variance.
 */
import { choice, html, onWidth, show, svg } from "./draw.js";

export const DATA = "wordmap.json.gz";
const SHOWN = 10;
const KINDS = [["raw", "raw"], ["centred", "centred"]];

/** The numbers that a page holds as bytes in base64, V rows of `dim`. */
export function unpack({ bytes, dim }) {
  const raw = Int8Array.from(atob(bytes), (c) => c.charCodeAt(0) << 24 >> 24);
  return Array.from({ length: raw.length / dim }, (_, i) => Float64Array.from(raw.subarray(i * dim, (i + 1) * dim)));
}

/** The rows with their own scales, and for "centred" without the mean row. */
export function rows(data, kind) {
  const table = unpack(data).map((row, i) => row.map((x) => x * data.scales[i]));
  if (kind !== "centred") return table;
  const mean = table[0].map((_, j) => table.reduce((sum, row) => sum + row[j], 0) / table.length);
  return table.map((row) => row.map((x, j) => x - mean[j]));
}

/** Rows at length 1. */
export function unit(table) {
  return table.map((row) => {
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)) || 1;
    return row.map((x) => x / length);
  });
}

/** The n rows nearest to row i among rows of length 1: [id, cosine]. */
export function nearest(directions, i, n) {
  const cosines = directions.map((row, j) => [j, row.reduce((sum, x, k) => sum + x * directions[i][k], 0)]);
  return cosines.filter(([j]) => j !== i).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, n);
}

/** The mean cosine of pairs of different rows: the squared length of the sum says it. */
export function meanCosine(directions) {
  const n = directions.length, sum = directions[0].map((_, j) => directions.reduce((s, row) => s + row[j], 0));
  return (sum.reduce((s, x) => s + x * x, 0) - n) / (n * (n - 1));
}

/** Show the figure; `data` is what `minillm.figures.vectors.wordmap_data` returns. */
export function mount(el, data) {
  const { words, counts, xy } = data, directions = {}, baseline = {};
  const ids = new Map(words.map((word, i) => [word, i]));
  let kind = "raw", current = ids.get("sister") ?? 0;
  const map = html("div", {}), list = html("ol", { class: "fig-words" });
  const said = html("p", { class: "fig-note", role: "status" });
  const options = html("datalist", { id: `words-${Math.random().toString(36).slice(2)}` }, words.map((word) => html("option", { value: word })));
  const input = html("input", { type: "text", value: words[current], list: options.id, autocomplete: "off",
    autocapitalize: "off", spellcheck: "false", input: () => look(input.value, false), change: () => look(input.value, true) });
  function of(which) {
    directions[which] ??= unit(rows(data, which));
    baseline[which] ??= meanCosine(directions[which]);
    return directions[which];
  }
  function look(word, complain) {
    const id = ids.get(word.trim().toLowerCase());
    if (id !== undefined) { current = id; draw(); }
    else if (complain) said.textContent = `“${word}” is not among the ${words.length.toLocaleString("en")} most frequent words.`;
  }
  function choose(id) { current = id; input.value = words[id]; draw(); }
  function draw() {
    const found = nearest(of(kind), current, SHOWN), low = Math.min(0, ...found.map(([, c]) => c));
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...found.map(([id, cosine]) => html("li", {},
      html("button", { type: "button", "data-id": id, "data-value": cosine, click: () => choose(id) },
        html("span", {}, words[id]), html("span", { class: "fig-bar", "data-kind": 0 },
          html("span", { class: "fig-part", style: `width:${100 * (cosine - low) / (1 - low)}%` })),
        html("span", { class: "fig-number" }, cosine.toFixed(2))))));
    if (focused) list.querySelector("button").focus();
    said.textContent = `${words[current]} occurs ${counts[current].toLocaleString("en")} times. ` +
      `Two words at random: cosine ${baseline[kind].toFixed(2)} on average.`;
    said.dataset.value = baseline[kind];
    plot(found.map(([id]) => id));
  }
  function plot(found) {
    const width = map.clientWidth;
    if (!width) return;
    const height = Math.min(width, 380), pad = 10;
    const at = (id) => [pad + xy[id][0] * (width - 2 * pad), pad + (1 - xy[id][1]) * (height - 2 * pad)];
    const dots = words.map((_, i) => `M${at(i).map((x) => x.toFixed(1)).join(" ")}h0`).join("");
    const label = (id, mark) => {
      const [x, y] = at(id), right = x > width - 70;
      return svg("g", { class: mark }, svg("circle", { cx: x, cy: y, r: 4 }),
        svg("text", { x: right ? x - 7 : x + 7, y: y + 4, "text-anchor": right ? "end" : "start" }, words[id]));
    };
    map.replaceChildren(svg("svg", { class: "fig-chart fig-map", width, height, role: "img",
      "aria-label": `A map of ${words.length} words; ${words[current]} and its neighbours ${found.map((id) => words[id]).join(", ")} are marked`,
      click: (event) => {
        const box = map.firstChild.getBoundingClientRect();
        const far = (id) => { const [x, y] = at(id); return Math.hypot(x - event.clientX + box.left, y - event.clientY + box.top); };
        choose(words.reduce((best, _, id) => (far(id) < far(best) ? id : best), 0));
      } },
      svg("path", { class: "fig-cloud", d: dots }), found.map((id) => label(id, "fig-near")), label(current, "fig-you-are-here")));
  }
  show(el, "A map of Austen's words", "Type a word, choose one from the list, or click a dot.",
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, "Word", input),
      choice("Cosines", KINDS, kind, (next) => { kind = next; draw(); })), options,
    html("div", { class: "fig-panels" }, map, html("div", {}, html("p", { class: "fig-head" }, "Nearest words"), list)), said);
  draw();
  onWidth(map, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
