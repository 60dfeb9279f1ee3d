/** Does every format decide as the trainer does? Each runs for real on the golden rows. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppError, toErrorPayload } from '../core/errors.ts';
import type { loadRouter, Router } from '../runtime/router.ts';
import { sha256Hex } from '../runtime/sha256.ts';
import type { GoldenDecision, GoldenRow } from './golden.ts';
import { askPython } from './python.ts';

/** Gains may differ by this much, and a row this near to a threshold may fall on either side. */
export const TOLERANCE = 1e-5;

export interface FormatParity {
  readonly rows: number;
  /** The largest difference in gain; null where a gain is missing or not a number. */
  readonly maxAbsDiff: number | null;
  readonly decisionsEqual: boolean;
  /** What else a reader of the figure must know. */
  readonly note?: string;
}

/** A format that could not be run here, and why. */
export interface SkippedFormat {
  readonly rows: 0;
  readonly maxAbsDiff: null;
  readonly decisionsEqual: false;
  readonly skipped: string;
}

export function skipped(reason: string): SkippedFormat {
  return { rows: 0, maxAbsDiff: null, decisionsEqual: false, skipped: reason };
}

/** By format: `router.mjs`, `router.py`. */
export type ParityReport = Readonly<Record<string, FormatParity | SkippedFormat>>;

/** What a format says to one row at one operating point. */
export interface Answer {
  readonly gain: number;
  readonly model: string;
  /** More than two models. */
  readonly gains?: Readonly<Record<string, number>> | undefined;
  /** Cascade. */
  readonly action?: string | undefined;
  readonly ci95?: readonly number[] | undefined;
}

/** The answers of a format: for each row one to each of its decisions, in order. */
export type AskFormat = (rows: readonly GoldenRow[]) => Promise<readonly (readonly Answer[])[]>;

/** The largest difference of an answer in gain or interval; NaN where a number is missing. */
function difference({ expected }: GoldenRow, answer: Answer | undefined): number {
  if (answer === undefined) return NaN;
  const { gains = {}, gain, ci95 = [] } = expected;
  const isSet = Object.keys(gains).length > 2;
  const pairs = isSet
    ? Object.entries(gains).map(([model, value]) => [value, answer.gains?.[model]])
    : [[gain, answer.gain]];
  const bounds = ci95.map((bound, i) => [bound, answer.ci95?.at(i)]);
  return Math.max(...[...pairs, ...bounds].map(([a, b]) => Math.abs((a ?? NaN) - (b ?? NaN))));
}

/** Compares answers with the golden rows. */
export function compare(rows: readonly GoldenRow[], answers: readonly (readonly Answer[])[]): FormatParity {
  let maxAbsDiff = 0;
  let decisionsEqual = answers.length === rows.length;
  rows.forEach((row, i) => {
    const { expected } = row;
    const given = answers.at(i) ?? [];
    if (given.length !== expected.decisions.length) decisionsEqual = false;
    expected.decisions.forEach((decision, k) => {
      const answer = given.at(k);
      maxAbsDiff = Math.max(maxAbsDiff, difference(row, answer)); // NaN stays
      const margin = decision.margin ?? Math.abs(expected.gain - decision.threshold);
      const isSame = answer?.model === decision.model && (decision.action ?? answer.action) === answer.action;
      if (margin > TOLERANCE && !isSame) decisionsEqual = false;
    });
  });
  return { rows: rows.length, maxAbsDiff: Number.isFinite(maxAbsDiff) ? maxAbsDiff : null, decisionsEqual };
}

/** Whether a format agrees: gains within the tolerance, decisions the same. */
export function agrees({ rows, maxAbsDiff, decisionsEqual }: FormatParity): boolean {
  return rows > 0 && maxAbsDiff !== null && maxAbsDiff <= TOLERANCE && decisionsEqual;
}

function choiceOf({ w, strongShare }: GoldenDecision): Pick<GoldenDecision, 'w' | 'strongShare'> {
  return { ...(w === undefined ? {} : { w }), ...(strongShare === undefined ? {} : { strongShare }) };
}

interface RuntimeModule {
  readonly loadRouter: typeof loadRouter;
}

function isRuntimeModule(value: unknown): value is RuntimeModule {
  return typeof value === 'object' && value !== null && 'loadRouter' in value;
}

/** The module at a path as it is now: the query keeps two versions of one path apart in Node's cache. */
async function importRuntime(path: string): Promise<RuntimeModule> {
  const url = pathToFileURL(resolve(path));
  url.searchParams.set('sha256', sha256Hex(await readFile(path)));
  const runtime: unknown = await import(url.href);
  if (isRuntimeModule(runtime)) return runtime;
  throw new AppError('parity-failed', 'router.mjs does not export loadRouter.');
}

function answerOf(router: Router, row: GoldenRow, decision: GoldenDecision): Answer {
  const choice = choiceOf(decision);
  if (router.manifest.stage === 'cascade') return router.escalate(row, choice);
  return router.route(row, choice);
}

/** Asks a router.mjs, in this process. */
export function askRouterMjs(routerMjs: string, bytes: Uint8Array): AskFormat {
  return async (rows) => {
    const { loadRouter } = await importRuntime(routerMjs);
    const router = loadRouter(bytes);
    return rows.map((row) => row.expected.decisions.map((decision) => answerOf(router, row, decision)));
  };
}

const answerLine = z.object({
  gain: z.number(),
  model: z.string(),
  gains: z.record(z.string(), z.number()).optional(),
  action: z.string().optional(),
  ci95: z.array(z.number()).optional(),
});

/** Asks a router.py, in one process of the given Python. */
export function askRouterPy(python: string, routerPy: string, bundle: string): AskFormat {
  return async (rows) => {
    const lines = rows.flatMap(({ expected, ...input }) =>
      expected.decisions.map((decision) => JSON.stringify({ ...input, ...choiceOf(decision) })),
    );
    const answers = (await askPython(python, routerPy, bundle, lines)).map((line) =>
      answerLine.parse(JSON.parse(line)),
    );
    let at = 0;
    return rows.map(({ expected }) => answers.slice(at, (at += expected.decisions.length)));
  };
}

/** The parity of one format; what is wrong with it goes to `problems`. */
export async function checkFormat(
  name: string,
  ask: AskFormat,
  rows: readonly GoldenRow[],
  problems: string[],
): Promise<FormatParity> {
  try {
    const parity = compare(rows, await ask(rows));
    if (!agrees(parity)) {
      const verdict = parity.decisionsEqual ? 'the same' : 'not the same';
      problems.push(
        `${name} does not decide as evaluated: gains differ by up to ${parity.maxAbsDiff ?? 'anything'}, decisions are ${verdict}.`,
      );
    }
    return parity;
  } catch (error) {
    problems.push(`${name} cannot be run: ${toErrorPayload(error).message}`);
    return { rows: 0, maxAbsDiff: null, decisionsEqual: false };
  }
}
