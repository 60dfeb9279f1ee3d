import { createRng, deriveSeed, type Rng } from '../../core/rng.ts';
import { pick } from './pick.ts';
import { writeResponse } from './responses.ts';
import { CATEGORIES, DIFFICULTIES, type DemoCategory } from './world.ts';

export const STRONG = 'strong-demo';
export const CHEAP = 'cheap-demo';
export const JUDGE = 'demo-judge';

/** Both score single responses from 0 to 10. */
const SCALE: readonly [number, number] = [0, 10];
const STRONG_QUALITY = 0.72;
const TOPIC_SD = 0.12;
const QUALITY_SD = 0.16;
const GOLD_NOISE_SD = 0.05;
const JUDGE_NOISE_SD = 0.14;

/** One line of a `wide` file, the format of the import. */
export interface DemoRow {
  readonly prompt_id: string;
  readonly source: string;
  readonly split: 'train' | 'test';
  readonly category: string;
  readonly lang: string;
  readonly prompt: string;
  readonly models: readonly string[];
  readonly responses: Readonly<Record<string, string>>;
  readonly len: Readonly<Record<string, number>>;
  readonly gold_kind: string;
  readonly gold_scale: readonly [number, number];
  readonly gold: Readonly<Record<string, number>>;
  readonly judges: Readonly<Record<string, never>>;
  readonly sim_judges: Readonly<Record<string, unknown>>;
}

/** What the app must not know: kept in a file of its own that is never imported. */
export interface DemoTruth {
  readonly promptId: string;
  readonly gain: number;
  readonly bias: number;
}

export interface DemoData {
  readonly rows: readonly DemoRow[];
  readonly truth: readonly DemoTruth[];
}

/** Prompts with both responses, gold for all (the import masks what the draw does not reveal) and a simulated judge. */
export function generateDemo(options: {
  readonly train: number;
  readonly test: number;
  readonly seed: number;
}): DemoData {
  const rng = createRng(deriveSeed(options.seed, 'demo'));
  const topicGains = drawTopicGains(createRng(deriveSeed(options.seed, 'topics')));
  const seen = new Set<string>();
  const rows: DemoRow[] = [];
  const truth: DemoTruth[] = [];
  while (rows.length < options.train + options.test) {
    const asked = ask(rng, topicGains);
    if (seen.has(asked.prompt)) continue;
    seen.add(asked.prompt);
    const promptId = `demo-${String(rows.length + 1).padStart(4, '0')}`;
    rows.push(answer(rng, asked, promptId, rows.length < options.train ? 'train' : 'test'));
    truth.push({ promptId, gain: asked.gain, bias: asked.category.bias });
  }
  return { rows, truth };
}

interface Asked {
  readonly category: DemoCategory;
  readonly topic: string;
  readonly prompt: string;
  readonly gain: number;
}

/** Every topic and detail moves the gain a little, seen by experts and judge alike: what the cheap labels can teach. */
function drawTopicGains(rng: Rng): ReadonlyMap<string, number> {
  const words = CATEGORIES.flatMap((c) => [...c.topics, ...c.details].map((word) => `${c.name}/${word}`));
  return new Map(words.map((word) => [word, TOPIC_SD * rng.normal()]));
}

function ask(rng: Rng, topicGains: ReadonlyMap<string, number>): Asked {
  const category = pick(rng, CATEGORIES);
  const topic = pick(rng, category.topics);
  const detail = pick(rng, category.details);
  const difficulty = pick(rng, DIFFICULTIES);
  const question = pick(rng, category.templates).replace('{topic}', topic).replace('{detail}', detail);
  const wordGain = [topic, detail].reduce(
    (sum, w) => sum + (topicGains.get(`${category.name}/${w}`) ?? 0),
    0,
  );
  return {
    category,
    topic,
    prompt: `${question} ${difficulty.text}`.trim(),
    gain: category.gain + difficulty.gain + wordGain,
  };
}

function answer(rng: Rng, asked: Asked, promptId: string, split: 'train' | 'test'): DemoRow {
  const quality = {
    [STRONG]: STRONG_QUALITY + QUALITY_SD * rng.normal(),
    [CHEAP]: STRONG_QUALITY - asked.gain + QUALITY_SD * rng.normal(),
  };
  // Where the judge favours a model, that model's answers are the padded ones.
  const padding = { [STRONG]: asked.category.bias < 0 ? 4 : 1, [CHEAP]: asked.category.bias > 0.1 ? 4 : 1 };
  const judged = {
    [STRONG]: quality[STRONG] - asked.category.bias / 2 + JUDGE_NOISE_SD * rng.normal(),
    [CHEAP]: quality[CHEAP] + asked.category.bias / 2 + JUDGE_NOISE_SD * rng.normal(),
  };
  const responses = {
    [STRONG]: writeResponse(rng, asked.topic, quality[STRONG], padding[STRONG]),
    [CHEAP]: writeResponse(rng, asked.topic, quality[CHEAP], padding[CHEAP]),
  };
  return {
    prompt_id: promptId,
    source: 'demo',
    split,
    category: asked.category.name,
    lang: 'en',
    prompt: asked.prompt,
    models: [STRONG, CHEAP],
    responses,
    len: { [STRONG]: responses[STRONG].length, [CHEAP]: responses[CHEAP].length },
    gold_kind: 'human_expert',
    gold_scale: SCALE,
    gold: {
      [STRONG]: toScore(quality[STRONG] + GOLD_NOISE_SD * rng.normal(), 0.5),
      [CHEAP]: toScore(quality[CHEAP] + GOLD_NOISE_SD * rng.normal(), 0.5),
    },
    judges: {},
    sim_judges: {
      [JUDGE]: {
        type: 'simulated',
        scale: SCALE,
        scores: { [STRONG]: toScore(judged[STRONG], 1), [CHEAP]: toScore(judged[CHEAP], 1) },
      },
    },
  };
}

/** A quality from 0 to 1 as a score on the scale, in steps. */
function toScore(quality: number, step: number): number {
  const [lo, hi] = SCALE;
  const raw = lo + (hi - lo) * Math.min(1, Math.max(0, quality));
  return Math.round(raw / step) * step;
}
