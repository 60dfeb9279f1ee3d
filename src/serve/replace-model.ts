/** Changes one field of a JSON text and leaves every other byte as it is: numbers, spaces, order, unknown fields. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The index after the string that begins at `at`. */
function endOfString(bytes: Buffer, at: number): number {
  let i = at + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/**
 * The same object with another value of its own field `model`; fields of that name further down are not touched. Where the
 * field comes twice, both are changed: readers differ in which of them counts.
 *
 * @param bytes a JSON object whose `model` is a string (parsed before: what is not JSON gives nonsense here)
 */
export function replaceModel(bytes: Buffer, model: string): Buffer {
  const replacement = Buffer.from(JSON.stringify(model), 'utf8');
  const pieces: Buffer[] = [];
  let copied = 0;
  let depth = 0;
  for (let i = 0; i < bytes.length;) {
    const byte = bytes[i];
    if (byte === 0x7b || byte === 0x5b) depth++;
    if (byte === 0x7d || byte === 0x5d) depth--;
    if (byte !== QUOTE) {
      i++;
      continue;
    }
    const end = endOfString(bytes, i);
    const key = depth === 1 ? bytes.toString('utf8', i, end) : '';
    i = end;
    if (depth !== 1) continue;
    let next = end;
    while (next < bytes.length && isSpace(bytes[next])) next++;
    // A string at depth 1 with a colon behind it is a key; its value is passed over, whatever it is.
    if (bytes[next] !== 0x3a) continue;
    next++;
    while (next < bytes.length && isSpace(bytes[next])) next++;
    i = next;
    if (bytes[next] !== QUOTE) continue;
    i = endOfString(bytes, next);
    if (JSON.parse(key) !== 'model') continue;
    pieces.push(bytes.subarray(copied, next), replacement);
    copied = i;
  }
  pieces.push(bytes.subarray(copied));
  return Buffer.concat(pieces);
}
