/**
 * The merge player: the reader's own text, cut as the first n merges of Austen cut it. The ids are
 * those of `minillm.tokenizer.Tokenizer`.
 */
import { html, show } from "./draw.js";
import { encode, longestMatch, readable, steps, tokenizer } from "./bpe.js";

export const DATA = "merges.json.gz";
const POSITIONS = 1000;  // of the slider, on which the first merges have more room

/** The number of merges at a position of the slider. */
export function mergesAt(position, all) {
  return Math.round((all + 1) ** (position / POSITIONS)) - 1;
}

/** The position of the slider for a number of merges. */
export function positionOf(n, all) {
  return POSITIONS * Math.log(n + 1) / Math.log(all + 1);
}

/** Tokens in a row; those in `fresh` have just been made. */
function row(model, ids, fresh, odd = []) {
  return html("div", { class: "fig-tokens" }, ids.map((id, t) => html("span",
    { class: "fig-piece", "data-id": id, "data-tint": t % 4, "data-fresh": id === fresh,
      "data-odd": odd[t] === true },
    html("b", {}, readable(model.spelled[id])), html("small", {}, String(id)))));
}

/** Which tokens of a row begin or end where none of the other row does. */
function different(model, ids, others) {
  const spans = (row) => {
    let end = 0;
    return row.map((id) => [end, end += model.spelled[id].length].join());
  };
  const known = new Set(spans(others));
  return spans(ids).map((span) => !known.has(span));
}

/** What merge number n did. */
function account(model, n, text) {
  if (!n) return "No merge yet: each token is one byte of UTF-8.";
  const [left, right] = model.merges.slice(2 * n - 2, 2 * n).map((id) => readable(model.spelled[id]));
  const made = readable(model.spelled[257 + n]), times = model.counts[n - 1].toLocaleString("en");
  return `Merge ${n.toLocaleString("en")}: ${left} + ${right} → ${made}, the most frequent pair of ` +
    `the training text by then (${times} times).` +
    (encode(model, text, n).includes(257 + n) ? "" : " It doesn't stand in your text.");
}

/** Show the figure in an element. */
export function mount(el, data) {
  const model = tokenizer(data, "austen"), all = model.counts.length;
  const state = { n: 0, steps: [], timer: null };
  const input = html("input", { type: "text", value: "Elizabeth laughed: ahaha, hahaha! 你好",
    maxlength: 200, spellcheck: "false", autocomplete: "off", input: () => begin() });
  const slider = html("input", { type: "range", min: 0, max: POSITIONS, step: 1, value: 0,
    "aria-label": "Number of merges", input: () => go(mergesAt(Number(slider.value), all)) });
  const count = html("output", { class: "fig-cost" });
  const said = html("p", { class: "fig-said", "aria-live": "polite" });
  const tokens = html("div", {}), other = html("div", {}), note = html("p", { class: "fig-note" });
  const match = html("input", { type: "checkbox", change: () => draw() });
  const button = (name, press) => html("button", { type: "button", class: "fig-button",
    click: press }, name);
  const back = button("◀ Back", () => go(state.steps.findLast((step) => step < state.n) ?? 0));
  const on = button("Next ▶", () => next());
  const play = button("Play", () => (state.timer ? stop() : start()));

  function draw() {
    const text = input.value, ids = encode(model, text, state.n);
    const bytes = new TextEncoder().encode(text).length;
    const later = state.steps.filter((step) => step > state.n).length;
    slider.setAttribute("aria-valuetext", `${state.n} merges`);
    count.textContent = `${state.n.toLocaleString("en")} merges`;
    said.textContent = account(model, state.n, text);
    tokens.replaceChildren(row(model, ids, 257 + state.n));
    const longest = longestMatch(model, text, state.n);
    const odd = different(model, longest, ids);
    other.replaceChildren(...(match.checked ? [html("p", { class: "fig-head" },
      odd.includes(true) ? "Longest match cuts the text in another way:"
        : "Longest match cuts the text in the same way."), row(model, longest, -1, odd)] : []));
    note.textContent = `${bytes} bytes, ${ids.length} tokens: ` +
      `${ids.length ? (bytes / ids.length).toFixed(2) : "0"} bytes per token. ` +
      `${later} more merges will change your text.`;
    back.disabled = state.n === 0;
    on.disabled = later === 0;
  }
  function go(n) {
    state.n = n;
    if (mergesAt(Number(slider.value), all) !== n) slider.value = positionOf(n, all);
    draw();
  }
  function next() {
    const step = state.steps.find((later) => later > state.n);
    if (step) go(step); else stop();
  }
  function start() {
    if (!state.steps.some((step) => step > state.n)) go(0);
    state.timer = setInterval(() => (el.isConnected ? next() : stop()), 800);
    play.textContent = "Pause";
  }
  function stop() {
    clearInterval(state.timer);
    state.timer = null;
    play.textContent = "Play";
  }
  function begin() {
    state.steps = steps(model, input.value);
    draw();
  }

  show(el, "The merge player", "Type a text. Step through the merges that change it, or move the " +
    "slider through all of them. The number below each token is its id.",
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, "Your text", input)),
    html("div", { class: "fig-controls" }, back, on, play, count), slider, said, tokens,
    html("label", { class: "fig-check" }, match, "show longest match as well"), other, note);
  begin();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
