/** A button that fetches the course's mini-LLM, for figures that run it. */
import { html } from "./draw.js";
import { fetchModel, openModel } from "./minillm.js";

const MODEL = "data/mini_llm_austen.bin";
let fetched = null;  // figures of a page share one copy

const plain = (view) => (view.buffer ? view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) : view);

/**
 * The parts of a figure that loads the model, and calls `then(model)` once it is there. `url` names
 * another model than the course's, of so many megabytes. In a notebook `bytes` are the model, and the
 * module has no address from which a file could be found.
 */
export function loader(bytes, then, url = null, size = "1.4") {
  const bar = html("progress", { max: 1, value: 0, "aria-label": "The model is loaded", hidden: true });
  const state = html("p", { class: "fig-note", role: "status" }, `The model has ${size} megabytes.`);
  const button = html("button", { type: "button", class: "fig-button", click: load }, "Load the model");
  async function load() {
    button.disabled = true;
    bar.hidden = false;
    let model;
    try {
      model = bytes ? openModel(plain(bytes))
        : (fetched ??= openModel(await fetchModel(
          url ?? new URL(MODEL, import.meta.url), (share) => { bar.value = share; })));
    } catch (error) {
      state.textContent = `The model could not be loaded (${error.message}). Try again.`;
      button.disabled = false;
      bar.hidden = true;
      return;
    }
    bar.remove();
    button.remove();
    state.textContent = "";
    then(model);
  }
  return { controls: html("div", { class: "fig-controls" }, button, bar), state };
}
