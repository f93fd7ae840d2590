/** The mini-LLM, live: it reads your text, says what surprised it, and writes on. */
import { html, percent, show, token } from "./draw.js";
import { loader } from "./loading.js";
import { likeliest, spell, toIds } from "./minillm.js";
import { bitsPerByte, bytesOf, choose, nextShares, writer } from "./writing.js";

const OPENING = "It is a truth universally acknowledged, that";
const SHOWN = 12;  // likeliest tokens
const now = () => performance.now();

/** How strongly a token is coloured: nothing at 0 bits, all at 12. */
export const heat = (bits) => Math.min(1, Math.max(0, bits / 12));

/** Show the figure. On a page the model is fetched; in a notebook `data.model` holds its bytes. */
export function mount(el, data = {}) {
  const random = data.random ?? Math.random;
  let model = null, own = null, typed = 0, temperature = 0.8, playing = 0, timer = 0, cached = true;
  let speed = { tokens: 0, ms: 0 };
  const input = html("textarea", { rows: 2, spellcheck: "false", "aria-label": "Your text", input: () => later() });
  input.value = data.text ?? OPENING;
  const stage = html("div", {}), text = html("p", { class: "fig-live", "aria-live": "off" });
  const said = html("p", { class: "fig-said", role: "status" }), next = html("ol", { class: "fig-words fig-next" });
  const cost = html("p", { class: "fig-note" });
  const knob = html("output", {}, "0.8");
  const play = html("button", { type: "button", class: "fig-button", click: toggle }, "Write on");
  const later = () => { clearTimeout(timer); timer = setTimeout(restart, 250); };
  const { controls, state: note } = loader(data.model, (loaded) => { model = loaded; build(); restart(); }, data.url, data.size);

  function restart() {
    stop();
    own = writer(model, cached);
    speed = { tokens: 0, ms: 0 };
    const ids = toIds(model, input.value);
    timed(() => ids.forEach(own.append));
    typed = ids.length;
    draw();
  }
  function timed(action) {
    const begun = now(), before = own.passes;
    action();
    speed.tokens += own.passes - before;
    speed.ms += now() - begun;
  }
  function append(id) {
    timed(() => own.append(id));
    draw();
  }
  function step() {
    const shares = temperature < 0.05 ? null : nextShares(own.logits, temperature);
    const id = shares ? choose(shares, random()) : likeliest(own.shares, 1)[0][0];
    if (id === 1) { stop(); said.append(" It would end the text here."); return false; }
    append(id);
    return true;
  }
  function stop() {
    clearTimeout(playing);
    playing = 0;
    play.textContent = "Write on";
  }
  function toggle() {
    if (playing) { stop(); return; }
    play.textContent = "Pause";
    const tick = () => { if (step()) playing = setTimeout(tick, 0); };
    playing = setTimeout(tick, 0);
  }
  function build() {
    const press = (label, action) => html("button", { type: "button", class: "fig-button", click: action }, label);
    stage.replaceChildren(
      html("label", { class: "fig-field" }, "Your text", input), text, said,
      html("p", { class: "fig-head fig-second" }, "What may come next: press one, and the text branches there"), next,
      html("div", { class: "fig-controls" }, press("One token", step), play,
        press("Take one back", () => { stop(); if (own.ids.length > 1) { timed(() => own.cut(own.ids.length - 1)); typed = Math.min(typed, own.ids.length); draw(); } }),
        press("Your text again", restart),
        html("label", { class: "fig-field" }, "Temperature", html("input", { type: "range", min: 0, max: 1.5, step: 0.1, value: 0.8,
          "aria-label": "Temperature", input: (event) => { temperature = Number(event.target.value); knob.textContent = temperature.toFixed(1); } }), knob),
        html("label", { class: "fig-check" }, html("input", { type: "checkbox", checked: true, change: (event) => { cached = event.target.checked; restart(); } }), "keep keys and values")),
      cost);
  }
  /** The text, token by token: the warmer, the more surprising; what the model can't see any more is crossed out. */
  function drawText() {
    text.replaceChildren(...own.ids.slice(1).map((id, i) => {
      const bits = own.bits[i], lost = i + 1 < own.start;
      return html("span", { class: `fig-surprise${i + 1 >= typed ? " fig-made" : ""}${lost ? " fig-lost" : ""}`, style: `--heat: ${heat(bits).toFixed(2)}`,
        title: `${bits.toFixed(1)} bits`, "data-bits": bits.toFixed(4) }, spell(model, id));
    }));
  }
  function draw() {
    drawText();
    const n = typed - 1, nBytes = bytesOf(model, own.ids.slice(1, typed));
    const bits = own.bits.slice(0, n), worst = bits.indexOf(Math.max(...bits));
    said.textContent = nBytes ? `Your text: ${n} tokens, ${bitsPerByte(bits, nBytes).toFixed(2)} bits per byte. ` +
      `The most surprising token is “${spell(model, own.ids[worst + 1]).trim()}”, ${bits[worst].toFixed(1)} bits.` : "Write something.";
    said.dataset.bits = bitsPerByte(bits, nBytes);
    said.dataset.ids = JSON.stringify(own.ids);
    next.replaceChildren(...likeliest(own.shares, SHOWN).map(([id, p]) => html("li", {}, html("button",
      { type: "button", disabled: id === 1, "data-id": id, click: () => { stop(); append(id); next.querySelector("button")?.focus(); } },
      token(spell(model, id)), html("span", { class: "fig-bar", "data-kind": 0 }, html("span", { class: "fig-part", style: `width: ${(100 * p).toFixed(2)}%` })),
      html("span", { class: "fig-number" }, percent(p))))));
    cost.textContent = `${own.passes.toLocaleString("en")} tokens read for a text of ${own.ids.length}` +
      (own.again ? `; ${own.again} times the context of ${model.config.context} was full, and the last half was read again` : "") +
      `. ${speed.ms ? Math.round(1000 * speed.tokens / speed.ms) : 0} tokens a second here.`;
    cost.dataset.passes = own.passes;
    cost.dataset.speed = speed.ms ? 1000 * speed.tokens / speed.ms : 0;
  }
  show(el, data.title ?? "The mini-LLM, live", "Load the model and write a text. The colour of a token says how surprising it was; then let the model write, " +
    "token by token, or choose another token yourself.", controls, note, stage);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
