/**
 * Fertility: how many tokens the reader's text takes in bytes, in BPE of any size, trained on one
 * corpus or another, and in words. All counts are exact.
 */
import { chart, choice, html, line, onWidth, show, svg } from "./draw.js";
import { FIRST, encode, encodeWords, readable, tokenizer } from "./bpe.js";
import { words } from "./words.js";

export const DATA = "merges.json.gz";
const STEPS = 16;
const NAMES = { austen: "Austen", chinese: "Chinese classics", both: "both" };
const TEXTS = {
  English: "It is a truth universally acknowledged, that a single man must be in want of a wife.",
  "Modern English": "The smartphone app crashed because my WiFi router overheated again.",
  Chinese: "關關雎鳩，在河之洲。窈窕淑女，君子好逑。",
  German: "Die Straße war naß, und die Bäume blühten überall.",
  Numbers: "1811 + 1813 = 3624; 3.14159 and 1,000,000",
  Emoji: "👩‍🚀 🎉🎉🎉 :-)",
};

/** The size of the vocabulary at a step of the slider: from 258 to all tokens, in equal ratios. */
export function sizeAt(step, all) {
  return Math.round(FIRST * (all / FIRST) ** (step / STEPS));
}

/** Characters as the reader sees code points. */
const characters = (text) => [...text].length;

/** Tokens per character of a text at each step of the slider: points [step, tokens]. */
export function curve(model, text, all) {
  const length = characters(text) || 1;
  return Array.from({ length: STEPS + 1 }, (_, step) =>
    [step, encode(model, text, sizeAt(step, all) - FIRST).length / length]);
}

/** How many tokens a text takes in each of the three vocabularies. */
export function fertility(data, model, ids, text, size) {
  return { bytes: new TextEncoder().encode(text).length,
    bpe: encode(model, text, size - FIRST).length, words: encodeWords(ids, words(text)).length };
}

/** A row: a name, the number of tokens, tokens per character, and the tokens themselves. */
function row(name, pieces, text) {
  const share = pieces.length / (characters(text) || 1);
  return html("li", { "data-tokens": pieces.length, "data-row": name },
    html("p", {}, html("b", {}, name), ` ${pieces.length} tokens, ${share.toFixed(2)} per character`),
    html("div", { class: "fig-tokens fig-small" }, pieces.map((piece, t) =>
      html("span", { class: "fig-piece", "data-tint": t % 4 }, html("b", {}, readable(piece))))));
}

/** The chart: tokens per character against the size of the vocabulary. */
function draw(width, curves, chosen, step, all) {
  const top = Math.max(1, Math.ceil(Math.max(...Object.values(curves).flat().map((p) => p[1]))));
  const sizes = [258, 512, 1024, 2048, 4096].filter((size) => size <= all);
  const at = (size) => STEPS * Math.log(size / FIRST) / Math.log(all / FIRST);
  const levels = Array.from({ length: top + 1 }, (_, i) => [i, String(i)]);
  const now = curves[chosen][step][1];
  const frame = chart({ width, height: 230, x: [0, STEPS], y: [0, top], yTicks: levels,
    xTicks: sizes.map((size) => [at(size), size.toLocaleString("en")]), right: 20,
    xLabel: "tokens in the vocabulary, on a logarithmic scale", yLabel: "tokens per character",
    label: `Tokens per character; now ${now.toFixed(2)} where the tokenizer was ` +
      `trained on ${NAMES[chosen]}` });
  for (const [name, points] of Object.entries(curves)) {
    frame.node.append(line(points.map((p) => frame.at(...p)),
      { class: name === chosen ? "fig-line" : "fig-dashed", "data-curve": name }));
  }
  const [x, y] = frame.at(step, now);
  frame.node.append(svg("circle", { class: "fig-dot", cx: x, cy: y, r: 6 }));
  return frame.node;
}

/** Show the figure in an element. */
export function mount(el, data) {
  const models = Object.fromEntries(Object.keys(data.corpora).map((name) =>
    [name, tokenizer(data, name)]));
  const all = FIRST + Math.min(...Object.values(models).map((model) => model.counts.length));
  const ids = new Map(data.words.map((word, i) => [word, FIRST + i]));
  const state = { chosen: Object.keys(models)[0], step: STEPS, width: 0 };
  const input = html("input", { type: "text", value: TEXTS.English, maxlength: 300,
    spellcheck: "false", autocomplete: "off", input: () => update() });
  const presets = html("select", { change: () => {
    input.value = TEXTS[presets.value];
    update();
  } }, Object.keys(TEXTS).map((name) => html("option", { value: name }, name)));
  const slider = html("input", { type: "range", min: 0, max: STEPS, step: 1, value: STEPS,
    "aria-label": "Tokens in the vocabulary", input: () => {
      state.step = Number(slider.value);
      update();
    } });
  const size = html("output", { class: "fig-cost" });
  const rows = html("ol", { class: "fig-rows" }), plot = html("div", { class: "fig-plot" });

  function update() {
    const text = input.value, model = models[state.chosen], n = sizeAt(state.step, all);
    const bytes = [...new TextEncoder().encode(text)].map((byte) => [byte]);
    const spelled = (word) => (ids.has(word) ? [[...new TextEncoder().encode(word)]]
      : [...new TextEncoder().encode(word)].map((byte) => [byte]));
    size.textContent = `${n.toLocaleString("en")} tokens`;
    slider.setAttribute("aria-valuetext", size.textContent);
    rows.replaceChildren(row("bytes", bytes, text),
      row("BPE", encode(model, text, n - FIRST).map((id) => model.spelled[id]), text),
      row("words", words(text).flatMap(spelled), text));
    if (!state.width) return;
    const curves = Object.fromEntries(Object.entries(models).map(([name, other]) =>
      [name, curve(other, text, all)]));
    plot.replaceChildren(draw(state.width, curves, state.chosen, state.step, all));
  }

  const options = Object.keys(models).map((name) => [name, NAMES[name] ?? name]);
  show(el, "Fertility", "Choose a text or type your own. Move the slider and choose the corpus " +
    "that BPE was trained on: the line is the chosen one, the dashed lines are the others.",
    html("div", { class: "fig-controls" },
      html("label", { class: "fig-field" }, "A text", presets),
      html("label", { class: "fig-field" }, "Your text", input)),
    html("div", { class: "fig-controls" },
      choice("BPE was trained on", options, state.chosen, (name) => {
        state.chosen = name;
        update();
      }), size), slider, rows, plot);
  onWidth(plot, (width) => {
    state.width = width;
    update();
  });
  update();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
