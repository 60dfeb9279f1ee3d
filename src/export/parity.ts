/** Does every format decide as the trainer does? Each runs for real on the golden rows. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppError, toErrorPayload } from '../core/errors.ts';
import { createChooser, ruleOf } from '../runtime/decide.ts';
import type { Manifest } from '../runtime/manifest.ts';
import type { loadRouter, Router } from '../runtime/router.ts';
import { sha256Hex } from '../runtime/sha256.ts';
import type { GoldenDecision, GoldenRow } from './golden.ts';
import { askProgram } from './python.ts';

/** Gains may differ by this much, and a row this near to a threshold may fall on either side. */
export const TOLERANCE = 1e-5;

export interface FormatReport {
  /**
   * `checked`: it ran here and agrees; `failed`: it does not agree or cannot be run; `not-run`: it is there, but what runs it
   * is not; `written`: nothing to run (for people); `absent`: not in the bundle.
   */
  readonly state: 'checked' | 'failed' | 'not-run' | 'written' | 'absent';
  /** Golden rows compared. */
  readonly rows: number;
  /** The largest difference in gain; null where nothing was compared, or a gain is missing or not a number. */
  readonly maxAbsDiff: number | null;
  readonly decisionsEqual: boolean;
  /** Why it is absent or was not run. */
  readonly reason?: string;
  /** What else a reader of the figure must know. */
  readonly note?: string;
}

/** The report of a format that was not compared. */
export function notCompared(state: 'not-run' | 'written' | 'absent', reason?: string): FormatReport {
  const figures = { rows: 0, maxAbsDiff: null, decisionsEqual: false };
  return { state, ...figures, ...(reason === undefined ? {} : { reason }) };
}

/** By format: `router.mjs`, `router.py`, `router.onnx` … */
export type ParityReport = Readonly<Record<string, FormatReport>>;

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
function difference({ expected }: GoldenRow, answer: Answer | undefined, isGainsOnly: boolean): number {
  if (answer === undefined) return NaN;
  const { gains = {}, gain, ci95 = [] } = expected;
  const isSet = Object.keys(gains).length > 2;
  const pairs = isSet
    ? Object.entries(gains).map(([model, value]) => [value, answer.gains?.[model]])
    : [[gain, answer.gain]];
  const bounds = isGainsOnly ? [] : ci95.map((bound, i) => [bound, answer.ci95?.at(i)]);
  return Math.max(...[...pairs, ...bounds].map(([a, b]) => Math.abs((a ?? NaN) - (b ?? NaN))));
}

/** What an answer leaves out because its format does not know it, and may. */
export interface FormatScope {
  /** The format gives gains; intervals and the action `expert` are not its business. */
  readonly isGainsOnly?: boolean;
}

/** Compares answers with the golden rows. */
export function compare(
  rows: readonly GoldenRow[],
  answers: readonly (readonly Answer[])[],
  { isGainsOnly = false }: FormatScope = {},
): FormatReport {
  let maxAbsDiff = 0;
  let decisionsEqual = answers.length === rows.length;
  rows.forEach((row, i) => {
    const { expected } = row;
    const given = answers.at(i) ?? [];
    if (given.length !== expected.decisions.length) decisionsEqual = false;
    expected.decisions.forEach((decision, k) => {
      const answer = given.at(k);
      maxAbsDiff = Math.max(maxAbsDiff, difference(row, answer, isGainsOnly)); // NaN stays
      const margin = decision.margin ?? Math.abs(expected.gain - decision.threshold);
      const isSameAction = isGainsOnly || (decision.action ?? answer?.action) === answer?.action;
      const isSame = answer?.model === decision.model && isSameAction;
      if (margin > TOLERANCE && !isSame) decisionsEqual = false;
    });
  });
  const figures = {
    rows: rows.length,
    maxAbsDiff: Number.isFinite(maxAbsDiff) ? maxAbsDiff : null,
    decisionsEqual,
  };
  const agrees = rows.length > 0 && maxAbsDiff <= TOLERANCE && decisionsEqual; // NaN does not
  return { state: agrees ? 'checked' : 'failed', ...figures };
}

/** The operating choice of a golden decision. */
export function choiceOf({ w, strongShare }: GoldenDecision): Pick<GoldenDecision, 'w' | 'strongShare'> {
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
    const said = await askProgram('router.py', python, [routerPy, bundle], lines);
    const answers = said.map((line) => answerLine.parse(JSON.parse(line)));
    let at = 0;
    return rows.map(({ expected }) => answers.slice(at, (at += expected.decisions.length)));
  };
}

/** The answers of a format that only knows gains: by row, one gain a head. */
export function answersOfGains(
  manifest: Manifest,
  rows: readonly GoldenRow[],
  gains: readonly ArrayLike<number>[],
): readonly (readonly Answer[])[] {
  const choose = createChooser(manifest);
  return rows.map(({ expected }, i) => {
    const byModel = manifest.heads.map(({ model }, h) => [model, gains[i][h]] as const);
    return expected.decisions.map((decision) => {
      const { model, gain } = choose(gains[i], ruleOf(manifest, choiceOf(decision)));
      return { model, gain, gains: Object.fromEntries([[manifest.anchor, 0], ...byModel]) };
    });
  });
}

/** The report of one format that can be run; what is wrong with it goes to `problems`. */
export async function checkFormat(
  name: string,
  ask: AskFormat,
  rows: readonly GoldenRow[],
  problems: string[],
  scope: FormatScope = {},
): Promise<FormatReport> {
  try {
    const report = compare(rows, await ask(rows), scope);
    if (report.state === 'failed') {
      const verdict = report.decisionsEqual ? 'the same' : 'not the same';
      problems.push(
        `${name} does not decide as evaluated: gains differ by up to ${report.maxAbsDiff ?? 'anything'}, decisions are ${verdict}.`,
      );
    }
    return report;
  } catch (error) {
    const { message } = toErrorPayload(error);
    problems.push(`${name} cannot be run: ${message}`);
    return { state: 'failed', rows: 0, maxAbsDiff: null, decisionsEqual: false, reason: message };
  }
}
