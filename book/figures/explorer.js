/**
 * The n-gram explorer: the next-word distribution of Kneser-Ney models of order 1 to 5, and which
 * order each probability comes from. It ships the training text as ids and counts in the page,
 * so nothing is left out: for every context the numbers are those of `minillm.ngram.NGram`.
 */
import { choice, html, percent, show, token, unzip } from "./draw.js";
import { words } from "./words.js";

export const DATA = "explorer.bin";
const [BOS, EOS, SPACE_BYTE, FIRST_WORD, ORDER, TOP] = [0, 1, 34, 258, 5, 10];
const LENGTH = 30;  // tokens that each order writes

/** Unpack {words, discounts, stream}: gzip of header length, JSON header and 16-bit ids. */
export async function unpack(packed) {
  const buffer = await unzip(packed);
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { ...header, stream: new Uint16Array(buffer, 4 + length) };
}

/** Sort the positions of a stream by the `ORDER` ids that begin there, last id first. */
export function sortPositions(stream, size) {
  let positions = Uint32Array.from(stream.keys());
  for (let offset = ORDER - 1; offset >= 0; offset--) {
    const starts = new Uint32Array(size + 1), sorted = new Uint32Array(stream.length);
    for (const position of positions) starts[(stream[position + offset] ?? BOS) + 1]++;
    for (let id = 0; id < size; id++) starts[id + 1] += starts[id];
    for (const position of positions) sorted[starts[stream[position + offset] ?? BOS]++] = position;
    positions = sorted;
  }
  return positions;
}

/** What the functions below look things up in. */
export function buildIndex({ words: known, discounts, stream }) {
  const size = FIRST_WORD + known.length;
  const ids = new Map(known.map((word, i) => [word, FIRST_WORD + i]));
  const sorted = sortPositions(stream, size);
  return { known, ids, discounts, stream, size, sorted, unigrams: {} };
}

/** The pieces of a text: {word, ids}; an unknown word has the ids of its UTF-8 bytes. */
export function encode(index, text) {
  return words(text).map((word) => ({ word, known: index.ids.has(word), ids: index.ids.has(word)
    ? [index.ids.get(word)] : [...new TextEncoder().encode(word)].map((byte) => byte + 2) }));
}

/** A readable name of an id; a word keeps its leading space, a byte stands between ‹ and ›. */
export function symbol(index, id) {
  if (id >= FIRST_WORD) return index.known[id - FIRST_WORD];
  if (id < 2) return ["<s>", "</s>"][id];
  if (id === SPACE_BYTE) return " ";  // begins a word that is spelled out
  return `‹${id > SPACE_BYTE && id < 129 ? String.fromCharCode(id - 2) : id - 2}›`;
}

/** The rows [start, end) of the sorted positions where a history begins. */
export function rowsOf({ stream, sorted }, history) {
  const bound = (after) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compare(stream, sorted[middle], history);
      if (order < 0 || (after && order === 0)) low = middle + 1; else high = middle;
    }
    return low;
  };
  return [bound(false), bound(true)];
}

/** Negative, zero or positive: how the ids at a position compare with a history. */
function compare(stream, position, history) {
  const at = history.findIndex((id, i) => (stream[position + i] ?? BOS) !== id);
  return at < 0 ? 0 : (stream[position + at] ?? BOS) - history[at];
}

/** The words after a history: [id, count, number of distinct words before it] of each. */
export function followers(index, history) {
  const { stream, sorted, size } = index, [start, end] = rowsOf(index, history);
  const lastSeen = new Int32Array(size).fill(-1), found = [];
  for (let row = start, id = -1; row < end; row++) {
    const position = sorted[row], next = stream[position + history.length] ?? BOS;
    if (next === BOS) continue;  // a text begins here: not predicted
    if (next !== id) found.push([id = next, 0, 0]);
    const entry = found[found.length - 1], before = stream[position - 1];
    entry[1]++;
    if (lastSeen[before] !== id) entry[2]++;
    lastSeen[before] = id;
  }
  return found;
}

/** One level of the recursion: what a history of k - 1 words keeps, and passes on. */
export function level(index, history, isTop) {
  if (history.length) return measure(index, history, isTop);
  return index.unigrams[isTop] ??= measure(index, history, isTop);  // a walk over all of the text
}

/** The same, always counted anew. */
function measure(index, history, isTop) {
  const found = followers(index, history), k = history.length + 1;
  const raw = isTop || history[0] === BOS;
  const discount = index.discounts[isTop ? "top" : "lower"][k - 1];
  const counts = found.map(([, count, preceding]) => (raw ? count : preceding));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const taken = counts.map((count) => discount[Math.min(count, 3)]);
  const alpha = counts.map((count, i) => (count - taken[i]) / total);
  const backoff = total ? taken.reduce((sum, d) => sum + d, 0) / total : 1;
  const seen = found.reduce((sum, [, count]) => sum + count, 0);
  return { k, history, ids: found.map(([id]) => id), alpha, backoff, seen, kinds: found.length };
}

