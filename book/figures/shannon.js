/**
 * Shannon's game: guess the next letter until it is right. The ranks of the guesses bound the
 * entropy of English (Shannon 1951, equation 17); n-gram models play the same letters.
 */
import { chart, choice, html, line, onWidth, percent, show, svg } from "./draw.js";

export const DATA = "shannon.json";
const KEYS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", " "];
const NO_IDEA = Math.log2(27);  // bits of a letter for someone who knows no English

/**
 * Bounds in bits per letter from the ranks of right guesses: with q_i the share of rank i, sorted
 * downwards, sum i (q_i - q_{i+1}) log2 i <= H <= -sum q_i log2 q_i.
 */
export function bounds(ranks) {
  const times = new Map();
  for (const rank of ranks) times.set(rank, (times.get(rank) ?? 0) + 1);
  const q = [...times.values()].sort((a, b) => b - a).map((n) => n / ranks.length);
  const lower = q.reduce((sum, p, i) => sum + (i + 1) * (p - (q[i + 1] ?? 0)) * Math.log2(i + 1), 0);
  const upper = q.reduce((sum, p) => sum - p * Math.log2(p), 0);
  return { lower, upper };
}

/** The mean of numbers; not a number for none. */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The letters that count: those that the reader guessed without help, [game, position, rank]. */
export function counted(state) {
  return state.played.filter(([, , rank]) => rank > 0);
}

/** What is known of each player after the letters so far: ranks, bounds and mean bits. */
export function scores({ games, orders }, played) {
  const reader = { name: "you", ranks: played.map(([, , rank]) => rank) };
  const models = orders.map((order, m) => ({ name: `n = ${order}`, order,
    ranks: played.map(([game, position]) => games[game].models[m].ranks[position]),
    bits: mean(played.map(([game, position]) => games[game].models[m].bits[position])) }));
  return [reader, ...models].map((player) => ({ ...player, ...bounds(player.ranks) }));
}

/** A guess changes the state: a wrong letter is struck, a right one is written down. */
export function guess(state, data, letter) {
  const { symbols } = data.games[state.game];
  if (state.position >= symbols.length || state.struck.includes(letter)) return;
  if (letter !== symbols[state.position]) state.struck.push(letter);
  else advance(state, state.struck.length + 1);
}

/** Write the letter down with the rank of the guess; 0 where it was shown. */
export function advance(state, rank) {
  state.played.push([state.game, state.position++, rank]);
  state.struck = [];
}

/** Show the next letter to the reader, if there is one. */
export function reveal(state, { games }) {
  if (state.position < games[state.game].symbols.length) advance(state, 0);
}

const spoken = (letter) => (letter === " " ? "space" : letter);

/** The letters so far, each above its number of guesses and a model's. */
function drawLetters(data, state) {
  const { symbols, models } = data.games[state.game], model = models[state.model];
  const here = state.played.filter(([game]) => game === state.game);
  const ranks = new Map(here.map(([, position, rank]) => [position, rank]));
  const legend = html("div", { class: "fig-legend" }, html("b", {}, " "), html("span", {}, "you"),
    html("span", {}, `n = ${data.orders[state.model]}`), html("small", {}, "its bits"));
  const letters = [...symbols].slice(0, state.position).map((letter, i) => html("li", {},
    html("b", {}, letter === " " ? "␣" : letter),
    html("span", { class: ranks.get(i) === 1 ? "fig-hit" : "" }, ranks.get(i) ? String(ranks.get(i)) : "–"),
    html("span", { class: model.ranks[i] === 1 ? "fig-hit" : "" }, String(model.ranks[i])),
    html("small", {}, model.bits[i].toFixed(1))));
  const next = state.position < symbols.length ? html("li", { class: "fig-next" }, html("b", {}, "?")) : null;
  return html("div", { class: "fig-letters" }, legend,
    html("ol", { "aria-label": "Letters so far, guesses and bits" }, letters, next));
}

