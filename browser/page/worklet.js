// The player: a ring buffer that begins when it holds enough, and counts what was missing.

const CAPACITY = 48000 * 2; // samples
const TARGET = 7680; // 160 ms before it begins
const MOST = 12960; // 270 ms; what is more is skipped, so that it stays near
const REPORT = 4800;

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ring = [new Float32Array(CAPACITY), new Float32Array(CAPACITY)];
    this.read = 0;
    this.filled = 0;
    this.playing = false;
    this.ending = false;
    this.counts = { played: 0, underruns: 0, skipped: 0, behind: 0 };
    this.due = 0;
    this.port.onmessage = ({ data }) => (data.end ? (this.ending = true) : this.put(data.left, data.right));
  }

  put(left, right) {
    this.ending = false;
    const write = (this.read + this.filled) % CAPACITY;
    for (const [channel, samples] of [left, right].entries()) {
      const fits = Math.min(samples.length, CAPACITY - write);
      this.ring[channel].set(samples.subarray(0, fits), write);
      this.ring[channel].set(samples.subarray(fits), 0);
    }
    this.filled += left.length;
    if (this.filled > MOST) {
      const surplus = this.filled - TARGET;
      this.read = (this.read + surplus) % CAPACITY;
      this.filled -= surplus;
      this.counts.skipped += surplus;
    }
  }

  process(_inputs, [output]) {
    const wanted = output[0].length;
    if (!this.playing && (this.filled >= TARGET || (this.ending && this.filled > 0))) this.playing = true;
    if (this.playing) {
      const taken = Math.min(wanted, this.filled);
      for (const [channel, samples] of output.entries()) {
        const first = Math.min(taken, CAPACITY - this.read);
        samples.set(this.ring[channel].subarray(this.read, this.read + first));
        samples.set(this.ring[channel].subarray(0, taken - first), first);
      }
      this.read = (this.read + taken) % CAPACITY;
      this.filled -= taken;
      this.counts.played += taken;
      if (taken < wanted) {
        this.playing = false;
        this.counts.underruns += this.ending ? 0 : 1;
      }
    }
    this.due -= wanted;
    if (this.due <= 0) {
      this.due = REPORT;
      this.counts.behind = this.filled / sampleRate;
      this.port.postMessage(this.counts);
    }
    return true;
  }
}

registerProcessor("player", Player);
