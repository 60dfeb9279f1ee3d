import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { estimateBiases } from '../services/bias-service.ts';
import { judgeEffects } from '../services/effects-service.ts';
import { SliceBrowser } from '../services/slice-service.ts';
import type { Session } from '../session.ts';

export function biasHandlers({ session }: EngineContext): Pick<QueryHandlers, 'bias.items'> {
  const browsers = new WeakMap<Session, SliceBrowser>();
  return {
    'bias.items': (input) => {
      const open = session();
      const browser = browsers.get(open) ?? new SliceBrowser(open);
      browsers.set(open, browser);
      return browser.page(input);
    },
  };
}

export function biasJobs(context: EngineContext): Pick<JobHandlers, 'bias.estimate' | 'bias.effects'> {
  return {
    'bias.estimate': { kind: 'bias', work: (input, job) => estimateBiases(context, input, job) },
    'bias.effects': { kind: 'bias', work: (input, job) => judgeEffects(context, input, job) },
  };
}
