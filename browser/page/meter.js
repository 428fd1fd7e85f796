// A meter and a spectrogram of what is heard.

const LOWEST_DB = -60;
const LOW_HZ = 60, HIGH_HZ = 16000;

export class Meter {
  constructor(sound, meter, spectrogram) {
    this.sound = sound;
    this.meter = meter;
    this.canvas = spectrogram;
    this.drawing = spectrogram.getContext("2d", { alpha: false });
    this.peak = LOWEST_DB;
    this.draw = this.draw.bind(this);
    requestAnimationFrame(this.draw);
  }

  draw() {
    requestAnimationFrame(this.draw);
    const analyser = this.sound.analyser;
    if (!analyser || document.hidden) return;
    this.samples ??= new Float32Array(analyser.fftSize);
    this.levels ??= new Uint8Array(analyser.frequencyBinCount);
    analyser.getFloatTimeDomainData(this.samples);
    let power = 0;
    for (const sample of this.samples) power += sample * sample;
    const level = Math.max(LOWEST_DB, 10 * Math.log10(power / this.samples.length + 1e-12));
    this.meter.value = (level - LOWEST_DB) / -LOWEST_DB;
    this.level = level;
    if (!this.sound.running) return;
    analyser.getByteFrequencyData(this.levels);
    this.column(analyser.context.sampleRate / analyser.fftSize);
  }

  column(binHz) {
    const { width, height } = this.canvas;
    this.drawing.drawImage(this.canvas, -1, 0);
    const column = this.drawing.createImageData(1, height);
    for (let y = 0; y < height; y += 1) {
      const hz = LOW_HZ * (HIGH_HZ / LOW_HZ) ** (1 - y / height);
      const value = this.levels[Math.round(hz / binHz)] / 255;
      column.data.set([255 * Math.min(1, value * 1.6), 255 * value * value * 0.9, 90 * value + 40 * (1 - value), 255], 4 * y);
    }
    this.drawing.putImageData(column, width - 1, 0);
  }
}
