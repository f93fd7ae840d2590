/**
 * Causal tracing: choose a fact, restore a state at a layer and a token of the corrupted run, and see how
 * much of the answer's probability comes back.
 */
import { html, percent, show } from "./draw.js";

export const DATA = "trace.json.gz";

/** The share of what the noise took that restoring one state brings back. */
export function share(trace, layer, token) {
  return (trace.restored[layer][token] - trace.corrupted) / (trace.clean - trace.corrupted);
}

/** The layer and token whose state brings most back. */
export function best(trace) {
  let found = [0, 0];
  trace.restored.forEach((row, layer) => row.forEach((p, token) => {
    if (p > trace.restored[found[0]][found[1]]) found = [layer, token];
  }));
  return found;
}

/** Show the figure; `data` is what `minillm.figures.editing.trace_data` returns. */
export function mount(el, data) {
  let trace = data[0], at = [0, trace.span[1] - 1];
  const grid = html("div", { class: "fig-scroll" }), bar = html("div", {}), note = html("p", { class: "fig-note", role: "status" });
  const select = html("select", { "data-name": "fact", change: () => { trace = data[Number(select.value)]; at = [0, trace.span[1] - 1]; draw(); } },
    data.map((each, i) => html("option", { value: i }, `${each.prompt} … ${each.object}`)));

  function cell(layer, token) {
    const p = trace.restored[layer][token], level = Math.max(0, Math.min(1, share(trace, layer, token)));
    return html("td", {},
      html("button", { type: "button", "data-cell": `${layer},${token}`, "data-value": p, tabindex: layer === at[0] && token === at[1] ? 0 : -1,
        "aria-label": `layer ${layer}, token ${trace.tokens[token].trim()}: ${percent(p)}`,
        style: `color: inherit; width: 100%; min-width: 2.2rem; height: 2.2rem; border: 1px solid currentColor; border-radius: 3px; padding: 0; ` +
          `background: color-mix(in srgb, #2a78b5 ${Math.round(100 * level)}%, transparent)`,
        click: () => go(layer, token), mouseenter: () => go(layer, token, false), focus: () => go(layer, token, false),
        keydown: (event) => {
          const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
          if (!by) return;
          event.preventDefault();
          const [L, T] = [trace.restored.length, trace.tokens.length];
          go(Math.min(L - 1, Math.max(0, layer + by[0])), Math.min(T - 1, Math.max(0, token + by[1])));
        } }));
  }
  function go(layer, token, focus = true) {
    at = [layer, token];
    grid.querySelectorAll("button").forEach((b) => { b.tabIndex = b.dataset.cell === at.join() ? 0 : -1; });
    if (focus) grid.querySelector(`[data-cell="${at.join()}"]`).focus();
    tell();
  }
  function tell() {
    const [layer, token] = at, p = trace.restored[layer][token];
    const row = (name, value) => html("tr", { "data-row": name }, html("th", { scope: "row" }, name),
      html("td", { style: "width: 70%" }, html("div", { style: `height: 1rem; width: ${(100 * value).toFixed(1)}%; min-width: 1px; background: #2a78b5` })),
      html("td", { class: "fig-number", "data-value": value }, percent(value)));
    bar.replaceChildren(html("table", { class: "fig-table", style: "width: 100%" }, html("tbody", {},
      row("clean", trace.clean), row("restored", p), row("corrupted", trace.corrupted))));
    const back = share(trace, layer, token), word = trace.tokens[token].trim();
    note.textContent = `The state of “${word}” behind layer ${layer} brings back ${percent(Math.max(0, back))} of what the noise took.`;
  }
  function draw() {
    const head = html("tr", {}, html("th", { scope: "col" }, "layer"), trace.tokens.map((word, i) =>
      html("th", { scope: "col", style: i >= trace.span[0] && i < trace.span[1] ? "text-decoration: underline" : "" }, word.trim())));
    const body = trace.restored.map((_, layer) => html("tr", {}, html("th", { scope: "row" }, String(layer)),
      trace.tokens.map((_, token) => cell(layer, token)))).reverse();
    grid.replaceChildren(html("table", { class: "fig-table" }, html("thead", {}, head), html("tbody", {}, body)));
    tell();
  }
  show(el, "The trace", "Choose a fact. Noise is on the underlined name. Each cell restores one state; strong colour is much of the answer. " +
    "Move over the cells, or use the arrow keys.",
    html("div", { class: "fig-controls" }, html("label", { class: "fig-field" }, html("span", {}, "fact"), select)), grid, bar, note);
  draw();
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
