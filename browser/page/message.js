// A message as a member sees it: Discord's JSON as elements. The page and the pictures of the README use it.

import { element } from "./dom.js";
import { marked } from "./markdown.js";

const ROW = 1, BUTTON = 2, TEXT_MENU = 3, USER_MENU = 5, ROLE_MENU = 6, ANY_MENU = 7, CHANNEL_MENU = 8;
const SECTION = 9, TEXT = 10, THUMBNAIL = 11, GALLERY = 12, FILE = 13, SEPARATOR = 14, CONTAINER = 17;
const MENUS = [TEXT_MENU, USER_MENU, ROLE_MENU, ANY_MENU, CHANNEL_MENU];
const LINK_STYLE = 5;

/** Return a message.
 *
 * `world` answers: name(sign, id); file(url), an address of this page or null; colour(id); things(menu), what a menu
 * of users, roles or channels offers as {label, value}; word(key); and does: click(message, id, values), apps(message).
 */
export function messageElement(message, world) {
  const author = message.author;
  const body = element("div", { class: "body" });
  const head = element(
    "div", { class: "author" },
    element("b", {}, author.username),
    author.bot ? element("span", { class: "tag" }, "APP") : null,
    element("time", { dateTime: message.timestamp }, shortTime(message.timestamp)),
    world.apps && !message.ephemeral && !message.loading
      ? element("button", { type: "button", class: "plain apps", "aria-label": world.word("apps"), title: world.word("apps"), onclick: () => world.apps(message) }, "⋯")
      : null,
  );
  head.firstChild.style.color = world.colour?.(author.id) ?? "";
  body.append(...[origin(message, world), head].filter(Boolean));
  if (message.loading) body.append(element("div", { class: "small thinking" }, world.word("thinking")));
  body.append(...content(message, message, world));
  for (const snapshot of message.message_snapshots ?? []) {
    body.append(element("blockquote", {}, ...content(snapshot.message, message, world)));
  }
  if (message.ephemeral) body.append(element("div", { class: "small only" }, "◉ ", world.word("only-you")));
  const made = element("article", { class: message.ephemeral ? "message ephemeral" : "message", "data-id": message.id }, body);
  return made;
}

/** Return the line above an answer: whose command it answers, or what it replies to. */
function origin(message, world) {
  const asked = message.interaction_metadata?.user;
  const replied = message.referenced_message;
  if (replied) {
    const text = replied.content || replied.embeds?.[0]?.title || replied.attachments?.[0]?.filename || "…";
    return element("div", { class: "small origin" }, "↱ ", element("b", {}, replied.author.username), ` ${text.slice(0, 80)}`);
  }
  if (!asked) return null;
  return element("div", { class: "small origin" }, "↱ ", element("b", {}, asked.username), " ", element("span", { class: "mention" }, message.used || "…"));
}

function content(part, message, world) {
  const name = (sign, id) => world.name(sign, id);
  return [
    marked(part.content, name),
    ...(part.attachments ?? []).map((attachment) => attachmentElement(attachment, world)),
    ...(part.embeds ?? []).map((embed) => embedElement(embed, world, name)),
    ...(part.components ?? []).map((component) => componentElement(component, message, world, name)),
  ].filter(Boolean);
}

