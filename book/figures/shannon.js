/**
 * Shannon's game: guess the next letter until it is right. The ranks of the guesses bound the
 * entropy of English (Shannon 1951, equation 17); n-gram models play the same letters.
 */
import { chart, choice, html, line, onWidth, percent, show, svg } from "./draw.js";

export const DATA = "shannon.json";
const KEYS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", " "];
const NO_IDEA = Math.log2(27);  // bits of a letter for someone who knows no English
const [FEW, ENOUGH] = [10, 50];  // letters from which bounds are shown, and shown in colour

/**
 * Bounds in bits per letter: with q_i the share of rank i, sorted downwards,
 * sum i (q_i - q_{i+1}) log2 i <= H <= -sum q_i log2 q_i. Each letter comes as the list of ranks
 * that it may have: one where it was guessed; where it was shown, all that were left, as if the
 * reader had guessed on at random.
 */
export function bounds(letters) {
  const times = new Map();
  for (const ranks of letters) {
    for (const rank of ranks) times.set(rank, (times.get(rank) ?? 0) + 1 / ranks.length);
  }
  const q = [...times.values()].sort((a, b) => b - a).map((n) => n / letters.length);
  const step = (i) => (i + 1) * (q[i] - (q[i + 1] ?? 0)) * Math.log2(i + 1);
  const lower = q.reduce((sum, _, i) => sum + step(i), 0);
  const upper = q.reduce((sum, p) => sum - p * Math.log2(p), 0);
  return { lower, upper };
}

/** The mean of numbers; not a number for none. */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What is known of each player after the letters so far: ranks, bounds and mean bits. */
export function scores({ games, orders }, played) {
  const reader = { name: "you", ranks: played.map(([, , ranks]) => ranks) };
  const models = orders.map((order, m) => ({ name: `n = ${order}`, order,
    ranks: played.map(([game, position]) => [games[game].models[m].ranks[position]]),
    bits: mean(played.map(([game, position]) => games[game].models[m].bits[position])) }));
  return [reader, ...models].map((player) => ({ ...player, ...bounds(player.ranks) }));
}

/** A guess changes the state: a wrong letter is struck, a right one is written down. */
export function guess(state, data, letter) {
  const { symbols } = data.games[state.game];
  if (state.position >= symbols.length || state.struck.includes(letter)) return;
  if (letter !== symbols[state.position]) state.struck.push(letter);
  else advance(state, [state.struck.length + 1]);
}

/** Write the letter down with the ranks that it may have. */
function advance(state, ranks) {
  state.played.push([state.game, state.position++, ranks]);
  state.struck = [];
}

/** Show the next letter to the reader, if there is one: it may have any rank that is left. */
export function reveal(state, { games, symbols }) {
  if (state.position === games[state.game].symbols.length) return;
  const ranks = [...symbols].map((_, i) => i + 1);
  advance(state, ranks.slice(state.struck.length));
}

const spoken = (letter) => (letter === " " ? "space" : letter);

/** A letter above the guess that named it, a model's guess and the model's bits. */
function drawLetter(letter, ranks, rank, bits) {
  const number = (rank) => html("span", { class: rank === 1 ? "fig-hit" : "" }, String(rank));
  return html("li", {}, html("b", {}, letter === " " ? "␣" : letter),
    ranks.length > 1 ? html("span", { title: "shown" }, "–") : number(ranks[0]),
    number(rank), html("small", {}, bits.toFixed(1)));
}

/** The letters so far, each above its number of guesses and a model's. */
function drawLetters(data, state) {
  const { symbols, models } = data.games[state.game], model = models[state.model];
  const here = state.played.slice(state.played.length - state.position);
  const legend = html("div", { class: "fig-legend" }, html("b", {}, " "), html("span", {}, "you"),
    html("span", {}, `n = ${data.orders[state.model]}`), html("small", {}, "its bits"));
  const letters = here.map(([, i, ranks]) =>
    drawLetter(symbols[i], ranks, model.ranks[i], model.bits[i]));
  const next = state.position < symbols.length
    ? html("li", { class: "fig-next" }, html("b", {}, "?")) : null;
  return html("div", { class: "fig-letters" }, legend,
    html("ol", { "aria-label": "Letters so far, guesses and bits" }, letters, next));
}