/** The model of order n after a context: its levels k = n, ..., 1 and p by level (0 = uniform). */
export function distribution(index, ids, n) {
  const context = [BOS, ...ids].slice(n > 1 ? 1 - n : -1);
  const parts = [new Float64Array(index.size).fill(1 / (index.size - 1), 1)], levels = [];
  for (let k = 1; k <= Math.min(n, context.length + 1); k++) {
    const step = level(index, k > 1 ? context.slice(1 - k) : [], k === n);
    for (const part of parts) part.forEach((p, id) => { part[id] = p * step.backoff; });
    parts.push(new Float64Array(index.size));
    step.ids.forEach((id, i) => { parts[k][id] = step.alpha[i]; });
    levels.unshift(step);
  }
  const p = parts[0].map((_, id) => parts.reduce((sum, part) => sum + part[id], 0));
  return { p, parts, levels };
}

/** The ids of the largest probabilities, the smaller id first among equals. */
export function largest(p, count = TOP) {
  return [...p.keys()].sort((a, b) => p[b] - p[a] || a - b).slice(0, count);
}

/**
 * The id that a number from 0 to 1 falls on, in the model of order n. Every order keeps a part of
 * the line from 0 to 1 for its own words and hands the rest down, stretched to the same length.
 */
export function pick(index, ids, n, u) {
  const context = [BOS, ...ids].slice(n > 1 ? 1 - n : -1);
  for (let k = Math.min(n, context.length + 1); k >= 1; k--) {
    const step = level(index, k > 1 ? context.slice(1 - k) : [], k === n);
    const kept = 1 - step.backoff;
    if (u < kept) {
      let sum = 0;
      const found = step.alpha.findIndex((share) => (sum += share) > u);
      return step.ids.at(found);  // by rounding the last, when none is found
    }
    u = (u - kept) / step.backoff;
  }
  return 1 + Math.floor(u * (index.size - 1));
}

/** Numbers from 0 to 1 that a seed fixes (mulberry32). */
export function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Draw a continuation of ids from the model of order n, up to the end of the text. */
export function writeOn(index, ids, n, random, length = LENGTH) {
  const written = [];
  while (written.length < length) {
    const id = pick(index, [...ids, ...written], n, random());
    written.push(id);
    if (id === EOS) break;
  }
  return written;
}

/** The text of ids: words, spelled words put together, and the end as a mark. */
export function decode(index, ids) {
  const pieces = ids.map((id) => id >= FIRST_WORD ? [...new TextEncoder().encode(symbol(index, id))]
    : id < 2 ? [...new TextEncoder().encode(` ${symbol(index, id)}`)] : [id - 2]);
  return new TextDecoder().decode(new Uint8Array(pieces.flat()));
}

/** The context that a typed text stands for: inside a chapter its first word follows a space. */
export function contextOf(typed, begins) {
  const text = typed.trim();
  return begins || !text ? text : ` ${text}`;
}

/** A bar of parts [kind, share] of a whole; a kind is "gap", "passed" or a depth below order n. */
function bar(parts, whole) {
  const pieces = parts.map(([kind, share]) => html("span", { class: "fig-part", "data-kind": kind,
    style: `width:${(100 * share / whole).toFixed(3)}%` }));
  return html("span", { class: "fig-bar" }, pieces);
}

/** How an order's part is drawn: the uniform one, or by how many orders it lies below n. */
const kindOf = (k, n) => (k ? n - k : "uniform");

/** The likeliest words; a click appends one to the context. */
function topWords(index, { p, parts }, append) {
  const top = largest(p), rest = top.reduce((sum, id) => sum - p[id], 1);
  const rows = top.map((id) => html("li", {}, html("button", { type: "button", "data-id": id,
    "data-value": p[id], title: symbol(index, id).trim(), disabled: id < FIRST_WORD,
    click: () => append(symbol(index, id)) },
    token(symbol(index, id)),
    bar(parts.map((part, k) => [kindOf(k, parts.length - 1), part[id]]).reverse(), p[top[0]]),
    html("span", { class: "fig-number" }, p[id].toFixed(4)))));
  const others = `All ${(index.size - 1 - TOP).toLocaleString("en")} others: ${rest.toFixed(4)}.`;
  const spelled = top.includes(SPACE_BYTE)
    ? " A rare word is one that occurs once: spelled in bytes." : "";
  return html("div", {}, html("p", { class: "fig-head" }, "What comes next"),
    html("ol", { class: "fig-words" }, rows), html("p", { class: "fig-note" }, others + spelled));
}

