// The fields of a command: one for each option, of its type and with its limits.

import { element } from "./dom.js";
import { Listbox } from "./listbox.js";
import { word } from "./words.js";

const TEXT = 3, WHOLE = 4, TRUTH = 5, USER = 6, CHANNEL = 7, ROLE = 8, THING = 9, NUMBER = 10, FILE = 11;
const SUGGEST_MS = 120;

/** Return the field of an option: {element, focus(), value()}. `value()` is undefined if it is left empty. */
export function optionField(option, context) {
  const id = `option-${option.name}`;
  const field = { option, value: () => undefined };
  let control;
  if (option.choices?.length) {
    control = select(id, option, option.choices.map((choice) => [choice.value, choice.name]));
    field.value = () => option.choices.find((choice) => String(choice.value) === control.value)?.value;
  } else if (option.type === TRUTH) {
    control = select(id, option, [["true", word("yes")], ["false", word("no")]]);
    field.value = () => (control.value === "" ? undefined : control.value === "true");
  } else if ([USER, CHANNEL, ROLE, THING].includes(option.type)) {
    control = select(id, option, context.things(option).map((thing) => [thing.key, thing.label]));
    field.value = () => {
      const [kind, number] = control.value.split(" ");
      return number ? { [kind]: number } : undefined;
    };
  } else if (option.type === FILE) {
    control = element("input", { id, type: "file", required: option.required, accept: "audio/*,video/*,.flac,.opus,.ogg,.m4a" });
    field.value = async () => (control.files[0] ? { upload: await context.upload(control.files[0]) } : undefined);
    field.drop = (files) => (control.files = files);
  } else {
    const numeric = option.type === WHOLE || option.type === NUMBER;
    control = element("input", {
      id, type: "text", inputMode: numeric ? "decimal" : "text", required: option.required,
      minLength: option.min_length, maxLength: option.max_length ?? 6000, spellcheck: false,
      placeholder: limits(option), autocomplete: "off",
    });
    field.value = () => (control.value.trim() === "" ? undefined : numeric ? numberOf(control.value) : control.value);
    if (numeric) control.addEventListener("input", () => control.setCustomValidity(complaint(option, control.value)));
  }
  control.title = option.description;
  field.control = control;
  field.focus = () => control.focus();
  const suggestions = option.autocomplete ? suggesting(field, option, context) : null;
  field.element = element(
    "div", { class: "field" },
    element("label", { for: id }, option.shown, option.required ? "" : element("span", { class: "small" }, ` ${word("optional")}`)),
    control, suggestions, element("div", { class: "small hint" }, option.description),
  );
  return field;
}

function select(id, option, choices) {
  return element(
    "select", { id, required: option.required },
    element("option", { value: "" }, "–"),
    choices.map(([value, label]) => element("option", { value: String(value) }, label)),
  );
}

function suggesting(field, option, context) {
  const list = new Listbox(field.control, (item) => {
    field.control.value = item.label;
    field.picked = { label: item.label, value: item.value };
  }, option.description, false);
  const plain = field.value;
  field.value = () => (field.picked?.label === field.control.value ? field.picked.value : plain());
  let timer = 0;
  const ask = () => {
    clearTimeout(timer);
    list.show([]);
    timer = setTimeout(async () => {
      const typed = field.control.value;
      const choices = await context.suggest(option.name, typed);
      if (typed === field.control.value && document.activeElement === field.control) {
        list.show(choices.map((choice) => ({ label: choice.name, value: choice.value })));
      }
    }, SUGGEST_MS);
  };
  field.control.addEventListener("input", () => {
    list.show([]); // Enter must not take what answers other words
    ask();
  });
  field.control.addEventListener("focus", ask);
  return list.element;
}

function limits(option) {
  const [least, most] = [option.min_value, option.max_value];
  return least !== undefined && most !== undefined && most < 1e9 ? `${least} – ${most}` : "";
}

const numberOf = (text) => Number(text.trim().replace(",", "."));

function complaint(option, text) {
  if (text.trim() === "") return "";
  const number = numberOf(text);
  const whole = option.type === WHOLE;
  const fits = Number.isFinite(number) && (!whole || Number.isInteger(number)) && number >= (option.min_value ?? -Infinity) && number <= (option.max_value ?? Infinity);
  return fits ? "" : `${option.shown}: ${limits(option) || word("number")}`;
}
