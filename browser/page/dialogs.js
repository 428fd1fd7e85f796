// Dialogs: coming in, the bot's forms, and the menu of a message.

import { byId, element, fill } from "./dom.js";
import { word } from "./words.js";

const TEXT = 10, LABEL = 18, PARAGRAPH = 2;
const COLOURS = ["#e0a458", "#6fb1e0", "#8bc37a", "#d983a6", "#a58be0", "#e07f6a"];

/** Ask for a name and a colour. Return them; the click lets the page make sound. */
export function askWho(known) {
  const dialog = byId("enter");
  const name = element("input", { id: "enter-name", type: "text", maxLength: 32, value: known.name ?? "", placeholder: "Ann", autocomplete: "off" });
  const colour = element("input", { id: "enter-colour", type: "color", value: known.colour ?? COLOURS[Math.floor(Math.random() * COLOURS.length)] });
  return new Promise((resolve) => {
    const form = element(
      "form", { method: "dialog", onsubmit: () => resolve({ name: name.value.trim() || "Ann", colour: colour.value }) },
      element("h2", { id: "enter-title" }, "Busker"),
      element("label", { for: "enter-name" }, "Name"), name,
      element("label", { for: "enter-colour" }, "Colour"), colour,
      element("button", { type: "submit", class: "s3", id: "enter-go" }, "▶"),
    );
    fill(dialog, form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.showModal();
    name.focus();
  });
}

/** Show a form of the bot. `submit` gets the values; it stays open if that returns false. */
export function showForm(modal, submit) {
  const dialog = byId("form");
  const inputs = [];
  const rows = modal.components.map((item) => {
    if (item.type === TEXT) return element("p", {}, item.content);
    const input = item.type === LABEL ? item.component : item.components[0];
    const id = `form-${input.custom_id}`;
    const control = element(input.style === PARAGRAPH ? "textarea" : "input", {
      id, value: input.value ?? "", placeholder: input.placeholder ?? "", required: input.required ?? true,
      minLength: input.min_length, maxLength: input.max_length ?? 4000, autocomplete: "off",
    });
    inputs.push([input.custom_id, control]);
    return element("div", { class: "field" }, element("label", { for: id }, item.label ?? input.label ?? ""), item.description ? element("div", { class: "small" }, item.description) : null, control);
  });
  const send = async (event) => {
    event.preventDefault();
    if (await submit(Object.fromEntries(inputs.map(([name, control]) => [name, control.value])))) dialog.close();
  };
  fill(dialog, element(
    "form", { onsubmit: send }, element("h2", {}, modal.title), rows,
    element("div", { class: "row" },
      element("button", { type: "button", class: "s2", onclick: () => dialog.close() }, word("cancel")),
      element("button", { type: "submit", class: "s1" }, word("send"))),
  ));
  dialog.showModal();
  inputs[0]?.[1].focus();
}

/** Show the commands of a message's menu; `choose` gets the name of one. */
export function showApps(commands, choose) {
  const dialog = byId("apps");
  fill(
    dialog, element("h2", {}, word("apps")),
    element("div", { class: "column" }, commands.map((command) => element(
      "button", { type: "button", class: "s2", onclick: () => { dialog.close(); choose(command.name); } }, command.shown))),
    element("button", { type: "button", class: "plain", onclick: () => dialog.close() }, word("cancel")),
  );
  dialog.showModal();
}
