/** The configuration file of `metarouter serve`: YAML, checked field by field, with ${VAR} from the environment. */
import { parseDocument } from 'yaml';
import { z } from '../contract/zod.ts';
import { AppError } from '../core/errors.ts';

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const milliseconds = z.int().min(1).max(86_400_000);

const upstream = z.strictObject({
  /** Up to and with /v1: chat completions are at <baseUrl>/chat/completions. */
  baseUrl: httpUrl,
  apiKey: z.string().min(1).optional(),
  /** What the upstream calls the model; left out: as the bundle does. */
  model: z.string().min(1).optional(),
  headers: z.record(z.string(), z.string()).default({}),
});

const operatingPoint = z.union([
  z.strictObject({ w: z.number().min(0) }),
  z.strictObject({ strongShare: z.number().min(0).max(1) }),
]);

const limits = z.strictObject({
  maxBodyBytes: z
    .int()
    .min(1024)
    .max(2 ** 30)
    .default(20 * 2 ** 20),
  /** Requests in progress; more are refused with 503. */
  maxConcurrent: z.int().min(1).max(100_000).default(512),
  /** An answer that a cascade holds until it has decided. */
  maxHeldBytes: z
    .int()
    .min(1024)
    .max(2 ** 30)
    .default(8 * 2 ** 20),
  /** From sending a request to the first byte of the answer. */
  firstByteMs: milliseconds.default(60_000),
  /** Between two pieces of an answer. */
  idleMs: milliseconds.default(60_000),
  /** For one upstream answer from beginning to end. */
  totalMs: milliseconds.default(600_000),
  /** How long requests in progress may go on after a signal to stop. */
  drainMs: milliseconds.default(30_000),
});

const expert = z.strictObject({
  /** JSONL that the application imports as prompts to grade. Holds texts. */
  queue: z.string().min(1),
  /** Who answers meanwhile: the model whose answer is there, the strong one, or this message. */
  answer: z.enum(['cheap', 'strong', 'message']).default('cheap'),
  message: z.string().min(1).default('This question has been passed on to an expert.'),
});

/** Where the vectors of prompts come from; how they are made is in the bundle. */
const encoder = z.union([
  z.strictObject({
    baseUrl: httpUrl,
    apiKey: z.string().min(1).optional(),
    /** What this server calls the model; left out: as the bundle does. */
    model: z.string().min(1).optional(),
    timeoutMs: milliseconds.default(5000),
  }),
  z.strictObject({ folder: z.string().min(1) }),
]);

const serveConfig = z.strictObject({
  /** The router's name in requests; left out: the bundle's. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.]+$/, 'expected letters, digits, "_" and "." only (no "-")')
    .optional(),
  operatingPoint: operatingPoint.optional(),
  models: z.record(z.string(), upstream).default({}),
  /** Answers what cannot be scored; left out: the strong model. */
  fallback: z.string().min(1).optional(),
  limits: limits.prefault({}),
  exploration: z.strictObject({ epsilon: z.number().min(0).max(1).default(0) }).prefault({}),
  log: z.strictObject({ decisions: z.string().min(1), text: z.boolean().default(false) }).optional(),
  expert: expert.optional(),
  encoder: encoder.optional(),
  /** A cascade's scorer of answers: POST {prompt, response} → {signals: {name: number}}. */
  signals: z.strictObject({ url: httpUrl, timeoutMs: milliseconds.default(5000) }).optional(),
});

export type ServeConfig = Readonly<z.output<typeof serveConfig>>;
export type EncoderConfig = Readonly<z.output<typeof encoder>>;
export type UpstreamConfig = Readonly<z.output<typeof upstream>>;
export type ServeLimits = Readonly<z.output<typeof limits>>;

/** What a server without a configuration file has: it only decides. */
export const DECIDE_ONLY: ServeConfig = serveConfig.parse({});

/**
 * Reads the text of a configuration file.
 *
 * @param file how messages name it
 * @throws AppError `usage`, in one line: where, and what was expected; never the value, which may be a key
 */
export function parseServeConfig(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): ServeConfig {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (document.errors.length > 0) {
    const place = error.linePos?.[0];
    const where = place === undefined ? '' : `, line ${place.line}, column ${place.col}`;
    throw new AppError('usage', `${file}${where}: not valid YAML (${error.code}).`);
  }
  const filled = fillIn(document.toJS({ maxAliasCount: 100 }) ?? {}, '', file, environment);
  const parsed = serveConfig.safeParse(filled);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.length === 0 ? 'the file' : issue.path.join('.')}: ${issue.message}`,
  );
  throw new AppError('usage', `${file}: ${problems.join('; ')}.`);
}

/** Replaces ${VAR} inside strings, after YAML has been read: a value cannot change the shape of the file. */
function fillIn(
  value: unknown,
  path: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  const below = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return value.map((entry, i) => fillIn(entry, below(i), file, environment));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, fillIn(entry, below(key), file, environment)]),
    );
  }
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const found = environment[name];
    if (found !== undefined && found !== '') return found;
    throw new AppError('usage', `${file}: ${path} names \${${name}}, which the environment does not have.`);
  });
}
