import type { HostInput, HostMethodName, HostOutput } from '../../src/contract/host.ts';
import { hostMethods } from '../../src/contract/host.ts';
import type { Answer } from '../../src/contract/methods.ts';
import type { z } from '../../src/contract/zod.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Host } from '../host.ts';

type Outputs = { readonly [N in HostMethodName]: { readonly output: z.ZodType<HostOutput<N>> } };
const outputs: Outputs = hostMethods;

/** The typed side of a wire to the host. */
export function typedHostCall(
  send: (method: string, input: unknown) => Promise<Answer<unknown>>,
): Host['call'] {
  return async <N extends HostMethodName>(method: N, input: HostInput<N>) => {
    const answer = await send(method, input);
    if (!answer.ok) {
      const { code, message, details } = answer.error;
      throw new AppError(code, message, details === undefined ? undefined : { details });
    }
    return outputs[method].output.parse(answer.value);
  };
}
