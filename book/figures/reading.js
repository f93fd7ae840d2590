/**
 * Two reading heads: which tokens each half of a token's vector has read, in two directional models
 * and in one bidirectional stack, whose second layer reads both halves of its first.
 */
import { START, END, animate, choice, html, show } from "./draw.js";

const KINDS = [["two", "two models"], ["stack", "one bidirectional stack"]];
const LAYERS = [["1", "1"], ["2", "2"]];
const LONGEST = 14; // words of the reader's sentence

/** The places that a head passes in layer 1, in order: from its end of the text to token t. */
export function path(half, t, T) {
  return half === "forward" ? Array.from({ length: t + 1 }, (_, i) => i) : Array.from({ length: T - t }, (_, i) => T - 1 - i);
}

/** The places that a half of the vector of token t has read, sorted. */
export function read(kind, layer, half, t, T) {
  const own = path(half, t, T);
  if (kind === "two" || layer === 1) return own.sort((a, b) => a - b);
  // Each state that the second layer passes holds both halves of the first layer there.
  const both = own.flatMap((u) => [...path("forward", u, T), ...path("backward", u, T)]);
  return [...new Set(both)].sort((a, b) => a - b);
}

/** The place that a half of token t is asked for; null at the end of its way. */
export function target(half, t, T) {
  const place = half === "forward" ? t + 1 : t - 1;
  return place >= 0 && place < T ? place : null;
}

/** The tokens of a sentence, between the two marks. */
export function tokens(sentence) {
  return [START, ...sentence.trim().split(/\s+/).filter(Boolean).slice(0, LONGEST), END];
}

/** Show the figure; `data` may hold another `sentence`. */
export function mount(el, data = {}) {
  let row = tokens(data.sentence ?? "the river bank"), t = 3, kind = "two", layer = 2, share = 1;
  const heads = html("div", {}), named = html("span"), said = html("p", { class: "fig-said", role: "status" });
  const slider = html("input", { type: "range", min: 0, max: row.length - 1, step: 1, value: t,
    input: () => { t = Number(slider.value); move(); } });
  const input = html("input", { type: "text", value: row.slice(1, -1).join(" "), autocomplete: "off", spellcheck: "false",
    input: () => {
      row = tokens(input.value);
      t = Math.min(t, row.length - 1);
      slider.max = row.length - 1;
      slider.value = t;
      share = 1;
      draw();
    } });
  function move() { animate(700, (part) => { share = part; draw(); }); }
  function line(half) {
    const T = row.length, way = path(half, t, T), passed = way.slice(0, Math.ceil(share * way.length));
    const here = passed.at(-1) ?? way[0], seen = new Set(passed.length ? read(kind, layer, half, t, T) : []);
    const asked = target(half, t, T);
    // While the head is on its way it has read what it has passed; at t, all that the layer below knew.
    const lit = new Set(share < 1 ? passed : seen), leaks = share === 1 && asked !== null && seen.has(asked);
    const chips = row.map((word, i) => html("span", { "data-place": i, "data-read": String(lit.has(i)),
      class: `fig-chip fig-token${lit.has(i) ? " fig-used" : ""}${i === asked ? " fig-word" : ""}` }, word, i === here ? html("sup", {}, half === "forward" ? "▸" : "◂") : null));
    const verdict = asked === null ? "predicts nothing" : `predicts “${row[asked]}”`;
    return html("div", { class: "fig-tape", "data-half": half, "data-leak": String(leaks) },
      html("p", { class: "fig-head" }, `${half} half of “${row[t]}”: ${verdict}${leaks ? ", which it has read: a leak" : ""}`), html("p", { class: "fig-chips" }, chips));
  }
  function draw() {
    named.textContent = `the vector of “${row[t]}”`;
    heads.replaceChildren(line("forward"), line("backward"));
    const leaks = [...heads.querySelectorAll("[data-leak=true]")].length;
    said.textContent = leaks ? "A state that has read its answer learns to copy it. Its loss says nothing." :
      "Neither half has read the token that it is asked for; together they have read all tokens.";
  }
  show(el, "Two reading heads", "Move the slider to another token, or write a sentence. Framed tokens have been read; the " +
    "strong frame marks the token that is asked for.",
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, "Sentence", input),
      html("label", { class: "fig-field" }, named, slider)),
    html("div", { class: "fig-controls" },
      choice("Model", KINDS, kind, (next) => { kind = next; move(); }),
      choice("Layer", LAYERS, "2", (next) => { layer = Number(next); move(); })),
    heads, said);
  draw();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
