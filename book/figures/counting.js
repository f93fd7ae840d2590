/**
 * Counting: a window slides over a text and fills the table of its n-grams, one cell at a time.
 * The text is the reader's own.
 */
import { choice, END, html, sentences, show, START } from "./draw.js";

const [MOST_TOKENS, MOST_WORDS, PACE] = [400, 40, 600];  // PACE in milliseconds

/** The n-grams of a text in the order in which the window meets them. */
export function ngrams(text, n) {
  return sentences(text).flatMap((words, sentence) => words.slice(1).map((word, i) =>
    ({ sentence, at: i + 1, history: words.slice(Math.max(0, i + 2 - n), i + 1), word })));
}

/** Count n-grams: rows for histories, columns for words, both in the order of their first sight. */
export function count(grams) {
  const rows = new Map(), columns = new Set();
  for (const { history, word } of grams) {
    const name = history.join(" "), row = rows.get(name) ?? { history, total: 0, counts: new Map() };
    row.total++;
    row.counts.set(word, (row.counts.get(word) ?? 0) + 1);
    rows.set(name, row);
    columns.add(word);
  }
  return { rows: [...rows.values()], columns: [...columns] };
}

/** Maximum likelihood: the share of a word among all that followed a history. */
export function share(row, word) {
  return (row?.counts.get(word) ?? 0) / (row?.total || 1);
}

/** The text with the window on it. */
function drawTape(text, gram) {
  return sentences(text).map((words, sentence) => html("p", {}, words.map((word, i) => {
    const inside = gram?.sentence === sentence && i <= gram.at && i >= gram.at - gram.history.length;
    const kind = !inside ? "" : i === gram.at ? "fig-word" : "fig-used";
    return html("span", { class: `fig-chip ${kind}` }, word);
  })));
}

/** The table so far; the frame of the whole one stands from the beginning. */
function drawTable(whole, sofar, gram, shows) {
  const columns = whole.columns.slice(0, MOST_WORDS), name = ({ history }) => history.join(" ");
  const counted = new Map(sofar.rows.map((row) => [name(row), row]));
  const cell = (frame, word) => {
    const row = counted.get(name(frame)), n = row?.counts.get(word) ?? 0, p = share(row, word);
    const here = gram?.word === word && name(gram) === name(frame);
    const said = n === 0 ? "" : shows === "counts" ? n : p.toFixed(2).replace(/^0/, "");
    return html("td", { "data-count": n, "data-share": p, class: here ? "fig-here" : "",
      style: `--share:${(55 * p).toFixed(1)}%` }, String(said));
  };
  const head = html("tr", {}, html("td", {}),
    columns.map((word) => html("th", { scope: "col" }, word)));
  const body = whole.rows.slice(0, MOST_WORDS).map((frame) => html("tr", {},
    html("th", { scope: "row" }, name(frame) || "any"),
    columns.map((word) => cell(frame, word))));
  return html("table", { class: "fig-counts" }, html("thead", {}, head), html("tbody", {}, body));
}

/** What the last step has done, in words. */
function account(gram, sofar, left) {
  if (!gram) return "Press Step: the window takes the first word and its history.";
  const row = sofar.rows.find(({ history }) => history.join(" ") === gram.history.join(" "));
  const n = row.counts.get(gram.word), said = gram.history.join(" ") || "no history";
  const more = left ? "" : " The text is counted.";
  return `After “${said}”: “${gram.word}” now ${n} ×, all words ${row.total} ×, ` +
    `so its share is ${n}/${row.total}.${more}`;
}

/** Show the figure in an element; `data.texts` is the text that it begins with. */
export function mount(el, data) {
  const state = { n: 2, step: 0, shows: "counts", timer: null };
  const input = html("textarea", { rows: 4, spellcheck: "false", maxlength: 2000,
    input: () => go(0) });
  input.value = data.texts;
  const slider = html("input", { type: "range", min: 0, step: 1,
    input: () => go(Number(slider.value)) });
  const tape = html("div", { class: "fig-tape" });
  const said = html("p", { class: "fig-said", "aria-live": "polite" });
  const box = html("div", { class: "fig-scroll", tabindex: 0, role: "group",
    "aria-label": "Table of counts" });
  const run = html("button", { type: "button", class: "fig-button", click: play }, "Play");
  const button = (name, by) => html("button", { type: "button", class: "fig-button",
    click: () => go(state.step + by) }, name);
  function stop() { clearInterval(state.timer); state.timer = null; run.textContent = "Play"; }
  function play() {
    if (state.timer) return stop();
    if (state.step >= Number(slider.max)) state.step = 0;
    run.textContent = "Pause";
    state.timer = setInterval(() => {
      if (!el.isConnected || state.step >= Number(slider.max)) return stop();
      state.step++;
      draw();
    }, PACE);
  }
  function go(step) { stop(); state.step = step; draw(); }
  function draw() {
    const grams = ngrams(input.value, state.n).slice(0, MOST_TOKENS);
    state.step = Math.min(Math.max(0, state.step), grams.length);
    slider.max = grams.length;
    slider.value = state.step;
    slider.setAttribute("aria-valuetext", `${state.step} of ${grams.length} n-grams`);
    const sofar = count(grams.slice(0, state.step)), gram = grams[state.step - 1];
    tape.replaceChildren(...drawTape(input.value, gram));
    said.textContent = account(gram, sofar, grams.length - state.step);
    box.replaceChildren(drawTable(count(grams), sofar, gram, state.shows));
  }
  show(el, "Counting", "Press Step or Play, or drag the slider: the window moves over the text and " +
    `fills the table. Then change the text: one sentence a line, ${START} and ${END} are added.`,
    html("div", { class: "fig-controls" },
      html("label", { class: "fig-field" }, "Your text", input)),
    html("div", { class: "fig-controls" }, button("Step back", -1), button("Step", 1), run,
      html("label", { class: "fig-field" }, "n-grams counted", slider),
      choice("Order n", [1, 2, 3].map((n) => [n, String(n)]), state.n,
        (n) => { state.n = n; draw(); }),
      choice("Show", [["counts", "counts"], ["shares", "shares"]], state.shows,
        (shows) => { state.shows = shows; draw(); })),
    tape, said, box);
  draw();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
