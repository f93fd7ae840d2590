/**
 * A language of two letters and four texts: drag the probabilities, and compare the chain rule with
 * the product of what an encoder says of each letter, given the other.
 */
import { html, show } from "./draw.js";

export const TEXTS = ["AA", "AB", "BA", "BB"];
export const TOY = [0.4, 0.1, 0.1, 0.4];

/** Four weights as probabilities of AA, AB, BA, BB. */
export function normalised(weights) {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => (sum > 0 ? w / sum : 0.25));
}

const over = (a, b) => (b > 0 ? a / b : 0);

/** p(second | first) and p(first | second) of each text. */
export function conditionals(p) {
  const first = [p[0] + p[1], p[2] + p[3]], second = [p[0] + p[2], p[1] + p[3]];
  return TEXTS.map((_, i) => ({ next: over(p[i], first[i >> 1]), back: over(p[i], second[i & 1]) }));
}

/** p(first) p(second | first): the chain rule. */
export function chain(p) {
  const first = [p[0] + p[1], p[2] + p[3]];
  return conditionals(p).map(({ next }, i) => first[i >> 1] * next);
}

/** p(first | second) p(second | first): the product behind the pseudo-likelihood. */
export function pseudo(p) {
  return conditionals(p).map(({ next, back }) => next * back);
}

const sum = (x) => x.reduce((a, b) => a + b, 0);

/** Show the figure; `data` may hold other probabilities `p` to begin with. */
export function mount(el, data = {}) {
  const start = normalised(data.p ?? TOY);
  let weights = [...start];
  const told = html("output", { class: "fig-cost", "aria-live": "polite" });
  const body = html("tbody"), sliders = TEXTS.map((text, i) => html("input", {
    type: "range", min: 0, max: 1, step: 0.05, value: weights[i], "aria-label": `Weight of ${text}`,
    input: (event) => { weights[i] = Number(event.target.value); draw(); } }));
  const set = (values) => { weights = [...values]; sliders.forEach((s, i) => { s.value = weights[i]; }); draw(); };
  const bar = (share, kind) => html("span", { class: "fig-bar", "data-kind": kind },
    html("span", { class: "fig-part", style: `width: ${Math.min(100, 100 * share)}%` }));
  function draw() {
    const p = normalised(weights), c = chain(p), q = pseudo(p);
    body.replaceChildren(...TEXTS.map((text, i) => html("tr", {}, html("th", { scope: "row" }, text),
      html("td", { class: "fig-wide" }, bar(c[i], 0)), html("td", {}, c[i].toFixed(3)),
      html("td", { class: "fig-wide" }, bar(q[i], 2)), html("td", {}, q[i].toFixed(3)))),
    html("tr", { class: "fig-lit" }, html("th", { scope: "row" }, "sum"), html("td", {}),
      html("td", { "data-sum": "chain" }, sum(c).toFixed(3)), html("td", {}),
      html("td", { "data-sum": "pseudo" }, sum(q).toFixed(3))));
    const excess = sum(q) - 1;
    told.value = excess < 5e-4 ? "The letters are independent: both columns sum to 1."
      : `The right column sums to ${sum(q).toFixed(3)}: too much by ${excess.toFixed(3)}.`;
    told.dataset.value = sum(q);
  }
  const button = (label, values) => html("button", { type: "button", class: "fig-button", click: () => set(values) }, label);
  show(el, "A language of two letters", "Move the weights of the four texts. The left bars are the chain rule, the right ones " +
    "the product of both conditionals. When do the right ones sum to 1?",
    html("div", { class: "fig-controls" }, TEXTS.map((text, i) => html("label", { class: "fig-field" }, html("span", {}, text), sliders[i]))),
    html("div", { class: "fig-controls" }, button("The chapter's", TOY), button("Independent", [0.36, 0.24, 0.24, 0.16]),
      button("Always alike", [0.5, 0, 0, 0.5])),
    html("div", { class: "fig-scroll", tabindex: 0, role: "group", "aria-label": "Probabilities" },
      html("table", { class: "fig-table fig-memory" }, html("thead", {}, html("tr", {}, html("th", {}, "text"),
        html("th", { colspan: 2 }, "chain rule"), html("th", { colspan: 2 }, "product of conditionals"))), body)),
    told);
  draw();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
