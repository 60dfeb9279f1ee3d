import type { Verdict } from '../canonical.ts';
import {
  isJsonObject,
  optionalArray,
  optionalBoolean,
  optionalObject,
  optionalString,
  requireNumber,
  requireObject,
  RowError,
} from '../fields.ts';
import type { JsonObject } from '../fields.ts';
import { responseText, type GradeEntry, type JudgementEntry, type WideRow } from '../wide-json.ts';
import { has, type ForeignFormat, type Written } from './format.ts';
import { factsOf, idText, itemsOf, readFacts, readItemModels, restOf, type Item } from './items.ts';

/**
 * Tasks of Label Studio: `data` shows a prompt with two answers (or one), `annotations` are what people said and
 * `predictions` what models said. Verdicts are the control `Pairwise`, which knows no ties; a tie is a choice. Scores are
 * numbers or ratings of one answer. What a control has no place for travels in `meta`.
 */
export const LABEL_STUDIO: ForeignFormat = {
  matches: (fields, first) => has(fields, 'data') && isJsonObject(first?.['data']),
  read: (record) => {
    const data = requireObject(record['data'], 'data');
    const prompt = firstText(data, ['prompt', 'question', 'instruction', 'text', 'query']);
    const answerA = firstText(data, ['answer1', 'response', 'response_a', 'text1', 'output_1', 'answer']);
    const answerB = firstText(data, ['answer2', 'response_b', 'text2', 'output_2']);
    const isPair = answerB !== null || data['model_b'] !== undefined;
    const { modelA, modelB } = readItemModels(data, isPair, ['answer1', 'answer2']);
    const models = modelB === null ? [modelA] : [modelA, modelB];
    const id = idText(record['id']);
    const facts = readFacts(record['meta']);
    const annotations = optionalArray(record, 'annotations').map((value, i) =>
      requireObject(value, `annotations[${i}]`),
    );
    return {
      ...(id === null ? {} : { prompt_id: id }),
      ...facts,
      prompt,
      models: facts['models'] ?? models,
      responses: Object.fromEntries([
        [modelA, answerA],
        ...(modelB === null ? [] : [[modelB, answerB] as const]),
      ]),
      grades: annotations.flatMap((annotation, i) =>
        readAnnotation(annotation, `annotations[${i}].`, modelA, modelB),
      ),
      unsubmitted: annotations.filter(({ was_cancelled: isCancelled }) => isCancelled === true).length,
      judgements: optionalArray(record, 'predictions').flatMap((value, i) =>
        readPrediction(requireObject(value, `predictions[${i}]`), `predictions[${i}].`, modelA, modelB),
      ),
    };
  },
};

function firstText(data: JsonObject, fields: readonly string[]): string | null {
  for (const field of fields) {
    const text = optionalString(data, field, 'data.');
    if (text !== null) return text;
  }
  return null;
}

/** A cancelled annotation is a task that was skipped: no grade. */
function readAnnotation(
  annotation: JsonObject,
  prefix: string,
  modelA: string,
  modelB: string | null,
): readonly JsonObject[] {
  if (optionalBoolean(annotation, 'was_cancelled', prefix) === true) return [];
  const said = readResult(annotation, prefix);
  if (said === null) return [];
  const by = annotation['completed_by'];
  const rater = idText(isJsonObject(by) ? (by['email'] ?? by['id']) : by);
  const seconds = annotation['lead_time'];
  return [
    {
      ...(typeof seconds === 'number' ? { latency_ms: seconds * 1000 } : {}),
      ...optionalObject(annotation, 'meta', prefix),
      ...said,
      model_a: modelA,
      model_b: modelB,
      ...(rater === null ? {} : { rater }),
    },
  ];
}

function readPrediction(
  prediction: JsonObject,
  prefix: string,
  modelA: string,
  modelB: string | null,
): readonly JsonObject[] {
  const said = readResult(prediction, prefix);
  if (said === null) return [];
  const { comment: _comment, ...judged } = said;
  return [
    {
      ...optionalObject(prediction, 'meta', prefix),
      ...judged,
      judge: optionalString(prediction, 'model_version', prefix) ?? 'prediction',
      model_a: modelA,
      model_b: modelB,
    },
  ];
}

