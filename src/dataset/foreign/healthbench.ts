import { hash } from 'node:crypto';
import {
  isJsonObject,
  optionalArray,
  optionalString,
  requireArray,
  requireName,
  requireObject,
  RowError,
} from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import { responseText, type GradeEntry, type RubricEntry, type WideRow } from '../wide-json.ts';
import { has, LeftOut, type ForeignFormat, type Written } from './format.ts';
import { factsOf, readFacts, restOf } from './items.ts';

/**
 * HealthBench (openai/simple-evals): a line has the conversation and the rubric of a prompt, in the fields that its programs
 * read. What a project knows besides is beside it: `completions`, the responses, each with its grades in the fields of a HealthBench
 * result (`rubric_items` with `criteria_met`, `score`), and `facts`. The rubrics are read by `task.importRubrics`; a line
 * without responses is nothing to import.
 */
export const HEALTHBENCH: ForeignFormat = {
  matches: (fields, first) =>
    has(fields, 'prompt_id', 'prompt', 'rubrics') && Array.isArray(first?.['prompt']),
  read: (record) => {
    const completions = optionalArray(record, 'completions').map((value, i) =>
      requireObject(value, `completions[${i}]`),
    );
    if (completions.length === 0) {
      throw new RowError(
        'completions',
        'the line has a rubric and no response of a model: import the responses, then the rubrics in the form of a task',
      );
    }
    const named = completions.map((completion, i) => ({
      completion,
      prefix: `completions[${i}].`,
      model: requireName(completion['model'], `completions[${i}].model`),
    }));
    const facts = readFacts(record['facts']);
    const reference = idealOf(record);
    return {
      ...(reference === null ? {} : { reference }),
      ...facts,
      prompt_id: requireName(record['prompt_id'], 'prompt_id'),
      prompt: readConversation(record['prompt'], 'prompt'),
      models: facts['models'] ?? named.map(({ model }) => model),
      responses: Object.fromEntries(
        named.flatMap(({ completion, prefix, model }) =>
          Array.isArray(completion['completion'])
            ? [[model, readConversation(completion['completion'], `${prefix}completion`)]]
            : [],
        ),
      ),
      grades: named.flatMap(({ completion, prefix, model }) =>
        optionalArray(completion, 'grades', prefix).map((value, i) => {
          const grade = requireObject(value, `${prefix}grades[${i}]`);
          return readGrade(grade, model, `${prefix}grades[${i}].`, record);
        }),
      ),
    };
  },
};

/** A conversation of one turn is its text; the turns of a longer one are told apart by who speaks. */
function readConversation(value: unknown, field: string): string {
  const turns = requireArray(value, field).map((turn, i) => {
    const { role, content } = requireObject(turn, `${field}[${i}]`);
    if (typeof content !== 'string') throw new RowError(`${field}[${i}].content`, 'a string', content);
    return { role: requireName(role, `${field}[${i}].role`), content };
  });
  if (turns.length === 1) return turns[0].content;
  return turns.map(({ role, content }) => `${role}: ${content}`).join('\n\n');
}

function idealOf(record: JsonObject): string | null {
  const ideal = record['ideal_completions_data'];
  return isJsonObject(ideal) ? optionalString(ideal, 'ideal_completion', 'ideal_completions_data.') : null;
}

function readGrade(grade: JsonObject, model: string, prefix: string, record: JsonObject): JsonObject {
  const items = requireArray(grade['rubric_items'], `${prefix}rubric_items`).map((value, i) => {
    const field = `${prefix}rubric_items[${i}]`;
    const item = requireObject(value, field);
    return {
      id: item['id'] ?? criterionId(requireName(item['criterion'], `${field}.criterion`)),
      points: item['points'],
      is_met: item['criteria_met'],
    };
  });
  const { rater, comment, score } = grade;
  return {
    ...(isJsonObject(grade['meta']) ? grade['meta'] : {}),
    ...(record['task'] === undefined ? {} : { task: record['task'] }),
    ...(rater === undefined ? {} : { rater }),
    ...(comment === undefined ? {} : { comment }),
    model_a: model,
    scale: [0, 1],
    score_a: score,
    criteria: items,
  };
}

/** An id from the text of a criterion: reading a file again gives the same one, whatever the order of its criteria. */
export function criterionId(criterion: string): string {
  return hash('sha256', criterion, 'hex').slice(0, 12);
}

/** A line for every rubric of the prompt. */
export function writeHealthBench(row: WideRow): Written {
  const leftOut = new LeftOut();
  const rubrics = row.rubrics ?? [];
  const grades = row.grades ?? [];
  const placed = grades.filter((grade) => rubrics.some((rubric) => isBy(grade, rubric)));
  leftOut.add('grades that are not by a rubric', grades.length - placed.length);
  leftOut.add('judgements of sources', row.judgements?.length ?? 0);
  if (rubrics.length === 0) leftOut.add('prompts without a rubric');
  const records = rubrics.map((rubric) => ({
    prompt_id: row.prompt_id,
    prompt: [{ role: 'user', content: row.prompt }],
    rubrics: rubric.criteria.map(({ id, criterion, points, tags }) => ({ criterion, points, tags, id })),
    example_tags: row.category === undefined ? [] : [`category:${row.category}`],
    ideal_completions_data:
      row.reference === undefined
        ? null
        : {
            ideal_completion: row.reference,
            ideal_completions_group: null,
            ideal_completions_ref_completions: null,
          },
    task: rubric.task,
    completions: row.models.map((model) => writeCompletion(row, model, rubric, placed)),
    facts: factsOf(row),
  }));
  return { records, leftOut: leftOut.counts };
}

function isBy(grade: GradeEntry, rubric: RubricEntry): boolean {
  return grade.criteria !== undefined && grade.task === rubric.task && grade.model_b === undefined;
}

function writeCompletion(
  row: WideRow,
  model: string,
  rubric: RubricEntry,
  grades: readonly GradeEntry[],
): JsonObject {
  const text = responseText(row, model);
  const criteria = new Map(rubric.criteria.map((each) => [each.id, each]));
  return {
    model,
    completion: text === null ? null : [{ role: 'assistant', content: text }],
    completion_id: text === null ? null : hash('sha256', row.prompt_id + text, 'hex'),
    grades: grades
      .filter((grade) => grade.model_a === model && isBy(grade, rubric))
      .map((grade) => ({
        rater: grade.rater ?? null,
        score: grade.score_a ?? null,
        // With the points that they had when they were graded; the words are those of the rubric now.
        rubric_items: (grade.criteria ?? []).map(({ id, points, is_met: isMet }) => ({
          criterion: criteria.get(id)?.criterion ?? id,
          points,
          tags: criteria.get(id)?.tags ?? [],
          criteria_met: isMet,
          id,
        })),
        ...(grade.comment === undefined ? {} : { comment: grade.comment }),
        meta: restOf(grade, ['model_a', 'score_a', 'scale', 'rater', 'comment', 'criteria', 'task']),
      })),
  };
}
