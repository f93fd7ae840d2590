/** Beam search as a tree: on two toys, and on the course's mini-LLM behind the reader's text. */
import { choice, html, onWidth, show, svg } from "./draw.js";
import { loader } from "./loading.js";
import { newState, read, softmax, spell, toIds } from "./minillm.js";

const GARDEN = [[0.1, 0.5, 0.4], [0.4, 0.3, 0.3], [0.9, 0.05, 0.05]];
const LONG = { curse: 3, garden: 3, model: 6 };
const NAMES = { garden: "the garden path", curse: "the curse", model: "the mini-LLM" };

/** The toys: probabilities of the ids 0 (the end), 1, 2, ... behind the ids of a text. */
export const TOYS = {
  curse: (ids) => (ids.length ? [0.01, 0.33, 0.33, 0.33] : [0.1, 0.3, 0.3, 0.3]),
  garden: (ids) => GARDEN[ids.length ? ids.at(-1) : 0],
};

/**
 * Beam search. `step(ids)` gives the log-probabilities behind a text. Returns `levels`, for each step its
 * 2 * width best continuations {parent, id, ids, sum, fate}, and `finished`, the best score first.
 * A fate is "open", "ended" or "lost"; a parent is the place among the continuations one step before.
 */
export function beamSteps(step, { width, longest, alpha = 0, eos = 0 }) {
  let beams = [{ ids: [], sum: 0, place: null }];
  const levels = [], finished = [];
  for (let n = 1; n <= longest && beams.length && finished.length < width; n++) {
    const all = beams.flatMap(({ ids, sum, place }) => Array.from(step(ids), (z, id) => ({ parent: place, id, from: ids, sum: sum + z })));
    all.sort((a, b) => b.sum - a.sum);
    let open = 0;
    const level = all.slice(0, 2 * width).map(({ parent, id, from, sum }, i) => {
      const ended = id === eos, ids = [...from, id];
      let fate = "lost";
      if (i < width && (ended || n === longest)) {
        fate = "ended";
        finished.push({ score: sum / n ** alpha, ids: ended ? from : ids, sum, n });
      } else if (!ended && n < longest && open < width) fate = "open";
      if (fate === "open") open++;
      return { parent, id, ids, sum, fate };
    });
    levels.push(level);
    beams = level.flatMap(({ ids, sum, fate }, place) => (fate === "open" ? [{ ids, sum, place }] : []));
  }
  finished.sort((a, b) => b.score - a.score);
  return { levels, finished: finished.slice(0, width) };
}

/** Log-probabilities by the mini-LLM behind a text that begins with `prompt`; what was read is kept. */
export function reader(model, prompt) {
  const known = new Map();
  const copy = ({ length, layers }) => ({ length, layers: layers.map(({ k, v }) => ({ k: [...k], v: [...v] })) });
  return function step(ids) {
    const key = ids.join();
    if (!known.has(key)) {
      if (!ids.length) known.set(key, { state: newState(model), logits: null });
      else step(ids.slice(0, -1));
      const state = ids.length ? copy(known.get(ids.slice(0, -1).join()).state) : known.get(key).state;
      const logits = read(model, state, ids.length ? ids.slice(-1) : toIds(model, prompt)).at(-1).logits;
      known.set(key, { state, logits });
    }
    const p = softmax(known.get(key).logits.map((z, id) => (id === 0 ? -Infinity : z)));
    return p.map((x) => Math.log(Math.max(x, 1e-300)));
  };
}