function shortTime(timestamp) {
  return new Date(timestamp).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

const picture = (url, alt, world) => {
  const address = world.file(url);
  return address ? element("img", { src: address, alt: alt || "", loading: "lazy" }) : null;
};

function attachmentElement(attachment, world) {
  const address = world.file(attachment.url);
  if (attachment.content_type?.startsWith("image/")) return picture(attachment.url, attachment.description, world);
  const size = `${(attachment.size / 1e6).toFixed(2)} MB`;
  return element(
    "div", { class: "file" },
    element("div", {}, "♪ ", address ? element("a", { href: `${address}?download`, download: attachment.filename }, attachment.filename) : element("b", {}, attachment.filename), " ", element("span", { class: "small" }, size)),
    address && attachment.content_type?.startsWith("audio/") && world.players
      ? element("audio", { controls: true, preload: "none", src: address, "aria-label": attachment.filename })
      : null,
  );
}

function embedElement(embed, world, name) {
  const box = element(
    "div", { class: "box" },
    embed.title ? element("div", { class: "title" }, ...(marked(embed.title, name)?.childNodes ?? [])) : null,
    marked(embed.description, name),
    embed.fields?.length
      ? element("div", { class: "fields" }, ...embed.fields.map((field) => element("div", { class: field.inline ? "field" : "field whole" }, element("b", {}, field.name), marked(field.value, name))))
      : null,
    embed.image ? picture(embed.image.url, "", world) : null,
    embed.footer ? element("div", { class: "small" }, embed.footer.text) : null,
  );
  tint(box, embed.color);
  return box;
}

function tint(box, colour) {
  if (Number.isInteger(colour)) box.style.borderLeftColor = `#${colour.toString(16).padStart(6, "0")}`;
}

function componentElement(component, message, world, name) {
  const inside = (list) => (list ?? []).map((inner) => componentElement(inner, message, world, name));
  switch (component.type) {
    case CONTAINER: {
      const box = element("div", { class: "box" }, ...inside(component.components));
      tint(box, component.accent_color);
      return box;
    }
    case ROW: return element("div", { class: "row" }, ...inside(component.components));
    case SECTION: return element("div", { class: "beside" }, element("div", {}, ...inside(component.components)), ...inside([component.accessory]));
    case TEXT: return marked(component.content, name);
    case SEPARATOR: return element("hr");
    case GALLERY: return element("div", {}, ...component.items.map((item) => picture(item.media.url, item.description, world)));
    case THUMBNAIL: return picture(component.media.url, component.description, world);
    case FILE: return attachmentElement({ filename: component.name, size: component.size, url: component.file.url, content_type: component.file.content_type }, world);
    case BUTTON: return buttonElement(component, message, world);
    default: return MENUS.includes(component.type) ? menuElement(component, message, world) : null;
  }
}

function buttonElement(component, message, world) {
  const label = [component.emoji?.name, component.label].filter(Boolean).join(" ");
  if (component.style === LINK_STYLE) {
    return element("a", { class: "button", href: component.url, rel: "noreferrer noopener", target: "_blank" }, label, " ↗");
  }
  return element("button", {
    type: "button", class: `s${component.style ?? 2}`, disabled: component.disabled, "data-custom": component.custom_id,
    onclick: () => world.click?.(message, component.custom_id, null),
  }, label);
}

/** Return a menu: a native one, so that keyboards, screen readers and phones know it. */
function menuElement(component, message, world) {
  const offered = component.type === TEXT_MENU ? component.options : world.things?.(component) ?? [];
  const most = component.max_values ?? 1;
  const many = most > 1;
  const label = component.placeholder || world.word("choose");
  const chosen = new Set([
    ...(component.options ?? []).filter((option) => option.default).map((option) => option.value),
    ...(component.default_values ?? []).map((value) => value.id),
  ]);
  const menu = element("select", {
    class: "menu", multiple: many, disabled: component.disabled, "aria-label": label, "data-custom": component.custom_id,
    size: many ? Math.min(offered.length, 6) : 1,
  });
  if (!many) menu.append(element("option", { value: "", selected: chosen.size === 0, disabled: chosen.size === 0 && component.min_values !== 0 }, label));
  for (const option of offered) {
    const shown = option.description ? `${option.label} · ${option.description}` : option.label;
    menu.append(element("option", { value: option.value, selected: chosen.has(option.value) }, shown));
  }
  const send = () => world.click?.(message, component.custom_id, [...menu.selectedOptions].map((option) => option.value).filter(Boolean));
  if (!many) {
    menu.addEventListener("change", send);
    return menu;
  }
  return element("div", { class: "many" }, element("span", { class: "small" }, label), menu, element("button", { type: "button", class: "s2", onclick: send }, world.word("send")));
}
