/**
 * The five rows as one model: choose a row and sizes, and see where the parameters are, what a token
 * costs, and what fills the memory.
 */
import { choice, html, show } from "./draw.js";

/** The settings of the rows that change a count; as `minillm.architectures.TABLE`. */
export const ROWS = {
  original: { label: "Transformer", two: true, norm: 2, final: false },
  bert: { label: "BERT", norm: 2, final: false, learned: true, segments: 2, embeddingNorm: true, head: "mlm" },
  llama: { label: "LLaMA", norm: 1, final: true, gated: true, bias: false, head: "linear" },
  chatglm: { label: "ChatGLM", norm: 2, final: true, gated: true },
  bloom: { label: "BLOOM", norm: 2, final: true, embeddingNorm: true },
};
/** Published sizes: [row, V, L, H, C, F, context]. */
export const SIZES = {
  "Transformer base": ["original", 37000, 6, 8, 512, 2048, 512],
  "BERT base": ["bert", 30522, 12, 12, 768, 3072, 512],
  "LLaMA 7B": ["llama", 32000, 32, 32, 4096, 11008, 2048],
  "ChatGLM (as printed)": ["chatglm", 130528, 28, 32, 4096, 16384, 2048],
  "BLOOM 176B": ["bloom", 250880, 70, 112, 14336, 57344, 2048],
};
const KINDS = ["embedding", "attention", "feed-forward", "norms", "head"];

/** The numbers of a matrix and its bias. */
const linear = (from, to, bias) => from * to + (bias ? to : 0);

/** Parameters by kind of a model: { row, V, L, H, Hkv, C, F, context }. */
export function parameters({ row, V, L, H, Hkv, C, F, context }) {
  const kind = ROWS[row], bias = kind.bias ?? true, keys = (C / H) * Hkv, norm = kind.norm * C;
  const attention = linear(C, C + 2 * keys, bias) + linear(C, C, bias);
  const feed = linear(C, kind.gated ? 2 * F : F, bias) + linear(F, C, bias);
  const stacks = kind.two ? 2 : 1;
  const head = { linear: V * C, mlm: linear(C, C, true) + norm + V }[kind.head] ?? 0;
  return {
    embedding: V * C + (kind.learned ? context * C : 0) + (kind.segments ?? 0) * C,
    attention: L * attention * (kind.two ? 3 : 1),
    "feed-forward": stacks * L * feed,
    norms: L * norm * (kind.two ? 5 : 2) + (kind.final ? stacks * norm : 0) + (kind.embeddingNorm ? norm : 0),
    head,
  };
}

/** FLOPs of one token forward in a text of T tokens; as `minillm.flops.per_token`. */
export function flops(config, T) {
  const { row, V, L, H, Hkv, C, F } = config, kind = ROWS[row], heads = (H + 2 * Hkv) * (C / H);
  const projections = 2 * (C * heads + C * C), pairs = 4 * T * C;
  const block = projections + 2 * (kind.gated ? 3 : 2) * C * F + pairs;
  const blocks = L * (kind.two ? 2 * block + projections + pairs : block);
  return blocks + 2 * C * V + (kind.head === "mlm" ? 2 * C * C : 0);
}

/** Bytes: of 16-bit weights, of training state at 16 bytes a parameter, of the cache of B texts of T. */
export function memory(config, B, T) {
  const n = Object.values(parameters(config)).reduce((sum, x) => sum + x, 0);
  const { L, H, Hkv, C } = config;
  return { weights: 2 * n, training: 16 * n, cache: 2 * 2 * L * Hkv * (C / H) * B * T };
}

/** A large number in words: 6.74 B. */
export function short(x, units = ["", " k", " M", " B", " T"]) {
  let i = 0;
  while (x >= 999.5 && i < units.length - 1) { x /= 1000; i += 1; }
  return `${x >= 100 || i === 0 ? Math.round(x) : x.toPrecision(3)}${units[i]}`;
}
const BYTES = [" B", " kB", " MB", " GB", " TB"];

/** The values of a slider that divides H: how many key heads there may be. */
const divisors = (H) => Array.from({ length: H }, (_, i) => i + 1).filter((d) => H % d === 0);

