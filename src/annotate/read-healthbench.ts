import { criterionId } from '../dataset/foreign/healthbench.ts';
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
        /** Of a file that a project wrote: the criterion keeps it. */
        id: z.string().min(1).max(100).optional(),
      }),
    )
    .min(1),
  /** Of a file that a project wrote: which task the rubric is of. */
  task: z.string().optional(),
});

export interface HealthBenchRubric {
  readonly line: number;
  readonly promptId: string;
  /** The task that the line says it is of, where a project wrote it. */
  readonly task: string | null;
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
  const { prompt_id: promptId, prompt, rubrics, task } = parsed.data;
  if (!rubrics.some((each) => each.points > 0)) return 'no criterion with positive points';
  const hashOf = (text: string): string => normHash({ text, dataset: '', externalId: promptId });
  const lastQuestion = prompt.findLast((turn) => turn.role === 'user')?.content ?? '';
  const whole = prompt.map((turn) => turn.content).join('\n');
  return {
    line,
    promptId,
    task: task ?? null,
    normHashes: [lastQuestion, whole].filter((text) => text.trim() !== '').map(hashOf),
    criteria: withIds(
      rubrics.map((each) => ({
        id: each.id,
        text: each.criterion,
        points: each.points,
        tags: each.tags ?? [],
      })),
    ),
  };
}

/** Ids that a file lacks are made from the text: reading it again gives the same ones whatever the order of its criteria. */
export function withIds(
  criteria: readonly (Omit<Criterion, 'id'> & { readonly id?: string | undefined })[],
): readonly Criterion[] {
  const seen = new Map<string, number>();
  return criteria.map(({ id: given, ...each }) => {
    const id = given ?? criterionId(each.text);
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return { id: count === 1 ? id : `${id}-${count}`, ...each };
  });
}
