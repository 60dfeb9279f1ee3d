import type { HostInfo, WindowEvent } from '../../src/contract/host.ts';
import type { Answer } from '../../src/contract/methods.ts';
import type { HostCall } from '../host/host-calls.ts';

/** What the tab of a rater learns of its host: that it is for grading, and nothing of files, folders or other projects. */
export function raterHostCall(hostCall: HostCall, rater: string): HostCall {
  return async (method, input) => {
    switch (method) {
      case 'host.info': {
        const answer = await hostCall(method, input);
        return answer.ok ? { ok: true, value: infoFor(answer.value, rater) } : answer;
      }
      case 'host.projects':
        return { ok: true, value: { projects: [] } };
      case 'host.readSettings':
        return { ok: true, value: { settings: {} } };
      default:
        return refusal;
    }
  };
}

/** A rater hears of the own grades, and of what happens to the connection. */
export function isForRater(event: WindowEvent, rater: string): boolean {
  if (event.name === 'host.eventsLost') return true;
  return event.name.startsWith('grade.') && 'rater' in event.data && event.data.rater === rater;
}

const refusal: Answer<unknown> = {
  ok: false,
  error: {
    code: 'usage',
    message: 'This tab is for grading only.',
    details: { reason: 'not-allowed' },
  },
};

function infoFor(value: unknown, rater: string): unknown {
  const hidden: Pick<HostInfo, 'projectsFolder' | 'initialProject' | 'rater'> = {
    projectsFolder: '-',
    initialProject: null,
    rater,
  };
  return typeof value === 'object' && value !== null ? { ...value, ...hidden } : hidden;
}
