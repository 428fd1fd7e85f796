// A list under an input from which keys or the pointer choose: commands, and what the bot suggests.

import { element, fill } from "./dom.js";

let made = 0;

export class Listbox {
  /** `choose` gets the item chosen; an item is {label, hint, …}.
   *
   * Enter takes the first item if it is `ready`; else it takes one only after an arrow key, and what was typed counts.
   */
  constructor(input, choose, label, ready) {
    this.first = ready ? 0 : -1;
    this.input = input;
    this.choose = choose;
    this.items = [];
    this.at = 0;
    this.element = element("ul", { role: "listbox", id: `list-${(made += 1)}`, class: "listbox", hidden: true, "aria-label": label });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.element.id })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.show([]), 150));
  }

  get open() {
    return this.items.length > 0;
  }

  show(items) {
    this.items = items;
    this.at = this.first;
    this.element.hidden = !this.open;
    this.input.setAttribute("aria-expanded", String(this.open));
    fill(this.element, items.map((item, index) => element(
      "li", { role: "option", id: `${this.element.id}-${index}`, onpointerdown: (event) => { event.preventDefault(); this.take(index); } },
      element("b", {}, item.label), item.hint ? element("span", { class: "small" }, ` ${item.hint}`) : null,
    )));
    this.mark();
  }

  mark() {
    [...this.element.children].forEach((child, index) => child.setAttribute("aria-selected", String(index === this.at)));
    const current = this.element.children[this.at];
    if (current) {
      this.input.setAttribute("aria-activedescendant", current.id);
      current.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  take(index) {
    const item = this.items[index];
    this.show([]);
    this.choose(item);
  }

  key(event) {
    if (!this.open || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.at = (Math.max(this.at, event.key === "ArrowUp" ? 0 : -1) + steps[event.key] + this.items.length) % this.items.length;
    else if (this.at < 0 && (event.key === "Enter" || event.key === "Tab")) return this.show([]);
    else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      event.stopImmediatePropagation();
      return this.take(this.at);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      return this.show([]);
    } else return undefined;
    event.preventDefault();
    return this.mark();
  }
}
