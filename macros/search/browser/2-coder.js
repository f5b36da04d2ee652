// Reads the bits that macros/search/coder.py has written.
const ONE = 1 << 22, LEAST = 1 << 9, LIMIT = 1000;

class Decoder {
  constructor(bytes) {
    Object.assign(this, { bytes, next: 0, low: 0, high: 0xffffffff, at: 0, counters: new Map() });
    for (let i = 0; i < 4; i++) this.shift();
  }

  shift() {
    this.at = ((this.at << 8) | (this.bytes[this.next++] || 0)) >>> 0;
  }

  bit(context, guess = ONE / 2) {
    let counter = this.counters.get(context);
    if (!counter) this.counters.set(context, (counter = [Math.min(Math.max(guess, LEAST), ONE - LEAST), 0]));
    const [likely, seen] = counter, span = this.high - this.low;
    const share = likely >> 6, middle = this.low + (span >>> 16) * share + (((span & 0xffff) * share) >>> 16);
    const bit = this.at <= middle;
    if (bit) this.high = middle;
    else this.low = middle + 1;
    counter[0] = Math.min(Math.max(likely + Math.floor(((bit ? ONE : 0) - likely) * 2 / (2 * seen + 3)), LEAST), ONE - LEAST);
    counter[1] = Math.min(seen + 1, LIMIT);
    while (!((this.low ^ this.high) >>> 24)) {
      this.low = (this.low << 8) >>> 0;
      this.high = ((this.high << 8) | 0xff) >>> 0;
      this.shift();
    }
    return bit;
  }

  number(context) {
    let length = 1, value = 1;
    while (this.bit(context + length)) length++;
    for (let n = length - 2; n >= 0; n--) value = value * 2 + this.bit(context + 32 + n);
    return value - 1;
  }
}
