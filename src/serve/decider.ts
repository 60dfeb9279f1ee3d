/** From what is known about a request to the model that should answer, by the bundle's own runtime. */
import type { Rng } from '../core/rng.ts';
import { ruleOf } from '../runtime/decide.ts';
import { RouterInputError } from '../runtime/errors.ts';
import type { ManifestModel } from '../runtime/manifest.ts';
import type { NamedNumbers, OperatingChoice, Router } from '../runtime/router.ts';

export interface Question {
  readonly prompt?: string | undefined;
  readonly response?: string | undefined;
  readonly vector?: ArrayLike<number> | undefined;
  readonly columns?: NamedNumbers | undefined;
  readonly signals?: NamedNumbers | undefined;
}

export type DecisionAction = 'route' | 'keep' | 'escalate' | 'expert';

export interface Decision {
  readonly model: string;
  /** The models that answer where this one fails, the best first. */
  readonly others: readonly string[];
  readonly action: DecisionAction;
  /** Of the chosen model over the anchor; of two models the strong one's, whoever was chosen. */
  readonly gain: number;
  /** Two models: what the gain was compared with. More: the cost weight w. */
  readonly threshold: number;
  /** One sentence. */
  readonly reason: string;
  /** The probability with which this model was chosen. */
  readonly propensity: number;
  /** Whether chance chose, and not the router. */
  readonly isExplored: boolean;
}

export interface Decider {
  readonly stage: 'route' | 'cascade';
  readonly models: readonly string[];
  /** The model that a cascade asks first. */
  readonly cheap: string;
  /** Length of the vector that the router wants with the prompt, or null. */
  readonly vectorDim: number | null;
  /** @throws RouterInputError */
  readonly decide: (question: Question, choice: OperatingChoice) => Decision;
}

/** How far a policy explores: with probability epsilon a model drawn uniformly. */
export interface Exploration {
  readonly epsilon: number;
  readonly rng: Rng;
}

export function createDecider(router: Router, { epsilon, rng }: Exploration): Decider {
  const { manifest } = router;
  const models = manifest.models.map((model) => model.name);
  const cheap = manifest.anchor;

  /** By gain less w times cost, as the router itself ranks more than two models. */
  function othersOf(
    chosen: string,
    gains: Readonly<Record<string, number>> | undefined,
    w: number,
  ): readonly string[] {
    const score = ({ name, relativeCost }: ManifestModel): number => (gains?.[name] ?? 0) - w * relativeCost;
    return manifest.models
      .filter(({ name }) => name !== chosen)
      .sort((a, b) => score(b) - score(a))
      .map(({ name }) => name);
  }

  function decideByRouter(question: Question, choice: OperatingChoice): Decision {
    const { response, signals, ...input } = question;
    const certain = { propensity: 1, isExplored: false };
    const threshold = ruleOf(manifest, choice);
    if (manifest.stage === 'cascade') {
      const { model, action, gain, gains, reason } = router.escalate({ ...input, response, signals }, choice);
      return {
        model,
        others: othersOf(model, gains, threshold),
        action,
        gain,
        reason,
        threshold,
        ...certain,
      };
    }
    if (response !== undefined || signals !== undefined) {
      throw new RouterInputError('This router decides before any model has answered: it reads no response.');
    }
    const { model, gain, gains, reason } = router.route(input, choice);
    const others = othersOf(model, gains, threshold);
    return { model, others, action: 'route', gain, reason, threshold, ...certain };
  }

  return {
    stage: manifest.stage,
    models,
    cheap,
    vectorDim: manifest.blocks.find((block) => block.kind === 'precomputed')?.inputDim ?? null,
    decide: (question, choice) => {
      const chosen = decideByRouter(question, choice);
      if (epsilon === 0) return chosen;
      // A cascade chooses between what is there and the model it would escalate to, an expert is not drawn by chance.
      if (chosen.action === 'expert') return chosen;
      return explore(chosen, { epsilon, rng, models, isCascade: manifest.stage === 'cascade', cheap });
    },
  };
}

interface ExplorationFacts extends Exploration {
  readonly models: readonly string[];
  readonly isCascade: boolean;
  readonly cheap: string;
}

/** ε-greedy: the propensity of what was chosen is (1 − ε)·[it is the router's choice] + ε / K. */
function explore(chosen: Decision, { epsilon, rng, models, isCascade, cheap }: ExplorationFacts): Decision {
  const share = epsilon / models.length;
  if (rng.uniform() >= epsilon) return { ...chosen, propensity: 1 - epsilon + share };
  const model = models[Math.min(models.length - 1, Math.floor(rng.uniform() * models.length))];
  const kept = model === cheap ? 'keep' : 'escalate';
  return {
    ...chosen,
    model,
    others: [chosen.model, ...chosen.others].filter((name) => name !== model),
    action: isCascade ? kept : 'route',
    propensity: model === chosen.model ? 1 - epsilon + share : share,
    isExplored: true,
    reason: `Chosen by chance (exploration ${epsilon}); the router's choice: "${chosen.model}". ${chosen.reason}`,
  };
}
