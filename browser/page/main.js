// The page: who is here, what is shown, and what becomes of clicks.

import { Composer, typeable } from "./composer.js";
import { Connection, Refused } from "./connection.js";
import { askWho, showApps, showForm } from "./dialogs.js";
import { byId, element, fill } from "./dom.js";
import { refreshMoments } from "./markdown.js";
import { messageElement } from "./message.js";
import { Meter } from "./meter.js";
import { drawFaults, drawMembers, drawPlaces, drawSound, drawYou } from "./side.js";
import { Sound, canDecode } from "./sound.js";
import { setWords, word } from "./words.js";

const NOTICE_MS = 12000;
const HEARD_MS = 400;
const NEAR_PX = 120;
const CHIPS = [
  "swing with walking upright bass, saxophone and brushed drums",
  "bossa nova with nylon guitar, upright bass and light drums",
  "bright synthwave with a saw lead, pads, bass and drums, 100 bpm",
  "a slow dub with brushed drums and a warm bass",
];

const state = {
  me: null, bot: null, guilds: new Map(), guild: null, channel: null, commands: [], ready: false,
  messages: new Map(), heard: new Map(), deaf: false, faults: [], atEnd: true,
};
const sound = new Sound();
let composer, parts, meter;

const stored = {
  get: (key) => { try { return sessionStorage.getItem(key) ?? localStorage.getItem(key); } catch { return null; } },
  set: (key, value, lasting) => { try { (lasting ? localStorage : sessionStorage).setItem(key, value); } catch { /* private */ } },
};
const who = { name: stored.get("name"), colour: stored.get("colour") };

const connection = new Connection(
  () => ({ ...who, locale: navigator.language, member: sessionStorage.getItem("member"), again: localStorage.getItem("member"), sound: canDecode ? "opus" : "pcm" }),
  { welcome, event: take, sound: hear, lost: () => { state.ready = false; drawStatus(); } },
);

// What the server tells

function welcome(answer) {
  state.me = answer.user;
  state.bot = answer.bot;
  state.faults = answer.faults;
  setWords(answer.words);
  stored.set("member", answer.member);
  stored.set("member", answer.member, true);
  document.documentElement.lang = answer.language;
  state.guilds = new Map(answer.guilds.map((guild) => [guild.id, guild]));
  state.guild = state.guilds.get(state.guild?.id) ?? state.guilds.values().next().value;
  byId("app").hidden = false;
  if (!composer) {
    composer = new Composer(byId("composer"), does);
    parts = drawSound({ volume: (gain) => sound.setVolume(gain), deafen, hear: openSound });
    meter = new Meter(sound, parts.meter, parts.spectrogram);
    setInterval(drawMeasured, 500);
    setInterval(refreshMoments, 10000);
  }
  drawFaults(state.faults, (name) => ask("fault", { guild: state.guild.id, name }));
  drawGuild();
  // After a reload, or a restart of the bot, this member sits where they sat.
  const seat = sessionStorage.getItem("voice");
  const known = [...state.guilds.values()].flatMap((guild) => guild.channels).find((channel) => channel.id === seat);
  if (known && !known.voice.some((each) => each.user === state.me.id)) places.join(seat);
  else if (known) openSound();
  openChannel(state.channel ?? state.guild.channels.find((channel) => channel.type === 0).id);
}

function take(event) {
  if (event.event === "bot") {
    state.ready = event.ready;
    drawStatus();
    if (event.ready) loadCommands();
  } else if (event.event === "guild") {
    state.guilds.set(event.guild.id, event.guild);
    if (event.guild.id === state.guild.id) {
      state.guild = event.guild;
      drawGuild();
    }
  } else if (event.event === "message") {
    if (event.message.channel_id === state.channel) showMessage(event.message);
  } else if (event.event === "gone") {
    state.messages.get(event.message)?.remove();
    state.messages.delete(event.message);
  } else if (event.event === "modal") {
    showForm(event.modal, (values) => ask("submit", { interaction: event.interaction, values }));
  } else if (event.event === "taken") notify(word("taken"));
}

function hear(packet) {
  const sender = sound.take(packet);
  if (sender === null) return;
  const before = state.heard.get(sender);
  state.heard.set(sender, performance.now());
  if (before === undefined) drawPlaces(state, places);
}

