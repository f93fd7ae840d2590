/** Predict, then reveal: the folded answer opens once the reader has committed to a guess. */
import { html } from "./draw.js";

/**
 * The folded parts that belong to a question: inside it, or else in the cells and the dropdowns
 * of class `answer` that follow it.
 */
export function answersOf(el) {
  const inside = el.querySelector("details");
  if (inside) return [inside];
  const found = [];
  for (let next = el.nextElementSibling; next; next = next.nextElementSibling) {
    const folded = next.matches("details.answer") ? next
      : next.matches(".cell") ? next.querySelector("details") : null;
    if (!folded) break;
    found.push(folded);
  }
  return found;
}

/** Make a question ask for a guess before it shows the answer. */
export function mount(el) {
  const answers = answersOf(el);
  if (!answers.length) return;
  const input = html("input", { type: "text", autocomplete: "off", required: true });
  const said = html("output", {});
  const reveal = (event) => {
    event.preventDefault();
    said.textContent = `Your prediction: ${input.value}. Compare:`;
    for (const answer of answers) answer.open = true;
  };
  const form = html("form", { class: "fig-controls", submit: reveal },
    html("label", { class: "fig-field" }, "Your prediction", input),
    html("button", { class: "fig-button" }, "Reveal"), said);
  if (el.contains(answers[0])) answers[0].before(form); else el.append(form);
  el.dataset.ready = "true";
}
