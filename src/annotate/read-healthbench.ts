import { createHash } from 'node:crypto';
import { normHash } from '../dataset/normalise.ts';
import { z } from '../contract/zod.ts';
import type { Criterion } from './rubric.ts';

/**
 * Rubrics in HealthBench's JSON lines: `{prompt_id, prompt: [{role, content}], rubrics: [{criterion, points, tags}]}`.
 * Whatever else a line holds (ideal completions, example tags) is for others.
 */
const healthBenchLine = z.object({
  prompt_id: z.string(),
  prompt: z.array(z.object({ role: z.string(), content: z.string() })),
  rubrics: z
    .array(
      z.object({
        criterion: z.string().trim().min(1),
        points: z.number(),
        tags: z.array(z.string()).nullish(),
      }),
    )
    .min(1),
});

export interface HealthBenchRubric {
  readonly line: number;
  readonly promptId: string;
  /** The hashes under which its prompt may be known: the last question alone, and the whole conversation. */
  readonly normHashes: readonly string[];
  readonly criteria: readonly Criterion[];
}

export interface HealthBenchFile {
  readonly rubrics: readonly HealthBenchRubric[];
  /** Lines with something on them. */
  readonly rows: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

/** Reads a file's text; lines that are no rubric are refused one by one, with the reason. */
export function readHealthBench(text: string): HealthBenchFile {
  const rubrics: HealthBenchRubric[] = [];
  const refused: { line: number; reason: string }[] = [];
  let rows = 0;
  text.split('\n').forEach((raw, index) => {
    if (raw.trim() === '') return;
    rows++;
    const line = index + 1;
    const read = readLine(raw, line);
    if (typeof read === 'string') refused.push({ line, reason: read });
    else rubrics.push(read);
  });
  return { rubrics, rows, refused };
}

function readLine(raw: string, line: number): HealthBenchRubric | string {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return 'not JSON';
  }
  const parsed = healthBenchLine.safeParse(json);
  if (!parsed.success) {
    return parsed.error.issues
      .slice(0, 1)
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('');
  }
  const { prompt_id: promptId, prompt, rubrics } = parsed.data;
  if (!rubrics.some((each) => each.points > 0)) return 'no criterion with positive points';
  const hashOf = (text: string): string => normHash({ text, dataset: '', externalId: promptId });
  const lastQuestion = prompt.findLast((turn) => turn.role === 'user')?.content ?? '';
  const whole = prompt.map((turn) => turn.content).join('\n');
  return {
    line,
    promptId,
    normHashes: [lastQuestion, whole].filter((text) => text.trim() !== '').map(hashOf),
    criteria: withIds(
      rubrics.map((each) => ({ text: each.criterion, points: each.points, tags: each.tags ?? [] })),
    ),
  };
}

/** Ids from the text, so that reading a file again gives the same ones whatever the order of its criteria. */
export function withIds(criteria: readonly Omit<Criterion, 'id'>[]): readonly Criterion[] {
  const seen = new Map<string, number>();
  return criteria.map((each) => {
    const hash = createHash('sha256').update(each.text).digest('hex').slice(0, 12);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return { id: count === 1 ? hash : `${hash}-${count}`, ...each };
  });
}