function forgetQuiet() {
  for (const [sender, at] of state.heard) {
    if (performance.now() - at > HEARD_MS) {
      state.heard.delete(sender);
      drawPlaces(state, places);
    }
  }
}

// Asking

/** Send a request; what is refused is shown. Return its result, or null if it was refused. */
async function ask(name, fields) {
  try {
    return (await connection.request(name, fields)) ?? true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    notify(error.message);
    return null;
  }
}

let noticeTimer = 0;
function notify(text) {
  const notice = byId("notice");
  notice.hidden = false;
  fill(notice, text, element("button", { type: "button", class: "plain", "aria-label": word("cancel"), onclick: () => { notice.hidden = true; } }, "×"));
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { notice.hidden = true; }, NOTICE_MS);
}

const does = {
  commands: () => state.commands,
  use: (command, options) => ask("use", { channel: state.channel, command, options }),
  say: (text, uploads) => ask("say", { channel: state.channel, text, uploads }),
  suggest: async (command, option, typed, options) => {
    try {
      return await connection.request("suggest", { channel: state.channel, command, option, typed, options });
    } catch {
      return [];
    }
  },
  upload: async (file) => {
    const answer = await fetch(`uploads?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers: { "X-Member": stored.get("member") } });
    if (answer.ok) return (await answer.json()).upload;
    notify(word("too-large"));
    throw new Refused(word("too-large"));
  },
  things: (option) => [
    ...([6, 9].includes(option.type) ? state.guild.members.map((member) => ({ key: `user ${member.id}`, label: member.name })) : []),
    ...([8, 9].includes(option.type) ? state.guild.roles.map((role) => ({ key: `role ${role.id}`, label: `@${role.name}` })) : []),
    ...(option.type === 7 ? state.guild.channels.filter((channel) => !option.channel_types || option.channel_types.includes(channel.type)).map((channel) => ({ key: `channel ${channel.id}`, label: `#${channel.name}` })) : []),
  ],
};

const world = {
  name: (sign, id) => {
    if (sign[0] === "#") return state.guild.channels.find((channel) => channel.id === id)?.name ?? id;
    if (sign === "@&") return state.guild.roles.find((role) => role.id === id)?.name ?? id;
    return state.guild.members.find((member) => member.id === id)?.name ?? id;
  },
  colour: (id) => state.guild.members.find((member) => member.id === id)?.colour,
  file: (url) => {
    const found = String(url).match(/^https:\/\/(?:cdn\.discordapp\.com|media\.discordapp\.net)\/attachments\/\d+\/(\d+)\/([\w.-]+)/);
    return found ? `files/${found[1]}/${found[2]}` : null;
  },
  things: (menu) => does.things({ type: { 5: 6, 6: 8, 7: 9, 8: 7 }[menu.type], channel_types: menu.channel_types }).map((thing) => ({ value: thing.key.split(" ")[1], label: thing.label })),
  click: (message, custom_id, values) => ask("click", { message: message.id, custom_id, values: values ?? [] }),
  apps: (message) => showApps(state.commands.filter((command) => command.type === 3), (command) => ask("apply", { message: message.id, command })),
  word,
  players: true,
};

const places = {
  guild: (id) => {
    state.guild = state.guilds.get(id);
    drawGuild();
    openChannel(state.guild.channels.find((channel) => channel.type === 0).id);
  },
  channel: openChannel,
  join: async (channel) => {
    openSound();
    stored.set("voice", channel);
    await ask("join", { channel });
  },
  leave: () => {
    sessionStorage.removeItem("voice");
    return ask("leave", {});
  },
};

async function openChannel(id) {
  state.channel = id;
  const messages = await ask("open", { channel: id });
  if (messages === null) return;
  state.messages.clear();
  byId("messages").replaceChildren();
  messages.forEach(showMessage);
  drawPlaces(state, places);
  loadCommands();
}

async function loadCommands() {
  state.commands = (await ask("commands", { channel: state.channel })) ?? [];
  drawChips();
}

function showMessage(message) {
  const made = element("li", {}, messageElement(message, world));
  const old = state.messages.get(message.id);
  if (old) {
    growth.unobserve(old);
    keepFocus(old, made);
  } else byId("messages").append(made);
  state.messages.set(message.id, made);
  growth.observe(made);
}

/** The end of the messages stays in sight while it is in sight, also when pictures arrive. */
const growth = new ResizeObserver(() => {
  if (state.atEnd) byId("messages").scrollTop = byId("messages").scrollHeight;
});
growth.observe(byId("messages")); // fields of a command take some of its height
let scrolledTo = 0;
byId("messages").addEventListener("scroll", ({ target }) => {
  // Only who scrolls up leaves the end: a message may have come since the page scrolled by itself.
  const near = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_PX;
  state.atEnd = near || (state.atEnd && target.scrollTop >= scrolledTo);
  scrolledTo = target.scrollTop;
});

/** Put a new state of a message in the place of the old one; what has the focus or plays stays. */
function keepFocus(old, made) {
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.custom : undefined;
  for (const player of old.querySelectorAll("audio")) {
    const same = [...made.querySelectorAll("audio")].find((other) => other.src === player.src);
    same?.replaceWith(player);
  }
  old.replaceWith(made);
  if (focused) [...made.querySelectorAll("[data-custom]")].find((each) => each.dataset.custom === focused)?.focus();
}

// Sound

async function openSound() {
  try {
    await sound.start();
    sound.setVolume(Number(parts.volume.value));
  } catch (error) {
    notify(error.message);
  }
  drawMeasured();
}

function deafen() {
  state.deaf = !state.deaf;
  parts.deafen.setAttribute("aria-pressed", String(state.deaf));
  sound.setVolume(state.deaf ? 0 : Number(parts.volume.value));
  ask("deafen", { deaf: state.deaf });
}

function drawMeasured() {
  forgetQuiet();
  const seated = [...state.guilds.values()].some((guild) => guild.channels.some((channel) => channel.voice.some((each) => each.user === state.me.id)));
  parts.hear.hidden = !seated || sound.running;
  const m = sound.measured;
  if (m.packets === 0) return;
  const share = m.encrypted === m.packets - m.silent || m.encrypted === m.packets;
  parts.measured.textContent = word("measured", {
    packets: m.packets, lost: m.lost + m.undecrypted, p99: (m.gapP99 * 1000).toFixed(1), silent: m.silent,
    underruns: m.underruns, behind: Math.round(m.behind * 1000), encrypted: share ? word("yes") : word("no"),
  });
}

// Drawing

function drawGuild() {
  drawPlaces(state, places);
  drawMembers(state);
  drawYou(state, (roles) => ask("roles", { guild: state.guild.id, roles }));
  drawStatus();
}

function drawStatus() {
  byId("title").textContent = state.guild?.name ?? "Busker";
  byId("status").textContent = state.ready ? "" : word("starting");
  document.body.dataset.ready = String(state.ready);
}

function drawChips() {
  const compose = typeable(state.commands).find((command) => command.path === "compose");
  fill(byId("chips"), compose ? CHIPS.map((prompt) => element("button", { type: "button", class: "chip", onclick: () => composer.choose(compose, { prompt }) }, prompt)) : null);
}

function drawer(button, panel) {
  byId(button).addEventListener("click", () => {
    const open = document.body.dataset.panel === panel ? "" : panel;
    document.body.dataset.panel = open;
    byId(button).setAttribute("aria-expanded", String(open === panel));
  });
}

/** A browser lets a page make sound only after a click or a key: the first one serves after a reload. */
for (const gesture of ["pointerdown", "keydown"]) {
  document.addEventListener(gesture, () => {
    if (sound.context && !sound.running) openSound();
  });
}

drawer("show-places", "places");
drawer("show-side", "side");
// For whoever tests the page: what it measures, and its sound.
window.busker = { sound, state, get level() { return meter?.level; } };

if (sessionStorage.getItem("member") === null) {
  Object.assign(who, await askWho(who));
  stored.set("name", who.name, true);
  stored.set("colour", who.colour, true);
  sessionStorage.setItem("name", who.name);
  sessionStorage.setItem("colour", who.colour);
  openContext();
}
connection.open();

/** The click on the way in lets the page make sound; join the first voice channel with it. */
async function openContext() {
  await sound.start().catch((error) => console.warn(error.message));
  const timer = setInterval(() => {
    if (!state.me) return;
    clearInterval(timer);
    places.join(state.guild.channels.find((channel) => channel.type === 2).id);
  }, 50);
}