const CHOICES: Readonly<Partial<Record<string, Verdict>>> = {
  left: 'a',
  right: 'b',
  a: 'a',
  b: 'b',
  answer1: 'a',
  answer2: 'b',
  tie: 'tie',
  equal: 'tie',
  both: 'tie',
  neither: 'tie',
};

/** What the regions of a result say together; null where they say nothing of ours. */
function readResult(from: JsonObject, prefix: string): JsonObject | null {
  const said: { verdict?: Verdict; score_a?: number; score_b?: number; strength?: number; comment?: string } =
    {};
  optionalArray(from, 'result', prefix).forEach((value, i) => {
    const field = `${prefix}result[${i}]`;
    const region = requireObject(value, field);
    const given = optionalObject(region, 'value', `${field}.`) ?? {};
    const name = region['from_name'];
    switch (region['type']) {
      case 'pairwise':
      case 'choices': {
        const word = given['selected'] ?? optionalArray(given, 'choices', `${field}.value.`).at(0);
        const verdict = typeof word === 'string' ? CHOICES[word.toLowerCase()] : undefined;
        if (verdict !== undefined) said.verdict = verdict;
        else if (region['type'] === 'pairwise') {
          throw new RowError(`${field}.value.selected`, 'expected left or right, found something else');
        }
        break;
      }
      case 'rating':
      case 'number': {
        const number = requireNumber(given['rating'] ?? given['number'], `${field}.value`);
        if (name === 'strength') said.strength = number;
        else if (name === 'score_b' || region['to_name'] === 'answer2') said.score_b = number;
        else said.score_a = number;
        break;
      }
      case 'textarea': {
        const text: unknown = Array.isArray(given['text']) ? given['text'].join('\n') : given['text'];
        if (typeof text === 'string') said.comment = text;
        break;
      }
      default:
    }
  });
  const isGrade = said.verdict !== undefined || said.score_a !== undefined || said.score_b !== undefined;
  return isGrade ? said : null;
}

/** One task for every pair, and every single response, that something is said about. */
export function writeLabelStudio(row: WideRow): Written {
  const facts = factsOf(row);
  const records = itemsOf(row).map((item) => ({
    data: {
      prompt: row.prompt,
      ...(item.modelB === null
        ? { response: responseText(row, item.modelA), model_a: item.modelA }
        : {
            answer1: responseText(row, item.modelA),
            answer2: responseText(row, item.modelB),
            model_a: item.modelA,
            model_b: item.modelB,
          }),
    },
    meta: facts,
    annotations: item.grades.map((grade) => ({
      completed_by: grade.rater ?? null,
      was_cancelled: false,
      ground_truth: false,
      lead_time: grade.latency_ms === undefined ? null : grade.latency_ms / 1000,
      result: writeResult(grade, item),
      meta: restOf(grade, [...SAID, 'rater', 'comment']),
    })),
    predictions: item.judgements.map((judgement) => ({
      model_version: judgement.judge,
      result: writeResult(judgement, item),
      meta: restOf(judgement, [...SAID, 'judge']),
    })),
  }));
  return { records, leftOut: {} };
}

const SAID = ['model_a', 'model_b', 'verdict', 'score_a', 'score_b', 'strength'];

function writeResult(entry: GradeEntry | JudgementEntry, item: Item): readonly JsonObject[] {
  const [first, second] = item.modelB === null ? ['response', 'response'] : ['answer1', 'answer2'];
  const number = (name: string, toName: string, value: number | undefined): readonly JsonObject[] =>
    value === undefined
      ? []
      : [{ from_name: name, to_name: toName, type: 'number', value: { number: value } }];
  const { verdict } = entry;
  const comment = 'comment' in entry ? entry.comment : undefined;
  return [
    ...(verdict === undefined
      ? []
      : verdict === 'tie'
        ? [{ from_name: 'tie', to_name: 'prompt', type: 'choices', value: { choices: ['tie'] } }]
        : [
            {
              from_name: 'verdict',
              to_name: `${first},${second}`,
              type: 'pairwise',
              value: { selected: verdict === 'a' ? 'left' : 'right' },
            },
          ]),
    ...number('score_a', first, entry.score_a),
    ...number('score_b', second, entry.score_b),
    ...number('strength', 'prompt', entry.strength),
    ...(comment === undefined
      ? []
      : [{ from_name: 'comment', to_name: 'prompt', type: 'textarea', value: { text: [comment] } }]),
  ];
}