/** The keys on the screen; the real keyboard works while the board has the focus. */
function drawKeys(state, press) {
  const key = (letter) => html("button", { type: "button", tabindex: -1, "data-letter": letter,
    "aria-label": spoken(letter), disabled: state.struck.includes(letter),
    click: () => press(letter) }, spoken(letter));
  return html("div", { class: "fig-keys" },
    KEYS.map((row) => html("div", {}, [...row].map(key))));
}

/** What has just happened, in a sentence. */
function message(data, state) {
  const { symbols, sentence } = data.games[state.game], tries = state.struck.length;
  if (state.position === symbols.length) return `“${sentence}” Press Next sentence to go on.`;
  if (tries) return `Not ${spoken(state.struck[tries - 1])}. Guess ${tries + 1}:`;
  return `Letter ${state.position + 1} of ${symbols.length}: what is it?`;
}

/** Ticks of an axis: multiples of a step. */
function ticks(first, last, step) {
  const n = Math.floor((last - first) / step) + 1;
  return Array.from({ length: n }, (_, i) => [first + i * step, first + i * step]);
}

/** The reader's bounds from `first` to `last` letters as a band. */
function drawBand(steps, at, first, last) {
  const shown = steps.slice(first - 1, last).map(([you], i) => ({ ...you, n: first + i }));
  const [upper, lower] = ["upper", "lower"].map((name) => shown.map((you) => at(you.n, you[name])));
  return svg("g", { class: last > ENOUGH ? "" : "fig-few" },
    svg("polygon", { class: "fig-band", points: [...upper, ...[...lower].reverse()].join(" ") }),
    line(upper, { class: "fig-you" }), line(lower, { class: "fig-you" }));
}

/** Bounds after each letter as a band, and the running mean bits of the models as lines. */
function drawBounds(width, data, played) {
  const steps = played.map((_, i) => scores(data, played.slice(0, i + 1)));
  const bits = data.orders.map((_, m) => steps.map((players) => players[m + 1].bits));
  const x = [1, Math.max(2 * FEW, steps.length)], stride = Math.ceil(x[1] / 6);
  const roof = Math.max(6, ...bits.flat().map(Math.ceil));
  const { node, at } = chart({ width, height: 230, x, y: [0, roof], right: 44,
    xTicks: ticks(stride, x[1], stride), yTicks: ticks(0, roof, Math.ceil(roof / 8)),
    xLabel: "letters so far", yLabel: "bits per letter",
    label: "Your bounds on the entropy and the models' bits per letter, after each letter" });
  const [left, y] = at(x[0], NO_IDEA), [right] = at(x[1], NO_IDEA);
  node.append(svg("line", { class: "fig-dashed", x1: left, x2: right, y1: y, y2: y }),
    svg("text", { x: right, y: at(1, 5)[1] - 6, "text-anchor": "end" }, "27 symbols alike: 4.75"),
    steps.length >= FEW ? drawBand(steps, at, FEW, ENOUGH) : "",
    steps.length > ENOUGH ? drawBand(steps, at, ENOUGH, steps.length) : "",
    ...bits.map((means, m) => line(means.map((mean, i) => at(i + 1, mean)),
      { class: "fig-line", "data-rank": m + 1 })));
  if (steps.length) node.append(...drawEnds(steps.at(-1), steps.length, at));
  return node;
}

/** The ends of the players' lines and their names, moved apart where they would overlap. */
function drawEnds(players, n, at) {
  const ends = players.map(({ name, bits, lower, upper }, m) =>
    ({ name, m, place: at(n, bits ?? (lower + upper) / 2) })).filter(({ m }) => m || n >= FEW);
  ends.sort((a, b) => a.place[1] - b.place[1]);
  let free = 0;
  return ends.map(({ name, m, place: [x, y] }) => {
    free = Math.max(y + 4, free);
    const text = svg("text", { x: x + 8, y: free }, name);
    free += 13;
    return [m ? svg("circle", { class: "fig-end", "data-rank": m, cx: x, cy: y, r: 3 }) : [], text];
  }).flat(2);
}

