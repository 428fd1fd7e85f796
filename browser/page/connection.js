// The websocket: requests and their answers, events, and packets of sound. See browser/protocol.py.

const RETRY_MS = 1000;

export class Refused extends Error {}

export class Connection {
  /** `enter` returns the fields of the first request; `on` has `welcome`, `event`, `sound` and `lost`. */
  constructor(enter, on) {
    this.enter = enter;
    this.on = on;
    this.waiting = new Map();
    this.number = 0;
    this.ended = false;
  }

  open() {
    const socket = (this.socket = new WebSocket(new URL("socket", location.href.replace(/^http/, "ws"))));
    socket.binaryType = "arraybuffer";
    socket.onopen = async () => {
      try {
        this.on.welcome(await this.request("enter", this.enter()));
      } catch (error) {
        console.warn(error.message);
      }
    };
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = () => {
      for (const { reject } of this.waiting.values()) reject(new Refused("…"));
      this.waiting.clear();
      if (this.ended) return;
      this.on.lost();
      setTimeout(() => this.open(), RETRY_MS);
    };
  }

  take(data) {
    if (typeof data !== "string") return this.on.sound(data);
    const message = JSON.parse(data);
    if (message.event !== undefined) {
      this.ended ||= message.event === "taken";
      return this.on.event(message);
    }
    const waiting = this.waiting.get(message.re);
    this.waiting.delete(message.re);
    if (waiting === undefined) return undefined;
    return "error" in message ? waiting.reject(new Refused(message.error)) : waiting.resolve(message.ok);
  }

  /** Send a request. Return its result. Throws Refused with a sentence. */
  request(name, fields = {}) {
    return new Promise((resolve, reject) => {
      if (this.socket.readyState !== WebSocket.OPEN) return reject(new Refused("…"));
      const id = (this.number += 1);
      this.waiting.set(id, { resolve, reject });
      return this.socket.send(JSON.stringify({ ...fields, id, do: name }));
    });
  }
}
