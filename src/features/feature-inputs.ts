/** What the feature blocks of a run read, prepared once and shared by every fit on a subset of the rows. */
import { AppError } from '../core/errors.ts';
import { uncontrolled, type JobControl } from '../core/progress.ts';
import type { EncoderDescription, HashedNgramSpec } from '../runtime/manifest.ts';
import { textForm, TEXT_FORM_DIM } from '../runtime/text-form.ts';
import { hashTexts, type TextCounts } from './text-counts.ts';

/** The part of a snapshot that features read (src/routing/snapshot.ts has it). */
export interface FeatureSource {
  readonly stage: 'route' | 'cascade';
  readonly n: number;
  readonly prompts: readonly string[];
  readonly cheapResponses: readonly (string | null)[];
  readonly covariates: readonly { readonly name: string; readonly values: Float64Array }[];
  readonly signals: readonly { readonly name: string; readonly scores: Float64Array }[];
  /** n × vectorDim, row-major, NaN where a row has none; or null. */
  readonly vectors: Float64Array | null;
  readonly vectorDim: number;
  /** How they were made, where that is known. */
  readonly vectorEncoder?: EncoderDescription | null;
}

interface InputBase {
  /** Of the block that is fitted to it. */
  readonly name: string;
}

export interface TextInput extends InputBase {
  readonly kind: 'hashed-ngram';
  readonly input: 'prompt' | 'response';
  readonly counts: TextCounts;
  /** 1 where there is a text (an empty one is one). */
  readonly isPresent: Uint8Array;
}

/** rows × dim numbers as they are; a row that is not finite throughout is absent. */
export interface NumbersInput extends InputBase {
  readonly kind: 'precomputed' | 'text-form' | 'columns' | 'signals';
  readonly input: 'prompt' | 'response';
  readonly values: Float64Array;
  readonly dim: number;
  /** The column's or signal's own name. */
  readonly column: string;
  /** Of vectors, how they were made. */
  readonly encoder?: EncoderDescription;
}

export type BlockInputs = TextInput | NumbersInput;

/** Made by `prepareFeatureInputs`. Holds scratch memory: not for two threads at a time. */
export interface FeatureInputs {
  readonly rows: number;
  readonly blocks: readonly BlockInputs[];
}

const MAX_CODE_POINTS = 16_384;

function encoderSpec(stage: 'route' | 'cascade'): HashedNgramSpec {
  const buckets = stage === 'route' ? 1 << 15 : 1 << 14;
  return {
    version: 1,
    buckets,
    wordNgrams: [1, 2],
    charNgrams: [3, 5],
    maxCodePoints: MAX_CODE_POINTS,
  };
}

function textInput(
  name: string,
  input: 'prompt' | 'response',
  texts: readonly (string | null)[],
  stage: 'route' | 'cascade',
  control: JobControl,
): TextInput {
  const isPresent = Uint8Array.from(texts, (text) => (text === null ? 0 : 1));
  return {
    kind: 'hashed-ngram',
    name,
    input,
    counts: hashTexts(texts, encoderSpec(stage), { control }),
    isPresent,
  };
}

function formInput(
  name: string,
  input: 'prompt' | 'response',
  texts: readonly (string | null)[],
  control: JobControl,
): NumbersInput {
  const values = new Float64Array(texts.length * TEXT_FORM_DIM);
  texts.forEach((text, i) => {
    if (i % 1024 === 0) control.throwIfCancelled();
    const at = i * TEXT_FORM_DIM;
    if (text === null) values.fill(NaN, at, at + TEXT_FORM_DIM);
    else textForm(text, values, at);
  });
  return { kind: 'text-form', name, input, values, dim: TEXT_FORM_DIM, column: '' };
}

/** One block a column: columns have units of their own, and a block is divided by one number. */
function numberInput(
  kind: 'columns' | 'signals',
  name: string,
  column: string,
  values: Float64Array,
): NumbersInput {
  return { kind, name, input: kind === 'columns' ? 'prompt' : 'response', values, dim: 1, column };
}

function checkLengths(source: FeatureSource): void {
  const lengths: readonly (readonly [string, number])[] = [
    ['prompts', source.prompts.length],
    ['cheapResponses', source.cheapResponses.length],
    ['vectors', source.vectors === null ? source.n : source.vectors.length / source.vectorDim],
    ...source.covariates.map(({ name, values }) => [`column ${name}`, values.length] as const),
    ...source.signals.map(({ name, scores }) => [`signal ${name}`, scores.length] as const),
  ];
  for (const [what, length] of lengths) {
    if (length !== source.n) {
      throw new AppError('internal', `Features: expected ${source.n} rows of ${what}, got ${length}.`);
    }
  }
}

/**
 * The inputs of the stage's blocks, in the order of the feature vector: prompt (imported vectors where there are any),
 * form of the prompt, one block a column; in a cascade also response, form of the response, one block a signal. Texts of
 * which all are empty have no block.
 */
export function prepareFeatureInputs(
  source: FeatureSource,
  control: JobControl = uncontrolled,
): FeatureInputs {
  checkLengths(source);
  const { stage, prompts, cheapResponses, covariates, signals, vectors, vectorDim } = source;
  const encoder = source.vectorEncoder ?? null;
  const blocks: BlockInputs[] = [];
  const hasPrompts = prompts.some((prompt) => prompt !== '');
  if (vectors !== null) {
    blocks.push({
      kind: 'precomputed',
      name: 'prompt',
      input: 'prompt',
      values: vectors,
      dim: vectorDim,
      column: '',
      ...(encoder === null ? {} : { encoder }),
    });
  } else if (hasPrompts) {
    blocks.push(textInput('prompt', 'prompt', prompts, stage, control));
  }
  if (hasPrompts) blocks.push(formInput('form', 'prompt', prompts, control));
  covariates.forEach(({ name, values }, i) =>
    blocks.push(numberInput('columns', `column-${i + 1}`, name, values)),
  );
  if (stage === 'cascade') {
    if (cheapResponses.some((response) => response !== null && response !== '')) {
      blocks.push(textInput('response', 'response', cheapResponses, stage, control));
      blocks.push(formInput('response-form', 'response', cheapResponses, control));
    }
    signals.forEach(({ name, scores }, i) =>
      blocks.push(numberInput('signals', `signal-${i + 1}`, name, scores)),
    );
  }
  return { rows: source.n, blocks };
}

/**
 * The embedding of the prompt and nothing else: gateways that make it themselves (vLLM semantic router, RouteLLM) know
 * neither the form of a prompt nor its columns.
 * @throws AppError `usage` at the stage that reads a response, `invalid-input` where the prompts have no vectors
 */
export function embeddingOnly(inputs: FeatureInputs, stage: FeatureSource['stage']): FeatureInputs {
  if (stage === 'cascade') {
    throw new AppError(
      'usage',
      'A cascade reads the response too: the embedding alone is for the stage route.',
    );
  }
  const blocks = inputs.blocks.filter(({ kind }) => kind === 'precomputed');
  if (blocks.length === 0) {
    throw new AppError(
      'invalid-input',
      'The router cannot read the embedding alone: these prompts have no vectors. Embed them first (metarouter embed).',
    );
  }
  return { rows: inputs.rows, blocks };
}