/** The score of every player. */
function drawTable(data, played) {
  const few = played.length < FEW, kind = played.length < ENOUGH ? "fig-few" : "";
  const rows = scores(data, played).map(({ name, ranks, lower, upper, bits }, m) => html("tr", {
    "data-lower": lower, "data-upper": upper, "data-bits": bits },
    html("th", { scope: "row" }, html("i", { class: "fig-swatch", "data-rank": m }), name),
    html("td", {}, percent(mean(ranks.map((r) => (r[0] === 1 ? 1 / r.length : 0))))),
    html("td", {}, mean(ranks.map(mean)).toFixed(2)),
    html("td", { class: kind }, few ? "–" : `${lower.toFixed(2)}–${upper.toFixed(2)}`),
    html("td", {}, bits?.toFixed(2) ?? "?")));
  const heads = ["", "right at once", "mean guess", "entropy bounds", "bits"];
  return html("table", { class: "fig-table" },
    html("thead", {}, html("tr", {}, heads.map((head) => html("th", { scope: "col" }, head)))),
    html("tbody", {}, rows));
}

/** Show the figure in an element; `data` is what `minillm.figures.ngrams.shannon_data` returns. */
export function mount(el, data) {
  const state = { game: 0, position: 0, struck: [], played: [], model: data.orders.length - 2 };
  const before = html("p", { class: "fig-before" });
  const said = html("p", { class: "fig-said", "aria-live": "polite" });
  const letters = html("div"), keys = html("div"), graph = html("div"), table = html("div");
  const press = (letter) => { guess(state, data, letter); draw(); };
  const begin = (change) => { Object.assign(state, { position: 0, struck: [] }, change); draw(); };
  const next = () => begin({ game: (state.game + 1) % data.games.length });
  const again = () => begin({ game: 0, played: [] });
  const give = () => { reveal(state, data); draw(); };
  const compare = (m) => { state.model = m; draw(); };
  const button = (name, click) =>
    html("button", { type: "button", class: "fig-button", click }, name);
  const board = html("div", { class: "fig-board", tabindex: 0, role: "group", keydown: type,
    "aria-label": "Shannon's game: type a letter or space to guess, question mark to see it" },
    before, letters, said, keys);
  function type(event) {
    const letter = event.key.toLowerCase();
    const known = (data.symbols + "?").includes(letter);
    if (event.ctrlKey || event.metaKey || event.altKey || !known) return;
    event.preventDefault();
    event.stopPropagation();
    if (letter === "?") give(); else press(letter);
  }
  function draw() {
    const { played } = state;
    before.textContent = `… ${data.games[state.game].before}`;
    said.textContent = message(data, state);
    letters.replaceChildren(drawLetters(data, state));
    keys.replaceChildren(drawKeys(state, press));
    if (graph.clientWidth) graph.replaceChildren(drawBounds(graph.clientWidth, data, played));
    table.replaceChildren(played.length ? drawTable(data, played) : "");
  }
  el.dataset.lmSuppressShortcuts = "true";  // JupyterLab leaves these keys to the figure
  const note = html("p", { class: "fig-note" }, `From few letters the bounds come out too low: ` +
    `they appear after ${FEW} letters and stay grey until ${ENOUGH}.`);
  show(el, "Shannon’s game", "Guess the next letter until it is right: click into the box and " +
    "type, or press the keys on it. ? shows a letter; it counts as if you had guessed on at " +
    "random. Models that count letters play along.",
    board,
    html("div", { class: "fig-controls" }, button("Show the letter", give),
      button("Next sentence", next), button("Start again", again),
      choice("Compare with n", data.orders.map((order, m) => [m, order]), state.model, compare)),
    graph, table, note);
  draw();
  onWidth(el, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
