// The panels at the sides: servers, channels and who sits in them; sound, members, faults.

import { byId, element, fill } from "./dom.js";
import { word } from "./words.js";

const VOICE = [2, 13];
const STAGE = 13;

/** Draw the servers and the channels of the current one. `does` has guild(id), channel(id), join(id), leave(). */
export function drawPlaces(state, does) {
  const guild = state.guild;
  const user = (id) => guild.members.find((member) => member.id === id);
  const servers = state.guilds.size > 1
    ? element("div", { class: "servers", role: "group", "aria-label": word("servers") }, [...state.guilds.values()].map((each) => element(
      "button", { type: "button", class: each === guild ? "s1" : "s2", "aria-pressed": String(each === guild), onclick: () => does.guild(each.id) }, each.name)))
    : null;
  const texts = guild.channels.filter((channel) => !VOICE.includes(channel.type)).map((channel) => element(
    "button", { type: "button", class: "plain channel", "aria-current": String(channel.id === state.channel), onclick: () => does.channel(channel.id) }, `# ${channel.name}`));
  const voices = guild.channels.filter((channel) => VOICE.includes(channel.type)).map((channel) => {
    const inside = channel.voice.some((each) => each.user === state.me.id);
    return element(
      "div", { class: inside ? "voice inside" : "voice", "data-channel": channel.id },
      element("div", { class: "line" },
        element("span", { class: "grow" }, channel.type === STAGE ? "◈ " : "♪ ", channel.name),
        inside
          ? element("button", { type: "button", class: "s4 small-button", onclick: () => does.leave() }, word("leave"))
          : element("button", { type: "button", class: "s3 small-button", "aria-label": `${word("join")}: ${channel.name}`, onclick: () => does.join(channel.id) }, word("join"))),
      channel.status ? element("div", { class: "small" }, channel.status) : null,
      element("ul", {}, channel.voice.map((each) => element(
        "li", { class: state.heard.has(each.user) ? "heard" : "", "data-user": each.user },
        dot(user(each.user)), user(each.user)?.name ?? "…",
        each.deaf && each.user === state.me.id ? element("span", { title: word("deafened") }, " 🔇") : null,
        each.mute || each.suppressed ? element("span", { title: word("muted") }, " 🔈✕") : null))),
    );
  });
  fill(byId("places"), servers, element("h2", {}, guild.name), texts, voices);
}

function dot(member) {
  const made = element("span", { class: "dot" });
  if (member?.colour) made.style.background = member.colour;
  return made;
}

/** Draw the members of the server. */
export function drawMembers(state) {
  const shown = state.guild.members.filter((member) => member.here);
  fill(byId("members"), element("h2", {}, word("members")), element("ul", {}, shown.map((member) => element(
    "li", {}, dot(member), member.name, member.bot ? element("span", { class: "tag" }, "APP") : null,
    element("span", { class: "small" }, " ", state.guild.roles.filter((role) => member.roles.includes(role.id)).map((role) => role.name).join(", "))))));
}

/** Draw this member's roles; `change` gets the ids of those chosen. */
export function drawYou(state, change) {
  const me = state.guild.members.find((member) => member.id === state.me.id);
  const boxes = state.guild.roles.map((role) => {
    const box = element("input", { type: "checkbox", id: `role-${role.id}`, checked: me?.roles.includes(role.id) ?? false, value: role.id });
    box.addEventListener("change", () => change(boxes.map(([each]) => each).filter((each) => each.checked).map((each) => each.value)));
    return [box, role.name];
  });
  fill(byId("you"), element("h2", {}, word("roles")), boxes.map(([box, name]) => element("label", { class: "check" }, box, ` ${name}`)),
    element("p", { class: "small" }, word("more-people")));
}

/** Draw the menu of faults; `cause` gets the name of one. */
export function drawFaults(faults, cause) {
  fill(byId("faults"), element("details", {}, element("summary", {}, word("faults")),
    element("div", { class: "column" }, faults.map((fault) => element(
      "button", { type: "button", class: "s2", "data-fault": fault.name, onclick: () => cause(fault.name) }, fault.sentence)))));
}

/** Draw the panel of the sound once. Return its parts. */
export function drawSound(does) {
  const parts = {
    meter: element("meter", { min: 0, max: 1, low: 0.3, high: 0.9, "aria-label": word("level") }),
    spectrogram: element("canvas", { width: 280, height: 110, "aria-label": word("spectrogram"), role: "img" }),
    measured: element("div", { class: "small", id: "measured" }),
    volume: element("input", { type: "range", min: 0, max: 1, step: 0.01, value: 1, id: "volume", oninput: () => does.volume(Number(parts.volume.value)) }),
    deafen: element("button", { type: "button", class: "s2", "aria-pressed": "false", onclick: () => does.deafen() }, word("deafen")),
    hear: element("button", { type: "button", class: "s3", hidden: true, id: "hear", onclick: () => does.hear() }, word("hear")),
  };
  fill(byId("sound"), element("h2", {}, word("sound")), parts.hear, parts.meter, parts.spectrogram,
    element("div", { class: "line" }, element("label", { for: "volume" }, word("volume")), parts.volume, parts.deafen), parts.measured);
  return parts;
}
