/** Predict, then reveal: the folded answer opens once the reader has committed to a guess. */
import { html } from "./draw.js";

/** The folded part that belongs to a question: inside it, or in the cell that follows. */
export function answerOf(el) {
  return el.querySelector("details") ?? el.nextElementSibling?.querySelector("details");
}

/** Make a question ask for a guess before it shows the answer. */
export function mount(el) {
  const answer = answerOf(el);
  if (!answer) return;
  const input = html("input", { type: "text", autocomplete: "off", required: true });
  const said = html("output", {});
  const reveal = (event) => {
    event.preventDefault();
    said.textContent = `Your prediction: ${input.value}. Compare:`;
    answer.open = true;
  };
  const form = html("form", { class: "fig-controls", submit: reveal },
    html("label", { class: "fig-field" }, "Your prediction", input),
    html("button", { class: "fig-button" }, "Reveal"), said);
  if (el.contains(answer)) answer.before(form); else el.append(form);
  el.dataset.ready = "true";
}
