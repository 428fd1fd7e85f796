// Discord's Markdown, as far as bots use it, as elements.

import { element } from "./dom.js";

const INLINE =
  /\\([^\w\s])|`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)|<(@[!&]?|#)(\d+)>|<\/([\w -]+):\d+>|<t:(\d+)(?::(\w))?>|(https?:\/\/[^\s<>]+)|_(?!_)(.+?)_(?!\w)|\*(?!\*)(.+?)\*/gs;

/** Return a text as elements; `name` gives the name of a user, role or channel by sign and id. */
export function marked(text, name) {
  if (!text) return null;
  const lines = element("div", { class: "text" });
  text.split("\n").forEach((line, index) => {
    const heading = line.match(/^#{1,3} (.+)$/);
    const small = line.match(/^-# (.+)$/);
    const point = line.match(/^(?:[-*]) (.+)$/);
    const quote = line.match(/^> (.+)$/);
    if (heading) lines.append(element("h3", {}, ...inline(heading[1], name)));
    else if (small) lines.append(element("div", { class: "small" }, ...inline(small[1], name)));
    else if (point) lines.append(element("div", { class: "point" }, ...inline(point[1], name)));
    else if (quote) lines.append(element("blockquote", {}, ...inline(quote[1], name)));
    else {
      const before = lines.lastChild;
      if (index > 0 && (before?.nodeType === Node.TEXT_NODE || before?.matches?.("code,b,i,a,span,time,br"))) lines.append(element("br"));
      lines.append(...inline(line, name));
    }
  });
  return lines;
}

function inline(text, name) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    parts.push(piece(match, name));
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function piece(match, name) {
  const [whole, escaped, code, bold, label, link, sign, id, command, time, style, bare, italic, slanted] = match;
  if (escaped !== undefined) return escaped;
  if (code !== undefined) return element("code", {}, code);
  if (bold !== undefined) return element("b", {}, ...inline(bold, name));
  if (link !== undefined) return outside(link, label);
  if (sign !== undefined) return element("span", { class: "mention" }, sign[0] + name(sign, id));
  if (command !== undefined) return element("span", { class: "mention" }, `/${command}`);
  if (time !== undefined) return moment(Number(time), style);
  if (bare !== undefined) return outside(bare, bare);
  if (italic !== undefined || slanted !== undefined) return element("i", {}, ...inline(italic ?? slanted, name));
  return whole;
}

function outside(address, label) {
  return element("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, label);
}

function moment(seconds, style) {
  const date = new Date(seconds * 1000);
  const shown = element("time", { dateTime: date.toISOString(), title: date.toLocaleString() });
  if (style === "R") shown.dataset.since = String(seconds);
  shown.textContent = style === "R" ? since(seconds) : date.toLocaleString();
  return shown;
}

const STEPS = [[60, "second"], [3600, "minute"], [86400, "hour"], [Infinity, "day"]];
const SIZES = { second: 1, minute: 60, hour: 3600, day: 86400 };

/** Return how long ago or in what time a moment is. */
export function since(seconds) {
  const away = seconds - Date.now() / 1000;
  const [, unit] = STEPS.find(([limit]) => Math.abs(away) < limit);
  return new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" }).format(Math.round(away / SIZES[unit]), unit);
}

/** Word all moments of the page anew. */
export function refreshMoments() {
  for (const shown of document.querySelectorAll("time[data-since]")) shown.textContent = since(Number(shown.dataset.since));
}
