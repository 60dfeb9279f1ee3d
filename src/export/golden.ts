/** golden.jsonl: probe inputs with the gain and the decisions that every format must reproduce. */
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { createRng, type Rng } from '../core/rng.ts';
import { tensorData } from '../runtime/blocks.ts';
import { createChooser, ruleOf, type OperatingChoice } from '../runtime/decide.ts';
import { createGainInterval, straddles } from '../runtime/deferral.ts';
import type { ColumnsBlock, Manifest } from '../runtime/manifest.ts';
import type { RouterFile } from '../runtime/router-file.ts';
import { createScorer } from '../runtime/score.ts';
import { probeTexts } from './probe-texts.ts';

const decision = z.object({
  w: z.number().optional(),
  strongShare: z.number().optional(),
  /** Of the gain; with more than two models the w that decides. */
  threshold: z.number(),
  model: z.string(),
  /** Cascade: keep, escalate or expert. */
  action: z.string().optional(),
  /** How far the decision is from being another; absent in files of version 1, whose margin is gain − threshold. */
  margin: z.number().optional(),
});

const numbers = z.record(z.string(), z.number());

const probeInput = z.object({
  prompt: z.string().optional(),
  response: z.string().optional(),
  vector: z.array(z.number()).optional(),
  columns: numbers.optional(),
  signals: numbers.optional(),
});

const goldenRow = probeInput.extend({
  id: z.string(),
  expected: z.object({
    features: z.array(z.number()),
    /** Of the strong model over the cheap one; with more than two models the highest. */
    gain: z.number(),
    /** By model, the anchor included; absent in files of version 1. */
    gains: numbers.optional(),
    /** Where the bundle can ask an expert. */
    ci95: z.tuple([z.number(), z.number()]).optional(),
    /** The first operating point, a w and a strong share (with more than two models another w). */
    decisions: z.array(decision).min(1),
  }),
});

type ProbeInput = z.output<typeof probeInput>;
export type GoldenDecision = z.output<typeof decision>;
export type GoldenRow = z.output<typeof goldenRow>;

/** Any seed does; a constant one makes the same router give the same bytes. */
const SEED = 20_240_229;
const ROWS = 80;

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Numbers around the block's centre; every fifth is left out, which counts as the centre. */
function probeNumbers(block: ColumnsBlock, file: RouterFile, rng: Rng): Record<string, number> {
  const center = tensorData(file.tensors, `${block.name}.center`, block.dim);
  const entries = block.names.map((name, i) => {
    const value = Number((center[i] + block.scale * rng.normal()).toPrecision(6));
    return rng.uniform() < 0.2 ? null : ([name, value] as const);
  });
  return Object.fromEntries(entries.filter((entry) => entry !== null));
}

/** Generated inputs for what this router reads, in the order of the probe texts. */
function probeInputs(file: RouterFile): ProbeInput[] {
  const { blocks } = file.manifest;
  const rng = createRng(SEED);
  const prompts = probeTexts(rng, ROWS);
  const responses = [...prompts].reverse();
  const reads = (input: 'prompt' | 'response'): boolean =>
    blocks.some((block) => 'input' in block && block.input === input);
  return prompts.map((prompt, i) => {
    const row: ProbeInput = {};
    if (reads('prompt')) row.prompt = prompt;
    if (reads('response')) row.response = responses[i];
    for (const block of blocks) {
      if (block.kind === 'precomputed') {
        const spread = 1 / Math.sqrt(block.inputDim);
        row.vector = Array.from({ length: block.inputDim }, () => roundTo(spread * rng.normal(), 3));
      }
      if (block.kind === 'columns' || block.kind === 'signals') {
        row[block.kind] = { ...row[block.kind], ...probeNumbers(block, file, rng) };
      }
    }
    return row;
  });
}

/** Between the two middle gains, where that is a w at all; so that about half of the probes go either way. */
function probeW(gains: readonly number[]): number {
  const sorted = [...gains].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return Math.max(0, Number(((sorted[middle - 1] + sorted[middle]) / 2).toPrecision(6)));
}

/** What is decided about one probe at each of the three operating points. */
function decider(
  manifest: Manifest,
  choices: readonly OperatingChoice[],
): (gains: Float64Array, ci95: readonly [number, number] | null) => GoldenDecision[] {
  const choose = createChooser(manifest);
  return (gains, ci95) =>
    choices.map((choice) => {
      const threshold = ruleOf(manifest, choice);
      const { model, margin } = choose(gains, threshold);
      const decision: GoldenDecision = { ...choice, threshold, model, margin };
      if (manifest.stage === 'cascade') decision.action = model === manifest.anchor ? 'keep' : 'escalate';
      if (ci95 === null) return decision;
      if (straddles(ci95, threshold)) decision.action = 'expert';
      const toBounds = ci95.map((bound) => Math.abs(bound - threshold));
      return { ...decision, margin: Math.min(margin, ...toBounds) };
    });
}

/** The rows of golden.jsonl, computed in float64 from the weights as the file stores them. */
export function goldenRows(file: RouterFile): GoldenRow[] {
  const { manifest } = file;
  const scorer = createScorer(file);
  const interval = createGainInterval(file);
  const scored = probeInputs(file).map((input) => {
    const features = scorer.features(input);
    const gains = scorer.gainsOfFeatures(features);
    return { input, features, gains, gain: Math.max(...gains), ci95: interval?.(features) ?? null };
  });
  const w = probeW(scored.map((row) => row.gain));
  const third = manifest.gainPercentiles === null ? { w: w / 2 } : { strongShare: 0.5 };
  const decide = decider(manifest, [{}, { w }, third]);
  return scored.map(({ input, features, gains, gain, ci95 }, i) => {
    const byModel = manifest.heads.map(({ model }, h) => [model, gains[h]] as const);
    return {
      id: `probe-${i}`,
      ...input,
      expected: {
        features: Array.from(features),
        gain,
        gains: Object.fromEntries([[manifest.anchor, 0], ...byModel]),
        ...(ci95 === null ? {} : { ci95: [ci95[0], ci95[1]] }),
        decisions: decide(gains, ci95),
      },
    };
  });
}

/** Reads golden.jsonl; the message of an error names the line, never its content. */
export function parseGolden(text: string): GoldenRow[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, i) => {
    try {
      return goldenRow.parse(JSON.parse(line));
    } catch {
      throw new AppError('damaged', `golden.jsonl: line ${i + 1} is not a golden row.`);
    }
  });
}
