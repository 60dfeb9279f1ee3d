/** A sentence encoder small enough to write by hand: one vector a word, in the layout of transformers.js. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const DIMENSION = 6;
const WORDS = ['why', 'is', 'the', 'sky', 'blue', 'grass', 'green', '?'];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const VOCABULARY = [...SPECIAL, ...WORDS];

/** The vector of word k. */
export function wordVector(word: string): number[] {
  const k = Math.max(VOCABULARY.indexOf(word), 1);
  return Array.from({ length: DIMENSION }, (_, j) => Math.fround(Math.sin(1 + k * 3 + j * 7)));
}

/** The mean over [CLS], the words and [SEP]. */
export function meanVector(words: readonly string[]): number[] {
  const all = ['[CLS]', ...words, '[SEP]'].map(wordVector);
  return Array.from({ length: DIMENSION }, (_, j) => all.reduce((sum, v) => sum + v[j], 0) / all.length);
}

// Protocol buffers by hand: a field is its number and kind, then a number or a length and bytes.
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
function bytes(field: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)),
  );
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
}

const FLOAT = 1;
const INT64 = 7;

function value(field: number, name: string, type: number, dims: readonly (string | number)[]): Buffer {
  const shape = dims.map((dim) => bytes(1, typeof dim === 'string' ? bytes(2, dim) : number(1, dim)));
  return bytes(field, bytes(1, name), bytes(2, bytes(1, number(1, type), bytes(2, ...shape))));
}

/** last_hidden_state = table[input_ids]. */
function model(): Buffer {
  const table = Buffer.alloc(VOCABULARY.length * DIMENSION * 4);
  VOCABULARY.forEach((word, k) => {
    wordVector(word).forEach((x, j) => table.writeFloatLE(x, (k * DIMENSION + j) * 4));
  });
  const tensor = bytes(
    5,
    number(1, VOCABULARY.length),
    number(1, DIMENSION),
    number(2, FLOAT),
    bytes(8, 'table'),
    bytes(9, table),
  );
  const node = bytes(
    1,
    bytes(1, 'table'),
    bytes(1, 'input_ids'),
    bytes(2, 'last_hidden_state'),
    bytes(4, 'Gather'),
  );
  const graph = bytes(
    7,
    node,
    bytes(2, 'tiny'),
    tensor,
    value(11, 'input_ids', INT64, ['N', 'L']),
    value(11, 'attention_mask', INT64, ['N', 'L']),
    value(12, 'last_hidden_state', FLOAT, ['N', 'L', DIMENSION]),
  );
  return Buffer.concat([number(1, 8), graph, bytes(8, number(2, 15))]);
}

/** Writes the encoder's folder. */
export function writeTinyEncoder(folder: string): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const json = (name: string, document: unknown): void => {
    writeFileSync(join(folder, name), JSON.stringify(document));
  };
  json('config.json', { model_type: 'bert', hidden_size: DIMENSION, vocab_size: VOCABULARY.length });
  json('tokenizer_config.json', {
    ...{ tokenizer_class: 'BertTokenizer', do_lower_case: true, model_max_length: 16 },
    ...{
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      mask_token: '[MASK]',
    },
  });
  const special = (content: string, id: number) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  });
  const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  json('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map(special),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [token('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, token('[SEP]')],
      pair: [
        token('[CLS]'),
        { Sequence: { id: 'A', type_id: 0 } },
        token('[SEP]'),
        { Sequence: { id: 'B', type_id: 1 } },
      ],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      ...{
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
      },
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
    },
  });
  writeFileSync(join(folder, 'onnx', 'model.onnx'), model());
}