/** Show the figure; `data` may name the model to begin with. */
export function mount(el, data = {}) {
  const names = Object.keys(SIZES), first = SIZES[data.model] ? data.model : "LLaMA 7B";
  let config, chosen, B = 1, T;
  const fields = html("div", { class: "fig-controls" });
  const total = html("output", { class: "fig-cost", "aria-live": "polite" });
  const bars = html("tbody"), costs = html("tbody");
  function take(name) {
    const [row, V, L, H, C, F, context] = SIZES[name];
    chosen = name;
    config = { row, V, L, H, Hkv: H, C, F, context };
    T = context;
    settings();
    draw();
  }
  function slider(label, values, at, set, told) {
    const named = html("b", {}, told(values[at]));
    return html("label", { class: "fig-field" }, html("span", {}, label, " ", named), html("input", {
      type: "range", min: 0, max: values.length - 1, step: 1, value: at,
      "aria-valuetext": told(values[at]),
      input: (event) => {
        const value = values[Number(event.target.value)];
        named.textContent = told(value);
        event.target.setAttribute("aria-valuetext", told(value));
        set(value); draw();
      } }));
  }
  function settings() {
    const { L, H, Hkv, C, F } = config, ratio = F / C, steps = [0.125, 0.25, 0.5, 1, 2, 4];
    const widths = steps.map((s) => s * C).filter((w) => w % (2 * H) === 0);
    const layers = [...new Set([1, 2, 4, 8, 16, 32, 64, 96, L])].sort((a, b) => a - b);
    const keys = divisors(H), lengths = [128, 512, 2048, 8192, 32768, 131072], batches = [1, 4, 16, 64, 256];
    if (!lengths.includes(T)) lengths.push(T);
    fields.replaceChildren(
      slider("Layers L", layers, layers.indexOf(L), (v) => { config.L = v; }, String),
      slider("Width C", widths, widths.indexOf(C),
        (v) => { config.C = v; config.F = Math.round(v * ratio); }, (v) => v.toLocaleString("en")),
      slider("Key heads", keys, keys.indexOf(Hkv), (v) => { config.Hkv = v; }, (v) => `${v} of ${H}`),
      slider("Tokens T", lengths, lengths.indexOf(T), (v) => { T = v; }, (v) => v.toLocaleString("en")),
      slider("Texts B", batches, 0, (v) => { B = v; }, String));
    B = 1;
  }
  function row(name, value, share, kind, text) {
    return html("tr", { "data-value": value, "data-name": name }, html("th", { scope: "row" }, name),
      html("td", { class: "fig-wide" }, html("span", { class: "fig-bar", "data-kind": kind },
        html("span", { class: "fig-part", style: `width: ${100 * share}%` }))), html("td", {}, text));
  }
  function draw() {
    const parts = parameters(config), n = Object.values(parts).reduce((sum, x) => sum + x, 0);
    const bytes = memory(config, B, T), most = Math.max(...Object.values(bytes));
    total.value = `${short(n)} parameters`;
    total.dataset.value = n;
    bars.replaceChildren(...KINDS.map((name, i) =>
      row(name, parts[name], parts[name] / n, i % 3, `${short(parts[name])}, ${(100 * parts[name] / n).toFixed(1)} %`)));
    costs.replaceChildren(
      ...Object.entries(bytes).map(([name, value], i) => row(
        { weights: "weights, 16 bits", training: "training state", cache: `KV cache, ${B} × ${T.toLocaleString("en")}` }[name],
        value, value / most, i, short(value, BYTES))),
      html("tr", { "data-name": "flops", "data-value": flops(config, T) },
        html("th", { scope: "row" }, "FLOPs of a token"), html("td", {}, ""), html("td", {}, short(flops(config, T)))));
  }
  show(el, "The configurator", "Choose a published model. Then change its depth, its width, its key heads and the text. " +
    "An encoder keeps no cache: it reads a text once.",
    choice("Model", names.map((name) => [name, ROWS[SIZES[name][0]].label]), first, take), fields, total,
    html("div", { class: "fig-scroll", tabindex: 0, role: "group", "aria-label": "Parameters and memory" },
      html("table", { class: "fig-table fig-memory" }, html("caption", {}, "Parameters"), bars),
      html("table", { class: "fig-table fig-memory" }, html("caption", {}, "Memory and work"), costs)));
  take(first);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
