import type { HostInfo, HostInput, HostMethodName, HostOutput } from '../../src/contract/host.ts';
import { hostMethods, isHostMethodName } from '../../src/contract/host.ts';
import type { Frozen } from '../../src/contract/method.ts';
import type { Answer } from '../../src/contract/methods.ts';
import { z } from '../../src/contract/zod.ts';
import { AppError, toErrorPayload } from '../../src/core/errors.ts';

/** What a host does for a window; input is checked before it arrives here. */
export type HostHandlers = {
  readonly [N in HostMethodName]: (
    input: Frozen<z.output<(typeof hostMethods)[N]['input']>>,
  ) => HostOutput<N> | Promise<HostOutput<N>>;
};

export type HostCall = (method: string, input: unknown) => Promise<Answer<unknown>>;
export type { HostInfo, HostInput };

type Inputs = {
  readonly [N in HostMethodName]: {
    readonly input: z.ZodType<Frozen<z.output<(typeof hostMethods)[N]['input']>>>;
  };
};
const inputs: Inputs = hostMethods;

/** Answers the host's methods as the engine answers its own: never rejects. */
export function createHostCall(handlers: HostHandlers): HostCall {
  async function answer<N extends HostMethodName>(name: N, raw: unknown): Promise<HostOutput<N>> {
    const parsed = inputs[name].input.safeParse(raw);
    if (!parsed.success) throw new AppError('usage', `${name}: ${z.prettifyError(parsed.error)}`);
    return handlers[name](parsed.data);
  }
  return async (method, raw) => {
    try {
      if (!isHostMethodName(method)) throw new AppError('usage', `The host has no method ${method}.`);
      return { ok: true, value: await answer(method, raw) };
    } catch (error) {
      return { ok: false, error: toErrorPayload(error) };
    }
  };
}
