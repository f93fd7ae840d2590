/** Turns a list of questions into a quiz: choose with the mouse or the arrows, then press Check. */
import { html } from "./draw.js";

/** The parts of a choice: its own text, and the explanation in the list or the fold inside it. */
export function splitChoice(item) {
  const box = item.querySelector("input[type=checkbox]");
  const right = item.hasAttribute("data-right") || Boolean(box?.checked);
  box?.remove();
  const folded = item.querySelector("details");
  folded?.querySelectorAll("summary, .verdict").forEach((part) => part.remove());
  const listed = item.querySelector(":scope > ul");
  const why = [...((folded ?? listed?.querySelector("li"))?.childNodes ?? [])];
  folded?.remove();
  listed?.remove();
  return { right, label: [...(item.querySelector(":scope > p") ?? item).childNodes], why };
}

/** A choice as a radio button with room for its explanation. */
function drawChoice({ right, label, why }, name) {
  const note = html("div", { class: "fig-why", hidden: true, "data-right": right },
    html("b", {}, right ? "✓ Right. " : "✗ Wrong. "), why);
  const input = html("input", { type: "radio", name, required: true });
  const text = html("span", {}, label);
  return { right, input, note, item: html("li", {}, html("label", {}, input, text), note) };
}

/** Make one question answerable; `report` hears whether the first answer was right. */
function mountQuestion(item, name, report) {
  const list = item.querySelector("ul");
  let tries = 0;
  const choices = [...list.children].map((choice) => drawChoice(splitChoice(choice), name));
  const check = (event) => {
    event.preventDefault();
    const chosen = choices.find(({ input }) => input.checked);
    if (tries++ === 0) report(chosen.right);
    for (const choice of choices) {  // the right answer opens what there is to say about all
      if (choice === chosen || chosen.right) choice.note.hidden = false;
    }
  };
  const question = [...item.childNodes].filter((node) => node !== list);
  item.replaceChildren(html("form", { submit: check }, html("fieldset", {},
    html("legend", {}, question),
    html("ul", { "aria-live": "polite" }, choices.map((choice) => choice.item)),
    html("button", { class: "fig-button" }, "Check"))));
}

/** Make a quiz out of an element that holds an ordered list of questions. */
export function mount(el) {
  const list = el.querySelector(":scope > ol"), questions = [...list.children];
  const score = html("p", { class: "fig-score", role: "status" });
  const answers = [];
  const report = (right) => {
    answers.push(right);
    const n = answers.filter(Boolean).length, left = questions.length - answers.length;
    score.textContent = `${n} of ${questions.length} right at the first try` +
      (left ? `, ${left} to go.` : ".");
  };
  const first = `counter-reset: question ${list.start - 1}`;
  const name = (i) => `question-${list.start + i}`;
  el.replaceChildren(html("ol", { start: list.start, style: first }, questions), score);
  questions.forEach((item, i) => mountQuestion(item, name(i), report));
  el.dataset.ready = "true";
}
