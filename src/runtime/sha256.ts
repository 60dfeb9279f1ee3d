/**
 * SHA-256 (FIPS 180-4) in plain JavaScript, for browsers and edge workers whose own digest is asynchronous. Where the host
 * offers Node's crypto (Node, Deno, Bun) that is used: it is several times as fast.
 */

/** Fractional parts of the cube roots of the first 64 primes. */
const K = new Int32Array(64);
/** Fractional parts of the square roots of the first 8 primes. */
const INITIAL = new Int32Array(8);

function fraction(x: number): number {
  return ((x - Math.floor(x)) * 4294967296) | 0;
}

for (let candidate = 2, found = 0; found < 64; candidate++) {
  let isPrime = true;
  for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) isPrime = false;
  if (!isPrime) continue;
  if (found < 8) INITIAL[found] = fraction(Math.sqrt(candidate));
  K[found++] = fraction(Math.cbrt(candidate));
}

/** Mixes the 64-byte blocks of `bytes` from `offset` up to `end` into `state`. */
function compress(
  state: Int32Array,
  words: Int32Array,
  bytes: Uint8Array,
  offset: number,
  end: number,
): void {
  for (let at = offset; at + 64 <= end; at += 64) {
    for (let t = 0, i = at; t < 16; t++, i += 4) {
      words[t] = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
    }
    for (let t = 16; t < 64; t++) {
      const x = words[t - 15];
      const y = words[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[t] = (words[t - 16] + s0 + words[t - 7] + s1) | 0;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let t = 0; t < 64; t++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + (g ^ (e & (f ^ g))) + K[t] + words[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

/**
 * The SHA-256 of the bytes in hexadecimal, computed without any help of the host.
 *
 * @example
 * sha256HexPortable(new TextEncoder().encode('abc')); // 'ba7816bf…f20015ad'
 */
export function sha256HexPortable(bytes: Uint8Array): string {
  const state = INITIAL.slice();
  const words = new Int32Array(64);
  const whole = bytes.length - (bytes.length % 64);
  compress(state, words, bytes, 0, whole);
  const rest = bytes.length - whole;
  const tail = new Uint8Array(rest < 56 ? 64 : 128);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(tail.length - 4, (bytes.length * 8) >>> 0);
  compress(state, words, tail, 0, tail.length);
  let hex = '';
  for (const word of state) hex += (word >>> 0).toString(16).padStart(8, '0');
  return hex;
}

function nativeSha256(): ((bytes: Uint8Array) => string) | null {
  try {
    const crypto = globalThis.process.getBuiltinModule('node:crypto');
    const sha256 = (bytes: Uint8Array): string => crypto.createHash('sha256').update(bytes).digest('hex');
    const nothing = new Uint8Array(0);
    return sha256(nothing) === sha256HexPortable(nothing) ? sha256 : null;
  } catch {
    return null; // a browser or an edge worker: no process, or one without built-in modules
  }
}

let native: ((bytes: Uint8Array) => string) | null | undefined;

/**
 * The SHA-256 of the bytes in hexadecimal, by the host's own implementation where it has a synchronous one.
 *
 * @example
 * sha256Hex(tensorBytes) === manifest.tensors['head.coefficients'].sha256;
 */
export function sha256Hex(bytes: Uint8Array): string {
  if (native === undefined) native = nativeSha256();
  return native === null ? sha256HexPortable(bytes) : native(bytes);
}
