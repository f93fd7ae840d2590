/**
 * Where the discount goes: interpolated Kneser-Ney of order 2 with one discount, on a text of the
 * reader's own. A slice is taken from each count, collected, and handed down to the shorter
 * history, which shares it out among all words.
 */
import { animate, chart, choice, END, html, onWidth, percent, sentences, show, START, svg }
  from "./draw.js";

const UNKNOWN = "<unk>", POT = "pot", MOST_WORDS = 14;
const STAGES = ["count", "take D from each", "hand it down"];

/** Count a text: what follows each history, and what stands before each word. */
export function learn(text) {
  const after = new Map(), before = new Map(), words = new Set(), totals = new Map();
  for (const tokens of sentences(text)) {
    tokens.slice(1).forEach((word, i) => {
      const history = tokens[i], row = after.get(history) ?? new Map();
      after.set(history, row.set(word, (row.get(word) ?? 0) + 1));
      before.set(word, (before.get(word) ?? new Set()).add(history));
      totals.set(word, (totals.get(word) ?? 0) + 1);
      if (word !== END) words.add(word);
    });
  }
  return { after, before, totals, outcomes: [...words, END, UNKNOWN] };
}

/** The shorter history, which is none: p of each outcome with discount D, then uniform. */
export function shorter({ before, totals, outcomes }, D, counts = "before") {
  const of = (word) => (counts === "before" ? before.get(word)?.size : totals.get(word)) ?? 0;
  const all = outcomes.map(of), total = all.reduce((sum, c) => sum + c, 0) || 1;
  const passed = all.filter((c) => c > 0).length * D / total;
  return all.map((c) => Math.max(c - D, 0) / total + passed / outcomes.length);
}

/** Each outcome after a history: its count, what it keeps, loses and is given; in shares of 1. */
export function smooth(model, history, D, counts = "before") {
  const row = model.after.get(history) ?? new Map();
  const total = [...row.values()].reduce((sum, c) => sum + c, 0);
  const backoff = total ? row.size * D / total : 1;
  const below = shorter(model, D, counts);
  const words = model.outcomes.map((word, i) => {
    const c = row.get(word) ?? 0, taken = c ? D / total : 0;
    const kept = c ? (c - D) / total : 0, given = backoff * below[i];
    return { word, count: c, kept, taken, given, p: kept + given };
  });
  return { total, backoff, words };
}

/**
 * The slices at a stage between 0 (counted) and 2 (handed down): {column, kind, low, height},
 * where a column is a word's number or the pot, and may lie between two while a slice travels.
 */
export function slices({ words, backoff }, stage) {
  const pot = words.length, kept = words.map(({ kept }, column) =>
    ({ column, kind: "kept", low: 0, height: kept }));
  const leaving = stage <= 1, share = leaving ? stage : 2 - stage;
  let low = 0;
  const moving = words.map(({ kept, taken, given }, column) => {
    const height = leaving ? taken : given, here = low;
    low += height;
    return { kind: leaving ? "taken" : "given", height, column: column + (pot - column) * share,
      low: kept + (here - kept) * share };
  });
  // A history that was never seen has no counts: its pot is full from the beginning.
  const idle = leaving && backoff === 1 && low === 0
    ? [{ column: pot, kind: "taken", low: 0, height: 1 }] : [];
  return [...kept, ...moving, ...idle].filter(({ height }) => height > 0);
}

/** A round number of ticks from 0 to 1. */
const TICKS = [0, 0.25, 0.5, 0.75, 1].map((y) => [y, String(y)]);

/** The columns of the words and the pot, filled as far as the stage has come. */
function drawBars(width, result, stage) {
  const names = [...result.words.map(({ word }) => word), POT], height = 270;
  const label = `Shares of ${names.length - 1} words and the pot; ` + STAGES[Math.round(stage)];
  const { node, at } = chart({ width, height, x: [0, names.length], y: [0, 1],
    xTicks: [], yTicks: TICKS, xLabel: "", yLabel: "share of probability", label });
  const wide = at(1, 0)[0] - at(0, 0)[0];
  for (const { column, kind, low, height: tall } of slices(result, stage)) {
    const [x, y] = at(column + 0.15, low + tall), [, floor] = at(0, low);
    node.append(svg("rect", { class: `fig-${kind}`, x, y, width: 0.7 * wide,
      height: Math.max(0, floor - y) }));
  }
  names.forEach((name, i) => {
    const [x, y] = at(i + 0.6, 0);
    node.append(svg("text", { "text-anchor": "end",
      transform: `translate(${x} ${y + 14}) rotate(-35)` }, name));
  });
  return node;
}

