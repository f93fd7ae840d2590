/** All rules of sampling on the next token of the reader's text, by the course's mini-LLM. */
import { html, onWidth, percent, show, svg } from "./draw.js";
import { loader } from "./loading.js";
import { likeliest, newState, read, softmax, spell, toIds } from "./minillm.js";
import { entropy, filtered, pick, RULES } from "./sampling.js";

const OPENING = "She was";
const LONGEST = 240;  // tokens of a text; the model reads 256
const SLIDERS = {  // lowest, highest, step
  penalty: [1, 2, 0.1], temperature: [0, 2, 0.1], top_k: [0, 100, 5], top_p: [0, 1, 0.05], min_p: [0, 0.5, 0.02],
};

/** The model's distribution and what the rules leave of it; `<s>` is never predicted. */
export function distributions(logits, ids, settings, order) {
  const z = [...logits].map((x, id) => (id === 0 ? -Infinity : x));
  return { before: softmax(z), after: softmax(filtered(z, ids, settings, order)) };
}

/** Show the figure. On a page the model is fetched; in a notebook `data.model` holds its bytes. */
export function mount(el, data = {}) {
  const random = data.random ?? Math.random;
  let model = null, state = null, ids = [], start = 0, last = null, order = Object.keys(RULES);
  const settings = Object.fromEntries(order.map((name) => [name, RULES[name].off]));
  const input = html("input", { type: "text", value: data.text ?? OPENING, autocomplete: "off", spellcheck: "false", input: () => later() });
  const rules = html("ol", { class: "fig-rules" }), stage = html("div", {}), plotted = html("div", {});
  const said = html("p", { class: "fig-said", role: "status" }), written = html("p", { class: "fig-note" });
  let timer = 0;
  const later = () => { clearTimeout(timer); timer = setTimeout(restart, 250); };
  const { controls, state: note } = loader(data.model, (loaded) => { model = loaded; build(); restart(); });
  function restart() {
    state = newState(model);
    ids = toIds(model, input.value).slice(0, LONGEST);
    start = ids.length;
    last = read(model, state, ids).at(-1);
    draw();
  }
  function setting(name) {
    const [min, max, step] = SLIDERS[name], value = html("output", {}, shownSetting(name));
    return html("label", { class: "fig-rule" }, html("span", {}, RULES[name].label),
      html("input", { type: "range", min, max, step, value: settings[name], "data-rule": name, "aria-label": RULES[name].label, input: (event) => {
        settings[name] = Number(event.target.value);
        value.textContent = shownSetting(name);
        draw();
      } }), value);
  }
  const shownSetting = (name) => (settings[name] === RULES[name].off ? "off" : String(settings[name]));
  function move(at, by) {
    [order[at], order[at + by]] = [order[at + by], order[at]];
    list();
    const row = rules.children[at + by], buttons = row.querySelectorAll("button");
    (buttons[by > 0 ? 1 : 0].disabled ? buttons[by > 0 ? 0 : 1] : buttons[by > 0 ? 1 : 0]).focus();
    draw();
  }
  function list() {
    rules.replaceChildren(...order.map((name, i) => html("li", {}, setting(name),
      html("button", { type: "button", class: "fig-button", disabled: i === 0, "aria-label": `${RULES[name].label} earlier`, click: () => move(i, -1) }, "↑"),
      html("button", { type: "button", class: "fig-button", disabled: i === order.length - 1, "aria-label": `${RULES[name].label} later`, click: () => move(i, 1) }, "↓"))));
  }
  function build() {
    const press = (label, action) => html("button", { type: "button", class: "fig-button", click: action }, label);
    list();
    stage.replaceChildren(html("label", { class: "fig-field" }, "Your text", input),
      html("p", { class: "fig-head fig-second" }, "The rules, in their order"), rules, said, plotted,
      html("div", { class: "fig-controls" }, press("Draw a token", () => write(1)), press("Write 20", () => write(20)),
        press("Start again", restart), press("All rules off", () => {
          for (const name of order) settings[name] = RULES[name].off;
          order = Object.keys(RULES);
          list();
          draw();
        })), written);
  }
  function write(n) {
    for (let i = 0; i < n && ids.length < LONGEST; i++) {
      const id = pick(distributions(last.logits, ids, settings, order).after, random());
      if (id === 1) break;  // the end of the text
      ids.push(id);
      [last] = read(model, state, [id]);
    }
    draw();
  }
  const text = (some) => some.map((id) => spell(model, id)).join("");
  function draw() {
    if (!last) return;
    const { before, after } = distributions(last.logits, ids, settings, order);
    const kept = after.reduce((n, p) => n + (p > 0), 0), mass = before.reduce((sum, p, id) => (after[id] > 0 ? sum + p : sum), 0);
    said.textContent = `${kept.toLocaleString("en")} of ${before.length.toLocaleString("en")} tokens kept; the model gives them ` +
      `${percent(mass)}. Entropy ${entropy(before).toFixed(2)} bits before the rules, ${entropy(after).toFixed(2)} after.`;
    said.dataset.kept = kept;
    said.dataset.after = JSON.stringify(likeliest(after, 5));
    written.replaceChildren(html("span", { class: "fig-prompt" }, text(ids.slice(1, start))), html("b", {}, text(ids.slice(start))),
      ids.length >= LONGEST ? " (the text is full)" : "");
    plot(before, after);
  }
  function plot(before, after) {
    const width = plotted.clientWidth, n = width > 560 ? 40 : 20, height = 250, bottom = 76;
    if (!width) return;
    const best = likeliest(before, n), top = Math.max(0.02, ...best.map(([id, p]) => Math.max(p, after[id])));
    const left = 40, step = (width - left) / n, y = (p) => (height - bottom) * (1 - p / top) + 8;
    const bar = (p, kind, i) => svg("rect", { class: kind, x: left + i * step + 1, width: Math.max(1, step - 2), y: y(p), height: y(0) - y(p) });
    plotted.replaceChildren(svg("svg", { class: "fig-chart", width, height, role: "img",
      "aria-label": `The ${n} likeliest tokens: their probabilities by the model, and after the rules` },
      [0, top / 2, top].map((p) => [svg("line", { class: "fig-grid", x1: left, x2: width, y1: y(p), y2: y(p) }),
        svg("text", { x: left - 5, y: y(p) + 4, "text-anchor": "end" }, percent(p))]),
      best.map(([id, p], i) => [after[id] > 0 ? bar(after[id], "fig-after", i) : null, bar(p, "fig-model", i),
        svg("text", { class: after[id] > 0 ? "" : "fig-gone", x: 0, y: 0, "text-anchor": "end",
          transform: `translate(${left + (i + 0.5) * step + 4} ${y(0) + 8}) rotate(-90)` },
          spell(model, id).replace(/^ /, "␣").replaceAll("\n", "↵").slice(0, 9))])));
  }
  show(el, "The knobs on a real distribution", "Load the model, write a text, and move the rules. Outlines are the model's probabilities, " +
    "filled bars what the rules leave.", controls, note, stage);
  onWidth(plotted, () => { if (model) draw(); });
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
