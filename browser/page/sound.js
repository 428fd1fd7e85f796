// The sound of the call: packets of Opus, decoded (WebCodecs) and played by a worklet, and what was measured of them.

export const RATE = 48000;
const FRAME = 960;
const HEAD = 24;
const OPUS = 1, PCM = 2;
const ENCRYPTED = 1, SILENT = 2, LOST = 4;
const SILENCE = new Uint8Array([0xf8, 0xff, 0xfe]);
const MAX_CONCEALED = 25;
const MAX_GAPS = 3000;
const SPURT_S = 0.3;

export const canDecode = typeof AudioDecoder === "function";

export class Sound {
  constructor() {
    this.measures = { packets: 0, encrypted: 0, silent: 0, lost: 0, undecrypted: 0, underruns: 0, skipped: 0, played: 0, behind: 0 };
    this.gaps = [];
    this.taps = new Set();
    this.before = null;
    this.stamp = 0;
  }

  get running() {
    return this.context?.state === "running";
  }

  /** Open the speakers; a browser allows it only after a click or a key. */
  async start() {
    if (!this.context) {
      this.context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
      this.volume = this.context.createGain();
      this.analyser = new AnalyserNode(this.context, { fftSize: 2048, smoothingTimeConstant: 0.3 });
      this.volume.connect(this.context.destination);
      this.loading = this.context.audioWorklet.addModule("worklet.js").then(() => {
        this.player = new AudioWorkletNode(this.context, "player", { numberOfInputs: 0, outputChannelCount: [2] });
        this.player.port.onmessage = ({ data }) => Object.assign(this.measures, data);
        this.player.connect(this.analyser);
        this.player.connect(this.volume);
      });
    }
    await this.context.resume();
    await this.loading;
    if (canDecode) this.warmUp();
  }

  setVolume(gain) {
    if (this.volume) this.volume.gain.setTargetAtTime(gain, this.context.currentTime, 0.02);
  }

  /** Call `tap(left, right)` with each decoded frame, until the returned function is called. */
  tap(tap) {
    this.taps.add(tap);
    return () => this.taps.delete(tap);
  }

  /** Take one binary message of the server. Return the sender's id if it is music. */
  take(message) {
    const view = new DataView(message);
    const flags = view.getUint8(1), sequence = view.getUint16(2), arrival = view.getFloat64(8);
    const sender = view.getBigUint64(16).toString();
    const measures = this.measures;
    measures.packets += 1;
    measures.encrypted += flags & ENCRYPTED ? 1 : 0;
    measures.undecrypted += flags & LOST ? 1 : 0;
    const before = this.before;
    this.before = { sequence, arrival, sender };
    if (before?.sender === sender && arrival - before.arrival < SPURT_S) {
      this.gaps.push(arrival - before.arrival);
      if (this.gaps.length > MAX_GAPS) this.gaps.shift();
    }
    if (flags & SILENT && !(flags & LOST)) {
      measures.silent += 1;
      this.player?.port.postMessage({ end: true });
      return null;
    }
    const missing = before?.sender === sender ? ((sequence - before.sequence - 1) & 0xffff) : 0;
    if (missing >= 0x8000) return sender; // late, or twice
    if (missing > 0 && missing <= MAX_CONCEALED) {
      measures.lost += missing;
      for (let n = 0; n < missing; n += 1) this.decode(SILENCE);
    }
    if (flags & LOST) this.decode(SILENCE);
    else if (view.getUint8(0) === PCM) this.play(...split(new Int16Array(message.slice(HEAD))));
    else if (view.getUint8(0) === OPUS) this.decode(new Uint8Array(message, HEAD));
    return sender;
  }

  /** Start the browser's decoder before the music: its first frame takes longer than the buffer holds. */
  warmUp() {
    if (this.decoder && this.decoder.state !== "closed") return;
    let warm = false;
    this.decoder = new AudioDecoder({
      output: (frame) => (warm ? this.decoded(frame) : frame.close()),
      error: (error) => console.warn(error.message),
    });
    this.decoder.configure({ codec: "opus", sampleRate: RATE, numberOfChannels: 2 });
    this.decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: 0, data: SILENCE }));
    this.decoder.flush().then(() => (warm = true), () => {});
  }

  decode(data) {
    if (!canDecode) return this.play(new Float32Array(FRAME), new Float32Array(FRAME));
    this.warmUp();
    this.decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: (this.stamp += 20000), data }));
    return undefined;
  }

  decoded(frame) {
    const planes = [0, 1].map((planeIndex) => {
      const plane = new Float32Array(frame.numberOfFrames);
      frame.copyTo(plane, { planeIndex: Math.min(planeIndex, frame.numberOfChannels - 1), format: "f32-planar" });
      return plane;
    });
    frame.close();
    this.play(...planes);
  }

  play(left, right) {
    for (const tap of this.taps) tap(left, right);
    this.player?.port.postMessage({ left, right }, this.taps.size ? [] : [left.buffer, right.buffer]);
  }

  /** What was measured so far; gaps in seconds, `behind` in seconds from arrival to the speakers. */
  get measured() {
    const sorted = [...this.gaps].sort((a, b) => a - b);
    const p99 = sorted.length ? sorted[Math.floor(sorted.length * 0.99)] : 0;
    const latency = (this.context?.baseLatency ?? 0) + (this.context?.outputLatency ?? 0);
    return { ...this.measures, gapP99: p99, behind: this.measures.behind + latency };
  }
}

function split(samples) {
  const left = new Float32Array(samples.length / 2), right = new Float32Array(samples.length / 2);
  for (let n = 0; n < left.length; n += 1) {
    left[n] = samples[2 * n] / 32768;
    right[n] = samples[2 * n + 1] / 32768;
  }
  return [left, right];
}