/** The same in numbers. */
function drawTable({ words }) {
  const heads = ["word", "count", "kept", "handed down", "p"];
  const number = (x) => html("td", {}, x ? x.toFixed(4) : "0");
  const rows = words.map(({ word, count, kept, given, p }) => html("tr", { "data-word": word,
    "data-value": p, "data-kept": kept, "data-given": given }, html("th", { scope: "row" }, word),
    html("td", {}, String(count)), number(kept), number(given), number(p)));
  return html("table", { class: "fig-table" },
    html("thead", {}, html("tr", {}, heads.map((head) => html("th", { scope: "col" }, head)))),
    html("tbody", {}, rows));
}

/** What has happened so far, in words. */
function account(history, { total, backoff, words }, D, stage) {
  const seen = words.filter(({ count }) => count).length;
  if (!total) return `Nothing was seen after “${history}”: all of it is handed down.`;
  if (stage < 0.5) return `“${history}” was followed ${total} times, by ${seen} different words.`;
  const pot = `${seen} × ${D} / ${total} = ${percent(backoff)}`;
  if (stage < 1.5) return `Each of the ${seen} counts loses D = ${D}. The pot holds ${pot}.`;
  return `The pot's ${percent(backoff)} is shared out among all ${words.length} outcomes, ` +
    "as the shorter history has it. The sum is 1 again.";
}

/** Show the figure in an element; `data.texts` is the text that it begins with. */
export function mount(el, data) {
  const state = { D: 0.5, stage: 0, counts: "before", history: data.history ?? null, model: null };
  const input = html("textarea", { rows: 4, spellcheck: "false", maxlength: 2000, input: read });
  input.value = data.texts;
  const pick = html("select", { change: () => { state.history = pick.value; draw(); } });
  const named = html("span"), graph = html("div"), table = html("div", { class: "fig-scroll",
    tabindex: 0, role: "group", "aria-label": "The same in numbers" });
  const knob = html("input", { type: "range", min: 0, max: 1, step: 0.05, value: state.D,
    input: () => { state.D = Number(knob.value); draw(); } });
  const stage = html("input", { type: "range", min: 0, max: 2, step: 0.02, value: 0,
    input: () => move(Number(stage.value)) });
  const said = html("p", { class: "fig-said", "aria-live": "polite" });
  const move = (to) => { state.stage = to; draw(); };
  const play = () => animate(4000, (share) => move(2 * share));
  function read() {
    state.model = learn(input.value);
    const histories = [...state.model.after.keys()];
    if (!histories.includes(state.history)) {
      state.history = histories.find((h) => h !== START) ?? UNKNOWN;
    }
    pick.replaceChildren(...[...histories, UNKNOWN].map((name) =>
      html("option", { selected: name === state.history }, name)));
    draw();
  }
  function draw() {
    const { model, history, D, counts } = state, result = smooth(model, history, D, counts);
    const shown = model.outcomes.length <= MOST_WORDS;
    named.textContent = `Discount D = ${D}`;
    knob.setAttribute("aria-valuetext", named.textContent);
    stage.value = state.stage;
    stage.setAttribute("aria-valuetext", STAGES[Math.round(state.stage)]);
    said.textContent = account(history, result, D, state.stage);
    if (graph.clientWidth) graph.replaceChildren(shown ? drawBars(graph.clientWidth, result, state.stage)
      : `${model.outcomes.length} outcomes are too many to draw: the numbers are below.`);
    table.replaceChildren(drawTable(result));
  }
  show(el, "Where the discount goes", "Choose a history, press Play or drag the slider: the top of " +
    "each column goes into the pot, and the pot is handed down. Then move D, and try the plain " +
    "counts below. The text is yours to change.",
    html("div", { class: "fig-controls" },
      html("label", { class: "fig-field" }, "Your text, one sentence a line", input)),
    html("div", { class: "fig-controls" },
      html("label", { class: "fig-check" }, "What comes after ", pick),
      html("button", { type: "button", class: "fig-button", click: play }, "Play"),
      html("label", { class: "fig-field" }, "count, take, hand down", stage),
      html("label", { class: "fig-field" }, named, knob),
      choice("The shorter history counts", [["before", "different words before"],
        ["totals", "occurrences"]], state.counts, (kind) => { state.counts = kind; draw(); })),
    said, graph, table);
  read();
  onWidth(el, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