/** The keys on the screen; the real keyboard works while the board has the focus. */
function drawKeys(state, press) {
  return html("div", { class: "fig-keys" }, KEYS.map((row) => html("div", {}, [...row].map((letter) =>
    html("button", { type: "button", tabindex: -1, "data-letter": letter, "aria-label": spoken(letter),
      disabled: state.struck.includes(letter), click: () => press(letter) }, spoken(letter))))));
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

/** Bounds after each letter as a band, and the running mean bits of the models as lines. */
function drawBounds(width, data, played) {
  const steps = played.map((_, i) => scores(data, played.slice(0, i + 1)));
  const x = [1, Math.max(10, played.length)], roof = 6;
  const stride = Math.ceil(x[1] / 6);
  const { node, at } = chart({ width, height: 230, x, y: [0, roof], right: 44,
    xTicks: ticks(stride, x[1], stride), yTicks: ticks(0, roof, 1),
    xLabel: "letters guessed", yLabel: "bits per letter",
    label: "Your bounds on the entropy and the models' bits per letter, after each letter" });
  const edge = (name) => steps.map(([you], i) => at(i + 1, you[name]));
  const [left, y] = at(x[0], NO_IDEA), [right] = at(x[1], NO_IDEA);
  node.append(svg("line", { class: "fig-dashed", x1: left, x2: right, y1: y, y2: y }),
    svg("text", { x: right, y: y - 6, "text-anchor": "end" }, "27 letters alike: 4.75"),
    svg("polygon", { class: "fig-band", points: [...edge("upper"), ...edge("lower").reverse()].join(" ") }),
    line(edge("upper"), { class: "fig-you" }), line(edge("lower"), { class: "fig-you" }));
  data.orders.forEach((_, m) => node.append(line(steps.map((players, i) => at(i + 1, players[m + 1].bits)),
    { class: "fig-line", "data-rank": m + 1 })));
  if (steps.length) node.append(...endLabels(steps.at(-1), (bits) => at(steps.length, bits)));
  return node;
}

/** The names of the players at the ends of their lines, moved apart where they would overlap. */
function endLabels(players, at) {
  const ends = players.map(({ name, bits, lower, upper }) => [name, at(bits ?? (lower + upper) / 2)]);
  ends.sort((a, b) => a[1][1] - b[1][1]);
  ends.forEach((end, i) => { if (i) end[1][1] = Math.max(end[1][1], ends[i - 1][1][1] + 13); });
  return ends.map(([name, [x, y]]) => svg("text", { x: x + 6, y: y + 4 }, name));
}

/** The score of every player. */
function drawTable(data, played) {
  const rows = scores(data, played).map(({ name, ranks, lower, upper, bits }, m) => html("tr", {
    "data-lower": lower, "data-upper": upper, "data-bits": bits },
    html("th", { scope: "row" }, html("i", { class: "fig-swatch", "data-rank": m }), name),
    html("td", {}, percent(mean(ranks.map((rank) => Number(rank === 1))))),
    html("td", {}, mean(ranks).toFixed(2)),
    html("td", {}, `${lower.toFixed(2)}–${upper.toFixed(2)}`),
    html("td", {}, bits?.toFixed(2) ?? "?")));
  const heads = ["", "right at once", "mean guess", "entropy bounds", "bits"];
  return html("table", { class: "fig-table" },
    html("thead", {}, html("tr", {}, heads.map((head) => html("th", { scope: "col" }, head)))),
    html("tbody", {}, rows));
}

/** Show the figure in an element; `data` is what `minillm.figures.shannon_data` returns. */
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
  const button = (name, click) => html("button", { type: "button", class: "fig-button", click }, name);
  const board = html("div", { class: "fig-board", tabindex: 0, role: "group", keydown: type,
    "aria-label": "Shannon's game: type a letter or space to guess, question mark to see it" },
    before, letters, said, keys);
  function type(event) {
    const letter = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey || !(data.symbols + "?").includes(letter)) return;
    event.preventDefault();
    event.stopPropagation();
    if (letter === "?") give(); else press(letter);
  }
  function draw() {
    const played = counted(state);
    before.textContent = `… ${data.games[state.game].before}`;
    said.textContent = message(data, state);
    letters.replaceChildren(drawLetters(data, state));
    keys.replaceChildren(drawKeys(state, press));
    if (graph.clientWidth) graph.replaceChildren(drawBounds(graph.clientWidth, data, played));
    table.replaceChildren(played.length ? drawTable(data, played) : "");
  }
  el.dataset.lmSuppressShortcuts = "true";  // JupyterLab leaves these keys to the figure
  show(el, "Shannon’s game", "Guess the next letter until it is right: click into the box and type, " +
    "or press the keys on it. ? shows a letter, which then does not count. Models that count letters " +
    "play along.",
    board,
    html("div", { class: "fig-controls" }, button("Show the letter", give),
      button("Next sentence", next), button("Start again", again),
      choice("Compare with n", data.orders.map((order, m) => [m, order]), state.model, compare)),
    graph, table);
  draw();
  onWidth(el, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
