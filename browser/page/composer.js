// The box at the bottom: messages, and slash commands with their options.

import { element, fill } from "./dom.js";
import { Listbox } from "./listbox.js";
import { optionField } from "./options.js";
import { word } from "./words.js";

const SUBCOMMAND = 1, GROUP = 2, TEXT = 3, FILE = 11;

/** Return the commands and subcommands that can be typed: {path, shown, description, options}. */
export function typeable(commands) {
  const flat = (command, path, shown) => {
    const inner = (command.options ?? []).filter((option) => option.type === SUBCOMMAND || option.type === GROUP);
    if (inner.length) return inner.flatMap((option) => flat(option, `${path} ${option.name}`, `${shown} ${option.shown}`));
    return [{ path, shown, description: command.description, options: command.options ?? [] }];
  };
  return commands.filter((command) => command.type === 1).flatMap((command) => flat(command, command.name, command.shown));
}

export class Composer {
  /** `does` has commands(), use(path, options), say(text, files), suggest(path, option, typed, options), upload(file), things(option). */
  constructor(form, does) {
    this.form = form;
    this.does = does;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.command) this.plain();
    });
    for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => this.drop(event));
    this.plain(false);
  }

  /** Show the ordinary box. */
  plain(focus = true) {
    this.command = null;
    this.input = element("input", { type: "text", class: "say", maxLength: 2000, placeholder: word("say"), "aria-label": word("say"), autocomplete: "off" });
    this.list = new Listbox(this.input, (item) => this.choose(item.command), word("commands"), true);
    this.input.addEventListener("input", () => this.suggest());
    this.input.addEventListener("focus", () => this.suggest());
    this.file = element("input", { type: "file", hidden: true, onchange: () => this.sendFiles(this.file.files) });
    fill(
      this.form, this.list.element,
      element("div", { class: "line" },
        element("button", { type: "button", class: "plain", "aria-label": word("attach"), title: word("attach"), onclick: () => this.file.click() }, "+"),
        this.file, this.input,
        element("button", { type: "button", class: "plain slash", "aria-label": word("commands"), title: word("commands"), onclick: () => this.slash() }, "/"),
        element("button", { type: "submit", class: "s1" }, word("send"))),
    );
    if (focus) this.input.focus();
  }

  slash() {
    this.input.value = "/";
    this.input.focus();
    this.suggest();
  }

  suggest() {
    const typed = this.input.value;
    if (!typed.startsWith("/")) return this.list.show([]);
    const wanted = typed.slice(1).toLowerCase();
    const fits = (command) => [command.shown, command.path].some((name) => name.startsWith(wanted) || (wanted.startsWith(`${name} `)));
    return this.list.show(typeable(this.does.commands()).filter(fits).map((command) => ({ label: `/${command.shown}`, hint: command.description, command })));
  }

  /** Show the fields of a command; what was typed after its name goes into its first text. */
  choose(command, values = {}) {
    const typed = this.command ? "" : this.input.value.slice(1);
    const rest = [command.shown, command.path].map((name) => (typed.startsWith(`${name} `) ? typed.slice(name.length + 1) : "")).find(Boolean) ?? "";
    this.command = command;
    this.fields = [];
    this.box = element("div", { class: "fields" });
    this.more = element("div", { class: "row more" });
    fill(
      this.form,
      element("div", { class: "command" },
        element("b", { id: "command-name" }, `/${command.shown}`), " ", element("span", { class: "small" }, command.description),
        element("button", { type: "button", class: "plain close", "aria-label": word("cancel"), onclick: () => this.plain() }, "×")),
      this.box,
      element("div", { class: "line" }, this.more, element("button", { type: "submit", class: "s1" }, word("send"))),
    );
    for (const option of command.options) {
      if (option.required || option.name in values) this.add(option);
    }
    this.offerMore();
    for (const field of this.fields) {
      if (field.option.name in values) field.control.value = values[field.option.name];
    }
    const text = this.fields.find((field) => field.option.type === TEXT && !field.option.choices);
    if (rest && text) text.control.value = rest;
    if (this.fields.length) this.fields[0].focus();
    else this.form.querySelector("[type=submit]").focus();
  }

  add(option) {
    const { command } = this;
    const field = optionField(option, {
      things: this.does.things,
      upload: this.does.upload,
      suggest: (name, typed) => (this.command === command ? this.does.suggest(command.path, name, typed, this.plainValues(name)) : []),
    });
    this.fields.push(field);
    this.box.append(field.element);
    return field;
  }

  offerMore() {
    const left = this.command.options.filter((option) => !this.fields.some((field) => field.option === option));
    fill(this.more, left.map((option) => element(
      "button", { type: "button", class: "s2 option", title: option.description, "data-option": option.name, onclick: () => {
        this.add(option).focus();
        this.offerMore();
      } }, `+ ${option.shown}`,
    )));
  }

  /** What is filled in already, without files: the bot needs it to suggest more. */
  plainValues(but) {
    const known = this.fields.filter((field) => field.option.name !== but && field.option.type !== FILE);
    return Object.fromEntries(known.map((field) => [field.option.name, field.value()]).filter(([, value]) => value !== undefined && !Number.isNaN(value)));
  }

  async submit() {
    if (!this.command) {
      const text = this.input.value.trim();
      const exact = typeable(this.does.commands()).find((command) => [command.shown, command.path].some((name) => text === `/${name}` || text.startsWith(`/${name} `)));
      if (exact) return this.choose(exact);
      this.input.value = "";
      return text ? this.does.say(text, []) : undefined;
    }
    const { path } = this.command;
    const values = {};
    for (const field of this.fields) {
      const value = await field.value();
      if (value !== undefined) values[field.option.name] = value;
    }
    const sent = await this.does.use(path, values);
    if (sent) this.plain();
    return undefined;
  }

  async sendFiles(files) {
    const uploads = [];
    for (const file of files) uploads.push(await this.does.upload(file));
    if (uploads.length) this.does.say("", uploads);
  }

  drop(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type !== "drop") return;
    const files = event.dataTransfer.files;
    if (!this.command) {
      this.sendFiles(files);
      return;
    }
    let field = this.fields.find((known) => known.drop && event.target.closest?.(".field") === known.element) ?? this.fields.find((known) => known.drop);
    const option = this.command.options.find((known) => known.type === FILE);
    if (!field && option) {
      field = this.add(option);
      this.offerMore();
    }
    field?.drop(files);
  }
}