/** Show the figure. */
export function mount(el, data = {}) {
  let model = null, kind = "garden", width = 1, alpha = 0, shownSteps = 9, step = null, found = null;
  const where = html("div", { class: "fig-controls" }), tree = html("div", { class: "fig-scroll", tabindex: "0" });
  const list = html("ol", { class: "fig-ended" }), said = html("p", { class: "fig-said", role: "status" });
  const input = html("input", { type: "text", value: data.text ?? "Elizabeth was", autocomplete: "off", spellcheck: "false",
    input: () => { clearTimeout(timer); timer = setTimeout(restart, 300); } });
  const field = html("div", { hidden: true }, html("label", { class: "fig-field" }, "Your text", input));
  const { controls: load, state: note } = loader(data.model, (loaded) => { model = loaded; restart(); });
  const loading = html("div", { hidden: true }, load, note);
  const next = html("button", { type: "button", class: "fig-button", click: () => { shownSteps++; draw(); } }, "Next step");
  const first = html("button", { type: "button", class: "fig-button", click: () => { shownSteps = 1; draw(); } }, "From the start");
  const whole = html("button", { type: "button", class: "fig-button", click: () => { shownSteps = 9; draw(); } }, "All steps");
  let timer = 0;
  const word = (id) => (kind !== "model" ? (id === 0 ? "end" : kind === "garden" ? " ab"[id] : `w${id}`)
    : id === 1 ? "end" : spell(model, id).replace(/^ /, "␣").replaceAll("\n", "↵"));
  function controls() {
    const numbers = (list) => list.map((x) => [String(x), String(x)]);
    where.replaceChildren(
      choice("Model", Object.entries(NAMES), kind, (value) => { kind = value; restart(); }),
      choice("Width", numbers([1, 2, 3, 4, 5, 6, 7, 8]), String(width), (value) => { width = Number(value); draw(true); }),
      choice("α", numbers([0, 0.6, 1]), String(alpha), (value) => { alpha = Number(value); draw(true); }));
  }
  function restart() {
    field.hidden = kind !== "model" || !model;
    loading.hidden = kind !== "model" || Boolean(model);
    step = kind !== "model" ? (ids) => TOYS[kind](ids).map(Math.log) : model ? reader(model, input.value.slice(0, 400)) : null;
    draw(true);
  }
  function draw(again = false) {
    if (!step) {
      said.textContent = "Load the model first.";
      tree.replaceChildren();
      list.replaceChildren();
      return;
    }
    if (again || !found) found = beamSteps(step, { width, longest: LONG[kind], alpha, eos: kind === "model" ? 1 : 0 });
    const n = Math.min(shownSteps, found.levels.length), levels = found.levels.slice(0, n);
    shownSteps = Math.max(n, Math.min(shownSteps, 9));
    if (shownSteps < 9) shownSteps = n;
    next.disabled = n >= found.levels.length;
    const ended = found.finished.filter((text) => text.n <= n);
    list.replaceChildren(...ended.map(({ score, ids, sum }) => html("li", {}, html("b", {}, ids.length ? ids.map(word).join(kind === "model" ? "" : " ") : "(nothing)"),
      ` probability ${Math.exp(sum).toPrecision(2)}, score ${score.toFixed(3)}`)));
    said.textContent = `Step ${n} of ${found.levels.length}: ${ended.length} finished text${ended.length === 1 ? "" : "s"}.` +
      (ended.length && n === found.levels.length ? ` The best: ${ended[0].ids.length ? ended[0].ids.map(word).join(kind === "model" ? "" : " ") : "(nothing)"}.` : "");
    said.dataset.finished = JSON.stringify(ended.map(({ score, ids }) => [score, ids]));
    plot(levels);
  }
  function plot(levels) {
    const room = tree.clientWidth;
    if (!room) return;
    const rows = Math.max(...levels.map((level) => level.length)), column = Math.max(kind === "model" ? 92 : 70, Math.min(150, (room - 92) / levels.length));
    const height = Math.max(120, rows * 22 + 20), x = (n) => 30 + n * column, y = (i, level) => 12 + (i + 0.5) * (height - 20) / level.length;
    const best = levels.map((level) => level[0].sum);
    const thick = (node, n) => Math.max(1, 7 * Math.exp(node.sum - best[n]));
    tree.replaceChildren(svg("svg", { class: "fig-chart fig-tree", width: x(levels.length) + 62, height, role: "img", style: "max-width: none",
      "aria-label": `The ${levels.length} steps of a search of width ${width}: in each, the ${2 * width} best continuations` },
      svg("circle", { class: "fig-open", cx: x(0), cy: height / 2, r: 4 }),
      levels.flatMap((level, n) => level.map((node, i) => {
        const from = node.parent === null ? [x(n), height / 2] : [x(n) + textWidth(levels[n - 1][node.parent]), y(node.parent, levels[n - 1])];
        const to = [x(n + 1) - 12, y(i, level)], middle = (from[0] + to[0]) / 2;
        return [svg("path", { class: `fig-branch fig-${node.fate}`, "stroke-width": thick(node, n).toFixed(1),
          d: `M${from} C${middle},${from[1]} ${middle},${to[1]} ${to}` }),
        svg("text", { class: `fig-${node.fate}`, x: x(n + 1) - 8, y: to[1] + 4 }, word(node.id).slice(0, 9))];
      }))));
  }
  const textWidth = (node) => Math.min(9, word(node.id).length) * 7;
  controls();
  show(el, "The beam tree", "Each column is a step: its continuations, the best on top. Dark branches go on, orange ones have ended, grey ones are lost; " +
    "the thicker, the likelier.", where, loading, field, html("div", { class: "fig-controls" }, first, next, whole), said, tree,
    html("p", { class: "fig-head fig-second" }, "Finished texts, the best score first"), list);
  onWidth(tree, () => draw());
  restart();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
