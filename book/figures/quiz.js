/** Turns a list of questions into a quiz; every choice explains itself when it is chosen. */
import { html } from "./draw.js";

/** The parts of a choice: the nodes before the first dash, and the explanation after it. */
export function splitChoice(item) {
  const box = item.querySelector("input[type=checkbox]");
  const right = item.hasAttribute("data-right") || Boolean(box?.checked);
  box?.remove();
  const folded = item.querySelector("details");
  folded?.querySelectorAll("summary, .verdict").forEach((part) => part.remove());
  folded?.remove();
  const why = [...(folded ?? afterDash(item)).childNodes];
  return { right, label: [...content(item).childNodes], why };
}

/** The element that holds the text of a list item: its paragraph, where it has one. */
function content(item) {
  return item.querySelector(":scope > p") ?? item;
}

/** Cut out what follows the first " — " of an item. */
function afterDash(item) {
  const range = document.createRange();
  const walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.search(/\s[—–]\s/);
    if (at < 0) continue;
    range.setStart(node, at);
    range.setEnd(content(item), content(item).childNodes.length);
    const rest = range.extractContents();
    rest.firstChild.data = rest.firstChild.data.slice(3);
    return rest;
  }
  return document.createDocumentFragment();
}

/** A choice as a radio button with room for its explanation. */
function drawChoice({ right, label, why }, name, answer) {
  const note = html("p", { class: "fig-why", hidden: true, "data-right": right },
    html("b", {}, right ? "✓ Right. " : "✗ Wrong. "), why);
  const choose = () => { note.hidden = false; answer(right); };
  const input = html("input", { type: "radio", name, change: choose });
  const text = html("span", {}, label);
  return html("li", {}, html("label", {}, input, text), note);
}

/** Make one question answerable; `report` hears whether the first answer was right. */
function mountQuestion(item, name, report) {
  const list = item.querySelector("ul");
  let tries = 0;
  const answer = (right) => { if (tries++ === 0) report(right); };
  const choices = [...list.children].map((choice) => drawChoice(splitChoice(choice), name, answer));
  const question = [...item.childNodes].filter((node) => node !== list);
  item.replaceChildren(html("fieldset", {}, html("legend", {}, question),
    html("ul", { "aria-live": "polite" }, choices)));
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
  const form = html("form", { submit: (event) => event.preventDefault() });
  el.replaceChildren(form);
  const first = `counter-reset: question ${list.start - 1}`;
  form.append(html("ol", { start: list.start, style: first }, questions), score);
  questions.forEach((item, i) => mountQuestion(item, `question-${i}`, report));
  el.dataset.ready = "true";
}