/** What one level says about its history, in words. */
function account({ k, seen, kinds, backoff }) {
  if (!seen) return "never seen: passes everything on";
  const [times, different] = [seen, kinds].map((n) => n.toLocaleString("en"));
  const after = kinds === 1 ? "one word" : `${different} different words`;
  const counts = k > 1 ? `seen ${times} ×, ${after} after it`
    : `${times} words of text, ${different} different ones`;
  return `${counts}; keeps ${percent(1 - backoff)}, passes on ${percent(backoff)}`;
}

/** The staircase: what reaches each order, what stays there and what is passed on. */
function staircase(index, { levels }, n) {
  let reach = 1;
  const shown = levels.filter(({ seen, history }) => seen || history[0] !== BOS);
  const steps = shown.map((step) => {
    const kept = reach * (1 - step.backoff), passed = reach - kept, above = 1 - reach;
    reach = passed;
    const name = step.k > 1 ? step.history.map((id) => token(symbol(index, id))) : "no history";
    return html("li", { "data-order": step.k, "data-seen": step.seen, "data-backoff": step.backoff,
      "data-kept": kept }, html("b", {}, String(step.k)), html("span", {}, name),
      bar([["gap", above], [kindOf(step.k, levels.length), kept], ["passed", passed]], 1),
      html("small", {}, account(step)));
  });
  const floor = html("li", { "data-order": 0, "data-kept": reach }, html("b", {}, "0"),
    "every word alike", bar([["gap", 1 - reach], ["uniform", reach]], 1),
    html("small", {}, `${percent(reach)} is left for them`));
  const short = shown.length < n ? html("p", { class: "fig-note" },
    `So short a text has a history for order ${shown.length} at most.`) : null;
  return html("div", {}, html("p", { class: "fig-head" }, "Which order it comes from"), short,
    html("ol", { class: "fig-stairs" }, steps, floor));
}

/** The words that were read, the model's history among them, and the unknown ones spelled. */
function chips(index, pieces, n, showsStart) {
  const units = pieces.flatMap(({ ids }) => ids.map((id) => symbol(index, id)));
  const all = showsStart ? ["<s>", ...units] : units;
  const unknown = pieces.filter(({ known }) => !known).map(({ word }) => `“${word.trim()}”`);
  const note = unknown.length ? ` Spelled in bytes, as a rare word: ${unknown.join(", ")}.` : "";
  const how = n > 1 ? "Read as (boxed: the history): " : "Read as (order 1 has no history): ";
  return [html("span", {}, how), ...all.map((word, i) => html("span", {
    class: i > all.length - n ? "fig-chip fig-used" : "fig-chip" }, token(word))), note];
}

/** Show the figure in an element; `packed` holds the bytes of explorer.bin. */
export async function mount(el, packed) {
  const index = buildIndex(await unpack(packed)), state = { n: 3 };
  const input = html("input", { type: "text", value: "She was not in", spellcheck: "false",
    autocomplete: "off", maxlength: 200, input: () => draw() });
  const begins = html("input", { type: "checkbox", change: () => draw() });
  const history = html("p", { class: "fig-chips", "aria-live": "polite" });
  const written = html("ol", { class: "fig-written", "aria-live": "polite" });
  const panels = html("div", { class: "fig-panels" });
  const append = (word) => { input.value += word; draw(); input.focus(); };
  function draw() {
    const pieces = encode(index, contextOf(input.value, begins.checked));
    const model = distribution(index, pieces.flatMap(({ ids }) => ids), state.n);
    history.replaceChildren(...chips(index, pieces, state.n, begins.checked || !pieces.length));
    panels.replaceChildren(topWords(index, model, append), staircase(index, model, state.n));
  }
  const write = () => {
    const text = contextOf(input.value, begins.checked), seed = Math.floor(Math.random() * 2 ** 31);
    const ids = encode(index, text).flatMap((piece) => piece.ids);
    written.replaceChildren(...[1, 2, 3, 4, 5].map((n) => {
      const more = writeOn(index, ids, n, randomNumbers(seed));
      return html("li", { "data-order": n }, html("b", {}, `n = ${n} `),
        html("span", { class: "fig-prompt" }, text), decode(index, more),
        more.at(-1) === EOS ? "" : " …");
    }));
  };
  const orders = [1, 2, 3, 4, 5].map((n) => [n, String(n)]);
  show(el, "The n-gram explorer", "Type the beginning of a sentence and choose the order n. " +
    "Press a word to append it, or let the models write on. The page holds the whole training " +
    "text and counts in it: nothing is left out.",
    html("div", { class: "fig-controls" },
      html("label", { class: "fig-field" }, "The text so far", input),
      html("label", { class: "fig-check" }, begins, "a chapter begins here"),
      choice("Order n", orders, state.n, (n) => { state.n = n; draw(); })),
    history, panels,
    html("div", { class: "fig-controls" }, html("button", { type: "button", class: "fig-button",
      click: write }, "Let each order write on")),
    written);
  draw();
}

export { words };
export default { render: ({ model, el }) => mount(el, model.get("data")) };
